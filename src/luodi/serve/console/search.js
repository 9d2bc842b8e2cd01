// A question in, passages out: each with its place in the source, and the words that were asked for.
import { post } from "/console/api.js";
import { button, field, h, show, user } from "/console/dom.js";
import { empty, skeleton, trouble } from "/console/parts.js";
import { figure, ms, say } from "/console/say.js";

export function search(ctx, body, about) {
  const query = h("input", { type: "search", required: true, autocomplete: "off", dir: "auto" });
  const k = h("input", { type: "number", min: 1, max: 100, value: "10" });
  const out = h("div", { class: "outcome", "aria-live": "polite" }, empty(say("search.empty"), say("search.empty.about")));
  const form = h("form", { class: "grid", onsubmit: async (event) => {
    event.preventDefault();
    show(out, skeleton());
    const started = performance.now();
    try {
      const found = await (await post(`${ctx.base}/explain`, { query: query.value, k: Number(k.value) })).answer;
      show(out, found.hits.length ? h("ol", { class: "items" }, found.hits.map(hit)) : empty(say("search.none"), ""), h("p", { class: "quiet" }, say("try.took", { ms: ms(performance.now() - started) })));
    } catch (error) {
      show(out, trouble(error));
    }
  } }, field(say("search.query"), query), field(say("rec.k"), k), h("div", { class: "actions" }, h("button", { class: "primary" }, say("search.go"))));
  const examples = (about.examples || []).filter((one) => one.query).map((one) => button(user(one.query), () => { query.value = one.query; form.requestSubmit(); }, { kind: "example" }));
  show(body, form, examples.length ? h("div", { class: "examples" }, h("h3", {}, say("try.examples")), examples) : null, out);
}

const hit = (one) => h("li", { class: "hit" },
  h("span", { class: "item" }, user(one.title || one.document || one.id, "b"), one.heading ? [" ", user(one.heading, "span", "quiet")] : null),
  h("span", { class: "quiet" }, place(one)),
  h("span", { class: "num quiet" }, figure(one.score, 2)),
  h("p", { class: "user passage", dir: "auto" }, marked(one.text, one.highlights || [])));

// Of a document without a title, its name stands above already.
const place = (one) => [
  one.title && one.title !== one.document ? [user(one.document, "code"), " · "] : "",
  one.page ? `${say("search.page", { n: one.page })} · ` : "",
  say("search.place", { start: one.start, end: one.end }),
];

// The places count characters, of which some are two units of a string here.
function marked(text, places) {
  const letters = Array.from(text);
  const parts = [];
  let at = 0;
  for (const [start, end] of places) {
    if (start < at) continue;
    parts.push(letters.slice(at, start).join(""), h("mark", {}, letters.slice(start, end).join("")));
    at = end;
  }
  return [...parts, letters.slice(at).join("")];
}
