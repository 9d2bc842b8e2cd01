// Elements are made of data by these functions alone: text becomes a text node, never markup; a link stays in the house.
const SVG = "http://www.w3.org/2000/svg";
const OURS = /^(#|\/(?!\/))/;
const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "hidden", "open"]);

export const h = (name, props, ...children) => filled(document.createElement(name), props, children);
export const s = (name, props, ...children) => filled(document.createElementNS(SVG, name), props, children);

function filled(node, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (key === "vars") for (const [name, one] of Object.entries(value)) node.style.setProperty(name, one);
    else if (PROPERTIES.has(key)) node[key] = value;
    else if (/^on|^style$|^srcdoc$/.test(key)) throw new Error(`no ${key} from data`);
    else if (/^(href|src)$/.test(key) && !OURS.test(value)) throw new Error("a link that leaves the house");
    else node.setAttribute(key, value === true ? "" : value);
  }
  return put(node, children);
}

export function put(node, ...children) {
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

export function show(node, ...children) {
  node.replaceChildren();
  return put(node, ...children);
}

// What people or models wrote: with its own direction, kept apart from our words.
export const user = (text, name = "bdi", kind = "") => h(name, { class: `user ${kind}`.trim(), dir: "auto" }, String(text ?? ""));

export function table(columns, rows, { label, kind = "" } = {}) {
  return h("div", { class: `scroll ${kind}`, tabindex: 0, role: "group", "aria-label": label },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((one) => h("th", { scope: "col", class: one.kind }, one.name)))),
      h("tbody", {}, rows.map((row) => h("tr", row.props || {}, (row.cells || row).map((cell, n) => {
        const at = { class: columns[n].kind, "data-name": columns[n].name };
        return n ? h("td", at, cell) : h("th", { scope: "row", ...at }, cell);
      }))))));
}

export function button(text, onclick, { kind = "", key = "", ...more } = {}) {
  return h("button", { type: "button", class: kind, onclick, ...more }, key && h("kbd", { "aria-hidden": "true" }, key), text);
}

export function choices(options, chosen, onchoose, label) {
  const made = options.map(([value, text]) => h("button", {
    type: "button", "aria-pressed": String(value === chosen),
    onclick: () => {
      for (const one of made) one.setAttribute("aria-pressed", String(one === made[options.findIndex((o) => o[0] === value)]));
      onchoose(value);
    },
  }, text));
  return h("div", { class: "choices", role: "group", "aria-label": label }, made);
}

export const field = (text, input, note) => h("label", { class: "field" }, h("span", {}, text), input, note && h("small", {}, note));

// A question with its consequence; resolves to true when the person says so.
export function ask({ title, body, yes, no, kind = "primary" }) {
  return new Promise((resolve) => {
    const close = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const sure = button(yes, () => close(true), { kind });
    const dialog = h("dialog", { "aria-labelledby": "asked", oncancel: (event) => { event.preventDefault(); close(false); } },
      h("h2", { id: "asked" }, title), h("div", { class: "said" }, body),
      h("div", { class: "actions end" }, button(no, () => close(false)), sure));
    document.body.append(dialog);
    dialog.showModal();
    sure.focus();
  });
}
