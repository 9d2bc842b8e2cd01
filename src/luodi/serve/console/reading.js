// An answer out of a passage, to be judged: it is marked where it stands, and the right words are marked over it.
import { h, user } from "/console/dom.js";
import { say } from "/console/say.js";

const RIGHT = "answered";
const NONE = "no answer";

export const choicesOf = (one) => (one.answer ? [RIGHT, NONE] : [NONE]);
export const nameOf = (label) => (label === RIGHT ? say("review.answered") : label === NONE ? say("review.noanswer") : label);

// Two parts: what is to be judged, and where the right words are kept.
export function reading(one, decide) {
  const words = h("input", { type: "text", class: "words", maxlength: 500, autocomplete: "off", spellcheck: "false", dir: "auto", "aria-label": say("review.words"), placeholder: say(one.request.passage ? "review.words.mark" : "review.words") });
  const take = (event) => {
    const chosen = document.getSelection();
    if (chosen && !chosen.isCollapsed && event.currentTarget.contains(chosen.anchorNode) && event.currentTarget.contains(chosen.focusNode)) words.value = String(chosen).trim();
  };
  const letters = Array.from(one.request.passage || "");
  const shown = one.answer ? [letters.slice(0, one.start).join(""), h("mark", {}, letters.slice(one.start, one.end).join("")), letters.slice(one.end).join("")] : one.request.passage;
  return [[
    user(one.request.question, "blockquote"),
    letters.length ? h("p", { class: "user passage", dir: "auto", onpointerup: take, onkeyup: take, tabindex: 0 }, shown) : null,
  ], [
    h("form", { class: "telling", onsubmit: (event) => { event.preventDefault(); if (words.value.trim()) decide(words.value.trim()); } }, words, h("button", {}, say("review.words.keep"))),
  ]];
}
