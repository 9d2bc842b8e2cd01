"""One training loop for all torch models: planned, resumable to the same bytes, averaged at the end."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from luodi.contracts import Facts, record
from luodi.log import bar_for
from luodi.train import checkpoint, parallel, planning
from luodi.train.batching import epoch_batches, seed_of
from luodi.train.device import fast, path

CHECKPOINT_SECONDS = 60.0
AVERAGE_EVERY = 8  # steps; less often is as good in a long training, and the average is a pass over all weights
Loss = Callable[[list[int]], torch.Tensor]


@record
class Schedule:
    """How a model learns."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float = 0.01
    warmup: float = 0.1
    """Share of the steps in which the learning rate rises; then it falls to zero."""
    least_rising: int = 0
    """It rises for at least so many steps, where they are not more than half."""
    max_minutes: float = 30.0
    average: float = 0.0
    """Decay of the running average of the weights that is kept at the end; 0 keeps the last weights."""
    layer_decay: float = 1.0
    """Each layer nearer the input learns by this factor slower (Howard and Ruder 2018, section 3.2)."""
    clip: float = 1.0
    n_evaluations: int = 0
    """Looks at dev, evenly spaced; the best of them is kept. 0 looks once an epoch."""
    patience: int = 3
    """Stop when so many looks in a row brought nothing better."""
    accumulate: int = 1
    """Parts that a batch is cut into, one after the other, before its one step: the same sum in less memory."""
    most_tokens: int = 0
    """Cut a batch further, until a part has at most so many places, padding included; 0 leaves it whole."""


def groups(model: torch.nn.Module, schedule: Schedule, depth: Callable[[str], int]) -> list[dict[str, Any]]:
    """Return AdamW's parameter groups: no decay on biases and norms; `depth` is 0 at the head."""
    made: dict[tuple[int, bool], dict[str, Any]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        key = (depth(name), parameter.ndim > 1)
        made.setdefault(
            key,
            {
                "params": [],
                "names": [],
                "scale": schedule.layer_decay ** key[0],
                "weight_decay": schedule.weight_decay if key[1] else 0.0,
            },
        )
        made[key]["params"].append(parameter)
        made[key]["names"].append(name)
    return [made[key] for key in sorted(made)]


def optimizers(model: torch.nn.Module, groups_: list[dict[str, Any]]) -> list[torch.optim.Optimizer]:
    """Return a fused AdamW, and for tables with sparse gradients an Adam that touches only the rows of a batch.

    A table of words is half of a small encoder, and a batch uses one row in thirty of it. Its rows do not decay.
    """
    tables = {id(one.weight) for one in model.modules() if isinstance(one, torch.nn.Embedding) and one.sparse}
    made: list[torch.optim.Optimizer] = []
    for sparse in (False, True):
        mine = [
            group | {"params": [one for one in group["params"] if (id(one) in tables) == sparse]} for group in groups_
        ]
        mine = [{key: group[key] for key in ("params", "weight_decay", "scale")} for group in mine if group["params"]]
        if mine:
            made.append(torch.optim.SparseAdam(mine, lr=1.0) if sparse else torch.optim.AdamW(mine, lr=1.0, fused=True))
    return made


class Loop:
    """Trains a model to the last planned step, from wherever an earlier try stopped."""

    def __init__(
        self,
        model: torch.nn.Module,
        lengths: Sequence[int],
        loss: Loss,
        evaluate: Callable[[], float],
        *,
        schedule: Schedule,
        seed: int,
        work: Path,
        depth: Callable[[str], int] = lambda name: 0,
        doing: str = "learning",
    ) -> None:
        self.model, self.lengths, self.loss, self.evaluate = model, lengths, loss, evaluate
        self.schedule, self.seed, self.work, self.doing = schedule, seed, work, doing
        self.steps_per_epoch = math.ceil(len(lengths) / schedule.batch_size)
        groups_ = groups(model, schedule, depth)
        self.optimizers = optimizers(model, groups_)
        self.named = {
            name: parameter for one in groups_ for name, parameter in zip(one["names"], one["params"], strict=True)
        }
        self.average = {name: one.detach().clone() for name, one in self.named.items()} if schedule.average else {}
        self.best: dict[str, torch.Tensor] = {}
        self.path = path()
        self.state: dict[str, Any] = {"step": 0, "losses": [], "dev": [], "best": None}
        self._began, self._begun_at, self._seconds_before = 0.0, 0, 0.0

    def run(self) -> Facts:
        """Learn, and leave the best weights in the model. Returns the curves."""
        self._resume()
        parallel.wait()
        plan = parallel.agree(self._plan() if parallel.rank() == 0 else None)
        assert plan, "the first process makes one"
        self.path = plan.path
        bar = bar_for(total=plan.at(self.state["step"]).n_steps, doing=self.doing, at=self.state["step"])
        self._began, self._begun_at = time.monotonic(), self.state["step"]
        saved = self._began
        self.model.train()
        while True:
            plan = self._looked_again(plan)
            part = plan.at(self.state["step"])
            if self.state["step"] >= part.n_steps or self._is_stale():
                break
            self._step(part.n_steps)
            bar.total = part.n_steps
            bar.update(1)
            if self.state["step"] % part.look_every == 0 or self.state["step"] == part.n_steps:
                self._look()
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                self._save()
                saved = time.monotonic()
        bar.close()
        self._load(self.best)
        self.model.eval()
        return {
            "steps": self.state["step"],
            "epochs": round(self.state["step"] / self.steps_per_epoch, 2),
            "losses": self.state["losses"],
            "dev": self.state["dev"],
        }

    def _plan(self) -> planning.Plan:
        """Decide the number of steps, or find what was decided."""
        plan = planning.Plan.load(self.work)
        if plan is None:
            plan = planning.first(
                max(1, self.schedule.epochs * self.steps_per_epoch),
                self._looks,
                path=self.path,
                max_seconds=self.schedule.max_minutes * 60,
                seconds_a_step=self._seconds_per_step,
            )
            plan.save(self.work)
        return plan

    def _looked_again(self, plan: planning.Plan) -> planning.Plan:
        """Return the plan, held against the pace so far where that is due."""
        step = self.state["step"]
        if step not in plan.checks or plan.parts[-1].since >= step:
            return plan
        if parallel.rank() == 0:
            now, done = time.monotonic() - self._began, step - self._begun_at
            left = self.schedule.max_minutes * 60 - self._seconds_before - now
            pace = now / done if done >= planning.TIMED_STEPS else None
            plan = planning.again(plan, step, self._looks, left_seconds=left, seconds_a_step=pace)
            plan.save(self.work)
        return parallel.agree(plan)

    def _looks(self, n_steps: int) -> int:
        return self.schedule.n_evaluations or math.ceil(n_steps / self.steps_per_epoch)

    def _seconds_per_step(self) -> float:
        """Time forward and backward on some batches, without learning from them."""
        batches = self._batches(0)
        chosen = batches[:: max(1, len(batches) // planning.TIMED_STEPS)][: planning.TIMED_STEPS]
        self._backward(chosen[0], 0)  # the first one also pays for warming up
        started = time.monotonic()
        for batch in chosen:
            self._backward(batch, 0)
        self._forget()
        return max(1e-6, (time.monotonic() - started) / len(chosen)) * 1.15  # the optimizer's part, measured

    def _batches(self, epoch: int) -> list[list[int]]:
        if getattr(self, "_cached", (-1, []))[0] != epoch:
            seed = seed_of(self.seed, "epoch", epoch)
            made = epoch_batches(self.lengths, batch_size=self.schedule.batch_size, seed=seed)
            self._cached: tuple[int, list[list[int]]] = (epoch, made)
        return self._cached[1]

    def _backward(self, batch: list[int], step: int) -> float:
        # dropout depends on the step, not on the past
        torch.manual_seed(seed_of(self.seed, "step", step, *([parallel.rank()] if parallel.rank() else [])))
        total = 0.0
        for part in self._parts(parallel.share(batch)):
            with fast(self.path):
                loss = self.loss(part) * (len(part) / len(batch))
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        return total

    def _parts(self, batch: list[int]) -> list[list[int]]:
        size, most = max(1, math.ceil(len(batch) / self.schedule.accumulate)), self.schedule.most_tokens
        if most and batch:
            size = max(1, min(size, most // max(self.lengths[i] for i in batch)))
        return [batch[start : start + size] for start in range(0, len(batch), size)]

    def _step(self, n_steps: int) -> None:
        step, schedule = self.state["step"], self.schedule
        epoch, at = divmod(step, self.steps_per_epoch)
        parameters = list(self.named.values())
        loss = parallel.add_up(parameters, self._backward(self._batches(epoch)[at], step))
        clip(parameters, schedule.clip)
        rate = schedule.learning_rate * slope(step, n_steps, schedule.warmup, schedule.least_rising)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * group["scale"]
            optimizer.step()
        self._forget()
        self._average(step, n_steps)
        self.state["step"] = step + 1
        if step % max(1, n_steps // 100) == 0:
            self.state["losses"].append([step, round(loss, 4)])

    def _forget(self) -> None:
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)

    def _average(self, step: int, n_steps: int) -> None:
        """Move the averaged weights towards the present ones: in long trainings every few steps, as far as by each."""
        every = max(1, min(AVERAGE_EVERY, n_steps // 100))
        past = step % every + 1
        if self.average and (past == every or step + 1 == n_steps):
            keep = min(self.schedule.average, (1 + step) / (10 + step)) ** past
            torch._foreach_lerp_(list(self.average.values()), [p.detach() for p in self.named.values()], 1 - keep)

    def _look(self) -> None:
        """Measure on dev with the averaged weights, and keep them if they are the best so far."""
        kept = {name: one.detach().clone() for name, one in self.named.items()}
        self._load(self.average or kept)
        self.model.eval()
        value = parallel.agree(self.evaluate() if parallel.rank() == 0 else 0.0)
        self.state["dev"].append([round(self.state["step"] / self.steps_per_epoch, 2), round(value, 4)])
        if self.state["best"] is None or value >= self.state["best"]:
            self.state["best"] = value
            self.best = {name: one.detach().clone() for name, one in self.named.items()}
        self._load(kept)
        self.model.train()

    def _is_stale(self) -> bool:
        """Say whether the last looks at dev, as many as patience has, brought nothing better."""
        values = [value for _, value in self.state["dev"]]
        if not values:
            return False
        last_best = max(range(len(values)), key=lambda n: (values[n], n))
        return len(values) - 1 - last_best >= self.schedule.patience

    def _load(self, weights: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, one in weights.items():
                self.named[name].copy_(one)

    def _save(self) -> None:
        if parallel.rank():
            return
        tensors = {f"weight/{name}": one for name, one in self.named.items()}
        tensors |= {f"average/{name}": one for name, one in self.average.items()}
        tensors |= {f"best/{name}": one for name, one in self.best.items()}
        for name, parameter in self.named.items():
            for optimizer in self.optimizers:
                for key, value in optimizer.state.get(parameter, {}).items():
                    tensors[f"adam/{key}/{name}"] = torch.as_tensor(value)
        seconds = self._seconds_before + time.monotonic() - self._began
        checkpoint.write(self.work, tensors, self.state | {"seconds": seconds})

    def _resume(self) -> None:
        found = checkpoint.read(self.work)
        if found is None:
            return
        tensors, self.state = found
        self._seconds_before = self.state.pop("seconds", 0.0)
        kinds: dict[str, dict[str, torch.Tensor]] = {"weight": {}, "average": {}, "best": {}}
        for name, tensor in tensors.items():
            kind, _, rest = name.partition("/")
            if kind in kinds:
                kinds[kind][rest] = tensor.to(self.named[rest].device)
            else:
                key, _, rest = rest.partition("/")
                self._resume_optimizer(self.named[rest], key, tensor)
        self._load(kinds["weight"])
        if self.average:
            # in the order of the weights, with which they are averaged pair by pair; a file keeps its own
            self.average = {name: kinds["average"][name] for name in self.named}
        self.best = kinds["best"]

    def _resume_optimizer(self, parameter: torch.nn.Parameter, key: str, tensor: torch.Tensor) -> None:
        for optimizer in self.optimizers:
            if any(parameter is one for group in optimizer.param_groups for one in group["params"]):
                counts = isinstance(optimizer, torch.optim.SparseAdam) and key == "step"
                # a whole number there, and a tensor in AdamW: computed with in another precision, so it matters
                optimizer.state[parameter][key] = int(tensor) if counts else tensor.to(parameter.device)


@torch.no_grad()
def clip(parameters: Sequence[torch.nn.Parameter], most: float) -> None:
    """Scale gradients so that the norm over all of them is at most so much; of sparse ones, of the rows they have."""
    grads = []
    for one in parameters:
        if one.grad is not None and one.grad.is_sparse:
            one.grad = one.grad.coalesce()
            grads.append(one.grad._values())
        elif one.grad is not None:
            grads.append(one.grad)
    norm = torch.nn.utils.get_total_norm(grads)
    if norm > most:
        torch._foreach_mul_(grads, float(most / norm))


def slope(step: int, n_steps: int, warmup: float, least: int = 0) -> float:
    """Return the factor of the learning rate: up to 1 over the warm-up, then down to 0 in a straight line.

    >>> [slope(step, 10, 0.2) for step in (0, 1, 2, 9)]
    [0.5, 1.0, 1.0, 0.125]
    """
    rising = max(1, round(n_steps * warmup), min(least, n_steps // 2))
    if step < rising:
        return (step + 1) / rising
    return (n_steps - step) / max(1, n_steps - rising)
