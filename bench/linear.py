"""Our hashed n-grams against scikit-learn's vectorizers, the same n-grams and the same regression on both sides."""

import time
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from bench.inference import texts
from luodi.contracts import Recipe
from luodi.models.tfidf_logreg import TfidfLogreg

N_LABELS = 4


def run() -> dict[str, Any]:
    """Return seconds to learn and texts per second, by side; labels are by length, since only time counts here."""
    _, xs = texts()
    xs = xs * 4
    bounds = sorted(len(x) for x in xs)
    ys = [str(sum(len(x) > bounds[len(xs) * n // N_LABELS] for n in range(1, N_LABELS))) for x in xs]
    peer = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="char", ngram_range=(3, 4), sublinear_tf=True, min_df=2),
        ),
        OneVsRestClassifier(LogisticRegression(C=20, solver="liblinear", dual=True)),
    )
    ours = TfidfLogreg()
    sides = {
        "scikit-learn TfidfVectorizer": _time(lambda: peer.fit(xs, ys), lambda: peer.predict_proba(xs), len(xs)),
        "luodi tfidf-logreg": _time(
            lambda: ours.fit(list(zip(xs, ys, strict=True)), [], recipe=Recipe(), work=Path()),
            lambda: ours.predict(xs),
            len(xs),
        ),
    }
    return {"n": len(xs), "sides": sides}


def _time(fit: Any, predict: Any, n: int) -> dict[str, float]:
    started = time.perf_counter()
    fit()
    learned = time.perf_counter()
    predict()
    return {"fit_s": learned - started, "texts_per_s": n / (time.perf_counter() - learned)}
