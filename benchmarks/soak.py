"""Whether the window stays as light and as quick as it began: memory and pauses over a long training.

    python benchmarks/soak.py --minutes 30 --json

All cards of the page are in sight. Memory is that of the process; growth counts from minute 5.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch  # noqa: F401  # before Qt
from PySide6.QtWidgets import QApplication
from responsiveness import Beat, percentile, pump, trained_page

from explorer.ui.garbage import GarbageGuard
from explorer.ui.window.status_bar import resident_memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", default="vae", help="name of a page")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    arguments = parser.parse_args()
    part = 60 * min(5.0, arguments.minutes / 3)
    with tempfile.TemporaryDirectory() as home:
        os.environ["DGM_EXPLORER_HOME"] = home
        app = QApplication(sys.argv[:1])
        guard = GarbageGuard(app)
        window, page = trained_page(arguments.page, None)
        beat = Beat()
        beat.start()
        began = time.perf_counter()
        memory: list[tuple[float, float]] = []
        while (now := time.perf_counter() - began) < 60 * arguments.minutes:
            memory.append((now, resident_memory() / 2**20))
            pump(min(10.0, 60 * arguments.minutes - now))
        step = page.thread_.host.shown.step_count
        window.close()
        guard.release()
    settled = [megabytes for at, megabytes in memory if at >= part]
    first = [gap for at, gap in zip(beat.times, beat.gaps, strict=True) if at - began < part]
    last = [gap for at, gap in zip(beat.times, beat.gaps, strict=True) if at - began > 60 * arguments.minutes - part]
    result = {
        "minutes": arguments.minutes,
        "steps": step,
        "memory_mb": [round(megabytes, 1) for at, megabytes in memory[:: max(1, len(memory) // 30)]],
        "memory_growth_mb": round(settled[-1] - settled[0], 1),
        "timer_p99_first_ms": percentile(first, 0.99),
        "timer_p99_last_ms": percentile(last, 0.99),
        "timer_max_ms": percentile(beat.gaps, 1.0),
    }
    print(json.dumps(result) if arguments.json else result)


if __name__ == "__main__":
    main()
