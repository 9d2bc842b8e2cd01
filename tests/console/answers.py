"""What the routes answer, by their contract: one busy scenario, one quiet one, and a recommender."""

import math
import time

LABELS = ["account", "billing", "business", "delivery", "orders", "products", "repairs", "returns"]
TEXTS = [
    "The courier left the parcel with a neighbour I do not know. Where is it?",
    "I was charged twice for order [NUMBER], please send the money back.",
    "你好，退款还没有到账，已经等了一个星期了。",
    "Can I change the address on my account?",
    "The kettle stopped working after two days and the lid is cracked.",
]
RELEASES = [f"01kd0000000000000000000{n:03d}" for n in range(4)]


def scenarios():
    return {
        "scenarios": [
            {"name": name, "task": task, "goal": "", "model": "encoder", "release": RELEASES[0]}
            for name, task in (("support-tickets", "text-classification"), ("shop", "recommendation"))
        ]
    }


def about(name="support-tickets"):
    rank = name == "shop"
    quality = {"classification.macro_f1": {"value": 0.8814, "low": 0.8389, "high": 0.9177}}
    return {
        "name": name,
        "task": "recommendation" if rank else "text-classification",
        "kind": "rank" if rank else "classify",
        "goal": "Show each customer what comes next." if rank else "Send each message to the team that can answer it.",
        "model": "rec-blend" if rank else "encoder",
        "form": "int8",
        "release": RELEASES[0],
        "labels": [] if rank else LABELS,
        "verdict": {"met": None if rank else True, "model": "encoder", "sentence": "", "checks": []},
        "promise": None
        if rank
        else {"precision": 0.9, "threshold": 0.8018, "share": 0.834, "measured": 0.935, "confidence": 0.95},
        "metrics": {"ranking.ndcg_at_10": {"value": 0.0571, "low": 0.0541, "high": 0.0602}} if rank else quality,
        "record": "redacted",
        "examples": [{"user": "c0001"}] if rank else [{"text": one} for one in TEXTS[:3]],
        "columns": {"about": ["region"], "context": ["device"]} if rank else {"about": [], "context": []},
        "report": not rank,
    }


def traffic(minutes=60):
    now = time.time() // 60 * 60
    made = []
    for n in range(60):
        requests = round(40 + 25 * math.sin(n / 8) + 9 * math.sin(n * 1.7))
        made.append(
            {
                "at": now - 60 * (59 - n),
                "requests": requests,
                "errors": 2 if n == 33 else 0,
                "handed_over": round(requests * (0.16 + 0.05 * math.sin(n / 5))),
                "p50_ms": round(5.2 + 0.8 * math.sin(n / 6), 2),
                "p95_ms": round(13 + 5 * math.sin(n / 9) + (22 if n == 33 else 0), 2),
            }
        )
    shares = [0.21, 0.19, 0.03, 0.24, 0.12, 0.09, 0.07, 0.05]
    expected = [0.20, 0.21, 0.04, 0.16, 0.14, 0.10, 0.08, 0.07]
    labels = [{"label": a, "share": b, "expected": c} for a, b, c in zip(LABELS, shares, expected, strict=True)]
    return {"seconds": 60, "buckets": made, "labels": labels}


def scores(label, p=0.62):
    rest = (1 - p) / (len(LABELS) - 1)
    return {one: p if one == label else rest for one in LABELS}


def requests():
    made = []
    for n in range(25):
        label, p = LABELS[(3 * n) % 8], 0.97 - 0.027 * ((n * 7) % 20)
        made.append(
            {
                "id": f"01kd{n:022d}",
                "at": time.time() - 7 * n - 3,
                "request": {"text": TEXTS[n % len(TEXTS)]} if n != 9 else None,
                "response": {"label": label, "scores": scores(label, p)},
                "label": label,
                "confidence": p,
                "handed_over": p < 0.8,
                "truncated": n == 4,
                "latency_ms": 5.8,
                "release": RELEASES[0],
                "feedback": [{"right": None, "label": "returns", "comment": "It came broken."}] if n == 4 else [],
            }
        )
    return {"requests": made}


def health():
    def number(name, value, expected, bound, state="fine", interval=None, about=""):
        return {"name": name, "value": value, "expected": expected, "bound": bound, "state": state,
                "interval": interval, "about": about}  # fmt: skip

    return {
        "state": "look",
        "numbers": [
            number("labels", 0.041, 0.0, 0.030, "look", about="Most moved: delivery, from 16 % to 24 %."),
            number("handed_over", 0.184, 0.166, 0.231, interval=[0.171, 0.198]),
            number("promise", 0.921, 0.90, 0.90, interval=[0.893, 0.944], about="212 judged"),
            number("unknown", 0.061, 0.052, 0.089),
            number("length", 0.011, 0.0, 0.025),
            number("confidence", 0.871, 0.883, 0.851),
            number("slow", 0.012, 0.05, 0.09),
        ],
        "alarms": [
            {
                "id": "01kd00000000000000000000a1",
                "at": time.time() - 2_400,
                "level": "look",
                "number": "labels",
                "details": {"value": 0.041, "bound": 0.030, "about": "delivery, 16 % to 24 %"},
                "ended_at": None,
            },
            {
                "id": "01kd00000000000000000000a2",
                "at": time.time() - 190_000,
                "level": "stop",
                "number": "failed",
                "details": {"value": 0.31, "bound": 0.05},
                "ended_at": time.time() - 186_000,
            },
        ],
        "texts": [{"id": f"t{n}", "text": TEXTS[n], "why": "delivery, more often than expected"} for n in (0, 2)],
    }


def releases():
    def one(n, stage, model, f1, **more):
        return {
            "id": RELEASES[n], "stage": stage, "share": 0.1 if stage == "canary" else 0.0, "at": time.time() - 9e5,
            "changed_at": time.time() - 86_400 * (n + 1), "by": "owner", "note": "", "model": model,
            "metrics": {"classification.macro_f1": {"value": f1, "low": f1 - 0.04, "high": f1 + 0.036}},
            "rss_mb": 208.0, "requests": 2_518, "agree": None, "error_rate": 0.0, "p95_ms": 13.2, "handed_over": 0.184,
        } | more  # fmt: skip

    return {
        "releases": [
            one(0, "champion", "encoder", 0.881),
            one(1, "canary", "encoder", 0.893, note="with 240 reviewed labels", p95_ms=13.9, handed_over=0.151),
            one(2, "previous", "tfidf-logreg", 0.842, rss_mb=96.0, p95_ms=2.1, handed_over=0.31),
            one(3, "broken", "encoder", 0.5, note="answered an example differently"),
        ]
    }


def queue():
    reasons = ["handed_over", "low_margin", "disputed", "sampled"]
    items = [
        {
            "request_id": f"01kq{n:022d}",
            "reason": reasons[n % 4],
            "at": time.time() - 600 * n - 60,
            "request": {"text": TEXTS[n % len(TEXTS)]},
            "label": LABELS[(n + 3) % 8],
            "confidence": 0.62,
            "scores": scores(LABELS[(n + 3) % 8]),
            "reviews": [{"reviewer": "owner", "label": "orders"}] if n == 2 else [],
        }
        for n in range(12)
    ]
    return {"waiting": 37, "items": items, "labels": LABELS}


def summary():
    return {
        "decided": 212, "open": 37, "disputed": 3, "agreement": 0.912, "kappa": 0.884,
        "by_reviewer": [
            {"reviewer": "Mei", "reviewed": 141, "skipped": 4, "shared": 60, "agreement": 0.93},
            {"reviewer": "Tom", "reviewed": 118, "skipped": 9, "shared": 60, "agreement": None},
        ],
        "by_label": [{"label": "delivery", "decided": 71, "answered_so": 66}],
        "precision": {"value": 0.94, "low": 0.89, "high": 0.97, "n": 120, "promised": 0.9},
    }  # fmt: skip


def explain(name="support-tickets", label="delivery"):
    if name == "shop":
        return recommended()
    text = TEXTS[0]
    weights = {"The": 0.02, "courier": 1.31, "left": 0.34, "parcel": 0.92, "neighbour": 0.41, "know": -0.22,
               "Where": 0.38, "?": -0.31, "is": 0.05}  # fmt: skip
    tokens, at = [], 0
    for word in text.replace(".", " .").replace("?", " ?").split():
        start = text.index(word, at)
        at = start + len(word)
        tokens.append({"text": word, "start": start, "end": at, "weight": weights.get(word, 0.01)})
    return {
        "answer": {"label": "delivery", "score": 0.9412, "handed_over": False, "scores": scores("delivery", 0.9412)},
        "label": label, "confidence": 0.9412, "field": "text", "text": text, "truncated": False,
        "method": "occlusion", "latency_ms": 5.9, "release": RELEASES[0], "tokens": tokens,
    }  # fmt: skip


def recommended():
    items = [
        {"id": "p014", "score": 0.91, "title": "Copper kettle", "because": "together", "via": ["p001"]},
        {"id": "p077", "score": 0.8, "title": "Rain coat", "because": "people", "shared": {"region": "north"}},
        {"id": "p102", "score": 0.74, "title": "", "because": "popular", "via": []},
    ]
    return {"answer": {"items": items}, "label": "", "method": "reasons", "tokens": [], "latency_ms": 2.1}


def keys():
    def one(n, name, scopes, **more):
        return {"id": f"01kk{n:022d}", "name": name, "scopes": scopes, "per_minute": None,
                "created_at": time.time() - 86_400 * 9 * n, "expires_at": None, "revoked_at": None,
                "last_used_at": time.time() - 40} | more  # fmt: skip

    return {
        "keys": [
            one(1, "help desk", ["predict", "feedback"], per_minute=600),
            one(2, "Mei", ["review"], expires_at=time.time() + 5e6),
            one(3, "old import", ["predict"], revoked_at=time.time() - 9e5),
        ]
    }


def audit():
    actions = [("release.promote", RELEASES[0]), ("key.create", "help desk"), ("release.rollback", RELEASES[1])]
    entries = [
        {"seq": 3 - n, "at": time.time() - 40_000 * (n + 1), "actor": "owner", "action": action, "subject": subject,
         "details": {"scenario": "support-tickets", "share": 0.1}}
        for n, (action, subject) in enumerate(actions)
    ]  # fmt: skip
    return {"entries": entries, "intact": True}


def challenges():
    checks = [
        {"name": "recent", "met": True, "says": "on 60 reviewed texts, 92 % right instead of 77 %", "numbers": {}}
    ]
    made = {"id": "01kc0000000000000000000000", "beats": True, "learned_from": 240, "checks": checks}
    return {"challenges": [made], "running": False}
