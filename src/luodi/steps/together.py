"""One model fitted by several processes under torch's launcher: `torchrun … -m luodi.steps.together ORDER.json`."""

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from luodi import child, registry
from luodi.contracts import Facts, Recipe, record
from luodi.errors import LuodiError
from luodi.steps.trial import read_train
from luodi.store import explain_os_error, read_json, read_pairs, write_json

RESULT = "together.json"


@record
class Order:
    """What to fit, on what, and where to leave it."""

    model: str
    before: str | None
    """A fitted or pretrained model of this kind to go on from."""
    train: str
    dev: str
    work: str
    out: str
    recipe: Recipe
    learns_from: str = "rows"


def fit(order: Order, *, n: int) -> Facts:
    """Start n processes, wait for them, and return the facts; the fitted model is in `out`. Raises what they met."""
    file, result = Path(order.work) / "order.json", Path(order.work) / RESULT
    write_json(file, asdict(order))
    result.unlink(missing_ok=True)
    command = child.command(
        "torch.distributed.run", "--standalone", f"--nproc-per-node={n}", "-m", "luodi.steps.together", str(file)
    )
    threads = str(max(1, (os.cpu_count() or 1) // n))
    environment = {"OMP_NUM_THREADS": threads, "PYTHONSAFEPATH": "1"} | os.environ
    log = Path(order.work) / "together.log"
    with log.open("wb") as file_:
        done = subprocess.run(command, env=environment, stdout=file_, stderr=subprocess.STDOUT, check=False)
    found = read_json(result) if result.is_file() else {}
    if "error" in found:
        raise LuodiError(**found["error"])
    assert done.returncode == 0 and found, f"{n} processes failed: {log.read_text(errors='replace')[-2_000:]}"
    facts: Facts = found["facts"]
    return facts


def main(order: Order) -> None:
    """Fit as one of the processes; the first one saves."""
    from luodi.train import parallel

    train, dev = read_train(Path(order.train), order.learns_from), read_pairs(Path(order.dev))
    kind = registry.model(order.model)
    model = kind() if order.before is None else kind.load(Path(order.before))
    result = Path(order.work) / RESULT
    try:
        facts = model.fit(train, dev, recipe=order.recipe, work=Path(order.work))
        if parallel.rank() == 0:
            model.save(Path(order.out))
    except Exception as caught:
        error = caught if isinstance(caught, LuodiError) else explain_os_error(caught, Path(order.work))
        if error is not None and parallel.rank() == 0:
            write_json(result, {"error": {"what": error.what, "where": error.where, "fix": error.fix}})
        raise
    if parallel.rank() == 0:
        write_json(result, {"facts": facts})
    parallel.wait()


if __name__ == "__main__":
    child.end_with_parent()  # the launcher ends with us, but not what it has started
    raw = read_json(Path(sys.argv[1]))
    main(Order(**raw | {"recipe": Recipe(**raw["recipe"])}))
