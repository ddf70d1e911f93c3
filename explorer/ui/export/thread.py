"""The thread that draws and writes figures while the window stays responsive."""

from __future__ import annotations

import dataclasses
import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal

from explorer.figures import FigureError, Style, render, save
from explorer.ui.numbers import count
from models.frames import Frame

__all__ = ["FigureJob", "FigureResult", "FigureThread"]

_STACK = 16 << 20  # bytes; the default of some systems is too small for numerical libraries
_LINES, _COLUMNS = 40, 96  # of a table that are shown

_running: set[FigureThread] = set()  # a thread that is dropped while it runs would end the process


@dataclass(frozen=True)
class FigureJob:
    """A figure to draw for a preview, or to write.

    Attributes:
        frame: What is drawn.
        style: Size and look.
        format: "png", "svg", "pdf", "csv" or "npz".
        identity: What the figure was made from.
        path: Where it is written; None for a preview.
        pixels: Width of the preview in device pixels.
    """

    frame: Frame
    style: Style
    format: str
    identity: Mapping[str, Any]
    path: Path | None = None
    pixels: int = 800


@dataclass(frozen=True)
class FigureResult:
    """What became of a job: a picture (PNG), the beginning of a file of data as text, or an error in one line."""

    job: FigureJob
    picture: bytes = b""
    text: str = ""
    error: str = ""


class FigureThread(QThread):
    """Draws the newest preview asked for, and writes every file asked for.

    Signals:
        finished_job: `FigureResult` of each preview or file.
    """

    finished_job = Signal(object)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.setObjectName("thread.figures")
        self.setStackSize(_STACK)
        self._changed = threading.Condition()
        self._preview: FigureJob | None = None
        self._files: list[FigureJob] = []
        self._closing = False

    def begin(self) -> None:
        """Starts, unless it runs."""
        if not self.isRunning():
            self._closing = False
            _running.add(self)
            self.start()

    def ask(self, job: FigureJob) -> None:
        """Has a figure drawn or written; a preview that has not been begun is dropped for a newer one."""
        with self._changed:
            if job.path is None:
                self._preview = job
            else:
                self._files.append(job)
            self._changed.notify()

    def end(self, milliseconds: int = 30_000) -> bool:
        """Finishes what was begun and every file, and stops; returns whether it ended in time."""
        with self._changed:
            self._closing = True
            self._preview = None
            self._changed.notify()
        ended = self.wait(milliseconds) if self.isRunning() else True
        if ended:
            _running.discard(self)
        return ended

    def run(self) -> None:
        """The thread's life."""
        while (job := self._next()) is not None:
            self.finished_job.emit(_done(job))

    def _next(self) -> FigureJob | None:
        with self._changed:
            while True:
                if self._files:
                    return self._files.pop(0)
                if self._closing:
                    return None
                if self._preview is not None:
                    job, self._preview = self._preview, None
                    return job
                self._changed.wait()


def _done(job: FigureJob) -> FigureResult:
    try:
        if job.path is not None:
            save(job.frame, job.path, style=job.style, identity=job.identity)
            return FigureResult(job)
        if job.format == "csv":
            return FigureResult(job, text=_beginning(render(job.frame, job.style, "csv", identity=job.identity)))
        if job.format == "npz":
            return FigureResult(job, text=_contents(render(job.frame, job.style, "npz", identity=job.identity)))
        dpi = round(job.pixels / (job.style.width_mm / 25.4))
        shown = dataclasses.replace(job.style, dpi=min(1200, max(30, dpi)))
        return FigureResult(job, picture=render(job.frame, shown, "png"))
    except FigureError as error:
        return FigureResult(job, error=str(error))
    except Exception as error:  # a defect of a painter must not end the thread: it is said, and nothing is lost
        return FigureResult(job, error=f"this figure cannot be drawn: {type(error).__name__}: {error}")


def _beginning(table: bytes) -> str:
    lines = table.decode().splitlines()
    shown = [line if len(line) <= _COLUMNS else f"{line[: _COLUMNS - 1]}…" for line in lines[:_LINES]]
    left = len(lines) - len(shown)
    return "\n".join([*shown, f"… and {count(left)} more lines"] if left else shown)


def _contents(archive: bytes) -> str:
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        shapes = {name: (" × ".join(map(str, arrays[name].shape)) or "one", arrays[name].dtype) for name in arrays}
    wide = max(map(len, shapes), default=0)
    high = max((len(shape) for shape, _ in shapes.values()), default=0)
    return "\n".join(f"{name:<{wide}}  {shape:<{high}}  {dtype}" for name, (shape, dtype) in shapes.items())
