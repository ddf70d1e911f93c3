"""The window that compares two runs of a page."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, QThread, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from explorer.engine.compare import LETTERS, Pictures, captioned, compared_curves
from explorer.engine.recent import Glance
from explorer.engine.setup import model_page
from explorer.ui.card import Card
from explorer.ui.compare.choosers import RunChoosers
from explorer.ui.compare.jobs import CompareThread, Comparison, ListRuns, ReadPair, ShowView
from explorer.ui.compare.pictures import PicturePair
from explorer.ui.compare.settings_card import SettingsCard
from explorer.ui.controls import ElidedLabel
from explorer.ui.export.exports import Exports
from explorer.ui.frames import CurvesView
from explorer.ui.theme import Theme
from explorer.ui.window.fitting import ScreenFit
from models.frames import Curves, Frame
from models.protocol import View

__all__ = ["CompareWindow"]

_GAP = 12  # px
_SETTINGS = 340  # px of width
_COLUMNS = 3  # of curves beside one another at most
_READING = "Reading the runs"
_CURVES = View(
    compared_curves, "curves", "Loss", {}, {}, Curves, False, help="Every metric of both runs over the steps"
)


class CompareWindow(QFrame):
    """Shows settings, curves and pictures of two runs side by side. It comes into sight once the runs are listed.

    A thread reads and computes; it is stopped when the window closes.

    Signals:
        refused: Why the window does not open: the page has too few runs.

    Args:
        theme: Colours.
        page: Name of the page.
        first: Folder of the run to begin with; None for the newest.
        parent: The main window, with which it closes.
    """

    refused = Signal(str)

    def __init__(self, theme: Theme, page: str, first: Path | None, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Window)
        self._page, self._first = page, first
        self._pair: ReadPair | None = None
        self._view: ShowView | None = None
        self._comparison: Comparison | None = None
        self._opened: Pictures | None = None
        self._alone: Card | None = None  # fills the window
        self._title = model_page(page).title
        self.setObjectName("compare")
        self.setWindowTitle(f"Compare runs, {self._title}")
        self.setAccessibleName(f"Compare runs of {self._title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.choosers = RunChoosers(theme)
        self.settings = SettingsCard()
        self.curves = Card(theme, _CURVES, empty=_READING, placed=False)
        self.curves.setObjectName("compare.curves")
        assert isinstance(self.curves.display, CurvesView)
        self._display = self.curves.display
        self._display.most_columns = _COLUMNS
        self.pictures = PicturePair(theme)
        self.message = ElidedLabel("", "caption")
        self.message.setObjectName("compare.message")
        self._exports = Exports(theme, self)
        self._lay_out()
        self.resize(1320, 900)
        self.setMinimumSize(760, 480)
        ScreenFit(self)
        self._thread = CompareThread()
        self._connect()
        self._thread.begin(QThread.Priority.LowPriority)
        self._thread.ask(ListRuns(page))

    def _lay_out(self) -> None:
        self._top = QWidget()
        top = QHBoxLayout(self._top)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(_GAP)
        self.settings.setFixedWidth(_SETTINGS)
        top.addWidget(self.settings)
        top.addWidget(self.curves, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        column.setSpacing(_GAP)
        column.addWidget(self._top, 2)
        column.addWidget(self.pictures, 3)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._foot = foot = QFrame()
        foot.setProperty("panel", "bar")
        foot.setProperty("edge", "top")
        foot.setFixedHeight(28)
        foot.hide()
        row = QHBoxLayout(foot)
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.message)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.choosers)
        whole.addWidget(area, 1)
        whole.addWidget(foot)

    def _connect(self) -> None:
        self.choosers.chosen.connect(self._read)
        self.choosers.again_asked.connect(self._on_again_asked)
        self.curves.export_asked.connect(self._on_export_asked)
        self.curves.copy_asked.connect(self._on_copy_asked)
        self.curves.maximise_asked.connect(self._on_curves_maximise_asked)
        self.pictures.asked.connect(self._on_view_asked)
        self.pictures.maximise_asked.connect(self._toggle)
        self.pictures.export_asked.connect(self._on_picture_export_asked)
        self._exports.said.connect(self._say)
        self._thread.listed.connect(self._on_listed)
        self._thread.read.connect(self._on_read)
        self._thread.refused.connect(self._on_refused)
        self._thread.opened.connect(self._on_opened)
        self._thread.drawn.connect(self._on_drawn)
        self._thread.failed.connect(self._on_failed)
        self._thread.said.connect(self._say)

    # Runs

    @Slot(object)
    def _on_listed(self, runs: list[Glance]) -> None:
        """Offers the runs, and reads those that were chosen before, at first the one asked for and the newest other."""
        folders = [run.folder for run in runs]
        if len(folders) < 2:
            self.refused.emit(_too_few(self._title, len(folders)))
            self.close()
            return
        wanted = (self._first, None) if self._pair is None else (self._pair.first, self._pair.second)
        first = wanted[0] if wanted[0] in folders else folders[0]
        second = wanted[1] if wanted[1] in folders else next(folder for folder in folders if folder != first)
        self.choosers.set_runs(runs, first, second, time.time())
        self._read()
        self.show()

    @Slot()
    def _on_again_asked(self) -> None:
        self._thread.ask(ListRuns(self._page))

    @Slot()
    def _read(self) -> None:
        """Reads the chosen runs; what is shown of others goes."""
        self._pair, self._view = ReadPair(*self.choosers.folders), None
        self._comparison = self._opened = None
        self._show_alone(None)
        self._say("")
        self.settings.show_sentence(_READING)
        self.curves.show_empty(_READING)
        self._display.reset_ranges()
        self._display.follow_frames()
        self.pictures.clear()
        self._thread.ask(self._pair)

    @Slot(object, object)
    def _on_read(self, job: ReadPair, comparison: Comparison) -> None:
        if job is not self._pair:
            return
        self._comparison = comparison
        self.settings.show_differences(comparison.differences, comparison.pair.is_same)
        if comparison.curves.series:
            self.curves.show_frame(comparison.curves)
        else:
            self.curves.show_empty("Neither run has measured anything yet")

    @Slot(object, str)
    def _on_refused(self, job: ReadPair, sentence: str) -> None:
        if job is self._pair:
            self.settings.show_sentence(f"{sentence}. Choose another run", "error")
            self.curves.show_empty("These runs cannot be compared")

    # Pictures

    @Slot(object, object)
    def _on_opened(self, job: ReadPair, opened: Pictures) -> None:
        if job is self._pair:
            self._opened = opened
            self.pictures.show_sides(opened.views(), opened.sides)

    @Slot()
    def _on_view_asked(self) -> None:
        if self._alone not in (None, self.curves, *self.pictures.cards):  # it was a card of another view
            self._show_alone(None)
        if self.pictures.view is not None:
            self._view = ShowView(self.pictures.view, self.pictures.params)
            self._thread.ask(self._view)

    @Slot(object, int, object)
    def _on_drawn(self, job: ShowView, place: int, frame: Frame) -> None:
        if job is self._view:
            self.pictures.show_frame(place, frame)

    @Slot(object, int, str)
    def _on_failed(self, job: ShowView, place: int, sentence: str) -> None:
        if job is self._view:
            self.pictures.show_problem(place, sentence)

    # One card alone

    @Slot()
    def _on_curves_maximise_asked(self) -> None:
        self._toggle(self.curves)

    @Slot(object)
    def _toggle(self, card: Card) -> None:
        """Lets a card fill the window, or puts it back."""
        self._show_alone(None if card is self._alone else card)

    def _show_alone(self, card: Card | None) -> None:
        self._alone = card
        self.settings.setVisible(card is None)
        self._top.setVisible(card in (None, self.curves))
        self.curves.set_maximised(card is self.curves)
        self.pictures.show_alone(None if card is self.curves else card, card is self.curves)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts a card that fills the window back."""
        if event.key() == Qt.Key.Key_Escape and self._alone is not None:
            self._show_alone(None)
        else:
            super().keyPressEvent(event)

    # Export

    @Slot(str)
    def _on_export_asked(self, kind: str) -> None:
        if self._comparison is not None:
            pair = self._comparison.pair
            frame, identity = captioned(self._comparison.curves, pair), {**pair.identity, "view": "curves"}
            self._exports.export(frame, kind, f"{self._page}-compared-curves", identity, "Loss of two runs")

    @Slot()
    def _on_copy_asked(self) -> None:
        self._on_export_asked("copy")

    @Slot(int, str)
    def _on_picture_export_asked(self, place: int, kind: str) -> None:
        view = self.pictures.view
        if view is not None and self._opened is not None:
            side, card = self._opened.sides[place], self.pictures.cards[place]
            name, title = f"{self._page}-{view.name}-{LETTERS[place]}", f"{view.title}, {side.compared.name}"
            identity = side.identity(view, self.pictures.params)
            self._exports.export(card.display.for_figure(), kind, name, identity, title, card.display.in_view())

    @Slot(str)
    def _say(self, text: str) -> None:
        self.message.setText(text)
        self._foot.setVisible(bool(text))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stops the thread."""
        self._thread.end()
        super().closeEvent(event)


def _too_few(title: str, count: int) -> str:
    """Why there is nothing to compare, and what to do."""
    if not count:
        return f"{title} has no runs yet: train two, with other settings or seeds, to compare them"
    return f"{title} has one run: train another, with other settings or another seed, to compare them"
