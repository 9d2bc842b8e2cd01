// What waits for a person: one text, the labels, one key each.
import { post } from "/console/api.js";
import { bar } from "/console/charts.js";
import { button, field, h, put, show, table, user } from "/console/dom.js";
import { empty, section, skeleton, tiles, told, trouble } from "/console/parts.js";
import { ago, between, count, exact, figure, named, say, share } from "/console/say.js";
import { textOf } from "/console/live.js";
import { choicesOf, nameOf, reading } from "/console/reading.js";

const BATCH = 20;
const SHOWN = 12;

export default async function review(ctx, body) {
  const { kind } = await ctx.get(ctx.base);
  const several = kind === "tag";
  const reads = kind === "extract";
  const written = (label) => (reads ? nameOf(label) : label);
  const desk = { items: [], waiting: 0, labels: [], done: new Map(), past: [], reason: "", why: "", query: "", at: 0, taken: new Set(), made: 0, busy: false };
  const card = h("div", { class: "card" }, skeleton());
  const progress = h("div", { class: "progress" });
  const said = told();
  const summary = h("div", {}, skeleton(2));
  const pick = h("select", { onchange: (event) => { desk.reason = event.target.value; desk.items = []; next(); } }, ["", "handed_over", "low_margin", "disputed", "sampled"].map((one) => h("option", { value: one }, one ? say(`reason.${one}`) : say("review.any"))));
  show(body, h("div", { class: "toolbar" }, field(say("review.reason"), pick)), progress, card, said.node, summary);

  const fetchMore = async () => {
    const found = await ctx.get(`${ctx.base}/queue?limit=${BATCH}${desk.reason ? `&reason=${desk.reason}` : ""}`);
    desk.items = found.items.filter((one) => !desk.done.has(one.request_id));
    desk.waiting = found.waiting;
    desk.labels = found.labels;
    desk.why = found.why || "";
    ctx.waiting(found.waiting);
  };
  const fresh = () => { desk.query = ""; desk.at = 0; desk.taken = new Set(several ? desk.items[0]?.label?.split("|").filter(Boolean) : []); };
  async function next() {
    try {
      if (!desk.items.length) await fetchMore();
      fresh();
      draw();
    } catch (error) {
      if (error.name !== "AbortError") show(card, trouble(error, next));
    }
  }
  const sum = async () => {
    try { show(summary, agreement(await ctx.get(`${ctx.base}/reviews/summary`))); } catch (error) { if (error.name !== "AbortError") show(summary, trouble(error, sum)); }
  };

  async function decide(label) {
    const one = desk.items[0];
    if (!one || desk.busy) return;
    desk.busy = true;
    const note = card.querySelector(".note-input")?.value.trim() || "";
    try {
      const found = await post(`${ctx.base}/reviews`, { request_id: one.request_id, label, note });
      desk.items.shift();
      desk.past.push(one);
      desk.done.set(one.request_id, label);
      desk.made += 1;
      desk.waiting = Math.max(0, desk.waiting - (found?.state === "open" ? 0 : 1));
      ctx.waiting(desk.waiting);
      said.good(label ? say(found?.state === "disputed" ? "review.disputed" : "review.saved", { label: written(label) }) : say("review.skipped"));
      if (desk.made % 5 === 0 || !desk.items.length) sum();
      await next();
    } catch (error) {
      said.bad(error);
    } finally {
      desk.busy = false;
    }
  }
  function undo() {
    const one = desk.past.pop();
    if (!one || desk.busy) return;
    desk.made -= 1;
    desk.items.unshift({ ...one, chosen: desk.done.get(one.request_id) });
    desk.done.delete(one.request_id);
    fresh();
    said.good(say("review.undone"));
    draw();
  }

  // One label is the answer; of several each is put in or taken out, and Enter keeps them.
  const choose = (label) => {
    if (!several) return decide(label);
    if (!desk.taken.delete(label)) desk.taken.add(label);
    return options(desk.items[0]);
  };
  const keep = (list) => decide(several ? [...desk.taken].join("|") : list[desk.at]);

  const ranked = () => {
    const one = desk.items[0];
    const wish = desk.query.trim().toLowerCase();
    const score = (label) => one.scores?.[label] ?? 0;
    if (reads) return choicesOf(one);
    const all = [...desk.labels].sort((a, b) => score(b) - score(a) || a.localeCompare(b));
    if (!wish) return all;
    const rank = (label) => { const at = label.toLowerCase().indexOf(wish); return at < 0 ? 9 : at === 0 ? 0 : 1; };
    return all.filter((label) => rank(label) < 9).sort((a, b) => rank(a) - rank(b));
  };

  function draw() {
    const one = desk.items[0];
    bars();
    if (!one) {
      show(card, empty(say(desk.reason ? "review.none.reason" : "review.none"), desk.why || say("review.none.about"), button(say("review.look"), next)), desk.past.length ? button(say("review.undo"), undo, { key: "U" }) : null);
      return;
    }
    const text = textOf(one.request);
    const [judged, telling] = reads && text !== null ? reading(one, decide) : [user(text ?? "", "blockquote"), null];
    const search = h("input", { type: "search", class: "search", placeholder: say("review.search"), "aria-label": say("review.search"), autocomplete: "off", spellcheck: "false", oninput: (event) => { desk.query = event.target.value; desk.at = 0; options(one); } });
    show(card,
      h("p", { class: "quiet facts" }, say(`reason.${one.reason}`), " · ", h("span", { title: exact(one.at) }, ago(one.at)), one.reviews?.length ? ` · ${say("review.before", { n: count(one.reviews.length) })}` : ""),
      text === null ? h("p", { class: "note" }, say("requests.unkept")) : judged,
      h("p", { class: "guess" }, say("review.guess"), " ", one.label ? user(one.answer || written(one.label), "b") : "–", " ", h("span", { class: "quiet" }, share(one.confidence))),
      one.chosen !== undefined && h("p", { class: "quiet" }, one.chosen ? [say("review.yours"), " ", user(written(one.chosen))] : say("review.yours.skip")),
      h("div", { class: "find" }, desk.labels.length > 9 && search), h("div", { class: "labels", role: "group", "aria-label": say("label") }), telling,
      h("details", { class: "noting" }, h("summary", {}, h("kbd", { "aria-hidden": "true" }, "N"), say("review.note")), h("textarea", { class: "note-input", rows: 2, maxlength: 1000, "aria-label": say("review.note") })),
      h("div", { class: "actions" }, several && button(say("review.keep"), () => keep([]), { kind: "primary", key: "⏎" }), button(say("review.skip"), () => decide(""), { key: "S" }), desk.past.length ? button(say("review.undo"), undo, { key: "U" }) : null));
    options(one);
  }

  function options(one) {
    const place = card.querySelector(".labels");
    const list = ranked();
    const shown = list.slice(0, Math.max(SHOWN, desk.at + 1));
    show(place, shown.map((label, n) => h("button", { type: "button", class: `choice${n === desk.at ? " on" : ""}`, onclick: () => choose(label), "aria-pressed": several ? String(desk.taken.has(label)) : null, "aria-keyshortcuts": n < 9 ? String(n + 1) : null },
      h("kbd", { "aria-hidden": "true" }, n < 9 ? String(n + 1) : ""), user(written(label)), h("span", { class: "quiet num" }, one.scores?.[label] === undefined ? "" : share(one.scores[label])))),
    list.length > shown.length && h("p", { class: "quiet" }, say("review.hidden", { n: count(list.length - shown.length) })), !list.length && h("p", { class: "quiet" }, say("review.nolabel")));
  }

  function bars() {
    const all = desk.made + desk.waiting;
    show(progress, h("div", { class: "track", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": all, "aria-valuenow": desk.made, "aria-label": say("review.progress", { made: count(desk.made), waiting: count(desk.waiting) }) }, h("div", { vars: { width: all ? `${(100 * desk.made) / all}%` : "0" } })),
      h("p", { class: "quiet" }, say("review.progress", { made: count(desk.made), waiting: count(desk.waiting) })));
  }

  function onkey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { target, key } = event;
    const search = card.querySelector(".search");
    if (target.matches?.("textarea, select, input:not(.search)")) { if (key === "Escape") target.blur(); return; }
    const typing = target === search;
    const list = desk.items.length ? ranked() : [];
    const act = (then) => { event.preventDefault(); then(); };
    if (key === "ArrowDown" || key === "ArrowUp") { if (list.length) act(() => { desk.at = (desk.at + (key === "ArrowDown" ? 1 : list.length - 1)) % list.length; options(desk.items[0]); }); return; }
    if (key === "Enter" && (typing || target === document.body || target.matches?.("main"))) { if (list.length) act(() => (several && typing ? choose(list[desk.at]) : keep(list))); return; }
    if (typing) { if (key === "Escape") act(() => { desk.query = ""; search.value = ""; search.blur(); options(desk.items[0]); }); return; }
    if (/^[1-9]$/.test(key) && list[key - 1]) act(() => choose(list[key - 1]));
    else if (several && key === " " && target === document.body) act(() => choose(list[desk.at]));
    else if (key === "/" && search) act(() => search.focus());
    else if (key === "s" && desk.items.length) act(() => decide(""));
    else if (key === "u") act(undo);
    else if (key === "n" && desk.items.length) act(() => { card.querySelector(".noting").open = true; card.querySelector(".note-input").focus(); });
  }
  document.addEventListener("keydown", onkey);
  ctx.ending(() => document.removeEventListener("keydown", onkey));
  put(body, h("p", { class: "note hints" }, say(several ? "review.keys.tag" : reads ? "review.keys.read" : "review.keys")));
  await Promise.all([next(), sum()]);
}

function agreement(found) {
  const people = found.by_reviewer || [];
  const labels = [...(found.by_label || [])].sort((a, b) => b.decided - a.decided);
  const right = found.precision || {};
  return section(say("review.agreement"), say("review.agreement.about"),
    tiles([[say("review.decided"), count(found.decided)], [say("review.open"), count(found.open)], [say("review.disputes"), count(found.disputed)],
      [say("review.agree"), share(found.agreement), found.kappa === null || found.kappa === undefined ? null : say("review.kappa", { value: figure(found.kappa, 2) })],
      ...(right.n ? [[say("review.right"), share(right.value), say("review.right.about", { interval: between(right.low, right.high, share), n: count(right.n) })]] : [])]),
    people.length ? pairs(people, "reviewer", say("review.people")) : null,
    labels.length ? h("details", {}, h("summary", {}, say("review.bylabel")), pairs(labels.slice(0, 100), "label", say("label"))) : null);
}

// One row each; what it is of first, then every number that the service gives.
function pairs(list, first, title) {
  const rest = Object.keys(list[0]).filter((one) => one !== first && typeof list[0][one] !== "object");
  const write = (value) => (typeof value === "number" && !Number.isInteger(value) ? share(value) : typeof value === "number" ? count(value) : user(value));
  return table([{ name: title }, ...rest.map((one) => ({ name: named("column", one), kind: "num" }))], list.map((one) => [user(one[first]), ...rest.map((each) => (each === "agreement" ? share(one[each]) : write(one[each])))]), { label: title });
}
