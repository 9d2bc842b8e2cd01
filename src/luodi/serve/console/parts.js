// What several pages show: waiting, nothing there, trouble, states, numbers in a row.
import { button, h } from "/console/dom.js";
import { say } from "/console/say.js";

export const skeleton = (n = 4) => h("div", { class: "skeleton", role: "status", "aria-label": say("loading") }, Array.from({ length: n }, () => h("span", {})));

export const empty = (title, about, ...more) => h("div", { class: "empty" }, h("p", { class: "sentence" }, title), about && h("p", { class: "note" }, about), more);

export function trouble(error, again, lead = "") {
  const known = error.status !== undefined;
  const detail = known && error.status === 0 ? say("error.unreachable") : known ? error.message : say("error.ours");
  const fix = known && error.status === 0 ? say("error.unreachable.fix") : known ? error.fix : `${error.name}: ${error.message}`;
  return h("div", { class: "trouble", role: "alert" }, lead && h("p", { class: "quiet" }, lead),
    h("p", {}, h("strong", { dir: "auto" }, detail)), fix && h("p", { dir: "auto" }, fix), again && button(say("again"), again));
}

// A line under a form in which the outcome is told.
export function told() {
  const node = h("p", { class: "told", role: "status" });
  return {
    node,
    clear: () => node.replaceChildren(),
    good: (text) => { node.className = "told good"; node.replaceChildren(text); },
    bad: (error) => { node.className = "told bad"; node.replaceChildren(trouble(error)); },
  };
}

const SIGNS = { fine: "✓", look: "!", stop: "✕" };
export const state = (one) => h("span", { class: `state ${one in SIGNS ? one : "none"}` }, h("span", { "aria-hidden": "true" }, SIGNS[one] || "–"), " ", one in SIGNS ? say(`state.${one}`) : say("state.none"));

export const tiles = (list) => h("dl", { class: "tiles" }, list.map(([name, value, note, kind = ""]) => h("div", { class: kind }, h("dt", {}, name), h("dd", {}, value), note && h("dd", { class: "small" }, note))));

export const section = (title, lead, ...body) => h("section", {}, h("div", { class: "head" }, h("h2", {}, title), lead && h("p", { class: "note" }, lead)), h("div", { class: "body" }, body));
export const stamp = (id) => h("code", { class: "id", title: id }, String(id ?? "").slice(0, 10));
