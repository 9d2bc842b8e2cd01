"""What cleaning costs: our cleaner against `ftfy.fix_text`, processor time of one core, the same texts on both sides.

Run with `python -m bench.clean`. Texts are invented; "clean" ones need nothing, "dirty" ones hold HTML and mojibake.
"""

import random
import time
from collections.abc import Callable, Sequence

import ftfy

from luodi.data.clean import Cleaner

N, REPEATS = 5_000, 5
ENGLISH = "the parcel has not arrived and nobody answers my mail please send refund invoice order kettle today"
CHINESE = "我上周买的扫地机器人今天突然不充电了请问怎么处理谢谢客服快递订单退款发票质量很好推荐"


def texts(seed: int = 7) -> dict[str, list[str]]:
    """Return texts of 100 characters or so, by what they are like."""
    rng = random.Random(seed)
    english = [" ".join(rng.choices(ENGLISH.split(), k=17)) for _ in range(N)]
    return {
        "clean English": english,
        "clean Chinese": ["".join(rng.choices(CHINESE, k=98)) + "。" for _ in range(N)],
        "several lines": [one.replace(" please", ".\nPlease") + ".\nThanks" for one in english],
        "dirty English": [one.replace("the", "it&#39;s <b>the</b>").replace("mail", "cafÃ©") for one in english],
    }


def microseconds(clean: Callable[[str], object], given: Sequence[str]) -> float:
    """Return processor time for a text, the best of some repeats."""
    found = []
    for _ in range(REPEATS):
        started = time.process_time()
        for text in given:
            clean(text)
        found.append(time.process_time() - started)
    return min(found) / len(given) * 1e6


def main() -> None:
    cleaner = Cleaner()
    print(f"{'texts':<16} {'characters':>10} {'luodi us':>9} {'ftfy us':>9} {'ratio':>6}")
    for name, given in texts().items():
        ours, theirs = microseconds(cleaner.clean, given), microseconds(ftfy.fix_text, given)
        length = sum(map(len, given)) / len(given)
        print(f"{name:<16} {length:>10.0f} {ours:>9.2f} {theirs:>9.2f} {theirs / ours:>6.1f}")


if __name__ == "__main__":
    main()
