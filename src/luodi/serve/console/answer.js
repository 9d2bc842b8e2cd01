// A question in, an answer out: its words marked in the passage they stand in, or that there is none.
import { post } from "/console/api.js";
import { button, field, h, show, user } from "/console/dom.js";
import { empty, skeleton, trouble } from "/console/parts.js";
import { ms, say, share } from "/console/say.js";

export function answering(ctx, body, about) {
  const examples = about.examples || [];
  const finds = examples.some((one) => !one.passage);
  const question = h("input", { type: "search", required: true, autocomplete: "off", dir: "auto" });
  const write = h("input", { type: "checkbox" });
  const passage = h("textarea", { rows: 6, required: !finds, dir: "auto" });
  const out = h("div", { class: "outcome", "aria-live": "polite" }, empty(say("answer.empty"), say(finds ? "answer.empty.found" : "answer.empty.given")));
  const form = h("form", { class: "grid", onsubmit: async (event) => {
    event.preventDefault();
    show(out, skeleton());
    const started = performance.now();
    try {
      const asked = { question: question.value, passage: passage.value, ...(write.checked ? { write: true } : {}) };
      const found = (await post(`${ctx.base}/explain`, asked)).answer;
      show(out, outcome(found, asked.passage), h("p", { class: "quiet" }, say("try.took", { ms: ms(performance.now() - started) })));
    } catch (error) {
      show(out, trouble(error));
    }
  } }, field(say("search.query"), question), field(say("answer.passage"), passage, finds ? say("answer.passage.found") : null), about.writes ? h("label", { class: "check" }, write, " ", say("answer.write")) : null, h("div", { class: "actions" }, h("button", { class: "primary" }, say("answer.go"))));
  const fill = (one) => () => { question.value = one.question; passage.value = one.passage || ""; form.requestSubmit(); };
  show(body, form, examples.length ? h("div", { class: "examples" }, h("h3", {}, say("try.examples")), examples.map((one) => button(user(one.question), fill(one), { kind: "example" }))) : null, out);
}

function outcome(found, given) {
  const sure = h("p", { class: "quiet" }, say("answer.score", { share: share(found.score) }), found.handed_over ? ` · ${say("answer.handed")}` : "");
  const others = found.others.filter((one) => one.end > one.start);
  const more = others.length ? h("details", {}, h("summary", {}, say("answer.others")), h("ol", { class: "items" }, others.map((one) => place({ ...one, answer: one.text }, given)))) : null;
  const said = found.written ? [written(found.written, given), h("h3", {}, say("answer.read"))] : null;
  if (!found.answer) return [said, h("p", { class: "sentence none" }, say(given ? "answer.none.given" : "answer.none.found")), sure, more];
  return [said, user(found.answer, "p", "sentence"), sure, h("ol", { class: "items" }, place(found, given)), more];
}

// What a language model wrote: each sentence unfolds to the words that hold it up.
function written(draft, given) {
  const left = draft.left_out ? h("p", { class: "quiet" }, say("answer.left", { n: draft.left_out })) : null;
  if (draft.fault) return h("p", { class: "quiet" }, say("answer.fault", { fault: draft.fault }));
  if (!draft.sentences.length) return [h("p", { class: "sentence none" }, say("answer.unwritten")), left];
  return [draft.sentences.map((one) => h("details", { class: "written" }, h("summary", {}, user(one.text, "span", "sentence")), h("ol", { class: "items" }, place(one, given)))), left];
}

function place(one, given) {
  const from = one.source;
  const where = from ? h("span", { class: "item" }, user(from.title || from.document, "b"), from.heading ? [" ", user(from.heading, "span", "quiet")] : null) : null;
  const start = one.start + (from ? from.start : 0);
  const at = h("span", { class: "quiet" }, from ? user(from.document, "code") : "", from?.page ? ` · ${say("search.page", { n: from.page })}` : "", ` · ${say("search.place", { start, end: start + one.end - one.start })}${one.score === undefined ? "" : ` · ${share(one.score)}`}`);
  return h("li", { class: "hit" }, where, at, h("p", { class: "user passage", dir: "auto" }, marked(from ? from.text : given, one.start, one.end)));
}

// The places count characters, of which some are two units of a string here.
function marked(text, start, end) {
  const letters = Array.from(text);
  return [letters.slice(0, start).join(""), h("mark", {}, letters.slice(start, end).join("")), letters.slice(end).join("")];
}
