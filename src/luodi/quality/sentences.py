"""The sentences of the advice: for each code, what is so and how to put it right, each in English and Chinese."""

from collections.abc import Mapping

Both = tuple[str, str]

SENTENCES: Mapping[str, tuple[Both, Both]] = {
    "nothing": (
        ("nothing was found that stands in the way", "未发现妨碍使用的问题"),
        ("go on: luodi new", "可以继续：luodi new"),
    ),
    "malformed": (
        (
            "{n} rows are malformed ({share}): {reason}; lines {lines}",
            "{n} 行格式有误（{share}）：{reason}；行号 {lines}",
        ),
        ("mend those lines; otherwise they are left out", "修正这些行；否则会被剔除"),
    ),
    "too_few_rows": (
        ("there are only {n} rows", "只有 {n} 行数据"),
        ("a model and its exam need a few hundred rows at least", "训练与测试至少需要几百行数据"),
    ),
    "few_rows": (
        ("there are only {n} rows", "只有 {n} 行数据"),
        ("it will work, but what the exam says will have wide intervals", "可以使用，但测试结果的置信区间会较宽"),
    ),
    "notes": (
        ("while reading: {notes}", "读取时：{notes}"),
        ("see that the rows look right", "请确认数据读取无误"),
    ),
    "text_missing": (
        ("{n} rows ({share}) have no text in {name!r}", "{name!r} 列有 {n} 行（{share}）没有文本"),
        ("they are left out; check the export", "这些行会被剔除；请检查数据导出"),
    ),
    "label_missing": (
        ("{n} rows ({share}) have no label in {name!r}: {forms}", "{name!r} 列有 {n} 行（{share}）没有标签：{forms}"),
        (
            "label them, or they are left out; a word such as 'unknown' counts as a label",
            "请补标，否则会被剔除；“未知”之类的词会被当作标签",
        ),
    ),
    "ambiguous_dates": (
        ("days and months in {name!r} cannot be told apart", "{name!r} 列的日与月无法区分"),
        ("write dates as 2026-01-31", "日期请写作 2026-01-31"),
    ),
    "constant": (
        ("the same value in every row, or none: {names}", "整列同值或为空：{names}"),
        ("of no use to a model", "对模型没有用处"),
    ),
    "identifiers": (
        ("identifiers: {names}", "编号列：{names}"),
        (
            'not to be learnt from; one that names a customer can keep their rows together: group = "…"',
            '不应参与学习；若标识客户，可用 group = "…" 让同一客户的数据保持在一起',
        ),
    ),
    "no_label": (
        ("no column looks like a label", "没有哪一列像是标签"),
        ("name it: --label COLUMN; or label some rows first", "请指定：--label 列名；或先标注一部分数据"),
    ),
    "one_label": (
        ("{name!r} has only one label: {label!r}", "{name!r} 列只有一个标签：{label!r}"),
        (
            "a classifier needs rows of two labels or more; is it the right column?",
            "分类至少需要两个标签；列选对了吗？",
        ),
    ),
    "too_many_labels": (
        ("{name!r} has {n} different values in {rows} rows", "{name!r} 列在 {rows} 行中有 {n} 个不同的值"),
        ("this is no label: name another column with --label", "这不像标签：请用 --label 指定其他列"),
    ),
    "spellings": (
        ("one label, several spellings: {shown}", "同一标签有多种写法：{shown}"),
        ("merge them: they split {rows} rows off", "请合并：有 {rows} 行因此被分开"),
    ),
    "typos": (
        ("these labels may be typing mistakes: {shown}", "这些标签可能是笔误：{shown}"),
        ("correct them, or leave them if they are meant", "请更正；若确有其意可保留"),
    ),
    "lost_labels": (
        ("{n} labels have one or two rows: {shown}", "{n} 个标签只有一两行：{shown}"),
        (
            "add rows, merge them with others, or drop them: they cannot be learnt and examined",
            "请补充、合并或删除：无法同时用于训练和测试",
        ),
    ),
    "rare_labels": (
        (
            "{n} labels are too rare for the exam to say much about: {shown}",
            "{n} 个标签数据过少，测试难以说明问题：{shown}",
        ),
        ("25 rows or more would do", "每个标签至少 25 行为宜"),
    ),
    "numeric": (
        ("the labels are numbers: {shown}", "标签是数字：{shown}"),
        ("give them names, or nobody will know what an answer means", "请改用名称，否则没人知道答案的含义"),
    ),
    "imbalance": (
        (
            "{share} of the rows are {label!r}, {ratio} times as many as {least!r}",
            "{share} 的数据属于 {label!r}，是 {least!r} 的 {ratio} 倍",
        ),
        (
            "judge by macro F1, not by accuracy; add rows of the rare ones",
            "请以宏平均 F1 而非准确率评判；为少数标签补充数据",
        ),
    ),
    "repeated": (
        ("{n} rows ({share}) repeat an earlier text", "{n} 行（{share}）与前面的文本重复"),
        ("one of each is kept, so that none stands in training and exam", "每组只保留一行，以免同时出现在训练和测试中"),
    ),
    "contradictory": (
        ("{n} texts stand with different labels in different rows", "{n} 条文本在不同行中标签不同"),
        (
            "decide which is right; where no label prevails, all of its rows are left out",
            "请确定正确标签；若无多数标签，相应行全部剔除",
        ),
    ),
    "cut": (
        (
            "{share} of the texts are longer than {limit} {unit}: {lost} of all text would not be read",
            "{share} 的文本超过 {limit} {unit}：共有 {lost} 的内容读不到",
        ),
        (
            "put what matters first, or raise [finetune] max_tokens",
            "请把重要内容放在前面，或调大 [finetune] max_tokens",
        ),
    ),
    "languages": (
        ("several languages: {shown}", "包含多种语言：{shown}"),
        (
            "see that the exam has enough of each; slice the results by language",
            "请确保测试集中每种语言足够多；可按语言分组查看结果",
        ),
    ),
    "mojibake": (
        ("{n} texts ({share}) were decoded wrongly somewhere", "{n} 条文本（{share}）曾被错误解码（乱码）"),
        ("they are mended on the way in; better mend the export", "读入时会自动修复；最好修正数据导出"),
    ),
    "markup": (
        ("{n} texts ({share}) hold HTML", "{n} 条文本（{share}）含有 HTML"),
        ("it is taken out, here and in every request", "会被去除，训练与线上请求一致"),
    ),
    "direction": (
        (
            "{n} texts ({share}) hold marks that turn the direction of writing",
            "{n} 条文本（{share}）含有改变书写方向的字符",
        ),
        ("they are taken out; such marks can hide what a text says", "会被去除；这类字符可能掩盖真实内容"),
    ),
    "boilerplate": (
        (
            "{n} texts ({share}) begin or end with lines that many share",
            "{n} 条文本（{share}）的首尾是许多文本共有的内容",
        ),
        (
            "signatures and footers are dropped; switch off with [prepare.clean] boilerplate = false",
            "签名与页脚会被去除；可用 [prepare.clean] boilerplate = false 关闭",
        ),
    ),
    "personal": (
        (
            "{n} texts of the sample ({share}) hold personal data: {kinds}",
            "抽样中 {n} 条文本（{share}）含有个人信息：{kinds}",
        ),
        ("have it masked before anything is learnt from it", "请在学习之前进行脱敏"),
    ),
    "near": (
        (
            "{n} texts of the sample ({share}) nearly repeat another one (lines {lines})",
            "抽样中 {n} 条文本（{share}）与其他文本近乎重复（行 {lines}）",
        ),
        ("they are kept on one side of the split", "划分时会放在同一侧"),
    ),
}
