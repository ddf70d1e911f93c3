"""A recent run: newest samples, progress, and a button that opens it."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.engine.recent import Glance
from explorer.ui.controls import Button, ElidedLabel, text_label
from explorer.ui.numbers import count, number
from explorer.ui.overview.dots import Dots
from explorer.ui.overview.strip import Strip
from explorer.ui.theme import Theme, mono_font

__all__ = ["RunCard", "progress_text", "when_text"]

_THUMBNAILS, _SIDE = 4, 38  # px
_PLANE = 52  # px
_MINUTE, _HOUR = 60, 3600  # seconds


def when_text(then: float, now: float) -> str:
    """The time of an event relative to now: "just now", "2 min ago", "yesterday", "3 May 2026".

    Args:
        then: Time of the event, seconds since 1970.
        now: Present time, seconds since 1970.
    """
    day, today = datetime.date.fromtimestamp(then), datetime.date.fromtimestamp(now)
    passed = max(0.0, now - then)
    if passed < _MINUTE:
        return "just now"
    if passed < _HOUR:
        return f"{int(passed // _MINUTE)} min ago"
    if day == today:
        return f"{int(passed // _HOUR)} h ago"
    if today - day == datetime.timedelta(days=1):
        return "yesterday"
    return f"{day.day} {day:%b %Y}"


def progress_text(run: Glance, now: float, trained: int | None = None) -> str:
    """Progress of a run and the time of its last step.

    Args:
        run: Summary of the run.
        now: Present time, seconds since 1970.
        trained: Steps of a run that is in training in this window, else None.
    """
    if trained is not None:
        return f"in training, step {count(trained)}" + ("" if run.seconds > 0 else f" of {count(run.steps)}")
    when = when_text(run.when, now)
    if run.finished:
        return f"finished {when}, {count(run.step)} steps"
    if run.state in ("diverged", "out of memory"):
        return f"{run.state} at step {count(run.step)}, {when}"
    end = "" if run.seconds > 0 else f" of {count(run.steps)}"
    return f"step {count(run.step)}{end}, {when}"


class RunCard(QFrame):
    """One run.

    Signals:
        opened: Folder of the run, when its button is clicked.

    Args:
        theme: Colours.
        run: Summary of the run.
        now: Present time, seconds since 1970.
        trained: Steps of a run that is in training in this window, else None.
    """

    opened = Signal(object)

    def __init__(
        self, theme: Theme, run: Glance, now: float, trained: int | None = None, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.run = run
        self.setObjectName(f"run.{run.folder.name}")
        self.setProperty("card", "true")
        self.setToolTip(str(run.folder))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 11, 12, 11)
        row.setSpacing(12)
        if run.images is not None:
            thumbnails = Strip(theme, _THUMBNAILS, _SIDE)
            thumbnails.setFixedWidth(_THUMBNAILS * (_SIDE + 4) - 4)
            thumbnails.show_images(run.images)
            row.addWidget(thumbnails)
        elif run.points is not None:
            row.addWidget(Dots(theme, run.points, _PLANE))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        self.title = ElidedLabel(run.title, "title")
        self.name = ElidedLabel(run.name, "caption")
        self.name.setVisible(bool(run.name))
        self.progress = ElidedLabel(progress_text(run, now, trained), "caption")
        texts.addWidget(self.title)
        texts.addWidget(self.name)
        texts.addWidget(self.progress)
        row.addLayout(texts, 1)
        if run.value is not None:
            value = text_label(f"{run.label} {number(run.value, 4)}", "caption")
            value.setFont(mono_font(12))
            row.addWidget(value)
        self.button = Button(theme, "Open" if trained is None else "Show", "folder")
        self.button.setObjectName(f"open.{run.folder.name}")
        self.button.setAccessibleName(f"{self.button.text()} {run.title}, {run.name}, {self.progress.text()}")
        self.button.clicked.connect(self._on_clicked)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    @Slot()
    def _on_clicked(self) -> None:
        self.opened.emit(self.run.folder)
