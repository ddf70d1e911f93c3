"""Damaged files: 2,000 of each format are read, or refused by an error of the program, each in bounded time and memory.

Run with the tests on the path: `PYTHONPATH=.:tests python benchmarks/mutated_files.py [--files N]`. Ends with status 1
where another error was raised, or a file took more than 2 s or more than 256 MB above the idle process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from test_mutated_files import FILES, OTHERS, mutated

from explorer.data import DataError, open_dataset
from explorer.data.errors import Unreadable
from explorer.data.spelling import spelled

SECONDS, MEGABYTES = 2.0, 256
_PAGE = 4096


class Memory(threading.Thread):
    """Watches the resident memory of the process."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0

    @staticmethod
    def now() -> int:
        """Resident memory, bytes."""
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE

    def run(self) -> None:
        """Looks every 2 ms."""
        while True:
            self.most = max(self.most, self.now())
            time.sleep(0.002)


def table(path: Path) -> None:
    """Reads a table."""
    open_dataset(spelled("table", {"file": path}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    files = parser.parse_args().files
    formats = {**{ending: (content, table) for ending, content in FILES.items()}, **OTHERS}
    memory, failures = Memory(), 0
    memory.start()
    print("| format | files | own errors | other errors | slowest, s | most memory, MB |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for ending, (content, read) in formats.items():
            path = Path(folder) / f"x.{ending}"
            path.write_bytes(content)
            read(path)  # imports what it needs
            rng = np.random.default_rng([9, *ending.encode()])
            own, other, slowest, idle = 0, 0, 0.0, memory.now()
            memory.most = idle
            for _ in range(files):
                path.write_bytes(mutated(content, rng))
                start = time.perf_counter()
                try:
                    read(path)
                except (DataError, Unreadable):
                    own += 1
                except Exception as error:
                    other += 1
                    print(f"{ending}: {error!r}", file=sys.stderr)
                slowest = max(slowest, time.perf_counter() - start)
            most = (memory.most - idle) / 1e6
            failures += other + (slowest > SECONDS) + (most > MEGABYTES)
            print(f"| {ending} | {files:,} | {own:,} | {other} | {slowest:.2f} | {most:.0f} |", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
