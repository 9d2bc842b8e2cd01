// A visitor or a session in, items with their reasons out.
import { post } from "/console/api.js";
import { button, field, h, show, user } from "/console/dom.js";
import { empty, skeleton, trouble } from "/console/parts.js";
import { figure, ms, say } from "/console/say.js";

export function recommender(ctx, body, about) {
  const text = () => h("input", { autocomplete: "off", spellcheck: "false", dir: "auto" });
  const [visitor, session, less, exclude, categories] = Array.from({ length: 5 }, text);
  const variety = h("input", { type: "range", min: 0, max: 0.9, step: 0.1, value: "0" });
  const k = h("input", { type: "number", min: 1, max: 100, value: "10" });
  const cells = Object.entries(about.columns || {}).map(([name, columns]) => [name, columns.map((one) => [one, text()])]);
  const filled = (pairs) => Object.fromEntries(pairs.map(([one, input]) => [one, input.value.trim()]).filter(([, value]) => value));
  const list = (one) => one.value.split(/[,，]/).map((each) => each.trim()).filter(Boolean);
  const out = h("div", { class: "outcome", "aria-live": "polite" }, empty(say("rec.empty"), say("rec.empty.about")));
  const form = h("form", { class: "grid", onsubmit: async (event) => {
    event.preventDefault();
    show(out, skeleton());
    const asked = { user: visitor.value, session: list(session), less_like: list(less), exclude: list(exclude), categories: list(categories), diversity: Number(variety.value), k: Number(k.value), ...Object.fromEntries(cells.map(([name, pairs]) => [name, filled(pairs)])) };
    const started = performance.now();
    try {
      const found = await (await post(`${ctx.base}/explain`, asked)).answer;
      show(out, found.items.length ? items(found.items) : empty(say("rec.none"), ""), h("p", { class: "quiet" }, say("try.took", { ms: ms(performance.now() - started) })));
    } catch (error) {
      show(out, trouble(error));
    }
  } }, field(say("rec.visitor"), visitor), field(say("rec.session"), session, say("rec.commas")), field(say("rec.less"), less), field(say("rec.exclude"), exclude), field(say("rec.categories"), categories), field(say("rec.variety"), variety), field(say("rec.k"), k), cells.flatMap(([name, pairs]) => pairs.map(([one, input]) => field(user(one, "span"), input, say(`rec.${name}`)))), h("div", { class: "actions" }, h("button", { class: "primary" }, say("rec.go"))));
  const examples = (about.examples || []).filter((one) => one.user).map((one) => button(user(one.user), () => { visitor.value = one.user; form.requestSubmit(); }, { kind: "example" }));
  show(body, form, examples.length ? h("div", { class: "examples" }, h("h3", {}, say("try.examples")), examples) : null, out);
}

const because = (one) => say(`because.${one.because || "popular"}`, { via: (one.via || []).join(", "), shared: Object.entries(one.shared || {}).map((each) => each.join(" = ")).join(", ") });

const items = (list) => h("ol", { class: "items" }, list.map((one) => h("li", {}, h("span", { class: "item" }, user(one.title || one.id, "b"), one.title ? [" ", h("code", { class: "id" }, one.id)] : null), h("span", { class: "quiet" }, user(because(one), "span")), h("span", { class: "num quiet" }, figure(one.score, 2)))));
