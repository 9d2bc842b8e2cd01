"use strict";
const WORDS = {
  en: {
    title: "Labels that are probably wrong", given: "label in your file", suggested: "looks more like",
    accept: "correct it", keep: "it was right", exclude: "leave the row out", skip: "later", undo: "undo",
    other: "or another label", done: "All of them are decided.", other_language: "中文",
    next: "Close this page and press Ctrl-C in the terminal; the next luodi run learns from the corrected labels.",
    lead: (n, rows, wrong) => `${n} suspects among ${rows} rows; about ${wrong} labels are wrong in all. Your file is not changed.`,
    at: (n, of) => `${n} of ${of}`, lost: "The decision could not be saved: ",
  },
  zh: {
    title: "可能标错的标签", given: "文件里的标签", suggested: "看起来更像",
    accept: "改正", keep: "原来是对的", exclude: "去掉这一行", skip: "以后再看", undo: "撤销",
    other: "或选别的标签", done: "全部处理完了。", other_language: "English",
    next: "关闭本页，在终端按 Ctrl-C；下一次 luodi run 会用改正后的标签学习。",
    lead: (n, rows, wrong) => `${rows} 行里有 ${n} 个可疑标签；估计一共约 ${wrong} 个标错。你的文件不会被改动。`,
    at: (n, of) => `第 ${n} 个，共 ${of} 个`, lost: "没能保存：",
  },
};
const find = (id) => document.getElementById(id);
let language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
let all = null;
let at = 0;
const history = [];

function open_from(start) {
  const n = all.suspects.length;
  for (let step = 0; step < n; step += 1) {
    const place = (start + step) % n;
    if (!all.suspects[place].decided) return place;
  }
  return -1;
}

function show() {
  const words = WORDS[language];
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = words[one.dataset.say];
  find("language").textContent = words.other_language;
  if (!all) return;
  const n = all.suspects.length;
  const made = all.suspects.filter((one) => one.decided).length;
  find("lead").textContent = words.lead(n, all.rows, all.wrong);
  find("progress").setAttribute("aria-valuemax", n);
  find("progress").setAttribute("aria-valuenow", made);
  find("progress").firstElementChild.style.width = n ? `${(100 * made) / n}%` : "100%";
  find("card").hidden = at < 0;
  find("done").hidden = at >= 0;
  if (at < 0) return;
  const one = all.suspects[at];
  find("where").textContent = `${words.at(at + 1, n)} · ${one.where}`;
  find("text").textContent = one.text;
  find("given").textContent = one.given || "—";
  find("suggested").textContent = one.suggested || "—";
  find("score").textContent = one.score.toFixed(2);
  const others = find("others");
  others.replaceChildren(others.firstElementChild);
  all.labels.filter((label) => label !== one.given).forEach((label, number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = number < 9 ? `${number + 1} ${label}` : label;
    button.dataset.label = label;
    button.addEventListener("click", () => decide("accepted", label));
    others.append(button);
  });
}

async function send(one, decided, corrected) {
  const answer = await fetch("/decide", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key: one.key, given: one.given, decided, corrected }),
  });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  one.decided = decided;
  one.corrected = corrected;
}

async function decide(decided, corrected) {
  if (!all || at < 0) return;
  try {
    await send(all.suspects[at], decided, corrected);
    history.push(at);
    find("told").textContent = "";
    at = open_from(at + 1);
  } catch (error) {
    find("told").textContent = WORDS[language].lost + error.message;
  }
  show();
}

const ACTIONS = {
  accept: () => decide("accepted", all.suspects[at].suggested),
  keep: () => decide("rejected", ""),
  exclude: () => decide("excluded", ""),
  skip: () => { at = open_from(at + 1); show(); },
  undo: async () => {
    if (!history.length) return;
    const place = history.pop();
    try {
      await send(all.suspects[place], "", "");
      at = place;
    } catch (error) {
      find("told").textContent = WORDS[language].lost + error.message;
    }
    show();
  },
};
const KEYS = { a: "accept", k: "keep", x: "exclude", s: "skip", u: "undo" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !all) return;
  const key = event.key.toLowerCase();
  if (key in KEYS && (at >= 0 || key === "u")) { event.preventDefault(); ACTIONS[KEYS[key]](); }
  if (key >= "1" && key <= "9" && at >= 0) {
    const button = find("others").querySelectorAll("button")[Number(key) - 1];
    if (button) { event.preventDefault(); button.click(); }
  }
});
for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => ACTIONS[button.dataset.do]());
}
find("language").addEventListener("click", () => { language = language === "en" ? "zh" : "en"; show(); });
if (location.search) window.history.replaceState(null, "", "/");
show();
fetch("/state").then((answer) => answer.json()).then((state) => { all = state; at = open_from(0); show(); });
