"""The thread that reads recent runs and samples of bundled models for the overview."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from PySide6.QtCore import QObject, QThread, Signal, Slot

from explorer.engine import ExplorerError, Request
from explorer.engine.bundle import BUNDLES, open_bundle
from explorer.engine.devices import prepare_thread
from explorer.engine.files import runs_folder
from explorer.engine.recent import recent_runs
from explorer.ui.threads import Thread
from models import Family
from models.frames import Film, Images

__all__ = ["OverviewReader", "bundled_page"]

_SAMPLES, _IMAGES, _RUNS = "samples", 5, 8


def bundled_page(family: Family) -> str | None:
    """The first page of a family with a bundled trained model, or None."""
    return next((name for name in family.pages if name in BUNDLES), None)


class OverviewReader(Thread):
    """Reads recent runs at each call of `read`, and the samples of families at the first.

    Signals:
        runs_read: Recent runs, list of `Glance`, and the number of folders that cannot be read.
        strip_read: Id of a family, its samples (`Images`) or None, and the reason why there are none, or "".

    Args:
        families: Families whose samples are read.
    """

    runs_read = Signal(object, int)
    strip_read = Signal(str, object, str)

    def __init__(self, families: Iterable[Family], parent: QObject | None = None):
        super().__init__("overview", parent)
        self._strips = {family.id: page for family in families if (page := bundled_page(family)) is not None}
        self._again = False
        self.finished.connect(self._on_finished)

    def read(self) -> None:
        """Starts reading, or reads once more after the present reading."""
        self._again = self.isRunning()
        self.begin(QThread.Priority.LowPriority)

    def stop(self) -> None:
        """Interrupts reading."""
        self._again = False
        super().stop()

    @Slot()
    def _on_finished(self) -> None:
        if self._again:
            self.read()

    def run(self) -> None:
        """Reads everything once."""
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
        if isinstance(frame, Film):
            frame = dataclasses.replace(frame.frames[-1], subtitle=frame.subtitle)
        if isinstance(frame, Images):
            self.strip_read.emit(family, frame, "")
