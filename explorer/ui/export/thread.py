"""The thread that draws and writes figures, so that the window stays responsive."""

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
from explorer.ui.threads import Thread
from models.frames import Frame

__all__ = ["FigureJob", "FigureResult", "FigureThread"]

_LINES, _COLUMNS = 40, 96  # part of a table that the preview shows


@dataclass(frozen=True)
class FigureJob:
    """A figure to preview or to write.

    Attributes:
        frame: The frame to draw.
        style: Size and style.
        format: "png", "svg", "pdf", "csv" or "npz".
        identity: Identity of the run, written into the file.
        path: File to write; None for a preview.
        pixels: Width of the preview, device pixels.
    """

    frame: Frame
    style: Style
    format: str
    identity: Mapping[str, Any]
    path: Path | None = None
    pixels: int = 800


@dataclass(frozen=True)
class FigureResult:
    """Result of a job: a picture (PNG), the first lines of a data file, or an error message of one line."""

    job: FigureJob
    picture: bytes = b""
    text: str = ""
    error: str = ""


class FigureThread(Thread):
    """Draws the newest preview, and writes every file.

    Signals:
        finished_job: `FigureResult` of each preview or file.
    """

    finished_job = Signal(object)

    def __init__(self, parent: QObject | None = None):
        super().__init__("figures", parent)
        self._changed = threading.Condition()
        self._preview: FigureJob | None = None
        self._files: list[FigureJob] = []
        self._closing = False

    def begin(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        """Starts the thread unless it runs."""
        if not self.isRunning():
            self._closing = False
        super().begin(priority)

    def ask(self, job: FigureJob) -> None:
        """Queues a job; a newer preview replaces one that has not been started."""
        with self._changed:
            if job.path is None:
                self._preview = job
            else:
                self._files.append(job)
            self._changed.notify()

    def stop(self) -> None:
        """Ends the thread once every queued file is written; a queued preview is dropped."""
        with self._changed:
            self._closing = True
            self._preview = None
            self._changed.notify()

    def run(self) -> None:
        """Works on jobs until the thread is stopped."""
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
        style = dataclasses.replace(job.style, dpi=min(1200, max(30, dpi)))
        return FigureResult(job, picture=render(job.frame, style, "png"))
    except FigureError as error:
        return FigureResult(job, error=str(error))
    except Exception as error:  # a defect of a painter is reported and does not end the thread
        return FigureResult(job, error=f"this figure cannot be drawn: {type(error).__name__}: {error}")


def _beginning(table: bytes) -> str:
    lines = table.decode().splitlines()
    head = [line if len(line) <= _COLUMNS else f"{line[: _COLUMNS - 1]}…" for line in lines[:_LINES]]
    left = len(lines) - len(head)
    return "\n".join([*head, f"… and {count(left)} more lines"] if left else head)


def _contents(archive: bytes) -> str:
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        shapes = {name: (" × ".join(map(str, arrays[name].shape)) or "one", arrays[name].dtype) for name in arrays}
    wide = max(map(len, shapes), default=0)
    high = max((len(shape) for shape, _ in shapes.values()), default=0)
    return "\n".join(f"{name:<{wide}}  {shape:<{high}}  {dtype}" for name, (shape, dtype) in shapes.items())
