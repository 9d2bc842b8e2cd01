// What is asked and answered just now.
import { bar, timeline } from "/console/charts.js";
import { button, choices, field, h, put, show, table, user } from "/console/dom.js";
import { empty, section, skeleton, stamp, tiles, trouble } from "/console/parts.js";
import { ago, count, exact, figure, ms, named, say, share } from "/console/say.js";

export default async function live(ctx, body) {
  let minutes = 60;
  const figures = h("div", {}, skeleton(2));
  const chart = timeline({ title: say("live.requests") });
  const slow = timeline({ title: say("live.latency"), write: ms });
  const labels = h("div", {}, skeleton(3));
  let last = null;
  const draw = () => { if (last) { plot(last, chart, slow); show(labels, shares(last.labels)); } };
  const load = async () => {
    last = await ctx.get(`${ctx.base}/traffic?minutes=${minutes}`);
    show(figures, sums(last.buckets, minutes));
    draw();
  };
  show(body, h("div", { class: "toolbar" }, choices([15, 60, 360, 1440].map((one) => [one, say(`live.${one}`)]), minutes, (one) => { minutes = one; load().catch((error) => error.name !== "AbortError" && show(figures, trouble(error))); }, say("live.window"))),
    figures, h("div", { class: "two" }, chart.node, slow.node), section(say("live.labels"), say("live.labels.about"), labels));
  const watch = new ResizeObserver(draw);
  watch.observe(body);
  ctx.ending(() => watch.disconnect());
  if (ctx.may("review")) put(body, requests(ctx));
  await ctx.every(5, load);
}

function sums(buckets, minutes) {
  const total = (name) => buckets.reduce((sum, one) => sum + (one[name] || 0), 0);
  const n = total("requests");
  const weighed = (name) => {
    const some = buckets.filter((one) => one.requests && one[name] !== null);
    const weight = some.reduce((sum, one) => sum + one.requests, 0);
    return weight ? some.reduce((sum, one) => sum + one.requests * one[name], 0) / weight : null;
  };
  const worst = Math.max(0, ...buckets.filter((one) => one.requests).map((one) => one.p95_ms || 0));
  return tiles([
    [say("live.n"), count(n), say("live.rate", { n: figure(n / minutes, 1) })],
    [say("live.handed"), n ? share(total("handed_over") / n, 1) : "–", say("live.handed.about")],
    [say("live.errors"), count(total("errors")), say("live.errors.about"), total("errors") ? "bad" : ""],
    [say("live.p50"), ms(weighed("p50_ms")), n ? say("live.p95", { value: ms(worst) }) : null],
  ]);
}

function plot({ buckets }, chart, slow) {
  const at = buckets.map((one) => one.at);
  const values = (name) => buckets.map((one) => one[name]);
  chart.draw(at, [
    { name: say("live.alone"), kind: "bar", tone: "a", values: buckets.map((one) => one.requests - one.handed_over) },
    { name: say("live.handed"), kind: "bar", tone: "b", values: values("handed_over") },
    { name: say("live.errors"), kind: "bar", tone: "c", values: values("errors") }]);
  slow.draw(at, [{ name: say("live.median"), kind: "line", tone: "a", values: values("p50_ms") }, { name: say("live.of95"), kind: "line", tone: "b", values: values("p95_ms") }]);
}

function shares(labels) {
  if (!labels.length) return empty(say("live.none"), say("live.none.about"));
  const line = (one) => [user(one.label), bar(one.share, one.expected), share(one.share, 1), one.expected === null || one.expected === undefined ? "–" : share(one.expected, 1)];
  const made = (some) => table([{ name: say("label") }, { name: "", kind: "wide" }, { name: say("live.share"), kind: "num" }, { name: say("live.expected"), kind: "num" }], some.map(line), { label: say("live.labels") });
  const all = [...labels].sort((a, b) => b.share - a.share);
  return [made(all.slice(0, 10)), all.length > 10 && h("details", {}, h("summary", {}, say("more", { n: count(all.length - 10) })), made(all.slice(10)))];
}

function requests(ctx) {
  const only = { label: "", handed_over: "" };
  const list = h("div", { class: "requests" });
  const more = h("div", { class: "actions" });
  let rows = [];
  const shown = new Set();
  const load = async (before = "") => {
    const query = new URLSearchParams({ limit: "25", ...(before && { before }), ...(only.label && { label: only.label }), ...(only.handed_over && { handed_over: only.handed_over }) });
    return (await ctx.get(`${ctx.base}/requests?${query}`)).requests;
  };
  const draw = () => {
    show(list, rows.length ? rows.map((one) => request(one, shown)) : empty(say("requests.none"), say("requests.none.about")));
    show(more, rows.length && rows.length % 25 === 0 ? button(say("requests.more"), async () => { rows = [...rows, ...await load(rows.at(-1).id)]; draw(); }) : null);
  };
  const fresh = async () => { if (rows.length <= 25 && !list.contains(document.activeElement)) { rows = await load(); draw(); } };
  const anew = () => { rows = []; fresh().catch((error) => show(list, trouble(error))); };
  const pick = h("select", { onchange: (event) => { only.label = event.target.value; anew(); } }, h("option", { value: "" }, say("requests.all")));
  ctx.get(ctx.base).then((about) => put(pick, (about.labels || []).map((one) => h("option", { value: one }, one)))).catch(() => {});
  const who = choices([["", say("requests.all")], ["false", say("live.alone")], ["true", say("live.handed")]], "", (one) => { only.handed_over = one; anew(); }, say("requests.who"));
  ctx.every(5, fresh).catch((error) => error.name !== "AbortError" && show(list, trouble(error, anew)));
  return section(say("requests"), say("requests.about"), h("div", { class: "toolbar" }, field(say("label"), pick), who), list, more);
}

export const textOf = (request) => {
  if (!request) return null;
  const texts = Object.values(request).filter((one) => typeof one === "string" && one);
  return texts.length ? texts.join(" · ") : JSON.stringify(request);
};

function request(one, shown) {
  const text = textOf(one.request);
  const said = (one.feedback || []).map((each) => (each.label ? say("requests.label", { label: each.label }) : each.right ? say("requests.right") : say("requests.wrong")));
  const scores = Object.entries(one.response?.scores || {}).sort((a, b) => b[1] - a[1]).slice(0, 8);
  return h("details", { class: "request", open: shown.has(one.id), ontoggle: (event) => (event.target.open ? shown.add(one.id) : shown.delete(one.id)) },
    h("summary", {},
      h("span", { class: "when quiet", title: exact(one.at) }, ago(one.at)),
      text === null ? h("span", { class: "text quiet" }, say("requests.unkept")) : user(text, "span", "text"),
      h("span", { class: "answer" }, one.label ? user(one.label, "b") : "–", " ", h("span", { class: "quiet" }, share(one.confidence))),
      h("span", { class: "marks" }, one.handed_over && h("span", { class: "tag warn" }, say("live.handed")), one.truncated && h("span", { class: "tag calm" }, say("requests.cut")), said.length > 0 && h("span", { class: "tag" }, user(said.join(", "))))),
    h("div", { class: "opened" }, text !== null && user(text, "blockquote"),
      scores.length ? h("div", { class: "scores" }, scores.map(([label, p]) => [user(label), bar(p), h("span", { class: "num" }, share(p, 1))])) : null,
      (one.feedback || []).filter((each) => each.comment).map((each) => h("p", { class: "note" }, say("requests.comment"), " ", user(each.comment))),
      h("p", { class: "quiet facts" }, exact(one.at), " · ", ms(one.latency_ms), " · ", say("release"), " ", stamp(one.release), " · ", say("requests.id"), " ", h("code", {}, one.id))));
}
