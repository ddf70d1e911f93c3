"""How smooth the window is while a page trains, measured through its real widgets.

    python benchmarks/responsiveness.py --page vae --seconds 20 --json

Counting begins 3 s after the first step. See README.md beside this file for the meaning of the numbers.

Longer than other files, so that it can be copied beside another version of the project to measure that.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch  # noqa: F401  # before Qt
from bare import BareLoop
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from explorer.engine import Session, Setup, open_data
from explorer.engine.devices import prepare_thread
from explorer.engine.host.events import Failed
from explorer.ui.app import create_window
from explorer.ui.controls import Slider
from explorer.ui.garbage import GarbageGuard
from explorer.ui.page import PageWidget
from explorer.ui.window.main_window import MainWindow
from models import find_page
from models.protocol import Lab

WARM_UP = 3.0  # s after the first step
SLICES = 4  # of the window, each followed by one of the bare loop: other work on the machine then weighs on both
SETTLED = 0.5  # s after training was paused or went on
DRAG = 50  # ms between two moves of the slider


class Beat(QObject):
    """A timer of 10 ms: the gaps between its beats are the pauses a person feels."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps = array("f")  # ms; half an hour of Python's numbers would be ten megabytes of the memory measured
        self.times = array("d")  # s
        self._last = 0.0
        self._timer = QTimer(self, interval=10, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Begins to count."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Stands still."""
        self._timer.stop()

    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1e3)
        self.times.append(now)
        self._last = now


class Drag(QObject):
    """Moves a slider to and fro, and times how long the picture takes to follow.

    Args:
        slider: The slider.
        picture: What follows it.
        low: Where the way begins.
        high: Where it ends.
    """

    def __init__(self, slider: Slider, picture: QWidget, low: float = -2.0, high: float = 2.0):
        super().__init__()
        self.delays: list[float] = []
        self._slider, self._picture = slider, picture
        self._low, self._high = low, high
        self._moved: float | None = None
        self._position = 0
        picture.installEventFilter(self)
        self._timer = QTimer(self, interval=DRAG)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Begins to drag."""
        for canvas in self._picture.findChildren(QAbstractScrollArea):  # a plot paints in the viewport of its canvas
            canvas.viewport().installEventFilter(self)
        self._timer.start()

    def stop(self) -> None:
        """Lets go."""
        self._timer.stop()
        self._moved = None

    def _on_timeout(self) -> None:
        self._position = (self._position + 13) % 400
        value = self._low + (self._high - self._low) * abs(self._position - 200) / 200
        if self._moved is None:
            self._moved = time.perf_counter()
        self._slider.set_number(value)
        self._slider.moved.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notices when a new picture is painted."""
        if event.type() == QEvent.Type.Paint and self._moved is not None and self._picture._fresh:
            QTimer.singleShot(0, self._on_painted)
        return False

    def _on_painted(self) -> None:
        if self._moved is not None:
            self.delays.append((time.perf_counter() - self._moved) * 1e3)
            self._moved = None


def percentile(values: Iterable[float], share: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else None


def pump(seconds: float) -> None:
    """Lets the application run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(holds: Callable[[], bool]) -> None:
    """Lets the application run until something holds, a minute at most."""
    deadline = time.perf_counter() + 60
    while not holds():
        if time.perf_counter() > deadline:
            raise TimeoutError("the page did not get there within a minute")
        pump(0.02)


class Bare:
    """What the same model does without session and window, in this thread, while the page's thread stands still."""

    def __init__(self, setup: Setup):
        prepare_thread()
        self._loop = BareLoop(setup, open_data(setup.data))
        self.steps, self.seconds = 0, 0.0

    def run(self, seconds: float) -> None:
        """Trains for so long, after a few steps that do not count."""
        for _ in range(20):
            self._loop.step()
        began, first = time.perf_counter(), self._loop.step_count
        while time.perf_counter() - began < seconds:
            self._loop.step()
        self.steps += self._loop.step_count - first
        self.seconds += time.perf_counter() - began


def fill(page: PageWidget, points: int) -> None:
    """Gives the session in sight a long past."""
    session = page.thread_.host.shown
    assert isinstance(session, Session)
    keys = [metric.key for metric in type(session.model).metrics if metric.source == "train"]
    for step in range(points):
        session.journal.history.add(step - points, dict.fromkeys(keys, -100 + (step * 7919 % 1000) / 100))


def trained_page(name: str, data: str | None) -> tuple[MainWindow, PageWidget]:
    """The window with a page that trains, without an end."""
    window = create_window()
    window.resize(1440, 900)
    window.show_page(name)
    window.show()
    page = window.pages[name]
    if data:  # its own preset where there is one
        preset = next((preset for preset in page.page_class.presets if preset.data.split(":")[0] == data), None)
        page.draft.choose_data(data) if preset is None else page.draft.choose_preset(preset.title)
    page.draft.set_values({"steps": 100_000_000})
    failures: list[str] = []
    page.thread_.happened.connect(lambda event: failures.append(event.message) if isinstance(event, Failed) else None)
    page.run_bar.train_button.click()
    try:
        wait_until(
            lambda: bool(failures) or (page.shown.state == "training" and page.shown.snapshot.state == "training")
        )
    except TimeoutError as error:
        failures.append(str(error))
    if failures:
        close(window)
        raise SystemExit(f"page {name} does not train: {failures[0]}")
    return window, page


def close(window: MainWindow) -> None:
    """Closes a window; one whose threads still work, on a download for example, stays until they have ended."""
    window.close()
    while window.isVisible():
        pump(0.1)


def drag_of(page: PageWidget) -> Drag | None:
    """The first latent slider and the decoder's picture; on a lab its first parameter and the leading picture."""
    if page.draft.model is not None:
        slider = page.findChild(Slider, "latent.0")
        decode = page.board.cards.get("decode")
        return None if slider is None or decode is None else Drag(slider, decode.display)
    hero = page.board.scene.lead
    for name, row in page.side.form.rows.items():
        slider, declared = row.findChild(Slider), page.draft.declared()[name]
        if slider is not None and row.isVisible() and declared.low is not None and declared.high is not None:
            return Drag(slider, hero.display, declared.low, declared.high)
    return None


def measure_lab(name: str, seconds: float) -> dict[str, object]:
    """A lab: its first parameter is dragged over its whole range all the while."""
    app = QApplication(sys.argv[:1])
    GarbageGuard(app)
    window = create_window()
    window.resize(1440, 900)
    window.show_page(name)
    window.show()
    page = window.pages[name]
    pump(WARM_UP)
    beat, drag = Beat(), drag_of(page)
    before = {key: card.display.painted for key, card in page.board.cards.items()}
    began = time.perf_counter()
    beat.start()
    if drag is not None:
        drag.start()
    pump(seconds)
    elapsed = time.perf_counter() - began
    visible = [key for key, card in page.board.cards.items() if card in page.board.scene.in_sight()]
    updates = {key: round((page.board.cards[key].display.painted - before[key]) / elapsed, 2) for key in visible}
    close(window)
    return {"page": name, "seconds": round(elapsed, 2), **felt(beat, drag), "updates_per_s": updates}


def felt(beat: Beat, drag: Drag | None) -> dict[str, object]:
    """What a person feels of it."""
    delays = drag.delays if drag is not None else []
    return {
        "timer_p50_ms": percentile(beat.gaps, 0.5),
        "timer_p99_ms": percentile(beat.gaps, 0.99),
        "timer_max_ms": percentile(beat.gaps, 1.0),
        "timer_gaps_over_100_ms": sum(gap > 100 for gap in beat.gaps),
        "drag_p50_ms": percentile(delays, 0.5),
        "drag_p95_ms": percentile(delays, 0.95),
    }


def measure(name: str, seconds: float, points: int, data: str | None) -> dict[str, object]:
    app = QApplication(sys.argv[:1])
    GarbageGuard(app)
    window, page = trained_page(name, data)
    if points:
        page.thread_.host.pause()
        pump(1)
        fill(page, points)
        page.thread_.host.train()
    pump(WARM_UP)
    beat, drag = Beat(), drag_of(page)
    session, host = page.thread_.host.shown, page.thread_.host
    bare = Bare(session.setup)
    updated, steps, elapsed = Counter[str](), 0, 0.0
    for _ in range(SLICES):
        before = {key: card.display.painted for key, card in page.board.cards.items()}
        step, began = session.step_count, time.perf_counter()
        beat.start()
        if drag is not None:
            drag.start()
        pump(seconds / SLICES)
        elapsed += time.perf_counter() - began
        steps += session.step_count - step
        updated.update({key: card.display.painted - before[key] for key, card in page.board.cards.items()})
        beat.stop()
        if drag is not None:
            drag.stop()
        host.pause()
        wait_until(lambda: page.shown.state == "paused")  # and saved
        pump(SETTLED)
        bare.run(max(3.0, seconds / 4) / SLICES)
        host.train()
        wait_until(lambda: page.shown.state == "training")
        pump(SETTLED)
    visible = [key for key, card in page.board.cards.items() if card in page.board.scene.in_sight()]
    updates = {key: round(updated[key] / elapsed, 2) for key in visible}
    setup = session.setup
    close(window)
    bare_rate = bare.steps / bare.seconds
    return {
        "page": name,
        "data": setup.data,
        "seconds": round(elapsed, 2),
        "history_points": points,
        **felt(beat, drag),
        "steps": steps,
        "steps_per_s_window": round(steps / elapsed, 2),
        "steps_per_s_bare": round(bare_rate, 2),
        "steps_ratio": round(steps / elapsed / bare_rate, 3),
        "step_ms_bare": round(1e3 / bare_rate, 3),
        "updates_per_s": updates,
        "cards_visible": len(visible),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", default="vae", help="name of a page")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to count")
    parser.add_argument("--points", type=int, default=0, help="steps the history holds beforehand")
    parser.add_argument("--data", default=None, help="dataset instead of the preset's")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["DGM_EXPLORER_HOME"] = os.environ.get("DGM_EXPLORER_BENCH_HOME", home)
        if issubclass(find_page(arguments.page), Lab):
            result = measure_lab(arguments.page, arguments.seconds)
        else:
            result = measure(arguments.page, arguments.seconds, arguments.points, arguments.data)
    if arguments.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:<24}{value}")


if __name__ == "__main__":
    main()
