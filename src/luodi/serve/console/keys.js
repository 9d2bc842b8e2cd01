// Who may ask, and what: keys of the service.
import { api, get, post } from "/console/api.js";
import { ask, button, field, h, put, show, table, user } from "/console/dom.js";
import { empty, section, skeleton, told } from "/console/parts.js";
import { ago, count, exact, say } from "/console/say.js";

const SCOPES = ["predict", "feedback", "review", "admin"];

export default async function keys(ctx, body) {
  const list = h("div", {}, skeleton());
  const fresh = h("div", {});
  const said = told();
  const load = async () => show(list, listed((await get("/keys", ctx.signal)).keys, act));
  async function act(question, work) {
    if (!await ask({ ...question, no: say("no") })) return;
    said.clear();
    try {
      const made = await work();
      if (made?.key) show(fresh, once(made));
      else said.good(question.done);
      await load();
    } catch (error) {
      said.bad(error);
    }
  }
  show(body, fresh, said.node, section(say("keys.all"), say("keys.about"), list), section(say("keys.new"), say("keys.new.about"), creating(fresh, said, load)));
  await load();
}

function once(made) {
  const copied = h("span", { class: "quiet", role: "status" });
  const value = h("input", { readonly: true, value: made.key, class: "secret", "aria-label": say("keys.key"), onfocus: (event) => event.target.select() });
  const copy = button(say("keys.copy"), async () => {
    try { await navigator.clipboard.writeText(made.key); copied.textContent = say("keys.copied"); } catch { value.select(); copied.textContent = say("keys.copyhand"); }
  }, { kind: "primary" });
  const card = h("div", { class: "once", role: "alert" }, h("p", {}, h("b", {}, say("keys.once"))), h("div", { class: "pair" }, value, copy, button(say("keys.done"), () => card.remove())), copied);
  return card;
}

function creating(fresh, said, load) {
  const name = h("input", { required: true, maxlength: 100, autocomplete: "off" });
  const boxes = SCOPES.map((one) => h("input", { type: "checkbox", value: one, checked: one === "predict" }));
  const rate = h("input", { type: "number", min: 1, placeholder: say("keys.unlimited") });
  const days = h("input", { type: "number", min: 1, placeholder: say("keys.forever") });
  const form = h("form", { class: "grid", onsubmit: async (event) => {
    event.preventDefault();
    said.clear();
    const scopes = boxes.filter((one) => one.checked).map((one) => one.value);
    try {
      show(fresh, once(await post("/keys", { name: name.value.trim(), scopes, per_minute: rate.value ? Number(rate.value) : null, days: days.value ? Number(days.value) : null })));
      form.reset();
      fresh.scrollIntoView({ block: "center" });
      await load();
    } catch (error) {
      said.bad(error);
      said.node.scrollIntoView({ block: "center" });
    }
  } }, field(say("keys.name"), name, say("keys.name.about")),
  h("fieldset", { class: "scopes" }, h("legend", {}, say("keys.scopes")), SCOPES.map((one, n) => h("label", { class: "check" }, boxes[n], h("span", {}, h("b", {}, one), h("small", {}, say(`scope.${one}`)))))),
  field(say("keys.rate"), rate), field(say("keys.days"), days), h("div", { class: "actions" }, h("button", { class: "primary" }, say("keys.create"))));
  return form;
}

function listed(all, act) {
  if (!all.length) return empty(say("keys.none"), say("keys.none.about"));
  const now = Date.now() / 1000;
  const valid = (one) => !one.revoked_at && (!one.expires_at || one.expires_at > now);
  const state = (one) => (one.revoked_at ? [say("keys.revoked"), h("small", {}, ago(one.revoked_at))] : one.expires_at && one.expires_at <= now ? say("keys.expired") : [h("span", { class: "met" }, say("keys.valid")), one.expires_at ? h("small", { title: exact(one.expires_at) }, say("keys.until", { when: new Date(one.expires_at * 1000).toISOString().slice(0, 10) })) : null]);
  const buttons = (one) => valid(one) && h("div", { class: "actions tight" },
    button(say("keys.rotate"), () => act({ title: say("keys.rotate.title"), body: h("p", {}, say("keys.rotate.body", { name: one.name })), yes: say("keys.rotate") }, () => post(`/keys/${encodeURIComponent(one.id)}/rotate`, {}))),
    button(say("keys.revoke"), () => act({ title: say("keys.revoke.title"), body: h("p", {}, say("keys.revoke.body", { name: one.name })), yes: say("keys.revoke"), kind: "danger", done: say("keys.revoke.done") }, () => api("DELETE", `/keys/${encodeURIComponent(one.id)}`)), { kind: "danger" }));
  const columns = [{ name: say("keys.name") }, { name: say("keys.scopes") }, { name: say("keys.rate"), kind: "num" }, { name: say("keys.made") }, { name: say("keys.used") }, { name: say("keys.state") }, { name: "" }];
  const row = (one) => ({ props: { class: valid(one) ? "" : "over" }, cells: [user(one.name), one.scopes.map((each) => h("span", { class: "tag" }, each)), one.per_minute ? count(one.per_minute) : "–", h("span", { title: exact(one.created_at) }, ago(one.created_at)), one.last_used_at ? ago(one.last_used_at) : "–", state(one), buttons(one)] });
  return put(h("div", {}), table(columns, [...all].sort((a, b) => valid(b) - valid(a) || b.created_at - a.created_at).map(row), { label: say("keys.all"), kind: "stack" }));
}
