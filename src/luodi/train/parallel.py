"""One model learned by several processes: each takes its part of every batch, and the gradients are added up.

The processes are torch's own launcher's (`torchrun`); what each of them is told comes in its environment variables.
"""

import os
from collections.abc import Sequence
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from luodi.errors import SetupError

T = TypeVar("T")
VARIABLE = "LUODI_PROCESSES"


def n_processes() -> int:
    """Return how many processes should learn together: one for each GPU, or as many as the variable says.

    On a processor one process uses all cores, and several are slower, so there it is 1 unless asked for.
    """
    asked = os.environ.get(VARIABLE)
    if asked is None:
        return max(1, torch.cuda.device_count())
    if not (asked.isdigit() and int(asked)):
        raise SetupError(f"{asked!r} is no number of processes", where=VARIABLE, fix="use 1 or more, or leave it out")
    return int(asked)


def rank() -> int:
    """Return the place of this process among those that learn together; 0 for the one that writes."""
    return dist.get_rank() if size() > 1 else 0


def size() -> int:
    """Return how many processes learn together; at the first call inside of `torchrun`, join them."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return 1
    if not dist.is_initialized():
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return dist.get_world_size()


def share(batch: Sequence[T]) -> list[T]:
    """Return this process's part of a batch; parts differ by one at most."""
    return list(batch[rank() :: size()])


@torch.no_grad()
def add_up(parameters: Sequence[torch.nn.Parameter], value: float) -> float:
    """Give every parameter the sum of its gradients in all processes; return the sum of the values.

    One message for all, because a small encoder has a hundred parameters and each message waits for the slowest.
    """
    if size() == 1:
        return value
    dense = [torch.zeros_like(one) if one.grad is None else one.grad.to_dense() for one in parameters]
    told = torch.cat([*(one.reshape(-1) for one in dense), dense[0].new_tensor([value])])
    dist.all_reduce(told)
    sums = torch.split(told, [one.numel() for one in dense] + [1])
    for one, total in zip(parameters, sums, strict=False):
        one.grad = total.view_as(one)
    return float(sums[-1])


def agree(value: T) -> T:
    """Return what the first process says; the others wait for it."""
    if size() == 1:
        return value
    told: list[Any] = [value]
    dist.broadcast_object_list(told, device=torch.device("cuda") if torch.cuda.is_available() else None)
    return told[0]  # type: ignore[no-any-return]


def wait() -> None:
    """Go on when every process is here."""
    if size() > 1:
        dist.barrier()
