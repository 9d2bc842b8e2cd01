// Pictures of numbers: drawn at the width they have, readable with the keyboard, with the numbers beside them as a table.
import { h, s, show, table } from "/console/dom.js";
import { clock, count, say } from "/console/say.js";

export function nice(top, n = 4) {
  if (!(top > 0)) return [0, 1];
  const unit = 10 ** Math.floor(Math.log10(top / n));
  const step = unit * [1, 2, 2.5, 5, 10].find((m) => m * unit * n >= top);
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, k) => Number((k * step).toPrecision(12)));
}

export function spark(values, label) {
  const top = Math.max(1, ...values);
  const x = (n) => (values.length > 1 ? (n / (values.length - 1)) * 118 + 1 : 60);
  const y = (value) => 29 - (value / top) * 27;
  const line = values.map((value, n) => `${n ? "L" : "M"}${x(n).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  return s("svg", { class: "spark", viewBox: "0 0 120 30", role: "img", "aria-label": label, preserveAspectRatio: "none" },
    s("path", { class: "under", d: `${line}L119 30L1 30Z` }), s("path", { class: "curve", d: line }));
}

// series: {name, kind: "bar" or "line", tone, values}; bars stand on each other. Returns {node, draw(at, series)}.
export function timeline({ title, write = count, height = 190 }) {
  const svg = s("svg", { class: "chart", role: "img", tabindex: 0, height });
  const tip = h("div", { class: "tip", role: "status", hidden: true });
  const numbers = h("details", {}, h("summary", {}, say("chart.numbers")));
  const legend = h("div", { class: "legend" });
  const node = h("figure", { class: "timeline" }, h("figcaption", {}, h("h3", {}, title), legend), h("div", { class: "canvas" }, svg, tip), numbers);
  let drawn = null;
  let at = -1;

  const point = (n) => {
    if (!drawn || !drawn.at.length) return;
    at = Math.max(0, Math.min(drawn.at.length - 1, n));
    drawn.cursor.setAttribute("x1", drawn.x(at));
    drawn.cursor.setAttribute("x2", drawn.x(at));
    drawn.cursor.removeAttribute("visibility");
    show(tip, h("strong", {}, clock(drawn.at[at])), drawn.series.map((one) => h("span", {}, h("i", { class: one.tone }), `${one.name} `, h("b", {}, write(one.values[at])))));
    tip.hidden = false;
    tip.style.left = `${Math.max(0, Math.min(drawn.width - tip.offsetWidth, drawn.x(at) - tip.offsetWidth / 2))}px`;
  };
  const leave = () => { tip.hidden = true; drawn?.cursor.setAttribute("visibility", "hidden"); };
  svg.addEventListener("pointermove", (event) => {
    if (!drawn) return;
    point(Math.floor(((event.clientX - svg.getBoundingClientRect().left - drawn.left) / drawn.plot) * drawn.at.length));
  });
  svg.addEventListener("pointerleave", leave);
  svg.addEventListener("blur", leave);
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { event.preventDefault(); point(tip.hidden ? (drawn?.at.length ?? 1) - 1 : at + step); }
    if (event.key === "Escape") leave();
  });

  function draw(moments, series) {
    const width = Math.max(240, Math.floor(svg.parentNode.clientWidth || 600));
    const sums = moments.map((_, n) => series.filter((one) => one.kind === "bar").reduce((sum, one) => sum + (one.values[n] || 0), 0));
    const tops = series.filter((one) => one.kind === "line").flatMap((one) => one.values.filter((value) => value !== null));
    const ticks = nice(Math.max(0, ...sums, ...tops));
    const top = ticks.at(-1);
    const left = Math.max(28, 10 + 7 * Math.max(...ticks.map((one) => write(one).length)));
    const [base, head, right] = [height - 24, 8, 4];
    const plot = width - left - right;
    const step = plot / Math.max(1, moments.length);
    const x = (n) => left + (n + 0.5) * step;
    const y = (value) => base - (value / top) * (base - head);
    const every = Math.max(1, Math.ceil(moments.length / Math.max(2, Math.floor(plot / 80))));
    const cursor = s("line", { class: "cursor", y1: head, y2: base, visibility: "hidden" });
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("aria-label", `${title}: ${series.map((one) => `${one.name} ${write(one.values.at(-1))}`).join(", ")}`);
    show(svg,
      ticks.map((one) => [s("line", { class: one ? "grid" : "axis", x1: left, x2: width - right, y1: y(one), y2: y(one) }), s("text", { class: "tick", x: left - 8, y: y(one) + 4, "text-anchor": "end" }, one ? write(one) : "0")]),
      moments.map((one, n) => n % every === 0 && n + every / 2 < moments.length + 1 && s("text", { class: "tick", x: x(n), y: height - 6, "text-anchor": "middle" }, clock(one))),
      bars(series, moments.length, x, y, Math.max(1, Math.min(18, step - (step > 5 ? 2 : 0.5)))),
      series.filter((one) => one.kind === "line").map((one) => line(one, x, y)), cursor);
    show(legend, series.map((one) => h("span", {}, h("i", { class: one.tone }), one.name)));
    drawn = { at: moments, series, x, width, left, plot, cursor };
    if (!tip.hidden) point(at);
    if (numbers.open) fill();
  }
  const fill = () => {
    numbers.querySelector(".scroll")?.remove();
    if (drawn) numbers.append(table([{ name: say("chart.time") }, ...drawn.series.map((one) => ({ name: one.name, kind: "num" }))],
      drawn.at.map((one, n) => [clock(one), ...drawn.series.map((each) => write(each.values[n]))]).reverse(), { label: title }));
  };
  numbers.addEventListener("toggle", () => numbers.open && fill());
  return { node, draw };
}

function bars(series, n, x, y, width) {
  const made = [];
  for (let k = 0; k < n; k += 1) {
    let sum = 0;
    for (const one of series.filter((each) => each.kind === "bar")) {
      const value = one.values[k] || 0;
      if (value) made.push(s("rect", { class: one.tone, x: x(k) - width / 2, y: y(sum + value), width, height: Math.max(0.5, y(sum) - y(sum + value)) }));
      sum += value;
    }
  }
  return made;
}

function line(one, x, y) {
  let path = "";
  const dots = [];
  one.values.forEach((value, n) => {
    if (value === null || value === undefined) return;
    const alone = (one.values[n - 1] ?? null) === null && (one.values[n + 1] ?? null) === null;
    if (alone) dots.push(s("circle", { class: `dot ${one.tone}`, cx: x(n), cy: y(value), r: 2.5 }));
    path += `${(one.values[n - 1] ?? null) === null ? "M" : "L"}${x(n).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return [s("path", { class: `line ${one.tone}`, d: path || "M0 0" }), dots];
}

// A value with its interval against what is asked or expected, on one line.
export function gauge({ value, low, high, mark, bound, good = "", from = null, to = null }) {
  const all = [value, low, high, mark, bound].filter((one) => typeof one === "number" && Number.isFinite(one));
  if (!all.length) return null;
  const unit = all.every((one) => one >= 0 && one <= 1);
  let [min, max] = [from ?? Math.min(...all), to ?? Math.max(...all)];
  const air = (max - min || Math.abs(max) || 1) * 0.25;
  [min, max] = [from ?? (unit ? Math.max(0, min - air) : min - air), to ?? (unit ? Math.min(1, max + air) : max + air)];
  const x = (one) => 3 + 134 * Math.min(1, Math.max(0, (one - min) / (max - min || 1)));
  const set = (one) => typeof one === "number" && Number.isFinite(one);
  return s("svg", { class: `gauge ${good}`, viewBox: "0 0 140 18", "aria-hidden": "true" },
    s("rect", { class: "track", x: 0, y: 6, width: 140, height: 6, rx: 1 }),
    set(bound) && set(mark) && s("rect", { class: "room", x: Math.min(x(mark), x(bound)), y: 6, width: Math.abs(x(bound) - x(mark)), height: 6 }),
    set(low) && set(high) && s("line", { class: "reach", x1: x(low), x2: x(high), y1: 9, y2: 9 }),
    set(mark) && s("line", { class: "mark", x1: x(mark), x2: x(mark), y1: 2, y2: 16 }),
    set(bound) && to === null && s("line", { class: "bound", x1: x(bound), x2: x(bound), y1: 2, y2: 16 }),
    set(value) && s("circle", { class: "spot", cx: x(value), cy: 9, r: 4 }));
}

export function bar(value, mark = null) {
  const x = (one) => Math.min(1, Math.max(0, one)) * 100;
  return s("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "track", x: 0, y: 1, width: 100, height: 6 }), s("rect", { class: "fill", x: 0, y: 1, width: x(value), height: 6 }),
    mark !== null && mark !== undefined && s("line", { class: "mark", x1: x(mark), x2: x(mark), y1: 0, y2: 8, "vector-effect": "non-scaling-stroke" }));
}
