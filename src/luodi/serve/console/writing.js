// A text in, a text out: a translation or a summary, with what was noticed about it and the places it rests on.
import { post } from "/console/api.js";
import { button, field, h, show, user } from "/console/dom.js";
import { empty, skeleton, trouble } from "/console/parts.js";
import { ms, say, share } from "/console/say.js";
import { textOf } from "/console/live.js";

export function writing(ctx, body, about) {
  const examples = about.examples || [];
  const asks = "query" in (examples[0] || {});
  const text = h("textarea", { rows: 8, required: true, dir: "auto" });
  const query = h("input", { type: "search", autocomplete: "off", dir: "auto" });
  const out = h("div", { class: "outcome", "aria-live": "polite" }, empty(say("write.empty"), say("write.empty.about")));
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    show(out, skeleton());
    const started = performance.now();
    try {
      const asked = { text: text.value, ...(query.value ? { query: query.value } : {}) };
      const found = (await post(`${ctx.base}/explain`, asked)).answer;
      show(out, outcome(found), h("p", { class: "quiet" }, say("try.took", { ms: ms(performance.now() - started) })));
    } catch (error) {
      show(out, trouble(error));
    }
  } }, field(say("try.text"), text), asks ? field(say("write.query"), query, say("write.query.about")) : null, h("div", { class: "actions" }, h("button", { class: "primary" }, say("write.go"))));
  const fill = (one) => () => { text.value = one.text; query.value = one.query || ""; form.requestSubmit(); };
  show(body, form, examples.length ? h("div", { class: "examples" }, h("h3", {}, say("try.examples")), examples.map((one) => button(user(shorten(textOf(one))), fill(one), { kind: "example" }))) : null, out, h("p", { class: "note" }, say("try.unkept")));
}

function outcome(found) {
  const sure = h("p", { class: found.handed_over ? "handed" : "quiet" }, say("answer.score", { share: share(found.score) }), found.handed_over ? ` · ${say("answer.handed")}` : "");
  const doubts = found.unsupported?.length ? found.unsupported.map((one) => [say(`flag.${one.kind}`), user(one.text)]) : (found.flags || []).map((one) => [say(`flag.${one}`)]);
  return [
    paragraphs(found.translation ?? found.summary),
    sure,
    doubts.length ? h("div", {}, h("h3", {}, say("write.doubts")), doubts.map(([kind, what]) => h("p", {}, h("span", { class: "tag warn" }, kind), " ", what))) : null,
    list("write.decisions", found.decisions),
    list("write.actions", found.actions?.map((one) => ({ ...one.sentence, owner: one.owner, due: one.due }))),
    found.sections?.length ? h("div", {}, h("h3", {}, say("write.sections")), found.sections.map((one) => h("details", { class: "written" }, h("summary", {}, user(one.heading || "…")), (one.sentences || []).map((each) => user(each.text, "p"))))) : null,
    list("write.places", found.sentences, true),
  ];
}

// Line breaks are part of a translation.
function paragraphs(text) {
  return text ? text.split("\n").map((line) => user(line, "p", "sentence")) : h("p", { class: "sentence none" }, say("write.nothing"));
}

function list(title, some, folded = false) {
  if (!some?.length) return null;
  const rows = h("ol", { class: "items" }, some.map((one) => h("li", { class: "hit" }, user(one.text, "p"), h("span", { class: "quiet" }, where(one)))));
  return folded ? h("details", {}, h("summary", {}, say(title)), rows) : h("div", {}, h("h3", {}, say(title)), rows);
}

function where(one) {
  const parts = [];
  if (one.owner) parts.push(say("write.owner", { name: one.owner }));
  if (one.due) parts.push(say("write.due", { when: one.due }));
  if (one.speaker) parts.push(one.speaker);
  if (one.heading) parts.push(one.heading);
  if (one.page) parts.push(say("search.page", { n: one.page }));
  parts.push(say("search.place", { start: one.start, end: one.end }));
  return user(parts.join(" · "), "span");
}

const shorten = (text) => text.length > 120 ? `${text.slice(0, 120)}…` : text;
