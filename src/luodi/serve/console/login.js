// Paste a key, be let in.
import { post } from "/console/api.js";
import { field, h, put } from "/console/dom.js";
import { told } from "/console/parts.js";
import { say } from "/console/say.js";

export function login(main, enter) {
  const input = h("input", { type: "password", autocomplete: "current-password", required: true, spellcheck: "false", name: "key" });
  const go = h("button", { class: "primary" }, say("login.go"));
  const said = told();
  const form = h("form", {
    class: "login",
    onsubmit: async (event) => {
      event.preventDefault();
      go.disabled = true;
      said.clear();
      try {
        await post("/session", { key: input.value.trim() });
        await enter();
      } catch (error) {
        said.bad(error);
        input.select();
      }
      go.disabled = false;
    },
  },
  h("p", { class: "mark large" }, "luodi", h("span", { lang: "zh" }, "落地")), h("h1", {}, say("login.title")), h("p", { class: "note" }, say("login.about")),
  field(say("login.key"), input), h("div", { class: "actions" }, go), said.node);
  put(main, form);
  input.focus();
}
