"""Simulated logs: `python -m bench.simulate shop FOLDER`, and newsroom, community, scale.

The three small ones are the data of the examples; `scale N_EVENTS N_ITEMS N_USERS` writes a log of any size. People
have tastes that they follow most of the time, go on from what they just had, and sometimes take what everybody takes.
Nothing in them is taken from real people.
"""

import csv
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

DAY = 86_400
START = 1_767_225_600  # 2026-01-01
SHOP = {
    "tea": (
        "green tea|black tea|herbal tea|oolong|chai|white tea",
        "loose leaf, for slow mornings|bags, a box of twenty",
    ),
    "coffee": (
        "espresso beans|filter coffee|decaf beans|cold brew|instant coffee",
        "dark roast, full body|light roast, fruity",
    ),
    "kitchen": (
        "teapot|moka pot|kettle|mug|milk frother|strainer|tray",
        "stoneware, fired by hand|steel, for every day",
    ),
    "baking": (
        "whisk|loaf tin|flour|vanilla|cocoa|cake stand|yeast",
        "for bread and cakes|for a Sunday in the kitchen",
    ),
    "garden": (
        "watering can|herb seeds|pruner|planter|gloves|compost",
        "for balconies and beds|for small green thumbs",
    ),
    "candles": ("beeswax candle|tea lights|lantern|matches|candle holder", "burns for ten hours|quiet warm light"),
    "paper": ("notebook|fountain pen|ink|postcards|diary|sketch pad", "acid-free paper|for letters and lists"),
    "wool": ("merino yarn|needles|pattern book|stitch markers|darning kit", "soft, from one farm|for a first scarf"),
}
GOES_WITH = {"tea": "kitchen", "coffee": "kitchen", "kitchen": "baking", "baking": "coffee", "garden": "candles",
             "candles": "paper", "paper": "tea", "wool": "tea"}  # fmt: skip
LOOKS = "small|large|blue|green|red|plain|striped|classic|new|old-style|travel|gift"
TOPICS = {
    "council": "council|budget|mayor|vote|roads|rates|meeting|by-law",
    "football": "match|goal|coach|league|derby|striker|cup|season",
    "weather": "storm|flood|frost|heat|warning|river|snow|forecast",
    "schools": "pupils|teachers|exam|canteen|term|playground|library|grants",
    "culture": "concert|choir|museum|festival|theatre|poet|gallery|film",
    "business": "factory|jobs|market|bakery|start-up|rent|harbour|export",
    "health": "clinic|nurses|vaccine|hospital|waiting|midwife|surgery|flu",
    "transport": "bus|tram|station|ferry|timetable|fares|cycle|tunnel",
}
VERBS = "divides the town|returns after years|draws a crowd|raises questions|wins support|faces delay|brings relief"
CIRCLES = "running|chess|birds|sourdough|bikes|choir|robots|sailing|poetry|climbing|allotments|board games"


def shop(rng: random.Random, folder: Path, *, n_users: int = 1_300, n_events: int = 15_000) -> None:
    """Write a shop's views and purchases, and its catalogue, of which some is sold out."""
    items, kinds = [], list(SHOP)
    for kind, (names, notes) in SHOP.items():
        for name in names.split("|"):
            for look in rng.sample(LOOKS.split("|"), 6):
                seller = "house" if rng.random() < 0.7 else "small workshop"
                price = f"{rng.choice((4, 6, 9, 14, 19, 29, 45)) - 0.05:.2f}"
                stock = "no" if rng.random() < 0.06 else "yes"
                items.append(
                    (
                        f"p{len(items) + 1:03}",
                        f"{look} {name}",
                        rng.choice(notes.split("|")),
                        kind,
                        price,
                        stock,
                        seller,
                    )
                )
    _write(folder / "items.csv", ("item", "title", "text", "category", "price", "stock", "seller"), items)
    world = World(rng, [one[3] for one in items], [one[1].split(" ", 1)[1] for one in items], kinds)
    rows = []
    for user, item, time in world.events(n_users, n_events, days=120, follow=GOES_WITH):
        kind = "buy" if rng.random() < 0.3 else "view"
        rows.append((user, items[item][0], time, kind))
    rows += [("", items[0][0], START, "view"), ("c0001", "", START, "buy"), ("c0002", items[1][0], "yesterday", "view")]
    _write(folder / "events.csv", ("customer", "item", "time", "kind"), sorted(rows, key=lambda row: str(row[2])))


def newsroom(rng: random.Random, folder: Path, *, n_users: int = 700, n_articles: int = 700, days: int = 60) -> None:
    """Write a paper's clicks and its articles, each of which is read for three days."""
    articles = []
    for n in range(n_articles):
        topic = rng.choice(list(TOPICS))
        words = rng.sample(TOPICS[topic].split("|"), 4)
        published = START + int(n / n_articles * days * DAY) + rng.randrange(3_600)
        title = f"{words[0].capitalize()} {rng.choice(VERBS.split('|'))}"
        text = f"{words[1]} and {words[2]}: what it means for the {words[3]}"
        articles.append((f"a{n + 1:03}", title, text, topic, published))
    _write(folder / "articles.csv", ("article", "title", "text", "category", "published"), articles)
    fame = [rng.paretovariate(1.6) for _ in articles]
    rows = []
    for user in range(n_users):
        tastes = rng.sample(list(TOPICS), 2)
        for _ in range(rng.randint(4, 26)):
            time = START + rng.randrange(2 * DAY, days * DAY)
            live = [n for n, one in enumerate(articles) if time - 3 * DAY < one[4] < time]
            liked = [n for n in live if articles[n][3] in tastes]
            among = liked if liked and rng.random() < 0.75 else live
            if among:
                chosen = rng.choices(among, [fame[n] for n in among])[0]
                rows.append((f"r{user + 1:03}", articles[chosen][0], time))
    rows.append(("", articles[0][0], START))
    _write(folder / "clicks.csv", ("reader", "article", "time"), sorted(rows, key=lambda row: row[2]))


def community(rng: random.Random, folder: Path, *, n_users: int = 800, n_groups: int = 240) -> None:
    """Write who joined which group when, who is whose friend, and what members said of themselves.

    Friends join much of the same; so do people of one village, and people of one hobby.
    """
    circles = CIRCLES.split("|")
    before = ("friends of", "evening", "beginners in", "north side")
    about = [circles[n % len(circles)] for n in range(n_groups)]
    groups = [(f"g{n + 1:03}", f"{rng.choice(before)} {circle}", circle) for n, circle in enumerate(about)]
    _write(folder / "groups.csv", ("group", "title", "category"), groups)
    village = [rng.randrange(60) for _ in range(n_users)]
    links = {
        (a, b) for a in range(n_users) for b in rng.sample(range(n_users), 14) if a < b and village[a] == village[b]
    }
    while len(links) < 4 * n_users:
        a, b = rng.randrange(n_users), rng.randrange(n_users)
        if a < b and (village[a] == village[b] or rng.random() < 0.02):
            links.add((a, b))
    _write(folder / "friends.csv", ("member", "friend"), [(f"m{a + 1:03}", f"m{b + 1:03}") for a, b in sorted(links)])
    local = [rng.sample(range(n_groups), 9) for _ in range(60)]
    rows, hobbies = [], []
    for user in range(n_users):
        circle = rng.choice(circles)
        hobbies.append(circle)
        theirs = [n for n, one in enumerate(groups) if one[2] == circle]
        joined = dict.fromkeys(
            rng.choice(local[village[user]]) if rng.random() < 0.55 else rng.choice(theirs) if rng.random() < 0.6
            else int(n_groups * rng.random() ** 2.5) for _ in range(rng.randint(4, 14))
        )  # fmt: skip
        begin = START + rng.randrange(90 * DAY)
        rows += [(f"m{user + 1:03}", groups[n][0], begin + rng.randrange(60 * DAY)) for n in joined]
    rows.append(("m001", "", START))
    _write(folder / "joins.csv", ("member", "group", "time"), sorted(rows, key=lambda row: row[2]))
    chance = random.Random(8)  # of its own, so that the tables above stay what they were
    said = []
    for user, hobby in enumerate(hobbies):
        turn = chance.random()
        interest = hobby if turn < 0.6 else chance.choice(circles) if turn < 0.8 else ""
        said.append((f"m{user + 1:03}", f"valley {village[user] // 10 + 1}", chance.randint(16, 84), interest))
    _write(folder / "members.csv", ("member", "district", "age", "interest"), said)


def scale(rng: random.Random, folder: Path, n_events: int, n_items: int, n_users: int) -> None:
    """Write a log of any size: fame falls off with rank, and neighbours in number follow each other."""
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("user,item,time\n")
        per_user = max(2, n_events // n_users)
        n = 0
        while n < n_events:
            user, begin = rng.randrange(n_users), START + rng.randrange(300 * DAY)
            item = int(n_items * rng.random() ** 2)
            for step in range(per_user):
                item = (
                    (item + rng.randrange(1, 20)) % n_items if rng.random() < 0.7 else int(n_items * rng.random() ** 2)
                )
                file.write(f"u{user},i{item},{begin + 600 * step}\n")
            n += per_user


class World:
    """Items of kinds, and people with tastes who go from one to the next."""

    def __init__(self, rng: random.Random, kinds: Sequence[str], names: Sequence[str], known: Sequence[str]) -> None:
        self.rng, self.kinds, self.names, self.known = rng, kinds, names, known
        self.of = {kind: [n for n, one in enumerate(kinds) if one == kind] for kind in known}
        self.fame = [rng.paretovariate(1.2) for _ in kinds]

    def events(
        self, n_users: int, n_events: int, *, days: int, follow: dict[str, str]
    ) -> Iterator[tuple[str, int, int]]:
        """Yield (user, item, time): most steps stay with a taste, or go on to what goes with the last item."""
        rng = self.rng
        for user in range(n_users):
            tastes, time = rng.sample(self.known, 2), START + rng.randrange(int(0.8 * days * DAY))
            kind = tastes[0]
            for _ in range(max(2, int(rng.gammavariate(2.0, n_events / n_users / 2)))):
                turn = rng.random()
                kind = follow[kind] if turn < 0.3 else rng.choice(tastes) if turn < 0.85 else rng.choice(self.known)
                among = self.of[kind]
                yield f"c{user + 1:04}", rng.choices(among, [self.fame[n] for n in among])[0], time
                time += int(rng.expovariate(1 / (1.5 * DAY)))


def _write(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    what, target = sys.argv[1], Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    makers = {"shop": shop, "newsroom": newsroom, "community": community}
    if what == "scale":
        scale(random.Random(7), target, *map(int, sys.argv[3:6]))
    else:
        makers[what](random.Random(7), target)
