"""What one would gain by paying more than the chosen candidate costs: one offer, one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.contracts import Facts
from luodi.runtime.race import CLEARLY
from luodi.text import price


def more(winner: Facts, candidates: Sequence[Facts], measured: Mapping[str, Mapping[str, float]]) -> Facts | None:
    """Return the best of those that cost more: `model`, `times` the price, `usd_per_1k`, and the paired `gain`.

    `None` where no candidate costs more, or where asking the chosen one costs nothing.
    """
    paid = measured[winner["model"]]["usd_per_1k"]
    dearer = [one for one in candidates if measured[one["model"]]["usd_per_1k"] > paid * CLEARLY]
    if not dearer or paid <= 0:
        return None
    best = max(dearer, key=lambda one: one["value"])
    costs = measured[best["model"]]["usd_per_1k"]
    return {"model": best["model"], "times": float(f"{costs / paid:.2g}"), "usd_per_1k": costs, **best["gain"]}


def said(offer: Mapping[str, Any]) -> str:
    """Put the offer into words.

    >>> said({"model": "encoder", "times": 4.0, "usd_per_1k": 0.02, "gain": 0.012, "low": 0.004, "high": 0.021})
    'paying 4 times as much (encoder, $0.02 per 1,000) buys +1.2 points (+0.4 to +2.1)'
    """
    gain, low, high = (f"{100 * offer[name]:+.1f}" for name in ("gain", "low", "high"))
    costs = f"paying {offer['times']:,.3g} times as much ({offer['model']}, {price(offer['usd_per_1k'])})"
    if offer["low"] > 0:
        return f"{costs} buys {gain} points ({low} to {high})"
    if offer["high"] < 0:
        return f"{costs} buys nothing: {gain} points ({low} to {high})"
    return f"{costs} is not sure to help: {gain} points ({low} to {high})"
