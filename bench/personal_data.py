"""How much personal data is found in 20,000 invented documents, how much else is taken for it, and how quickly.

`python -m bench.personal_data`; with a path to presidio-research's `generated_large.json.gz`, its spans too.
"""

import gzip
import json
import sys
import time
from collections import Counter
from pathlib import Path

from bench.personal_sentences import documents
from luodi.privacy.find import find

SEED, N = 7_777_777, 20_000
THEIRS = {
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "bank_card",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "US_SSN": "ssn",
    "IP_ADDRESS": "ip",
    "DOMAIN_NAME": "url",
}


def run(n: int = N, seed: int = SEED, show: int = 0) -> dict[str, dict[str, float]]:
    """Return recall and precision by kind; a finding counts when kind, start and end are right."""
    made = documents(n, seed)
    find(made[0].text + made[1].text)  # load the numbering plans
    right, expected, found_ = Counter[str](), Counter[str](), Counter[str]()
    started = time.process_time()
    results = [find(one.text) for one in made]
    seconds = time.process_time() - started
    for document, findings in zip(made, results, strict=True):
        truth, ours = set(document.spans), {(one.kind, one.start, one.end) for one in findings}
        expected.update(kind for kind, _, _ in truth)
        found_.update(kind for kind, _, _ in ours)
        right.update(kind for kind, _, _ in truth & ours)
        for sort, wrong in (("missed", truth - ours), ("extra", ours - truth)):
            for kind, start, end in wrong:
                if show > 0:
                    print(
                        sort,
                        kind,
                        repr(document.text[max(0, start - 25) : start]),
                        repr(document.text[start:end]),
                        repr(document.text[end : end + 12]),
                    )
                    show -= 1
    n_characters, n_negatives = sum(len(one.text) for one in made), sum(one.n_negatives for one in made)
    print(f"{n:,} documents, {n_characters:,} characters")
    print(f"{sum(expected.values()):,} personal, {n_negatives:,} that only look so")
    print(f"{1000 * seconds / (n_characters / 1000):.3f} ms of one core per 1,000 characters")
    table = {
        kind: {
            "n": expected[kind],
            "recall": right[kind] / max(1, expected[kind]),
            "precision": right[kind] / max(1, found_[kind]),
        }
        for kind in sorted(expected | found_)
    }
    table["all"] = {
        "n": expected.total(),
        "recall": right.total() / expected.total(),
        "precision": right.total() / found_.total(),
    }
    for kind, row in table.items():
        print(f"{kind:20} n {row['n']:6,}  recall {row['recall']:.4f}  precision {row['precision']:.4f}")
    return table


def theirs(path: Path, show: int = 0) -> None:
    """Print recall on the spans of presidio-research that are of our kinds; one counts that is covered."""
    total, right, extra = Counter[str](), Counter[str](), Counter[str]()
    for document in json.loads(gzip.decompress(path.read_bytes())):
        text = document["full_text"]
        findings = find(text, kinds={*THEIRS.values()})
        spans = [
            (THEIRS.get(one["entity_type"]), one["start_position"], one["end_position"]) for one in document["spans"]
        ]
        for kind, start, end in spans:
            if kind is not None:
                hit = any(one.kind == kind and one.start <= start and end <= one.end for one in findings)
                total[kind] += 1
                right[kind] += hit
                if not hit and show > 0:
                    print(
                        "missed",
                        kind,
                        repr(text[max(0, start - 30) : start]),
                        repr(text[start:end]),
                        repr(text[end : end + 12]),
                        findings,
                    )
                    show -= 1
        for one in findings:
            if not any(start < one.end and one.start < end for _, start, end in spans):
                extra[one.kind] += 1
                print("extra", one)
    for kind, n in total.items():
        print(f"{kind:20} n {n:6,}  recall {right[kind] / n:.4f}  beside every span {extra[kind]}")


if __name__ == "__main__":
    run()
    for argument in sys.argv[1:]:
        theirs(Path(argument))
