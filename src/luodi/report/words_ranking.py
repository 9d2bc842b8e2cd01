"""What the sections about lists say, in English and Chinese."""

from collections.abc import Mapping

PHRASES: Mapping[str, tuple[str, str]] = {
    "lists": ("The lists, apart from being right", "命中之外的表现"),
    "lists_said": (
        "{coverage} of the catalogue is shown to somebody; an item that is shown has {popularity} events on average.",
        "前 10 位推荐覆盖商品目录的 {coverage}；被展示物品平均有 {popularity} 次历史行为。",
    ),
    "lists_note": (
        "Of the first 10 places. Diversity: pairs of two categories. Revenue: of what was shown and bought anyway.",
        "均按前 10 位计算。多样性：同一列表中类别不同的物品对所占比例。收入：已展示且本来就被购买的物品价格之和。",
    ),
    "coverage": ("Coverage of the catalogue", "目录覆盖率"),
    "novelty": ("Novelty: surprise of an item", "新颖度（信息量）"),
    "diversity": ("Diversity", "多样性"),
    "gini": ("Unevenness of exposure (Gini)", "曝光不均度（基尼系数）"),
    "popularity": ("Events behind an item shown", "被展示物品的平均历史行为数"),
    "revenue_per_1000": ("Revenue per 1,000 lists", "每千次推荐收入"),
    "bits": ("{n} bits", "{n} 比特"),
    "item_ages": ("Items, by how often they were asked for", "按历史热度划分的物品"),
    "item_ages_note": (
        "Recall@50 of the right items of a group. Where much more is wanted than shown, the lists forget that group.",
        "该组正确物品在前 50 位中的召回率。若“被需要”远高于“被展示”，说明列表忽视了该组。",
    ),
    "shown_share": ("Of what is shown", "占展示"),
    "wanted_share": ("Of what is wanted", "占需求"),
    "questions": ("Questions", "测试问题"),
    "fame": ("Popularity bias, by visitor", "流行度偏差（按访客）"),
    "fame_note": (
        "Share of the {n} most popular items, which have half of all events. Far more shown than wanted is a bias.",
        "最热门的 {n} 件物品（占全部行为的一半）所占比例。展示远高于需求即为偏差。",
    ),
    "visitor": ("Visitors with", "访客"),
    "exposure": ("Exposure by group", "各组曝光"),
    "exposure_note": (
        "A place counts 1 / log2(place + 1). Exposure far below merit: the group is shown less than it is wanted.",
        "每个位置的曝光为 1 / log2(位置 + 1)。曝光远低于应得份额，说明该组被展示得少于需求。",
    ),
    "exposure_share": ("Exposure", "曝光份额"),
    "merit_share": ("Merit", "应得份额"),
    "ab_plan": ("An A/B test that would show a difference", "A/B 测试计划"),
    "ab_said": (
        "{rate} of lists have a hit. To see that rise by {lift}, each arm needs {n} visitors: {days} days.",
        "目前 {rate} 的列表有命中。若要检出 {lift} 的相对提升，每组需要 {n} 名访客，约 {days} 天。",
    ),
    "ab_note": (
        "Two-sided, 5% level, 80% power, half of the visitors in each arm, {per_day} visits a day as in the log.",
        "双侧检验，显著性 5%，功效 80%，访客对半分组，按日志中每天 {per_day} 次访问计。",
    ),
    "off_policy": ("What the log of impressions says", "曝光日志的离线估计"),
    "off_policy_said": (
        "{n} logged impressions are worth {worth} of the new recommender's own.",
        "{n} 次有记录的曝光，相当于新推荐器自身的 {worth} 次曝光。",
    ),
    "off_policy_few": (
        " That is few: take the figures as a hint.",
        "样本偏少，以下数字仅供参考。",
    ),
    "off_policy_note": (
        "Reward per impression if each had shown one of the new recommender's items by chance.",
        "假设每次曝光都从新推荐器的列表中随机展示一件，估计的单次曝光收益。",
    ),
    "estimate": ("Estimate", "估计方法"),
    "logged": ("As it was logged", "日志实际"),
    "ips": ("By inverse propensity", "逆倾向加权"),
    "snips": ("Self-normalized", "自归一化"),
    "dr": ("Doubly robust", "双重稳健"),
}

METRICS: Mapping[str, tuple[str, str]] = {
    "ndcg_at_10": ("NDCG@10", "NDCG@10"),
    "recall_at_10": ("Recall@10", "召回率@10"),
    "recall_at_50": ("Recall@50", "召回率@50"),
    "hit_at_10": ("Hit@10", "命中率@10"),
    "mrr": ("MRR", "MRR"),
}

TAGS: Mapping[str, str] = {
    "history": "访客历史",
    "new": "新访客",
    "not known": "未知",
    "never seen": "从未出现",
    "1–4 events": "1–4 次行为",
    "5–19 events": "5–19 次行为",
    "20 events or more": "20 次及以上",
}
"""What our own groups of visitors and items are called in Chinese."""


def tag(text: str, language: str) -> str:
    """Name a group of visitors or items; a name of the user's own stays.

    >>> tag("new", "zh"), tag("new", "en"), tag("seller", "zh")
    ('新访客', 'new', 'seller')
    """
    return TAGS.get(text, text) if language == "zh" else text
