"""The generated parts of the pages: `cog` calls these functions, `make docs` writes what they return.

`python -m docs.generate` notes the figures of the examples' last runs in their `expected.json`.
"""

import ast
import json
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from luodi import catalogue, registry, runner, schema, verdict
from luodi.scenario import load
from luodi.serve.limits import Limits
from luodi.serve.routes import all_routes
from luodi.steps import STEPS
from luodi.text import of_metric

ROOT = Path(__file__).parents[1]
EXAMPLES = (
    "support-tickets", "product-reviews-zh", "article-topics", "shop", "newsroom", "community", "handbook-search",
    "handbook-answers", "faq-zh", "news-digest", "board-report", "project-meetings",
    "product-translation-en-zh",
)  # fmt: skip
METRIC_FILES = ("classification", "tagging", "ranking", "extraction", "generation", "rouge", "cost")
MACHINE = "two cores of an AMD EPYC, no GPU"

LIMITS = {
    "max_body_bytes": "Of a request.",
    "max_texts": "In one call.",
    "max_connections": "At a time.",
}
CHINESE = {
    "recommendation": "向一个人推荐接下来的东西：商品、文章、值得关注的人，依据谁在何时做了什么的日志。",
    "semantic-search": "在您的文档中找到能回答问题的那一段：按词、按意思，或两者并用。",
    "question-answering": "在一段文字中找到问题的答案及其位置，或说明其中没有。",
    "reader-overlap": "按共同的词：含问题罕见词最多的句子，以及其中类型相符的部分；其他模型都应胜过它。",
    "reader-light": "小型阅读器，不需要预训练编码器，任何语言，只从场景自己的问题学习。",
    "reader-encoder": "预训练编码器指出答案的起止，或说明没有答案。",
    "summarization": "把新闻、报告或会议概括成原文中的句子，每句注明出处；会议还列出决定与待办。",
    "lead": "取开头若干句，长度与学到的摘要相当：其他模型都应胜过它。",
    "textrank": "与其他句子最相似的句子：按共同词的 PageRank，任何语言。",
    "sentence-selector": "从人写的摘要学会选哪些句子：提升树或线性模型；服务时不需要训练框架。",
    "translation": "按您自己的译文翻译：占位符、数字和您的术语原样保留，否则标出。",
    "copy-source": "原文照抄，只换上给定的术语：翻译的底线。",
    "translation-memory": "最相近句子的译文：翻译模型必须胜过它，对短语往往已经够用。",
    "seq2seq": "只从场景自己的句对学习翻译的小型 Transformer，以 int8 提供服务。",
    "faq": "用已有的答案回答问题：由最接近的已知问法决定，没有把握的转人工。",
    "search-bm25": "按词查找：词干上的 BM25；中文用双字和词典里的长词。",
    "search-light": "混合检索，段落用查表代替网络编码：适合大量文档。",
    "search-dense": "按意思查找：预训练编码器原样给出的向量，int8。",
    "search-hybrid": "词与意思并用：合并名次或分数，由评判过的问题决定。",
    "search-adapted": "混合检索，编码器从您的问题学习；没有问题时从文档学习。",
    "search-reranked": "混合检索，前十二段与问题一起由交叉编码器再读一遍；从评判过的问题和点击学习。",
    "faq-bm25": "按词和词的片段找最接近的已知问法：BM25，不用网络。",
    "faq-dense": "按意思找最接近的已知问法：预训练编码器的向量，int8。",
    "faq-hybrid": "全部并用：词、片段、意思，以及对所有问法的线性分类。",
    "rec-popular": "推荐近来最多人要的：谁都必须胜过它。",
    "rec-item-knn": "推荐与访客已有之物相配的：按共同拥有者计算的物品余弦。",
    "rec-ease": "对所有物品的一个线性模型（EASE），闭式求解。",
    "rec-als": "人与物品的因子，交替最小二乘（`implicit` 库）。",
    "rec-bpr": "从“有”与“没有”的成对比较学到的因子（BPR，`implicit` 库）。",
    "rec-content": "推荐读起来相似的：物品表里的词和列；新物品也行。",
    "rec-text": "按物品文字的意思推荐：预训练编码器读文字，学习什么意思之后常跟什么；新物品也行。",
    "rec-friends": "推荐好友以及好友的好友有的：适合有关系链的社区。",
    "rec-sequence": "小型 Transformer 从先前的预测接下来的（SASRec，完整 softmax）。",
    "rec-blend": "其他推荐器的最佳加权和，权重在 dev 上学得。",
    "sentiment": "判断一段文字是差评、中评还是好评，以及有多强烈。",
    "text-classification": "给一段文字一个标签：分派来信、归类文件、认出话题。",
    "topic-tagging": "给一段文字所有合适的标签：文章的话题、投诉的原因、职位要求的技能。",
    "distilled": "微调后的编码器教出的小模型：只有一层、更少的词，学的是大模型的回答；只有在 `models` 中写明时才参加。",
    "encoder": "把预训练编码器整个微调：有合适的编码器时，它最强。",
    "decoder-lora": "本地因果语言模型，以 LoRA 适配：需在 `[select] base` 指定文件夹，并在 `models` 中写明。",
    "decoder-writer": "本地因果语言模型，以 LoRA 学写译文或摘要：需在 `[select] base` 指定文件夹，并在 `models` 中写明。",
    "encoder-few": "给标签很少的时候：让预训练编码器学会哪些文本属于同一类，再在其上学一个线性层。",
    "encoder-scratch": "从零开始的小编码器：先读场景自己的文本，再学标签。",
    "encoder-frozen": "预训练编码器原样不动，只在句向量上学一个线性层：标签少时很强。",
    "majority": "不看文字，只答各标签的比例：谁都必须胜过它。",
    "nb-svm": "多种 n 元组，两个线性支持向量机，其中一个建立在朴素贝叶斯比值上。",
    "remote": "OpenAI 兼容接口后面的大模型，用提示词提问；只有 `[select] remote` 写明时才参加。",
    "static-embedding": "把编码器的词向量取平均，再加一个线性层：只靠词表就知道的东西。",
    "tfidf-logreg": "词和字符，TF-IDF 加权，逻辑回归：很难超过的基线。",
}
WORDS = {
    "en": {
        "task": "task", "model": "model", "does": "what it does", "kind": "kind", "first": "first metric",
        "license": "license", "example": "example", "rows": "rows", "result": "on the exam (95 % interval)",
        "winner": "model", "one": "one label", "many": "any number of labels", "ranked": "a ranking",
        "verdict": "verdict",
        "alone": "answers alone", "none": "No run of the examples has been noted yet.",
        "measured": "Measured on {dates}, two cores without a GPU (each page says which): `luodi run examples/NAME`.",
    },
    "zh": {
        "task": "任务", "model": "模型", "does": "做什么", "kind": "类型", "first": "首要指标",
        "license": "许可", "example": "示例", "rows": "行数", "result": "考试成绩（95% 区间）",
        "winner": "选中的模型", "one": "一个标签", "many": "任意多个标签", "ranked": "一个排序",
        "verdict": "结论",
        "alone": "可独自作答", "none": "示例的运行结果还没有记录。",
        "measured": "{dates} 测得，两个核心，没有 GPU（各页写明机器），命令：`luodi run examples/NAME`。",
    },
}  # fmt: skip


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def tasks(language: str = "en") -> str:
    """Return the tasks of the registry."""
    say = WORDS[language]
    rows = []
    for name in sorted(registry.names("tasks")):
        task = registry.task(name)
        kind = {"classify": say["one"], "tag": say["many"], "rank": say["ranked"]}.get(task.kind, task.kind)
        rows.append([f"`{name}`", _line("tasks", name, language), kind, f"`{task.metrics[0]}`"])
    return table([say["task"], say["does"], say["kind"], say["first"]], rows)


def models(language: str = "en") -> str:
    """Return the models of the registry, read without loading any framework."""
    say = WORDS[language]
    rows = [[f"`{n}`", _line("models", n, language), _license(n)] for n in sorted(registry.names("models"))]
    return table([say["model"], say["does"], say["license"]], rows)


def metrics() -> str:
    """Return the metrics that `succeed` may ask for."""
    rows = []
    for file in METRIC_FILES:
        module = import_module(f"luodi.metrics.{file}")
        for name in module.METRICS:
            words = (getattr(module, name).__doc__ or "").strip().partition("\n")[0]
            rows.append([f"`{file}.{name}`", words])
    return table(["metric", "meaning"], rows)


def settings(cls: type[Any]) -> str:
    """Return a record's keys with type, default and meaning; the tables inside it come as `key.inner`."""
    made = schema.json_schema(cls)
    return table(["key", "type", "default", "meaning"], _keys(made, made.get("$defs", {}), ""))


def limits() -> str:
    """Return where the service says no."""
    rows = []
    for name, field in schema.json_schema(Limits)["properties"].items():
        words = " ".join(field.get("description", "").split())
        rows.append([f"`{name}`", f"{field['default']:,}", LIMITS.get(name, words)])
    return table(["limit", "value", "meaning"], rows)


def routes() -> str:
    """Return every route with the scope that opens it; the files of the console count as one."""
    rows = [
        [f"`{one.method} {one.path}`", one.scope, " and ".join(one.listeners), one.about]
        for one in sorted(
            all_routes(), key=lambda one: (one.listeners != ("data",) and "data" not in one.listeners, one.path)
        )
        if not one.path.startswith("/console/")
    ]
    return table(["route", "scope", "listener", "what it does"], rows)


def decisions() -> str:
    """Return a link to every decision."""
    files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    titles = [file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") for file in files]
    return "\n".join(f"- [{title}]({file.name})" for title, file in zip(titles, files, strict=True))


def step(name: str) -> str:
    """Return the keys of a step's section."""
    module = next(one.module for one in STEPS if one.name == name)
    return settings(import_module(f"luodi.steps.{module}").Settings)


def reference() -> str:
    """Return every section of a scenario file, and the options of every task."""
    parts = []
    for one in STEPS:
        module = import_module(f"luodi.steps.{one.module}")
        words = (module.Settings.__doc__ or "").strip().partition("\n")[0]
        parts.append(f"### `[{one.name}]`\n\n{words}\n\n{settings(module.Settings)}")
    for name in sorted(registry.names("tasks")):
        task = registry.task(name)
        columns = ", ".join(f"`{key}`" for key in schema.json_schema(task.Row)["properties"])
        parts.append(
            f"### `[options]` of `{name}`\n\n{settings(task.Options)}\n\n"
            f"`[prepare] columns` may name: {columns}; `group`; and any name of your own, to slice by."
        )
    return "\n\n".join(parts)


def results(language: str = "en") -> str:
    """Return what the examples' last noted runs measured."""
    say = WORDS[language]
    rows = []
    for name in EXAMPLES:
        found, link = measured(name), f"[{name}](examples/{name}/README.md)"
        if not found:
            rows.append([link, *["–"] * 6])
            continue
        alone = f"{found['alone'] or 0:.0%} (≥ {found['promised']:.0%})" if found.get("promised") else "–"
        cost = f"{found['p50_ms']:.2g} ms, {found['size_mb']:.3g} MB"
        rows.append([link, f"{found['rows']:,}", f"`{found['model']}`", score(found), cost, alone, found["verdict"]])
    head = [say["example"], say["rows"], say["winner"], say["result"], "CPU", say["alone"], say["verdict"]]
    dates = ", ".join(sorted({one["date"] for one in map(measured, EXAMPLES) if one}))
    below = say["measured"].format(dates=dates) if dates else say["none"]
    return table(head, rows) + "\n\n" + below


def result(name: str) -> str:
    """Return one example's figures in a sentence or two."""
    found = measured(name)
    if not found:
        return "No run of this example has been noted yet."
    text = (
        f"{found['date']}, {found['machine']}, `{found['command']}`: verdict **{found['verdict']}**. The contest chose "
        f"`{found['model']}` (served as {found['form']}): {score(found)} on {found['n_exam']:,} rows that it had never "
        f"seen, {found['p50_ms']:.2g} ms for one text, {found['size_mb']:.3g} MB."
    )
    if found.get("alone"):
        text += f" It answers {found['alone']:.0%} alone at {found['promised']:.0%} precision or better."
    elif found.get("promised"):
        text += f" A precision of {found['promised']:.0%} could not be promised for any share of the requests."
    return text


def score(found: dict[str, Any]) -> str:
    """Return a value and its interval."""
    return f"{of_metric(found['metric'])} {found['value']:.3f} ({found['low']:.3f}–{found['high']:.3f})"


def measured(name: str) -> dict[str, Any]:
    """Return the noted figures of an example; empty where there are none."""
    expected = json.loads((ROOT / "examples" / name / "expected.json").read_text(encoding="utf-8"))
    return dict(expected.get("measured", {}))


def note(name: str, today: str) -> bool:
    """Write the figures of an example's last run into its `expected.json`; say whether there was a whole run."""
    artifacts = runner.latest(load(ROOT / "examples" / name))
    if "deploy" not in artifacts:
        return False
    exam, scales = artifacts["evaluate"].facts, artifacts["deploy"].measured
    asked = [name for name in artifacts["define"].facts["succeed"] if name in exam["metrics"]]
    metric = next(iter([*asked, *exam["metrics"]]))
    value = exam["metrics"][metric]
    promise = exam["promise"] or {}
    path = ROOT / "examples" / name / "expected.json"
    expected = json.loads(path.read_text(encoding="utf-8"))
    expected["measured"] = {
        "date": today,
        "machine": MACHINE,
        "command": f"luodi run examples/{name}",
        "verdict": verdict.judge(artifacts).word,
        "model": exam["model"],
        "form": exam["form"],
        "rows": artifacts["prepare"].facts["rows"]["in"],
        "n_exam": exam["n_exam"],
        "metric": metric,
        **{key: round(one, 4) for key, one in value.items()},
        "p50_ms": scales["p50_ms"],
        "size_mb": scales["size_mb"],
        "promised": promise.get("precision"),
        "alone": round(promise["share"], 4) if promise.get("threshold") is not None else None,
    }
    path.write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return True


def _keys(made: dict[str, Any], inner: dict[str, Any], before: str) -> list[list[str]]:
    rows = []
    for name, field in made.get("properties", {}).items():
        meaning = " ".join(str(field.get("description", "")).split())
        default = "required" if name in made.get("required", ()) else _default(field)
        rows.append([f"`{before}{name}`", _kind(field), default, meaning])
        for reference in _references(field):
            rows += _keys(inner[reference], inner, f"{before}{name}.")
    return rows or [["–", "–", "–", "nothing to set"]]


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    return "–" if value in (None, {}, [], ()) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _kind(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"] if one.get("type") != "null")
    if "$ref" in field:
        return "table"
    names = {"array": "list", "object": "table", "string": "text", "integer": "whole number"}
    return names.get(str(field["type"]), str(field["type"]))


def _references(field: dict[str, Any]) -> list[str]:
    found = [one["$ref"] for one in (field, *field.get("anyOf", ())) if "$ref" in one]
    return [one.rpartition("/")[2] for one in found]


def _line(group: str, name: str, language: str) -> str:
    english = catalogue.first_line(registry.names(group)[name])
    return CHINESE.get(name, english) if language == "zh" else str(english)


def _license(model: str) -> str:
    """Read the license that a model states, without importing it."""
    tree = ast.parse((ROOT / "src" / Path(*registry.names("models")[model].split("."))).with_suffix(".py").read_text())
    for one in ast.walk(tree):
        if isinstance(one, ast.AnnAssign) and getattr(one.target, "id", "") == "license":
            return str(ast.literal_eval(one.value)) if one.value else ""
    return ""


if __name__ == "__main__":
    date = sys.argv[1] if len(sys.argv) > 1 else datetime.now(UTC).date().isoformat()
    for each in EXAMPLES:
        sys.stdout.write(f"{each}: {'noted' if note(each, date) else 'has no whole run'}\n")
