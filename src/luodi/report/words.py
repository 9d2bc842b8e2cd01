"""What the page says, in English and Chinese."""

from collections.abc import Callable, Mapping

from luodi.report import words_data, words_ranking

LANGUAGES = ("en", "zh")

PHRASES: Mapping[str, tuple[str, str]] = {
    # the frame
    "report": ("Run report", "运行报告"),
    "language": ("Language", "语言"),
    "contents": ("On this page", "本页内容"),
    "written": ("Written {when} by luodi {version}", "由 luodi {version} 生成于 {when}"),
    "footer": (
        "Intervals are 95% intervals. A quality target is met only if the lower end of its interval meets it.",
        "文中区间均为 95% 置信区间。只有当区间下限达到要求时，质量目标才算达标。",
    ),
    "more": ("Show all {n}", "展开全部 {n} 项"),
    "cut": ("The first {shown} of {all}.", "仅列出 {all} 项中的前 {shown} 项。"),
    # verdict
    "met": ("Met", "达标"),
    "missed": ("Not met", "未达标"),
    "untold": ("No targets", "未设目标"),
    "unfinished": ("Not finished", "尚未完成"),
    "met_said": ("{model} meets {all}.", "{model} 满足{all}。"),
    "missed_said": ("{model} misses {n} of {all} targets.", "{model} 有 {n} 项目标未达到（共 {all} 项）。"),
    "one_target": ("its one target", "唯一的目标"),
    "all_targets": ("all {n} targets", "全部 {n} 项目标"),
    "untold_said": (
        "{model} was trained and measured. The scenario sets no targets, so there is nothing to meet.",
        "{model} 已完成训练与评测。场景文件没有设定目标，因此不作达标判断。",
    ),
    "unfinished_said": (
        "The run ended before the last step. This page shows what is there.",
        "运行在最后一步之前结束，本页仅展示已有结果。",
    ),
    "the_model": ("The model", "模型"),
    "targets": ("Targets", "目标"),
    "target": ("Target", "目标"),
    "asked": ("Asked", "要求"),
    "at_least": ("at least {value}", "不低于 {value}"),
    "at_most": ("at most {value}", "不超过 {value}"),
    "measured": ("Measured", "实测"),
    "interval": ("95% interval", "95% 置信区间"),
    "result": ("Result", "结论"),
    "picture": ("Picture", "图示"),
    "answers_alone": ("Answered alone", "自动答复"),
    "at_precision": ("at {precision} precision or better", "精确率不低于 {precision}"),
    "on_exam": ("on {n} exam rows", "基于 {n} 条测试数据"),
    "per_request": ("per request, 95 of 100", "95% 的请求在此时间内完成"),
    "per_1k": ("per 1,000 requests", "每千次请求"),
    "speed": ("Latency", "延迟"),
    "price": ("Cost", "费用"),
    # quality against cost
    "choice": ("Quality against cost", "质量与成本"),
    "chosen_said": (
        "Of {n} candidates, {model} was chosen: {metric} {value} ({low}–{high}).",
        "在 {n} 个候选模型中选用了 {model}：{metric} 为 {value}（{low}–{high}）。",
    ),
    "offer_sure": (
        "Paying {times} times as much ({model}, {price} per 1,000) buys {gain} points ({low} to {high}).",
        "多付至 {times} 倍费用（{model}，每千次 {price}）可提高 {gain} 个百分点（{low} 至 {high}）。",
    ),
    "offer_unsure": (
        "Paying {times} times as much ({model}, {price} per 1,000) may not help: {gain} points ({low} to {high}).",
        "多付至 {times} 倍费用（{model}，每千次 {price}）未必有收益：{gain} 个百分点（{low} 至 {high}）。",
    ),
    "offer_worse": (
        "Paying {times} times as much ({model}, {price} per 1,000) buys nothing: {gain} points ({low} to {high}).",
        "多付至 {times} 倍费用（{model}，每千次 {price}）并无收益：{gain} 个百分点（{low} 至 {high}）。",
    ),
    "against_chosen": ("Against the chosen, points", "与选用者之差（百分点）"),
    "choice_note": (
        "Fitted on {sample} rows, judged on {n_dev}, here. Left is cheaper, up is better; a line joins the best buys.",
        "各模型在本机上用 {sample} 条数据训练，以 {n_dev} 条选型数据评判。左侧更便宜，上方更好；折线连接最划算的模型。",
    ),
    "x_usd_per_1k": ("US dollars per 1,000 requests, log scale", "每千次请求费用（美元，对数刻度）"),
    "x_p50_ms": ("Median latency in ms, log scale", "中位延迟（毫秒，对数刻度）"),
    "x_p95_ms": ("Latency of 95 in 100 in ms, log scale", "P95 延迟（毫秒，对数刻度）"),
    "candidate": ("Candidate", "候选模型"),
    "chosen": ("chosen", "已选用"),
    "refused": ("ruled out: {why}", "已排除：{why}"),
    "fit_s": ("Fit", "训练用时"),
    "p50_ms": ("Median", "中位延迟"),
    "p95_ms": ("95 of 100 within", "P95 延迟"),
    "size_mb": ("Size", "模型大小"),
    "memory_mb": ("Memory", "内存占用"),
    "train_memory_mb": ("Memory to train", "训练内存"),
    "usd_per_1k": ("Per 1,000", "每千次费用"),
    "p95_ms_small": ("p95: {value}", "P95：{value}"),
    "train_memory_mb_small": ("to train: {value}", "训练：{value}"),
    "target_line": ("target {value}", "目标 {value}"),
    "good_enough": ("meets both targets", "两项目标均满足"),
    # endpoints
    "leaves": ("Texts that leave this machine", "离开本机的文字"),
    "stays": ("Texts that another program on this machine is asked about", "交给本机另一程序的文字"),
    "asked_there": (
        "Every text is sent to {host}, to {model}, {form}, with {n} training rows as examples (prompt {prompt}).",
        "每段文字都发送到 {host} 的 {model}，{form}，并附上 {n} 条训练数据作为示例（提示词 {prompt}）。",
    ),
    "asked_here": (
        "Every text is given to {model} at {host}, {form}, with {n} training rows as examples (prompt {prompt}).",
        "每段文字都交给 {host} 的 {model}，{form}，并附上 {n} 条训练数据作为示例（提示词 {prompt}）。",
    ),
    "asked_again": (
        " Asked again, {same_again} got the same answer; the first one counts. {outside} got no valid answer.",
        "再次询问时，{same_again} 的文字得到相同答案，以第一次为准；{outside} 没有得到有效答案。",
    ),
    "asked_tokens": (
        " Tokens of a question and its answer: {tokens_in} and {tokens_out}.",
        "每次提问与回答的词元数：{tokens_in} 与 {tokens_out}。",
    ),
    "as_they_are": ("as it is", "保持原样"),
    "masked": ("with personal data masked", "个人信息已遮盖"),
    "pseudonyms": ("with pseudonyms for personal data", "个人信息已换成化名"),
    "forecast": ("Forecast before training", "训练前的预估"),
    # automation
    "automation": ("Answering alone", "自动答复"),
    "promise_said": (
        "Answers {share} of requests by itself at a promised precision of {precision}; the rest goes to a person.",
        "{share} 的请求可自动答复，承诺精确率不低于 {precision}；其余请求转交人工处理。",
    ),
    "promise_none": (
        "No threshold keeps a promise of {precision}, so every request goes to a person.",
        "没有任何阈值能够保证 {precision} 的精确率，因此全部请求转交人工处理。",
    ),
    "promise_note": (
        "It answers from a confidence of {threshold} on: {n} of {all} exam rows, {measured} of them right.",
        "置信度达到 {threshold} 时自动答复：{all} 条测试数据中答复了 {n} 条，其中 {measured} 正确。",
    ),
    "promise_sure": (
        "The way the threshold is set keeps such a promise in at least {sure} of cases.",
        "阈值的选取方法保证：至少在 {sure} 的情形下，这一承诺成立。",
    ),
    "automation_alt": (
        "Precision of the answers given alone, against the share answered alone, from the surest answers to all.",
        "自动答复的精确率随自动答复比例的变化：从把握最大的答案开始，直到全部答复。",
    ),
    "x_share": ("Share answered alone", "自动答复比例"),
    "y_precision": ("Precision", "精确率"),
    "promised": ("promised {value}", "承诺 {value}"),
    "wanted": ("asked {value}", "要求 {value}"),
    "threshold": ("Threshold", "阈值"),
    "numbers": ("The numbers behind the picture", "查看图中数据"),
    # reliability
    "reliability": ("Can its confidence be believed?", "置信度是否可信"),
    "reliability_note": (
        "On the diagonal, 80% sure means right 80 times in 100. Larger dots hold more rows.",
        "点落在对角线上，表示“八成把握”确实对应八成正确。点越大，数据越多。",
    ),
    "ece_said": (
        "The mean gap between confidence and accuracy is {after} (before calibration {before}; temperature {t}).",
        "置信度与准确率的平均差距为 {after}（校准前 {before}，温度 {t}）。",
    ),
    "x_confidence": ("Confidence", "置信度"),
    "y_accuracy": ("Share right", "实际正确率"),
    "rows": ("Rows", "条数"),
    # confusion, classes, slices
    "confusion": ("What it mixes up", "混淆情况"),
    "confusion_note": (
        "Rows are the truth, columns the answer. A darker cell holds a larger share of its row.",
        "行为真实标签，列为模型答案。颜色越深，占该行的比例越大。",
    ),
    "confusion_list": ("The {n} commonest mix-ups among {labels} labels.", "{labels} 个标签中最常见的 {n} 组混淆。"),
    "truth_answer": ("truth ↓ answer →", "真实 ↓ 答案 →"),
    "share_of_truth": ("Share of its rows", "占该标签的比例"),
    "classes": ("Label by label", "各标签表现"),
    "classes_note": ("Weakest first.", "按表现由弱到强排列。"),
    "label": ("Label", "标签"),
    "precision": ("Precision", "精确率"),
    "recall": ("Recall", "召回率"),
    "slices": ("Group by group", "分组表现"),
    "slices_note": (
        "The line marks the whole exam. A group is marked weak when its whole interval lies below that line.",
        "竖线为全部测试数据的整体水平。若某组的整个区间都低于该线，则标记为“偏弱”。",
    ),
    "group": ("Group", "分组"),
    "weak": ("weak", "偏弱"),
    # quality and baselines
    "quality": ("Quality on the exam", "测试集质量"),
    "quality_note": (
        "{n} rows that were used neither to learn nor to choose.",
        "共 {n} 条，既未参与训练，也未参与选型。",
    ),
    "metric": ("Metric", "指标"),
    "value": ("Value", "数值"),
    "as_trained": ("As trained", "量化前"),
    "parity": ("Same answers in every form", "各形态答案一致性"),
    "parity_note": (
        "The same rows through the trained model and each form it is stored or served in.",
        "同一批数据分别经过训练所得模型及其各种存储、服务形态。",
    ),
    "form": ("Form", "形态"),
    "agree": ("Same answer", "答案一致"),
    "change": ("Change in accuracy", "准确率变化"),
    "points": ("{value} points", "{value} 个百分点"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "within": ("Within tolerance", "在容差内"),
    "served": ("HTTP service", "HTTP 服务"),
    "baselines": ("Is it better than something simple?", "是否优于简单方案"),
    "baselines_note": (
        "Gain of the chosen model on the same exam rows. It is real when the whole interval lies above zero.",
        "在同一批测试数据上的提升。整个区间都大于零，才说明提升确实存在。",
    ),
    "baseline": ("Baseline", "基线"),
    "its_value": ("Its value", "基线数值"),
    "gain": ("Gain", "提升"),
    "better": ("better", "更好"),
    "worse": ("worse", "更差"),
    "same": ("no clear difference", "无明显差异"),
    # data
    "data": ("The data", "数据"),
    "data_said": (
        "{n_in} rows came in; {kept} are used, {rejected} are left out.",
        "共读入 {n_in} 条，使用 {kept} 条，剔除 {rejected} 条。",
    ),
    "left_out": ("Left out, and why", "剔除原因"),
    "reason": ("Reason", "原因"),
    "part": ("Part", "部分"),
    "train": ("train", "训练集"),
    "dev": ("dev", "验证集"),
    "test": ("test", "测试集"),
    "labels": ("Labels in training", "训练集中的标签"),
    "others": ("{n} others", "其余 {n} 个"),
    "lengths": ("Length in characters", "文本长度（字符）"),
    "lengths_note": (
        "Line: from the shortest 5% to the longest 5%. Box: the middle half. Tick: the median.",
        "细线：5% 至 95% 分位；方框：中间一半；短竖线：中位数。",
    ),
    "longest": ("longest", "最长"),
    "scripts": ("Scripts", "文字种类"),
    "tables": ("How the files were read", "文件读取方式"),
    "file": ("File", "文件"),
    "format": ("Format", "格式"),
    "encoding": ("Encoding", "编码"),
    "delimiter": ("Delimiter", "分隔符"),
    "header": ("Header", "表头"),
    # learning
    "search": ("The search for a better recipe", "训练参数搜索"),
    "search_said": (
        "The best other recipe beats the standing one by {gain} points ({low} to {high}) on dev.",
        "其他参数中最好者与原参数在选型数据上之差：{gain} 个百分点（{low} 至 {high}）。",
    ),
    "search_note": (
        "It is taken only where the whole interval lies above zero. The mark is the standing recipe on as many rows.",
        "整个区间都在零以上才会采用。竖线为原参数在同样行数上的成绩。",
    ),
    "recipe": ("Recipe", "参数"),
    "recipe_n": ("no. {n}", "第 {n} 组"),
    "standing": ("as it stands", "原参数"),
    "learning_rate": ("Learning rate", "学习率"),
    "epochs": ("Epochs", "轮数"),
    "frozen_layers": ("Frozen layers", "冻结层数"),
    "max_tokens": ("Tokens read", "读取词元数"),
    "learning": ("How it learned", "学习过程"),
    "loss": ("Training loss", "训练损失"),
    "x_step": ("Step", "步数"),
    "x_epoch": ("Epoch", "轮次"),
    "dev_value": ("On the dev rows, by epoch", "验证集表现（按轮次）"),
    "pretrain_loss": ("Loss while learning the domain", "领域预训练损失"),
    "pretrain_said": (
        "Read {texts} unlabelled texts of the domain first: perplexity {before} before, {after} after.",
        "先学习了 {texts} 篇无标注的领域文本：困惑度由 {before} 变为 {after}。",
    ),
    "pretrain_counted": (
        "Its tables began at what tokens and their pairs occur with: {contexts} words were counted.",
        "词表以各字词的共现关系为起点：共统计了 {contexts} 个词。",
    ),
    # mistakes
    "mistakes": ("Mistakes to read", "值得一读的错例"),
    "mistakes_note": ("The surest mistakes teach the most.", "模型越有把握却答错的例子，越值得细看。"),
    "text": ("Text", "文本"),
    "truth": ("Truth", "真实标签"),
    "answer": ("Answer", "模型答案"),
    "confidence": ("Confidence", "置信度"),
    "where": ("Where", "出处"),
    # cost and reproduction
    "cost": ("What it costs", "成本"),
    "serving": ("To serve", "服务"),
    "making": ("To make", "训练与构建"),
    "texts_per_s": ("Throughput", "吞吐量"),
    "texts_per_s_value": ("{n} texts per second", "每秒 {n} 条文本"),
    "load_s": ("Start", "启动用时"),
    "core_hour": ("Price of a core-hour", "每核时单价"),
    "seconds_of": ("Step {step}", "步骤 {step}"),
    "machine": ("Machine", "机器"),
    "processor": ("Processor", "处理器"),
    "cores": ("Cores", "核数"),
    "memory_gb": ("Memory", "内存"),
    "python": ("Python", "Python"),
    "again": ("Do it again, put it to work", "复现与上线"),
    "again_note": (
        "In the folder of the scenario file. The same files, seed and version give the same result.",
        "在场景文件所在目录中执行。文件、随机种子与版本相同，结果即相同。",
    ),
    "run_it": ("Run again", "再次运行"),
    "serve_it": ("Serve", "启动服务"),
    "task": ("Task", "任务"),
    "seed": ("Seed", "随机种子"),
    "version": ("luodi", "luodi"),
    "files": ("Files", "文件"),
    "size": ("Size", "大小"),
    "steps": ("Steps", "步骤"),
    "step": ("Step", "步骤"),
    "key": ("Key", "键"),
    "digest": ("Digest", "摘要"),
}

METRICS: Mapping[str, tuple[str, str]] = {
    "macro_f1": ("Macro F1", "宏平均 F1"),
    "micro_f1": ("Micro F1", "微平均 F1"),
    "accuracy": ("Accuracy", "准确率"),
    "exact_match": ("Exact match", "完全匹配率"),
    "chrf": ("chrF", "chrF"),
    "bleu": ("BLEU", "BLEU"),
    "rouge_1": ("ROUGE-1", "ROUGE-1"),
    "rouge_2": ("ROUGE-2", "ROUGE-2"),
    "rouge_l": ("ROUGE-L", "ROUGE-L"),
    "checks.faithfulness": ("Texts that pass all checks", "通过全部核查的文本比例"),
    "expected_calibration_error": ("Calibration error", "校准误差"),
    "p50_ms": ("Median latency", "中位延迟"),
    "p95_ms": ("Latency, 95 of 100", "P95 延迟"),
    "size_mb": ("Size on disk", "磁盘占用"),
    "memory_mb": ("Memory", "内存占用"),
    "usd_per_1k": ("Cost per 1,000 requests", "每千次请求费用"),
    "precision": ("Precision", "精确率"),
    "automation.precision": ("Precision when answering alone", "自动答复精确率"),
    "automation.share": ("Share answered alone", "自动答复比例"),
}

REASONS: Mapping[str, str] = {
    "empty text": "文本为空",
    "empty label": "标签为空",
    "duplicate": "重复文本",
    "the same text has different labels": "同一文本的标签互相矛盾",
    "stands": "同时出现在其他数据部分",
    "not a JSON object": "不是 JSON 对象",
}
"""Why rows are left out, as `prepare` puts it."""

Say = Callable[..., str]


def speaker(language: str) -> Say:
    """Return the function that says a phrase in one language, its holes filled by keyword.

    >>> speaker("en")("target_line", value="0.8"), speaker("zh")("target_line", value="0.8")
    ('target 0.8', '目标 0.8')
    """
    at = LANGUAGES.index(language)

    def say(phrase: str, **values: str) -> str:
        found = PHRASES.get(phrase) or words_data.PHRASES.get(phrase) or words_ranking.PHRASES[phrase]
        return found[at].format(**values)

    return say


def metric_name(name: str, language: str) -> str:
    """Name a metric for people.

    >>> metric_name("classification.macro_f1", "zh"), metric_name("mine.top_3_hits", "en")
    ('宏平均 F1', 'Top 3 hits')
    """
    tail = name.rpartition(".")[2]
    found = METRICS.get(name) or METRICS.get(tail) or words_ranking.METRICS.get(tail)
    return found[LANGUAGES.index(language)] if found else tail.replace("_", " ").capitalize()


def reason(text: str, language: str) -> str:
    """Say why rows are left out.

    >>> reason("empty text", "zh"), reason("stands", "en")
    ('文本为空', 'stands in another part too')
    """
    if language == "zh":
        return REASONS.get(text, text)
    return "stands in another part too" if text == "stands" else text


def language_of(wish: str) -> str:
    """Return the language that a locale or a name means; English unless it is Chinese.

    >>> language_of("zh_CN.UTF-8"), language_of("de"), language_of("")
    ('zh', 'en', 'en')
    """
    return "zh" if wish.lower().startswith(("zh", "chinese", "中文")) else "en"
