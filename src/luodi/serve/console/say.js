// Words, numbers and times in the chosen language.
import { WORDS } from "/console/words.js";

const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
export const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } };
export const recall = stored;

let language = stored("luodi.language") || ((navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en");
if (!(language in WORDS)) language = "en";

export const spoken = () => language;
export function speak(one) {
  language = one;
  store("luodi.language", one);
  document.documentElement.lang = one === "zh" ? "zh-CN" : "en";
}
export const has = (name) => Object.hasOwn(WORDS[language], name);
export function say(name, values = {}) {
  const found = has(name) ? WORDS[language][name] : name;
  return found.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}
// A name of the service in words, or as it is where there are none.
export const named = (prefix, name) => (has(`${prefix}.${name}`) ? say(`${prefix}.${name}`) : String(name ?? "").replaceAll("_", " "));

const formats = new Map();
function format(kind, options) {
  const key = language + kind + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl[kind](language === "zh" ? "zh-CN" : "en-GB", options));
  return formats.get(key);
}
const known = (value) => typeof value === "number" && Number.isFinite(value);
export const count = (value) => (known(value) ? format("NumberFormat", { maximumFractionDigits: 0 }).format(value) : "–");
export const share = (value, digits = 0) => (known(value) ? format("NumberFormat", { style: "percent", maximumFractionDigits: digits }).format(value) : "–");
export const figure = (value, digits = 3) => (known(value) ? format("NumberFormat", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value) : "–");
export function short(value) {
  if (!known(value)) return value === null || value === undefined ? "–" : String(value);
  if (Number.isInteger(value)) return count(value);
  return format("NumberFormat", { maximumSignificantDigits: 3 }).format(value);
}
export const ms = (value) => (known(value) ? `${value < 10 ? figure(value, 1) : count(value)} ms` : "–");
export const between = (low, high, write = figure) => (known(low) && known(high) ? `${write(low)}–${write(high)}` : "–");
// The service counts seconds since 1970.
export const clock = (at) => (known(at) ? format("DateTimeFormat", { hour: "2-digit", minute: "2-digit" }).format(at * 1000) : "–");
export const moment = (at) => (known(at) ? format("DateTimeFormat", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(at * 1000) : "–");
export const exact = (at) => (known(at) ? format("DateTimeFormat", { dateStyle: "medium", timeStyle: "medium" }).format(at * 1000) : "");
export function ago(at) {
  if (!known(at)) return "–";
  const seconds = Math.max(0, Date.now() / 1000 - at);
  const [unit, size] = seconds < 90 ? ["second", 1] : seconds < 5400 ? ["minute", 60] : seconds < 129_600 ? ["hour", 3600] : ["day", 86_400];
  return format("RelativeTimeFormat", { numeric: "always", style: "short" }).format(-Math.round(seconds / size), unit);
}
