// All scenarios: is the verdict still true, what happens, what waits for a person.
import { of } from "/console/api.js";
import { h, put, show, user } from "/console/dom.js";
import { spark } from "/console/charts.js";
import { skeleton, state, trouble } from "/console/parts.js";
import { between, count, figure, named, say, share } from "/console/say.js";

export default async function overview(ctx, body) {
  const places = ctx.scenarios.map((one) => h("article", { class: "scenario-row" }, skeleton(2)));
  show(body, places);
  await ctx.every(15, () => Promise.all(ctx.scenarios.map((one, n) => load(ctx, one.name, places[n]))));
}

async function load(ctx, name, node) {
  const base = of(name);
  const wish = (path) => ctx.get(path).catch((error) => { if (error.name === "AbortError") throw error; return null; });
  try {
    const [about, health, traffic, queue] = await Promise.all([
      ctx.get(base), wish(`${base}/health`), wish(`${base}/traffic?minutes=60`), ctx.may("review") ? wish(`${base}/queue?limit=1`) : null]);
    show(node, row(ctx, about, health, traffic, queue));
  } catch (error) {
    if (error.name !== "AbortError") show(node, h("h2", {}, user(name)), trouble(error, () => load(ctx, name, node)));
  }
}

function row(ctx, about, health, traffic, queue) {
  const { name } = about;
  const to = (page) => ctx.address(name, page);
  const requests = (traffic?.buckets || []).map((one) => one.requests);
  const sum = requests.reduce((a, b) => a + b, 0);
  const alarms = (health?.alarms || []).filter((one) => !one.ended_at);
  return [
    h("div", { class: "lead" },
      h("h2", {}, h("a", { class: "user", dir: "auto", href: to("live") }, name)), about.goal && h("p", { class: "note user", dir: "auto" }, about.goal),
      verdict(about)),
    h("div", { class: "now" }, h("a", { class: "statelink", href: to("health") }, state(health?.state)),
      requests.length ? spark(requests, say("overview.spark", { n: count(sum) })) : null,
      h("p", { class: "quiet" }, sum ? say("overview.hour", { n: count(sum) }) : say("overview.silent"))),
    h("div", { class: "mine" }, waiting(ctx, queue, alarms, to)),
  ];
}

export function verdict(about) {
  const { verdict: judged, promise } = about;
  const [metric, value] = Object.entries(about.metrics || {})[0] || [];
  const word = !judged || judged.met === null || judged.met === undefined ? "untold" : judged.met ? "met" : "missed";
  return h("div", { class: "judged" },
    h("p", { class: `word ${word}` }, say(`verdict.${word}`)),
    h("p", {}, h("b", {}, about.model || "–"), metric ? [" · ", named("metric", metric), " ", h("b", {}, figure(value.value)), h("span", { class: "quiet" }, ` (${between(value.low, value.high)})`)] : null),
    promise && h("p", {}, promise.threshold === null ? say("promise.none", { precision: share(promise.precision) }) : say("promise.kept", { share: share(promise.share), precision: share(promise.precision) })));
}

function waiting(ctx, queue, alarms, to) {
  const list = h("ul", {});
  if (queue?.waiting) put(list, h("li", {}, h("a", { href: to("review") }, say("overview.review", { n: count(queue.waiting) }))));
  for (const one of alarms) put(list, h("li", {}, h("a", { href: to("health") }, say("overview.alarm"), " ", h("bdi", {}, named("number", one.number)))));
  return [h("h3", {}, say("overview.waits")), list.children.length ? list : h("p", { class: "quiet" }, say("overview.nothing"))];
}
