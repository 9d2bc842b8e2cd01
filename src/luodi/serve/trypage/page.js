"use strict";
// Asks /predict and shows what comes back as text: nothing of an answer is ever taken for markup.
const WORDS = {
  en: {
    together: "often goes with {via}", friends: "friends have it", alike: "like {via}",
    taste: "fits what was there before", popular: "popular", none: "Nothing is left after these filters.",
    unreachable: "The service cannot be reached.",
  },
  zh: {
    title: "试一试推荐", token: "令牌", user: "访客", session: "刚看过（商品编号，逗号分隔）", less: "少一些这样的",
    exclude: "不要这些", categories: "只要这些类别", diversity: "多样", k: "几条", go: "推荐",
    together: "常与 {via} 一起", friends: "好友也有", alike: "与 {via} 相似", taste: "符合以往的喜好", popular: "热门",
    none: "筛选之后没有剩下的。", unreachable: "无法连接服务。",
  },
};
const language = navigator.language.startsWith("zh") ? "zh" : "en";
const say = (name, via = "") => (WORDS[language][name] || WORDS.en[name] || name).replace("{via}", via);
const at = (id) => document.getElementById(id);
const list = (id) => at(id).value.split(/[,，]/).map((one) => one.trim()).filter(Boolean);

document.documentElement.lang = language;
if (language === "zh") {
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
}

function row(item) {
  const made = document.createElement("li");
  made.textContent = item.title ? `${item.title} (${item.id})` : item.id;
  const why = document.createElement("small");
  why.textContent = say(item.because, item.via.join(", "));
  made.append(why);
  return made;
}

at("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("said").textContent = "…";
  const asked = {
    user: at("user").value, session: list("session"), less_like: list("less"), exclude: list("exclude"),
    categories: list("categories"), diversity: Number(at("diversity").value), k: Number(at("k").value),
  };
  try {
    const headers = { authorization: `Bearer ${at("token").value}`, "content-type": "application/json" };
    const answer = await fetch("/predict", { method: "POST", headers, body: JSON.stringify(asked) });
    const found = await answer.json();
    at("said").textContent = answer.ok ? (found.items.length ? "" : say("none")) : `${found.detail}: ${found.fix}`;
    at("items").replaceChildren(...(answer.ok ? found.items.map(row) : []));
  } catch {
    at("said").textContent = say("unreachable");
  }
});
