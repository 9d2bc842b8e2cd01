// The frame: who is logged in, which page is shown, in which language and light.
import { api, get, of, onlost, post } from "/console/api.js";
import { button, h, put, show } from "/console/dom.js";
import { recall, say, speak, spoken, store } from "/console/say.js";
import { login } from "/console/login.js";
import { skeleton, trouble } from "/console/parts.js";
import audit from "/console/audit.js";
import health from "/console/health.js";
import keys from "/console/keys.js";
import live from "/console/live.js";
import overview from "/console/overview.js";
import playground from "/console/playground.js";
import releases from "/console/releases.js";
import report from "/console/report.js";
import review from "/console/review.js";

const SCENARIO = { live: [live, "any"], health: [health, "any"], review: [review, "review"], releases: [releases, "any"], try: [playground, "predict"], report: [report, "any"] };
const SERVICE = { overview: [overview, "any"], keys: [keys, "admin"], audit: [audit, "admin"] };
const THEMES = ["system", "light", "dark"];

const app = { session: null, scenarios: [], stop: () => {}, waiting: {} };
const may = (scope) => scope === "any" || app.session.scopes.includes(scope);

function light(theme) {
  store("luodi.theme", theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function place() {
  const [, kind, name, page] = location.hash.replace(/^#/, "").split("/");
  let scenario = null;
  try { scenario = decodeURIComponent(name || ""); } catch { /* a broken address is an unknown one */ }
  if (kind === "s" && app.scenarios.some((one) => one.name === scenario) && Object.hasOwn(SCENARIO, page)) return { scenario, page };
  return { scenario: null, page: Object.hasOwn(SERVICE, kind) ? kind : "overview" };
}

const address = (scenario, page) => (scenario === null ? `#/${page === "overview" ? "" : page}` : `#/s/${encodeURIComponent(scenario)}/${page}`);

function link(scenario, page, now) {
  const here = now.page === page && now.scenario === scenario;
  const waits = page === "review" && app.waiting[scenario];
  return h("li", {}, h("a", { href: address(scenario, page), "aria-current": here ? "page" : null }, say(`nav.${page}`), waits ? h("span", { class: "badge", "aria-label": say("nav.waiting", { n: waits }) }, String(waits)) : null));
}

function frame(now) {
  const chosen = now.scenario ?? app.chosen ?? app.scenarios[0]?.name;
  app.chosen = chosen;
  const links = (scenario, table) => h("ul", {}, Object.entries(table).filter(([, [, scope]]) => may(scope)).map(([page]) => link(scenario, page, now)));
  const pick = h("select", { "aria-label": say("nav.scenario"), onchange: (event) => { location.hash = address(event.target.value, now.scenario ? now.page : "live"); } },
    app.scenarios.map((one) => h("option", { value: one.name, selected: one.name === chosen }, one.name)));
  const menu = h("div", { class: "menu", id: "menu" },
    h("nav", { "aria-label": say("nav.service") }, links(null, { overview: SERVICE.overview })),
    h("nav", { "aria-label": say("nav.scenario") }, h("h2", {}, say("nav.scenario")), app.scenarios.length > 1 ? pick : h("p", { class: "only user", dir: "auto" }, chosen), links(chosen, SCENARIO)),
    may("admin") && h("nav", { "aria-label": say("nav.manage") }, h("h2", {}, say("nav.manage")), links(null, { keys: SERVICE.keys, audit: SERVICE.audit })),
    foot());
  const toggle = button(say("nav.menu"), () => {
    const open = menu.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  }, { kind: "burger", "aria-expanded": "false", "aria-controls": "menu" });
  return h("header", { class: "side" }, h("div", { class: "top" }, h("a", { class: "mark", href: "#/" }, "luodi", h("span", { lang: "zh" }, "落地")), toggle), menu);
}

function foot() {
  const theme = recall("luodi.theme") || "system";
  return h("div", { class: "foot" },
    h("select", { "aria-label": say("theme"), title: say("theme"), onchange: (event) => light(event.target.value) }, THEMES.map((one) => h("option", { value: one, selected: one === theme }, say(`theme.${one}`)))),
    tongue(),
    app.session && h("div", { class: "who" }, h("span", { class: "quiet user", title: say("session.as") }, app.session.name), button(say("session.leave"), leave, { kind: "plain" })));
}

const tongue = () => button(say("language.other"), () => { speak(spoken() === "en" ? "zh" : "en"); draw(); }, { kind: "plain", lang: spoken() === "en" ? "zh" : "en" });

async function leave() {
  await api("DELETE", "/session").catch(() => {});
  app.session = null;
  draw();
}

function draw() {
  app.stop();
  const inside = Boolean(app.session);
  document.body.className = inside ? "inside" : "outside";
  const main = h("main", { id: "main", tabindex: -1 });
  if (!inside) {
    document.title = "luodi";
    show(document.body, main, h("div", { class: "corner" }, foot()));
    login(main, enter);
    return;
  }
  const now = place();
  show(document.body, h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); main.focus(); } }, say("nav.skip")), frame(now), main);
  open(now, main);
}

function open(now, main) {
  const stopped = new AbortController();
  const ends = [];
  const ctx = {
    scenario: now.scenario, base: now.scenario === null ? "" : of(now.scenario), scenarios: app.scenarios, may, signal: stopped.signal,
    get: (path) => get(path, stopped.signal), address,
    ending: (then) => ends.push(then),
    waiting: (n) => waits(now.scenario, n),
    every: (seconds, load) => every(seconds, load, stopped.signal),
  };
  app.stop = () => { stopped.abort(); ends.forEach((one) => one()); };
  const [page, scope] = (now.scenario === null ? SERVICE : SCENARIO)[now.page];
  const title = now.page === "overview" ? say("nav.overview") : say(`nav.${now.page}`);
  document.title = `${now.scenario ? `${now.scenario} · ` : ""}${title} · luodi`;
  const body = h("div", { class: `page on-${now.page}` });
  put(main, h("div", { class: "title" }, now.scenario && h("p", { class: "scenario user", dir: "auto" }, now.scenario), h("h1", {}, title)), body);
  window.scrollTo(0, 0);
  if (!may(scope)) { show(body, h("p", { class: "empty" }, say("error.scope", { scope }))); return; }
  show(body, skeleton());
  const failed = (error) => { if (error.name !== "AbortError") show(body, trouble(error, () => draw())); };
  Promise.resolve().then(() => page(ctx, body)).catch(failed);
}

// Load now and again while the page is seen; an error of a later load leaves what is there, and says so.
function every(seconds, load, signal) {
  let timer = 0;
  let failed = null;
  const again = () => { timer = setTimeout(turn, seconds * 1000); };
  const turn = async () => {
    if (document.hidden) return again();
    try {
      await load();
      failed?.remove();
      failed = null;
    } catch (error) {
      if (error.name === "AbortError" || signal.aborted) return undefined;
      failed?.remove();
      failed = trouble(error, null, say("error.stale"));
      document.querySelector("main .title")?.after(failed);
    }
    return signal.aborted ? undefined : again();
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  const first = load();
  first.then(again, () => {});
  return first;
}

function waits(scenario, n) {
  app.waiting[scenario] = n;
  const old = document.querySelector(`.menu a[href="${CSS.escape(address(scenario, "review"))}"]`);
  const at = old?.closest("li");
  if (at) at.replaceWith(link(scenario, "review", place()));
}

async function enter() {
  app.session = await get("/session");
  app.scenarios = (await get("/v1")).scenarios;
  if (!location.hash) history.replaceState(null, "", "#/");
  draw();
}

async function begin() {
  light(recall("luodi.theme") || "system");
  speak(spoken());
  onlost(() => { if (app.session) { app.session = null; draw(); } });
  window.addEventListener("hashchange", () => { if (app.session) { draw(); document.getElementById("main").focus({ preventScroll: true }); } });
  const given = /^#token=(.+)$/.exec(location.hash);
  if (given) {
    history.replaceState(null, "", `${location.pathname}#/`); // before anything else: an address is easily shown or copied
    await post("/session", { key: decodeURIComponent(given[1]) }).catch(() => {});
  }
  try {
    await enter();
  } catch (error) {
    app.session = null;
    draw();
    if (error.status !== 401) put(document.getElementById("main"), trouble(error, begin));
  }
}

begin();
