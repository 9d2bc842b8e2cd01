"""The sentences of the advice, by code: what is so and how to put it right in English, then the same in Chinese."""

from collections.abc import Mapping

MEASURES = {"labels": "标签", "length": "长度", "words": "用词"}
"""What changes over time, in Chinese."""

SENTENCES: Mapping[str, tuple[str, str, str, str]] = {
    "nothing": (
        "nothing was found that stands in the way",
        "go on: luodi new",
        "未发现妨碍使用的问题",
        "可以继续：luodi new",
    ),
    "malformed": (
        "malformed rows: {n} ({share}); the first: {reason}, lines {lines}",
        "mend those lines; otherwise they are left out",
        "{n} 行格式有误（{share}）：{reason}；行号 {lines}",
        "修正这些行；否则会被剔除",
    ),
    "too_few_rows": (
        "there are only {n} rows",
        "a model and its exam need a few hundred rows at least",
        "只有 {n} 行数据",
        "训练与测试至少需要几百行数据",
    ),
    "few_rows": (
        "there are only {n} rows",
        "it will work, but what the exam says will have wide intervals",
        "只有 {n} 行数据",
        "可以使用，但测试结果的置信区间会较宽",
    ),
    "notes": (
        "while reading: {notes}",
        "see that the rows look right",
        "读取时：{notes}",
        "请确认数据读取无误",
    ),
    "text_missing": (
        "rows without text in {name!r}: {n} ({share})",
        "they are left out; check the export",
        "{name!r} 列有 {n} 行（{share}）没有文本",
        "这些行会被剔除；请检查数据导出",
    ),
    "label_missing": (
        "rows without a label in {name!r}: {n} ({share}): {forms}",
        "label them, or they are left out; a word such as 'unknown' counts as a label",
        "{name!r} 列有 {n} 行（{share}）没有标签：{forms}",
        "请补标，否则会被剔除；“未知”之类的词会被当作标签",
    ),
    "ambiguous_dates": (
        "days and months in {name!r} cannot be told apart",
        "write dates as 2026-01-31",
        "{name!r} 列的日与月无法区分",
        "日期请写作 2026-01-31",
    ),
    "constant": (
        "the same value in every row, or none: {names}",
        "of no use to a model",
        "整列同值或为空：{names}",
        "对模型没有用处",
    ),
    "identifiers": (
        "identifiers: {names}",
        'not to be learnt from; one that names a customer can keep their rows together: group = "…"',
        "编号列：{names}",
        '不应参与学习；若标识客户，可用 group = "…" 让同一客户的数据保持在一起',
    ),
    "no_label": (
        "no column looks like a label",
        "name it: --label COLUMN; or label some rows first",
        "没有哪一列像是标签",
        "请指定：--label 列名；或先标注一部分数据",
    ),
    "one_label": (
        "{name!r} has only one label: {label!r}",
        "a classifier needs rows of two labels or more; is it the right column?",
        "{name!r} 列只有一个标签：{label!r}",
        "分类至少需要两个标签；列选对了吗？",
    ),
    "too_many_labels": (
        "{name!r} has {n} different values in {rows} rows",
        "this is no label: name another column with --label",
        "{name!r} 列在 {rows} 行中有 {n} 个不同的值",
        "这不像标签：请用 --label 指定其他列",
    ),
    "spellings": (
        "one label, several spellings: {shown}",
        "merge them: they split {rows} rows off",
        "同一标签有多种写法：{shown}",
        "请合并：有 {rows} 行因此被分开",
    ),
    "typos": (
        "these labels may be typing mistakes: {shown}",
        "correct them, or leave them if they are meant",
        "这些标签可能是笔误：{shown}",
        "请更正；若确有其意可保留",
    ),
    "lost_labels": (
        "labels with only a row or two ({n}): {shown}",
        "add rows, merge them with others, or drop them: they cannot be learnt and examined",
        "{n} 个标签只有一两行：{shown}",
        "请补充、合并或删除：无法同时用于训练和测试",
    ),
    "rare_labels": (
        "labels too rare for the exam to say much about ({n}): {shown}",
        "25 rows or more would do",
        "{n} 个标签数据过少，测试难以说明问题：{shown}",
        "每个标签至少 25 行为宜",
    ),
    "numeric": (
        "the labels are numbers: {shown}",
        "give them names, or nobody will know what an answer means",
        "标签是数字：{shown}",
        "请改用名称，否则没人知道答案的含义",
    ),
    "imbalance": (
        "{share} of the rows are {label!r}, {ratio} times as many as {least!r}",
        "judge by macro F1, not by accuracy; add rows of the rare ones",
        "{share} 的数据属于 {label!r}，是 {least!r} 的 {ratio} 倍",
        "请以宏平均 F1 而非准确率评判；为少数标签补充数据",
    ),
    "repeated": (
        "rows that repeat an earlier text: {n} ({share})",
        "one of each is kept, so that none stands in training and exam",
        "{n} 行（{share}）与前面的文本重复",
        "每组只保留一行，以免同时出现在训练和测试中",
    ),
    "contradictory": (
        "texts that stand with different labels in different rows: {n}",
        "decide which is right; where no label prevails, all of its rows are left out",
        "{n} 条文本在不同行中标签不同",
        "请确定正确标签；若无多数标签，相应行全部剔除",
    ),
    "cut": (
        "{share} of the texts are longer than {limit} {unit}: {lost} of all text would not be read",
        "put what matters first, or raise [finetune] max_tokens",
        "{share} 的文本超过 {limit} {unit}：共有 {lost} 的内容读不到",
        "请把重要内容放在前面，或调大 [finetune] max_tokens",
    ),
    "languages": (
        "several languages: {shown}",
        "see that the exam has enough of each; slice the results by language",
        "包含多种语言：{shown}",
        "请确保测试集中每种语言足够多；可按语言分组查看结果",
    ),
    "mojibake": (
        "texts that were decoded wrongly somewhere: {n} ({share})",
        "they are mended on the way in; better mend the export",
        "{n} 条文本（{share}）曾被错误解码（乱码）",
        "读入时会自动修复；最好修正数据导出",
    ),
    "markup": (
        "texts with HTML in them: {n} ({share})",
        "it is taken out, here and in every request",
        "{n} 条文本（{share}）含有 HTML",
        "会被去除，训练与线上请求一致",
    ),
    "direction": (
        "texts with marks that turn the direction of writing: {n} ({share})",
        "they are taken out; such marks can hide what a text says",
        "{n} 条文本（{share}）含有改变书写方向的字符",
        "会被去除；这类字符可能掩盖真实内容",
    ),
    "boilerplate": (
        "texts that begin or end with lines that many share: {n} ({share})",
        "signatures and footers are dropped; switch off with [prepare.clean] boilerplate = false",
        "{n} 条文本（{share}）的首尾是许多文本共有的内容",
        "签名与页脚会被去除；可用 [prepare.clean] boilerplate = false 关闭",
    ),
    "personal": (
        "texts of the sample with personal data: {n} ({share}): {kinds}",
        'have it masked before anything is learnt from it: [prepare] personal = "mask"',
        "抽样中 {n} 条文本（{share}）含有个人信息：{kinds}",
        '请在学习之前进行脱敏：[prepare] personal = "mask"',
    ),
    "near": (
        "texts of the sample that nearly repeat another one: {n} ({share}), as in lines {lines}",
        "they are kept on one side of the split",
        "抽样中 {n} 条文本（{share}）与其他文本近乎重复（行 {lines}）",
        "划分时会放在同一侧",
    ),
    "leakage": (
        "the text gives the label away: {mark!r} is in {share} of the rows labelled {label!r}, and nearly only there",
        "if a request will not have it, take it out: the exam would be too good to be true",
        "文本泄露了标签：标签为“{label}”的数据中有 {share} 含有“{mark}”，其他几乎没有",
        "若线上请求中不会出现，请去除：否则测试结果会虚高",
    ),
    "suspects": (
        "labels of the sample that a simple model strongly doubts: {n} ({share}), first in lines {lines}",
        "see for yourself, a weak model doubts too much: luodi labels SCENARIO lists and corrects them",
        "抽样中简单模型强烈怀疑的标签：{n} 个（{share}），最可疑的在第 {lines} 行",
        "请自行核对，较弱的模型会怀疑过多：luodi labels SCENARIO 可列出并改正",
    ),
    "templates": (
        "{share} of the texts are made from templates, the commonest {n} times: {pattern}",
        "texts of one template are no independent evidence: see that the exam is not full of them",
        "{share} 的文本由模板生成，最常见的出现 {n} 次：{pattern}",
        "同一模板的文本不是独立的证据：请确认测试集中并非都是它们",
    ),
    "forecast": (
        "a simple model reaches {metric} {now} on rows like these; with twice as many about {twice} ({low} to {high})",
        "a stronger model lies higher; where the curve is flat, more rows will not help",
        "简单模型在此类数据上 {metric} 约为 {now}；数据加倍后约 {twice}（{low} 至 {high}）",
        "更强的模型会更高；曲线趋平时，增加数据帮助不大",
    ),
    "drift": (
        "the data changes over time: {part} differs from the rest ({measure}) {times} times as much as chance allows",
        "learn from recent rows, and let the exam be the latest: what was true then may not be now",
        "数据随时间变化：{part} 与其余时段的差异（{measure}）是随机波动的 {times} 倍",
        "请用较新的数据训练，并用最新的数据测试：过去的规律未必适用于现在",
    ),
}
