// Does the verdict still hold: the numbers with their bounds, alarms, texts to look at.
import { gauge } from "/console/charts.js";
import { h, show, table, user } from "/console/dom.js";
import { empty, section, skeleton, state } from "/console/parts.js";
import { ago, between, exact, named, say, short } from "/console/say.js";

export default async function health(ctx, body) {
  const place = h("div", {}, skeleton());
  show(body, place);
  await ctx.every(10, async () => show(place, page(await ctx.get(`${ctx.base}/health`))));
}

function page(found) {
  const open = found.alarms.filter((one) => !one.ended_at);
  const moved = found.numbers.filter((one) => one.state === "stop" || one.state === "look");
  const lead = moved.length ? say("health.moved", { names: moved.map((one) => named("number", one.name)).join(say("and")) }) : say("health.calm");
  return [
    h("div", { class: `verdict ${found.state}` }, h("p", { class: "word" }, state(found.state)), h("p", { class: "sentence" }, found.numbers.length ? lead : say("health.early"))),
    section(say("health.numbers"), say("health.numbers.about"), found.numbers.length ? numbers(found.numbers) : empty(say("health.none"), say("health.none.about"))),
    section(say("health.alarms"), say("health.alarms.about"), found.alarms.length ? alarms(found.alarms) : empty(say("health.quiet"), "")),
    found.texts?.length ? section(say("health.texts"), say("health.texts.about"), h("ul", { class: "texts" }, found.texts.map((one) => h("li", {}, user(one.text, "blockquote"), h("p", { class: "quiet" }, user(one.why, "span")))))) : null,
    found.alarms.length && !open.length ? h("p", { class: "note" }, say("health.footer")) : null,
  ];
}

function numbers(list) {
  const columns = [{ name: say("health.number") }, { name: say("health.value"), kind: "num" }, { name: say("health.expected"), kind: "num" }, { name: say("health.bound"), kind: "num" }, { name: "", kind: "wide" }, { name: say("health.state") }];
  return table(columns, list.map((one) => [
    [named("number", one.name), one.about && h("small", { dir: "auto" }, one.about)],
    [short(one.value), one.interval && h("small", {}, between(one.interval[0], one.interval[1], short))],
    short(one.expected), short(one.bound),
    gauge({ value: one.value, low: one.interval?.[0], high: one.interval?.[1], mark: one.expected, bound: one.bound, good: one.state }),
    state(one.state)]), { label: say("health.numbers"), kind: "stack" });
}

function alarms(list) {
  return h("ol", { class: "alarms" }, [...list].sort((a, b) => b.at - a.at).map((one) => h("li", { class: one.ended_at ? "over" : "" },
    state(one.level), h("div", {}, h("b", {}, named("number", one.number)), " ", h("span", { class: "quiet", title: exact(one.at) }, ago(one.at), one.ended_at ? ` · ${say("health.ended", { when: ago(one.ended_at) })}` : ""),
      h("p", { class: "note" }, details(one.details))))));
}

function details(value) {
  if (typeof value === "string") return user(value, "span");
  return Object.entries(value || {}).filter(([, one]) => one !== null && typeof one !== "object").map(([key, one]) => h("span", { class: "fact" }, named("number", key), " ", h("b", {}, typeof one === "number" ? short(one) : user(one))));
}
