"""Programs of this folder in two processes, started by torchrun on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["started", "wait_until"]


def started(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    """Two processes of a program of this folder, started by torchrun on a free port of this machine."""
    here = Path(__file__).parent
    environment = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE")}
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
            *("--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", "--local-addr", "127.0.0.1"),
            here / program,
            *map(str, arguments),
        ],
        env=environment | {"PYTHONPATH": os.pathsep.join((str(here.parent), str(here))), "OMP_NUM_THREADS": "1"},
    )


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the processes ended by themselves"
        assert time.monotonic() < deadline
        time.sleep(0.01)
