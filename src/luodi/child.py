"""Our own modules in processes of their own, which end when this one does, however it ends."""

import os
import sys

PR_SET_PDEATHSIG, SIGKILL = 1, 9  # prctl(2): the signal to get when the parent dies; Linux only
START = f"""
import os, runpy, sys
parent, module = int(sys.argv.pop(1)), sys.argv.pop(1)
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {SIGKILL})
    if os.getppid() != parent:
        sys.exit("the parent is gone")
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module, as `python -m` would, but blind to modules in the working folder."""
    return [sys.executable, "-P", "-c", START, str(os.getpid()), module, *arguments]
