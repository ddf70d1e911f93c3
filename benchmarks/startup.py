"""How long the window takes to appear, beyond what its libraries take to be imported.

python benchmarks/startup.py --json
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORTS = "import torch, PySide6.QtWidgets"
WINDOW = """
import sys, time
import torch
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from explorer.startup import importing

with importing():
    from explorer.ui.app import create_window

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print(time.time(), flush=True)
            watched.removeEventFilter(self)
            QApplication.instance().quit()
        return False

app = QApplication([])
window = create_window()
first = FirstPaint()
window.centralWidget().installEventFilter(first)
window.show()
app.exec()
window.close()
"""


def imports(environment: dict[str, str]) -> float:
    began = time.time()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, env=environment, cwd=ROOT)
    return time.time() - began


def first_paint(environment: dict[str, str]) -> float:
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", WINDOW], check=True, env=environment, cwd=ROOT, capture_output=True, text=True
    )
    return float(done.stdout.split()[0]) - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="starts of each kind, alternating")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "DGM_EXPLORER_HOME": home}
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        imports(environment), first_paint(environment)  # the files are in memory from here on
        pairs = [(imports(environment), first_paint(environment)) for _ in range(arguments.repeats)]
    bare, window = (statistics.median(times) for times in zip(*pairs, strict=True))
    result = {"imports_s": round(bare, 3), "first_paint_s": round(window, 3), "difference_s": round(window - bare, 3)}
    print(json.dumps(result) if arguments.json else result)


if __name__ == "__main__":
    main()
