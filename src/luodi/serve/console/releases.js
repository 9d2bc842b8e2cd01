// Which model answers, which tries, which waits; and the buttons that change it.
import { post } from "/console/api.js";
import { ask, button, field, h, show, table, user } from "/console/dom.js";
import { empty, section, skeleton, stamp, told } from "/console/parts.js";
import { ago, count, exact, figure, ms, named, say, share } from "/console/say.js";

const NOW = ["champion", "canary", "shadow", "previous"];

export default async function releases(ctx, body) {
  const place = h("div", {}, skeleton());
  const said = told();
  const tried = h("div", {});
  show(body, said.node, place, tried);
  const load = async () => show(place, page((await ctx.get(`${ctx.base}/releases`)).releases, ctx, change));
  async function change(path, value, question) {
    if (!await ask({ ...question, no: say("no") })) return;
    said.clear();
    try {
      await post(path, value);
      said.good(question.done);
    } catch (error) {
      said.bad(error);
    }
    await load().catch(() => {});
  }
  ctx.every(30, async () => show(tried, challenges(await ctx.get(`${ctx.base}/challenges`), ctx, said))).catch(() => show(tried));
  await ctx.every(10, async () => { if (!place.contains(document.activeElement) || document.activeElement.tagName === "BUTTON") await load(); });
}

const called = (one) => `${one.model || say("release")} ${one.id.slice(0, 10)}`;

function page(list, ctx, change) {
  const now = NOW.flatMap((stage) => list.filter((one) => one.stage === stage));
  const champion = list.find((one) => one.stage === "champion");
  const back = list.find((one) => one.stage === "previous");
  const admin = ctx.may("admin");
  return [
    admin && h("div", { class: "actions" }, button(say("release.rollback"), () => change(`${ctx.base}/rollback`, {}, {
      title: say("release.rollback.title"), yes: say("release.rollback"), kind: "danger", done: say("release.rollback.done"),
      body: h("p", {}, say("release.rollback.body", { old: champion ? called(champion) : "–", back: back ? called(back) : "–", scenario: ctx.scenario })) }), { kind: "danger", disabled: !back }),
    !back && h("p", { class: "note" }, say("release.noback"))),
    section(say("release.now"), say("release.now.about"), now.length ? compare(now, admin, ctx, change) : empty(say("release.none"), "")),
    admin && section(say("release.add"), say("release.add.about"), adding(ctx, change)),
    section(say("release.history"), say("release.history.about"), history(list)),
  ];
}

function compare(now, admin, ctx, change) {
  const line = (name, write) => ({ name, write });
  const metric = Object.keys(now[0].metrics || {});
  const value = (one, name) => { const found = one.metrics?.[name]; return found === undefined ? "–" : typeof found === "number" ? figure(found) : [figure(found.value), h("small", {}, `${figure(found.low)}–${figure(found.high)}`)]; };
  const lines = [
    line(say("release.traffic"), (one) => (one.stage === "champion" ? say(now.some((each) => each.stage === "canary") ? "release.rest" : "release.all") : one.stage === "canary" ? share(one.share, 1) : one.stage === "shadow" ? say("release.copies") : say("release.idle"))),
    ...metric.map((name) => line(named("metric", name), (one) => value(one, name))),
    line(say("live.n"), (one) => count(one.requests)), line(say("live.errors"), (one) => share(one.error_rate, 2)), line(say("release.p95"), (one) => ms(one.p95_ms)), line(say("live.handed"), (one) => share(one.handed_over, 1)),
    ...(now.some((one) => typeof one.agree === "number") ? [line(say("release.agree"), (one) => share(one.agree, 1))] : []),
    line(say("release.memory"), (one) => (one.rss_mb ? `${count(one.rss_mb)} MB` : "–")),
    line(say("release.since"), (one) => h("span", { title: exact(one.changed_at) }, ago(one.changed_at))),
  ];
  return h("div", { class: "compare" }, now.map((one) => h("article", { class: one.stage },
    h("h3", {}, h("span", { class: `stage ${one.stage}` }, say(`stage.${one.stage}`)), " ", user(one.model || "")), h("p", { class: "quiet" }, stamp(one.id), one.note ? [" · ", user(one.note)] : null),
    h("dl", {}, lines.map(({ name, write }) => h("div", {}, h("dt", {}, name), h("dd", {}, write(one))))), admin && one.stage !== "champion" && h("div", { class: "actions" }, steps(one, now, ctx, change)))));
}

function steps(one, now, ctx, change) {
  const path = `${ctx.base}/releases/${one.id}`;
  const champion = now.find((each) => each.stage === "champion");
  const made = [button(say("release.promote"), () => change(path, { stage: "champion" }, {
    title: say("release.promote.title"), yes: say("release.promote"), done: say("release.promote.done"),
    body: h("p", {}, say("release.promote.body", { name: called(one), old: champion ? called(champion) : "–", scenario: ctx.scenario })) }), { kind: "primary" })];
  const part = h("select", { "aria-label": say("release.share") }, [0.01, 0.05, 0.1, 0.25, 0.5].map((each) => h("option", { value: String(each), selected: each === (one.share || 0.1) }, share(each))));
  made.push(h("span", { class: "pair" }, part, button(say("release.canary"), () => change(path, { stage: "canary", share: Number(part.value) }, {
    title: say("release.canary.title"), yes: say("release.canary"), done: say("release.canary.done"),
    body: h("p", {}, say("release.canary.body", { name: called(one), share: share(Number(part.value)), scenario: ctx.scenario })) }))));
  if (one.stage !== "shadow") {
    made.push(button(say("release.shadow"), () => change(path, { stage: "shadow" }, {
      title: say("release.shadow.title"), yes: say("release.shadow"), done: say("release.shadow.done"), body: h("p", {}, say("release.shadow.body", { name: called(one), scenario: ctx.scenario })) })));
  }
  if (one.stage !== "previous") {
    made.push(button(say("release.retire"), () => change(path, { stage: "retired" }, {
      title: say("release.retire.title"), yes: say("release.retire"), kind: "danger", done: say("release.retire.done"), body: h("p", {}, say("release.retire.body", { name: called(one), scenario: ctx.scenario })) })));
  }
  return made;
}

function adding(ctx, change) {
  const bundle = h("input", { required: true, autocomplete: "off", spellcheck: "false" });
  const stage = h("select", {}, ["shadow", "canary", "champion"].map((one) => h("option", { value: one }, say(`stage.${one}`))));
  const part = h("input", { type: "number", min: 1, max: 99, value: "10" });
  const note = h("input", { maxlength: 500, autocomplete: "off" });
  return h("form", { class: "grid", onsubmit: (event) => {
    event.preventDefault();
    const value = { bundle: bundle.value.trim(), stage: stage.value, share: Number(part.value) / 100, note: note.value.trim() };
    change(`${ctx.base}/releases`, value, { title: say("release.add.title"), yes: say("release.add.go"), done: say("release.add.done"),
      body: h("p", {}, say(`release.add.${value.stage}`, { bundle: value.bundle, share: share(value.share), scenario: ctx.scenario })) });
  } }, field(say("release.bundle"), bundle, say("release.bundle.about")), field(say("release.stage"), stage), field(say("release.percent"), part), field(say("release.note"), note), h("div", { class: "actions" }, h("button", {}, say("release.add.go"))));
}

function history(list) {
  const rows = [...list].sort((a, b) => b.changed_at - a.changed_at).slice(0, 100).map((one) => [stamp(one.id), h("span", { class: `stage ${one.stage}` }, say(`stage.${one.stage}`)), user(one.model || "–"), h("span", { title: exact(one.changed_at) }, ago(one.changed_at)), stamp(one.by), user(one.note || "")]);
  return table([{ name: say("release") }, { name: say("release.stage") }, { name: say("model") }, { name: say("release.changed") }, { name: say("release.by") }, { name: say("release.note") }], rows, { label: say("release.history"), kind: "stack" });
}

function challenges({ challenges: list = [], running = false }, ctx, said) {
  const start = button(say(running ? "challenge.running" : "challenge.start"), async () => {
    if (!await ask({ title: say("challenge.title"), body: h("p", {}, say("challenge.body", { scenario: ctx.scenario })), yes: say("challenge.start"), no: say("no") })) return;
    try { await post(`${ctx.base}/challenges`, {}); said.good(say("challenge.started")); } catch (error) { said.bad(error); }
  }, { disabled: running });
  const check = (one) => h("li", {}, h("span", { class: one.met ? "met" : "missed", "aria-label": say(one.met ? "verdict.met" : "verdict.missed") }, one.met ? "✓" : "✕"), " ", user(one.says, "span"));
  return section(say("challenge"), say("challenge.about"), list.length ? h("ol", { class: "plainlist" }, list.slice(0, 10).map((one) => h("li", {},
    h("p", {}, h("b", { class: one.beats ? "met" : "" }, say(one.beats ? "challenge.beats" : "challenge.fails")), " ", stamp(one.id), one.learned_from === undefined ? null : h("span", { class: "quiet" }, " · ", say("challenge.from", { n: count(one.learned_from) }))),
    h("ul", { class: "note" }, (one.checks || []).map(check))))) : empty(say("challenge.none"), say("challenge.none.about")), ctx.may("admin") && h("div", { class: "actions" }, start));
}
