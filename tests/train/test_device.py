"""What a training keeps of memory, and gives back."""

import subprocess
import sys
from pathlib import Path

import pytest

LEARNS = """
import torch
from luodi.train.device import give_memory_back, keep_memory

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

keep_memory()
some = [torch.ones(1_000_000) for _ in range(100)]
last = torch.ones(1_000_000)  # above them, so that the heap does not end where they were
del some
kept = resident()
give_memory_back()
print(kept - resident())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="asks Linux how much memory a process holds")
def test_after_a_training_the_system_has_the_memory_back_that_was_kept_for_its_next_step():
    done = subprocess.run([sys.executable, "-c", LEARNS], capture_output=True, text=True, check=True)

    assert float(done.stdout) > 300
