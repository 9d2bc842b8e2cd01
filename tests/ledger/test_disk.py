"""When the disk fails: nothing is acknowledged that is not kept, and what was acknowledged is still there."""

import json
import shutil
import subprocess
import sys

import pytest

from luodi.ledger.ledger import open_ledger
from luodi.ledger.tables import META

WRITES = """
import json, resource, signal, sys
from pathlib import Path
from sqlalchemy import insert
from luodi.ledger.ledger import open_ledger
from luodi.ledger.tables import META
from luodi.ledger.writer import WriteError

def write(n):
    try:
        ledger.write_now(lambda c: c.execute(insert(META).values(name=f"n{n}", value="x" * 20_000)))
        return "kept"
    except WriteError as error:
        return error.what

home = Path(sys.argv[1])
ledger = open_ledger(home)
told = [write(0)]
"""
FULL = """
size = (home / "ledger.db").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4_096, resource.RLIM_INFINITY))  # a disk that takes no more
told.append(write(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
told.append(write(2))
print(json.dumps(told))
"""
MANY = """
told += [write(n) for n in range(1, 12)]
print(json.dumps(told))
"""


def there(home):
    with open_ledger(home) as ledger:
        found = ledger.read(lambda c: c.execute(META.select().where(META.c.name.like("n%"))).all())
    return sorted(one.name for one in found)


def test_after_a_fault_of_the_disk_nothing_more_is_acknowledged_until_the_next_start(tmp_path):
    done = subprocess.run([sys.executable, "-c", WRITES + FULL, tmp_path / "home"], capture_output=True, text=True)

    kept, *refused = json.loads(done.stdout.splitlines()[-1])
    assert kept == "kept"
    assert all("stopped writing, since the disk failed: disk I/O error" in one for one in refused)
    assert there(tmp_path / "home") == ["n0"]


# Of five syncs in a commit the second is the folder's, which SQLite may do without: the journal is always there.
MORE = [pytest.param(nth, marks=pytest.mark.slow) for nth in (1, 3, 6, 8, 10, 14, 15, 31)]


@pytest.mark.parametrize("nth", [4, 9, *MORE])
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_write_is_acknowledged_whose_sync_failed(tmp_path, nth):
    """The n-th sync fails and the next one succeeds, which a second try would take for a success."""
    with open_ledger(tmp_path / "home"):
        pass
    inject = ["strace", "-f", "-o", "/dev/null", "-e", f"inject=fsync,fdatasync:error=EIO:when={nth}"]

    done = subprocess.run(
        [*inject, sys.executable, "-c", WRITES + MANY, tmp_path / "home"], capture_output=True, text=True
    )

    if "ptrace" in done.stderr:
        pytest.skip("processes may not be traced here")
    told = json.loads(done.stdout.splitlines()[-1])
    kept = [f"n{n}" for n, one in enumerate(told) if one == "kept"]
    assert kept == [f"n{n}" for n in range(len(kept))]
    assert len(kept) < len(told)
    assert set(kept) <= set(there(tmp_path / "home"))
