"""The thread that reads what the overview shows: recent runs, and samples of bundled models."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QThread, Signal, Slot

from explorer.engine import ExplorerError, Request
from explorer.engine.bundle import BUNDLES, open_bundle
from explorer.engine.devices import prepare_thread
from explorer.engine.files import runs_folder
from explorer.engine.recent import recent_runs
from models import Family
from models.frames import Images

__all__ = ["OverviewReader", "bundled_page"]

_STACK = 16 << 20  # bytes; the default of some systems is too small for numerical libraries
_SAMPLES, _IMAGES, _RUNS = "samples", 5, 4

_running: set[OverviewReader] = set()  # a thread that is dropped while it runs would end the process


def bundled_page(family: Family) -> str | None:
    """The first page of a family of which a trained model comes with the application, or None."""
    return next((name for name in family.pages if name in BUNDLES), None)


class OverviewReader(QThread):
    """Reads once each time it is asked; the strips of families only the first time.

    Signals:
        runs_read: Recent runs, list of `Glance`, and the number of folders that cannot be read.
        strip_read: Id of a family, its samples (`Images`) or None, and what is wrong with them, or "".

    Args:
        families: Whose samples are drawn.
    """

    runs_read = Signal(object, int)
    strip_read = Signal(str, object, str)

    def __init__(self, families: Iterable[Family], parent: QObject | None = None):
        super().__init__(parent)
        self.setObjectName("thread.overview")
        self.setStackSize(_STACK)
        self._strips = {family.id: page for family in families if (page := bundled_page(family)) is not None}
        self._again = False
        self.finished.connect(self._on_finished)

    def read(self) -> None:
        """Reads soon, or once more where it is reading."""
        if self.isRunning():
            self._again = True
            return
        self._again = False
        _running.add(self)
        self.start(QThread.Priority.LowPriority)

    def end(self, milliseconds: int = 5000) -> bool:
        """Stops reading; returns whether the thread ended in time."""
        self._again = False
        self.requestInterruption()
        ended = self.wait(milliseconds) if self.isRunning() else True
        if ended:
            _running.discard(self)
        return ended

    @Slot()
    def _on_finished(self) -> None:
        _running.discard(self)
        if self._again:
            self.read()

    def run(self) -> None:
        """The thread's work."""
        prepare_thread()
        self.runs_read.emit(*recent_runs(runs_folder(), _RUNS, going_on=lambda: not self.isInterruptionRequested()))
        for family, page in list(self._strips.items()):
            if self.isInterruptionRequested():
                return
            self._read_strip(family, page)
            del self._strips[family]

    def _read_strip(self, family: str, page: str) -> None:
        try:
            frame = open_bundle(page).viewer.last_frame(Request(_SAMPLES, params={"n": _IMAGES}))
        except ExplorerError as error:
            self.strip_read.emit(family, None, str(error))
            return
        if isinstance(frame, Images):
            self.strip_read.emit(family, frame, "")
