"""The first tab: families by the noise of one image, recent runs, and a path for newcomers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.data import SOURCES
from explorer.engine.recent import Glance
from explorer.ui.controls import Button, text_label
from explorer.ui.numbers import count
from explorer.ui.overview.choice_card import ChoiceCard
from explorer.ui.overview.family_card import STATED, WIDE, FamilyCard
from explorer.ui.overview.ladder import RoleKey
from explorer.ui.overview.reading import OverviewReader
from explorer.ui.overview.run_card import RunCard
from explorer.ui.theme import Theme, icon_pixmap
from models import FAMILIES, Family
from models.frames import Images

__all__ = ["Overview"]

_MARGIN, _GAP = 32, 12  # px
_NARROWEST = 228  # px, width of a family's card
_WIDEST = 1680  # px, width of the content, which is centred in a wider window
_TWO_RUNS = 1100  # px of width from which two runs stand side by side
_LEGEND_BESIDE = 1000  # px of width from which the legend stands beside the subtitle
_NO_RUNS = "No runs yet. Every training run is saved and listed here."
_BEGIN = "Start with a trained model: drag across its latent map, then train a model of your own."


class Overview(QFrame):
    """The overview.

    Attributes:
        cards: Cards of the families, by id.
        runs: Cards of the recent runs.
        trained: Returns the folders of the runs that are in training in this window, with the steps done.

    Signals:
        open_family: Id of a family to open.
        open_run: Folder of a run to open.
        compare_run: Page and folder of a run to compare with another.
        open_page: Page to open, the title of a preset or "", and a dataset: the page is to have data of its kind.

    Args:
        theme: Colours.
        families: The families shown.
    """

    open_family = Signal(str)
    open_run = Signal(object)
    compare_run = Signal(str, object)
    open_page = Signal(str, str, str)

    def __init__(self, theme: Theme, families: Sequence[Family] = FAMILIES, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("page.overview")
        self._theme = theme
        self.cards = {family.id: FamilyCard(theme, family) for family in families}
        self.runs: list[RunCard] = []
        self._family_of = {page: family.id for family in families for page in family.pages}
        self.trained: Callable[[], Mapping[Path, int]] = dict
        self._painted = False
        self.choice = ChoiceCard(theme, families)
        self.choice.opened.connect(self.open_page)
        self.choice.hide()
        self.reader = OverviewReader(families, self)
        self._lay_out(families)
        self._set_primary(next(iter(self.cards), None))
        for card in self.cards.values():
            card.opened.connect(self.open_family)
        self.reader.runs_read.connect(self._on_runs_read)
        self.reader.strip_read.connect(self._on_strip_read)
        theme.changed.connect(self._on_theme_changed)

    # Layout

    def _lay_out(self, families: Sequence[Family]) -> None:
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(body)
        column.setContentsMargins(_MARGIN, 28, _MARGIN, 24)
        column.setSpacing(0)
        column.addLayout(self._heading())
        column.addSpacing(16)
        column.addWidget(self.choice)
        self._below_choice = QFrame()
        self._below_choice.setFixedHeight(_GAP)
        self._below_choice.hide()
        column.addWidget(self._below_choice)
        self._families = QGridLayout()
        self._families.setSpacing(_GAP)
        column.addLayout(self._families)
        column.addSpacing(24)
        column.addLayout(self._runs_heading())
        column.addSpacing(8)
        self._runs = QGridLayout()
        self._runs.setSpacing(_GAP)
        column.addLayout(self._runs)
        self._empty = text_label(_NO_RUNS, "prose")
        self._empty.setObjectName("no_runs")
        self._empty.hide()
        column.addWidget(self._empty)
        column.addSpacing(20)
        column.addLayout(self._path(families))
        column.addStretch(1)
        self.area.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self._body = body

    def _heading(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(4)
        grid.addWidget(text_label("How much noise makes one image?", "page-title"), 0, 0)
        text = "Every deep generative model turns noise into data. The amount of noise determines what it can compute."
        grid.addWidget(text_label(text, "prose", wrap=True), 1, 0)
        grid.setColumnStretch(0, 1)
        self.choose = Button(self._theme, "Which family for my data?", "chevron-down")
        self.choose.setObjectName("choose.toggle")
        self.choose.clicked.connect(self._on_choose_clicked)
        grid.addWidget(self.choose, 0, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        source = SOURCES[STATED[0]]
        size = 1
        for side in source.kind.shape:
            size *= side
        self._legend = QWidget()
        row = QHBoxLayout(self._legend)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(RoleKey(self._theme, "prior", "noise drawn for one sample"))
        row.addWidget(RoleKey(self._theme, "data", f"data dimension, {count(size)} for {source.title}"))
        row.addWidget(text_label("heights to scale, at least 4 px", "caption"))
        row.addStretch(1)
        self._head = grid
        return grid

    def _runs_heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(text_label("Recent runs", "section"))
        row.addSpacing(12)
        self._note = text_label("", "caption")
        self._note.setObjectName("damaged_runs")
        row.addWidget(self._note, 1)
        return row

    def _path(self, families: Sequence[Family]) -> QBoxLayout:
        intro = QWidget()
        row = QHBoxLayout(intro)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(text_label("New here?", "section"))
        row.addWidget(text_label(_BEGIN, "prose"))
        row.addStretch(1)
        steps = QWidget()
        row = QHBoxLayout(steps)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._arrows: list[QLabel] = []
        for place, family in enumerate(families):
            if place:
                arrow = QLabel()
                self._arrows.append(arrow)
                row.addWidget(arrow)
            step = Button(self._theme, family.title, kind="ghost")
            step.setObjectName(f"path.{family.id}")
            step.setAccessibleName(f"Begin with {family.title}")
            step.clicked.connect(self.cards[family.id].button.click)
            row.addWidget(step)
        row.addStretch(1)
        self._path_box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._path_box.setSpacing(4)
        self._path_box.addWidget(intro)
        self._path_box.addWidget(steps, 1)
        self._path_width = intro.sizeHint().width() + steps.sizeHint().width()
        self._on_theme_changed(None)
        return self._path_box

    # Events and data

    def showEvent(self, event: QShowEvent) -> None:
        """Reads the recent runs again; the first time after the first paint."""
        super().showEvent(event)
        self._arrange()
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Starts reading after the first paint."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.refresh)

    def hideEvent(self, event: QHideEvent) -> None:
        """Ends the thread when the window is hidden."""
        super().hideEvent(event)
        if not self.window().isVisible():
            self.end()

    def end(self, milliseconds: int = 5000) -> bool:
        """Stops reading; returns whether the thread ended in time."""
        return self.reader.end(milliseconds)

    @Slot()
    def refresh(self) -> None:
        """Reads the recent runs again in the thread."""
        if self._painted and self.isVisible():
            self.reader.read()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Places as many cards side by side as fit."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        room = min(self.width(), _WIDEST) - 2 * _MARGIN
        fit = max(1, (room + _GAP) // (_NARROWEST + _GAP))
        rows = -(-len(self.cards) // fit)
        columns = -(-len(self.cards) // rows) if rows else 1
        width = (room + _GAP) // columns - _GAP
        for place, card in enumerate(self.cards.values()):
            self._families.addWidget(card, *divmod(place, columns))
            card.set_wide(width >= WIDE)
        _share(self._families, columns)
        abreast = 2 if room >= _TWO_RUNS else 1
        for place, run in enumerate(self.runs):
            self._runs.addWidget(run, *divmod(place, abreast))
        _share(self._runs, abreast)
        direction = QBoxLayout.Direction
        self._path_box.setDirection(direction.LeftToRight if self._path_width <= room else direction.TopToBottom)
        beside = room >= _LEGEND_BESIDE
        self._head.addWidget(self._legend, *((1, 1) if beside else (2, 0)), Qt.AlignmentFlag.AlignBottom)

    @Slot()
    def _on_choose_clicked(self) -> None:
        unfolded = self.choice.isHidden()
        self.choice.setVisible(unfolded)
        self._below_choice.setVisible(unfolded)
        self.choose.set_face(self.choose.text(), "chevron-up" if unfolded else "chevron-down")

    @Slot(object, int)
    def _on_runs_read(self, glances: list[Glance], damaged: int) -> None:
        for run in self.runs:
            self._runs.removeWidget(run)
            run.hide()
            run.deleteLater()
        now, trained = time.time(), self.trained()
        self.runs = [RunCard(self._theme, run, now, trained.get(run.folder)) for run in glances]
        for run in self.runs:
            run.opened.connect(self.open_run)
            run.compared.connect(self.compare_run)
        self._empty.setVisible(not glances)
        self._note.setText(_damaged_text(damaged))
        newest = self._family_of.get(glances[0].page) if glances else None
        self._set_primary(newest or next(iter(self.cards), None))
        self._arrange()

    @Slot(str, object, str)
    def _on_strip_read(self, family: str, frame: Images | None, problem: str) -> None:
        self.cards[family].show_strip(frame, problem)

    def _set_primary(self, family: str | None) -> None:
        for name, card in self.cards.items():
            card.button.set_kind("primary" if name == family else "plain")

    @Slot(object)
    def _on_theme_changed(self, _tokens: object) -> None:
        for arrow in self._arrows:
            arrow.setPixmap(icon_pixmap("chevron-right", self._theme.tokens.text3, 14, self.devicePixelRatioF()))


def _share(grid: QGridLayout, columns: int) -> None:
    """Gives used columns equal width and unused ones none."""
    for column in range(grid.columnCount()):
        grid.setColumnStretch(column, 1 if column < columns else 0)
        grid.setColumnMinimumWidth(column, 0)


def _damaged_text(damaged: int) -> str:
    if not damaged:
        return ""
    return "1 run folder cannot be read" if damaged == 1 else f"{damaged} run folders cannot be read"
