// The run's own report, in a frame without scripts, forms or this page's origin.
import { h, show } from "/console/dom.js";
import { empty } from "/console/parts.js";
import { say, spoken } from "/console/say.js";

export default async function report(ctx, body) {
  const about = await ctx.get(ctx.base);
  const path = `${ctx.base}/report?lang=${spoken()}`;
  if (!about.report) show(body, empty(say("report.none"), say("report.none.about")));
  else show(body, h("p", { class: "note" }, h("a", { href: path, target: "_blank", rel: "noopener" }, say("report.open"))), h("iframe", { class: "report", sandbox: "", src: path, title: say("nav.report") }));
}
