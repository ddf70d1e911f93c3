"""A recent run: newest samples, progress, and buttons that open it and compare it with another."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.engine.recent import Glance
from explorer.ui.controls import Button, ElidedLabel, text_label
from explorer.ui.numbers import count, number
from explorer.ui.overview.dots import Dots
from explorer.ui.overview.strip import Strip
from explorer.ui.theme import Theme, mono_font

__all__ = ["RunCard", "progress_text", "when_text"]

_THUMBNAILS, _FEW = 4, 2  # images, and how many in a narrow card
_SIDE = 38  # px
_PLANE = 52  # px
_NARROW, _NARROWER = 760, 600  # px of width under which there are few images, and a word is left out
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
        return f"in training, step {count(trained)}{_end(run, trained)}"
    when = when_text(run.when, now)
    if run.finished:
        return f"finished {when}, {count(run.step)} steps"
    if run.state in ("diverged", "out of memory"):
        return f"{run.state} at step {count(run.step)}, {when}"
    return f"step {count(run.step)}{_end(run, run.step)}, {when}"


def _end(run: Glance, step: int) -> str:
    """The number of steps that a run is to make; "" where it ends by time, or has trained on beyond them."""
    return "" if run.seconds > 0 or step > run.steps else f" of {count(run.steps)}"


class RunCard(QFrame):
    """One run.

    Signals:
        opened: Folder of the run, when its button is clicked.
        compared: Page and folder of the run, when it is to be compared with another.

    Args:
        theme: Colours.
        run: Summary of the run.
        now: Present time, seconds since 1970.
        trained: Steps of a run that is in training in this window, else None.
    """

    opened = Signal(object)
    compared = Signal(str, object)

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
        self._strip: Strip | None = None
        if run.images is not None:
            self._strip = Strip(theme, _THUMBNAILS, _SIDE)
            self._strip.show_images(run.images)
            row.addWidget(self._strip)
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
        self.compare_button = Button(theme, "Compare", "columns", "ghost")
        self.compare_button.setObjectName(f"compare.{run.folder.name}")
        self.compare_button.setToolTip("Compare with another run of the page")
        self.compare_button.setAccessibleName(f"Compare {run.title}, {run.name} with another run")
        self.compare_button.clicked.connect(self._on_compare_clicked)
        row.addWidget(self.compare_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.button = Button(theme, "Open" if trained is None else "Show", "folder")
        self.button.setObjectName(f"open.{run.folder.name}")
        self.button.setAccessibleName(f"{self.button.text()} {run.title}, {run.name}, {self.progress.text()}")
        self.button.clicked.connect(self._on_clicked)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    @Slot()
    def _on_clicked(self) -> None:
        self.opened.emit(self.run.folder)

    @Slot()
    def _on_compare_clicked(self) -> None:
        self.compared.emit(self.run.page, self.run.folder)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves room for the texts where the card is narrow."""
        super().resizeEvent(event)
        self.compare_button.setText("Compare" if self.width() >= _NARROWER else "")
        if self._strip is not None:
            self._strip.set_places(_THUMBNAILS if self.width() >= _NARROW else _FEW)
            self._strip.setFixedWidth(self._strip.sizeHint().width())
