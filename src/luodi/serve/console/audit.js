// Who changed what, in a chain that shows whether anything was altered since; and everything as files.
import { choices, h, show, table, user, button } from "/console/dom.js";
import { of } from "/console/api.js";
import { empty, section, skeleton, trouble } from "/console/parts.js";
import { exact, named, say } from "/console/say.js";

export default async function audit(ctx, body) {
  const place = h("div", {}, skeleton());
  const mark = h("div", {});
  const more = h("div", { class: "actions" });
  let entries = [];
  const load = async (before = "") => {
    const found = await ctx.get(`/audit?limit=50${before ? `&before=${before}` : ""}`);
    entries = [...entries, ...found.entries];
    show(mark, h("p", { class: found.intact ? "chain met" : "chain missed" }, h("span", { "aria-hidden": "true" }, found.intact ? "✓ " : "✕ "), say(found.intact ? "audit.intact" : "audit.broken")));
    show(place, entries.length ? listed(entries) : empty(say("audit.none"), say("audit.none.about")));
    show(more, found.entries.length === 50 ? button(say("requests.more"), () => load(entries.at(-1).seq).catch((error) => show(more, trouble(error)))) : null);
  };
  show(body, mark, section(say("audit.trail"), say("audit.about"), place, more), section(say("export"), say("export.about"), files(ctx)));
  await load();
}

const details = (value) => Object.entries(value || {}).map(([key, one]) => h("span", { class: "fact" }, key, " ", user(typeof one === "object" ? JSON.stringify(one) : one)));

const listed = (entries) => table([{ name: say("audit.when") }, { name: say("audit.who") }, { name: say("audit.what") }, { name: say("audit.subject") }, { name: say("audit.details") }],
  entries.map((one) => [exact(one.at), user(one.actor), h("b", {}, named("action", one.action)), user(one.subject), details(one.details)]), { label: say("audit.trail"), kind: "stack" });

function files(ctx) {
  const kinds = ["requests", "feedback", "reviews"];
  const link = (name, what, format) => h("a", { href: `${of(name)}/export?what=${what}&format=${format}`, download: `${name}-${what}.${format}` }, format.toUpperCase());
  return table([{ name: say("nav.scenario") }, ...kinds.map((one) => ({ name: say(`export.${one}`) }))], ctx.scenarios.map((one) => [user(one.name), ...kinds.map((what) => h("span", { class: "pair" }, link(one.name, what, "csv"), link(one.name, what, "jsonl")))]), { label: say("export"), kind: "stack" });
}
