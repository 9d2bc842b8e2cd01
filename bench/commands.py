"""What the command line costs before it does anything."""

import resource
import statistics
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "support-tickets"
COMMANDS = {"luodi --help": ["--help"], "luodi check examples/support-tickets": ["check", str(EXAMPLE)]}


def run() -> dict[str, float]:
    """Return the processor seconds of each command, the median of five runs after one."""
    return {name: _median([sys.executable, "-m", "luodi", *arguments]) for name, arguments in COMMANDS.items()}


def _median(command: list[str]) -> float:
    seconds = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(seconds[1:])
