// Try a text, and see why. For a recommender: try a visitor; for a search or a reader, a question; for what writes, a text.
import { post } from "/console/api.js";
import { bar, gauge } from "/console/charts.js";
import { button, choices, field, h, show, user } from "/console/dom.js";
import { empty, section, skeleton, trouble } from "/console/parts.js";
import { figure, ms, say, share } from "/console/say.js";
import { recommender } from "/console/recommender.js";
import { search } from "/console/search.js";
import { answering } from "/console/answer.js";
import { writing } from "/console/writing.js";
import { textOf } from "/console/live.js";

export default async function playground(ctx, body) {
  const about = await ctx.get(ctx.base);
  if (about.task === "semantic-search") search(ctx, body, about);
  else if (about.kind === "extract") answering(ctx, body, about);
  else if (about.kind === "generate") writing(ctx, body, about);
  else if (about.kind === "rank") recommender(ctx, body, about);
  else tryText(ctx, body, about);
}

function tryText(ctx, body, about) {
  const examples = about.examples || [];
  const fieldOf = Object.keys(examples[0] || { text: "" })[0];
  const input = h("textarea", { rows: 4, required: true, placeholder: say("try.placeholder"), dir: "auto", "aria-label": say("try.text") });
  const out = h("div", { class: "outcome", "aria-live": "polite" }, empty(say("try.empty"), say("try.empty.about")));
  const go = h("button", { class: "primary" }, h("kbd", { "aria-hidden": "true" }, "Ctrl ⏎"), say("try.go"));
  let asked = 0;
  async function answer(label = null) {
    const turn = (asked += 1);
    const request = { ...(examples.find((one) => textOf(one) === input.value) || {}), [fieldOf]: input.value };
    go.disabled = true;
    if (!label) show(out, skeleton());
    const started = performance.now();
    try {
      const found = await post(`${ctx.base}/explain${label ? `?label=${encodeURIComponent(label)}` : ""}`, request);
      if (turn === asked) show(out, outcome(found, about, performance.now() - started, answer));
    } catch (error) {
      if (turn === asked) show(out, trouble(error));
    }
    go.disabled = false;
  }
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); } });
  const form = h("form", { onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) answer(); } }, input,
    h("div", { class: "actions" }, go, button(say("try.clear"), () => { input.value = ""; input.focus(); })));
  show(body, form, examples.length ? h("div", { class: "examples" }, h("h3", {}, say("try.examples")), examples.map((one) => button(user(textOf(one)), () => { input.value = one[fieldOf]; form.requestSubmit(); }, { kind: "example" }))) : null, out, h("p", { class: "note" }, say("try.unkept")));
  input.focus();
}

function outcome(found, about, took, again) {
  const { answer } = found;
  const threshold = about.promise?.threshold;
  const confidence = found.confidence;
  const several = about.kind === "tag";
  const reason = !about.promise ? say("try.nopromise") : !answer.handed_over ? say("try.alone", { confidence: share(confidence, 1), threshold: share(threshold, 1), precision: share(about.promise.precision) })
    : threshold === null ? say("try.never", { precision: share(about.promise.precision) }) : say("try.handed", { confidence: share(confidence, 1), threshold: share(threshold, 1), precision: share(about.promise.precision) });
  const given = several ? answer.labels : [answer.label];
  return [
    h("div", { class: "given" }, h("p", { class: "quiet" }, say(several ? "try.labels" : "try.answer")), h("p", { class: "word" }, given.length ? given.map((one, n) => [n ? ", " : "", user(one)]) : say("try.nolabel")),
      h("p", { class: answer.handed_over ? "handed" : "" }, answer.handed_over ? h("span", { class: "tag warn" }, say("live.handed")) : about.promise ? h("span", { class: "tag good" }, say("live.alone")) : null, " ", reason),
      about.promise && threshold !== null && h("div", { class: "sure" }, gauge({ value: confidence, mark: threshold, bound: 1, from: 0, to: 1, good: answer.handed_over ? "look" : "fine" })),
      h("p", { class: "quiet facts" }, say("try.took", { ms: ms(found.latency_ms ?? took) }), found.truncated ? ` · ${say("requests.cut")}` : "")),
    section(say("try.why"), say(`try.why.${found.method}`, { label: "" }), why(found)),
    section(say("try.scores"), say(several ? "try.scores.tag" : "try.scores.about"), scores(answer.scores, found.label, again)),
  ];
}

// Tones 1 to 5 by the share of the strongest weight. What colour says, the title and the list below say in words.
function why(found) {
  const top = Math.max(1e-9, ...found.tokens.map((one) => Math.abs(one.weight)));
  const points = Array.from(found.text);
  const made = [];
  let at = 0;
  for (const one of found.tokens) {
    if (one.start > at) made.push(points.slice(at, one.start).join(""));
    const tone = Math.round((5 * Math.abs(one.weight)) / top);
    made.push(tone ? h("mark", { class: `${one.weight > 0 ? "for" : "against"} t${tone}`, title: `${one.weight > 0 ? "+" : "−"}${figure(Math.abs(one.weight), 2)}` }, one.text) : one.text);
    at = one.end;
  }
  made.push(points.slice(at).join(""));
  const ranked = [...found.tokens].filter((one) => Math.abs(one.weight) > 0.02 * top).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, 8);
  const list = (title, some, kind) => some.length ? h("div", {}, h("h3", {}, title), h("ul", { class: "weights" }, some.map((one) => h("li", {}, user(one.text), h("span", { class: `num ${kind}` }, `${one.weight > 0 ? "+" : "−"}${figure(Math.abs(one.weight), 2)}`))))) : null;
  return [h("p", { class: "why" }, say("try.why.label"), " ", user(found.label, "b")), h("blockquote", { class: "tokens user", dir: "auto" }, made),
    h("div", { class: "two" }, list(say("try.for"), ranked.filter((one) => one.weight > 0), "met"), list(say("try.against"), ranked.filter((one) => one.weight < 0), "missed"))];
}

function scores(all, label, again) {
  const list = Object.entries(all).sort((a, b) => b[1] - a[1]);
  const rows = (some) => h("div", { class: "scores" }, some.map(([name, p]) => [button(user(name), () => again(name), { kind: `scorename${name === label ? " on" : ""}`, "aria-pressed": String(name === label), title: say("try.whythis") }), bar(p), h("span", { class: "num" }, share(p, 1))]));
  return [rows(list.slice(0, 8)), list.length > 8 && h("details", {}, h("summary", {}, say("more", { n: list.length - 8 })), rows(list.slice(8)))];
}
