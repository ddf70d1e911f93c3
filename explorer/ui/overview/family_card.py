"""The card of a family: amount of noise, samples, and what the family can compute."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.data import SOURCES
from explorer.ui.controls import Button, text_label
from explorer.ui.explain.noise import Dimension, dimensions
from explorer.ui.numbers import count
from explorer.ui.overview.ladder import NoiseLadder, relation
from explorer.ui.overview.reading import bundled_page
from explorer.ui.overview.strip import Strip
from explorer.ui.theme import Theme, ui_font
from models import Family
from models.frames import Images
from models.protocol import DataSpec, GenerativeModel, Kind, accepted, settings_of

__all__ = ["STATED", "FamilyCard", "default_passes", "family_bars", "family_passes"]

STATED = ("mnist", "mnist-binarized")  # 28×28 images; the first that a family's model accepts determines its bars
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's constant for an unlimited size
WIDE = 640  # px of width from which the parts of a card stand side by side
_STRIP, _STRIP_WIDE = 42, 84  # px


def _models(family: Family, names: Iterable[str]) -> Iterator[tuple[type[GenerativeModel], Kind]]:
    """The models of a family, in order, each with every kind of data of these names that it accepts."""
    for page in family.pages.values():
        if issubclass(page, GenerativeModel):
            yield from ((page, SOURCES[name].kind) for name in names if accepted(SOURCES[name].kind, page.accepts))


def family_bars(family: Family) -> tuple[Dimension, ...] | None:
    """Noise and data dimension of the family's first model that accepts 28×28 images, or else as the family declares.

    None if it has no such model and declares nothing.
    """
    for page, kind in _models(family, STATED):
        return dimensions(page, page.Config(), kind)
    if family.draws is None:
        return None
    kind = SOURCES[STATED[0]].kind
    noise = Dimension("u", "prior", family.draws(kind), "noise")
    return noise, Dimension("x", "data", math.prod(kind.shape), "data")


def default_passes(page: type[GenerativeModel], kind: Kind) -> int:
    """Passes through the network that a batch of samples takes with the defaults of model and sampling."""
    settings = {name: declared.default for name, declared in settings_of(page.sample).items()}
    return page.sampling_passes(page.Config(), settings, DataSpec(kind, 0))


def family_passes(family: Family) -> int | None:
    """Passes through the network that a batch of samples takes, for the model of `family_bars` or else the first one.

    None where the family has labs alone.
    """
    for page, kind in (*_models(family, STATED), *_models(family, SOURCES)):
        return default_passes(page, kind)
    return None


class FamilyCard(QFrame):
    """One family, laid out as a column or, where wide enough, as a row.

    Signals:
        opened: Id of the family, when its button is clicked.

    Args:
        theme: Colours.
        family: The family.
    """

    opened = Signal(str)

    def __init__(self, theme: Theme, family: Family, parent: QWidget | None = None):
        super().__init__(parent)
        self.family = family
        self.setObjectName(f"family.{family.id}")
        self.setProperty("card", "true")
        self.setAccessibleName(family.title)
        self.strip = Strip(theme, 5, _STRIP)
        self.caption = text_label("", "caption", wrap=True)
        self.button = Button(theme, f"Open {family.title}")
        self.button.setObjectName(f"open.{family.id}")
        self.button.clicked.connect(self._on_clicked)
        self.bars = family_bars(family)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(1, 1, 1, 1)
        self._box.setSpacing(0)
        self._rule = QFrame()
        self._rule.setProperty("edge", "true")
        self._box.addWidget(self._noise(theme))
        self._box.addWidget(self._rule)
        self._box.addWidget(self._samples(), 1)
        self._box.addWidget(self._facts())
        self.set_wide(False)

    def _noise(self, theme: Theme) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 12, 0)
        title = text_label(self.family.title, "title")
        title.setFont(ui_font(15, 600))
        head.addWidget(title)
        head.addStretch(1)
        column.addLayout(head)
        if self.bars is None:
            column.addStretch(1)
            return part
        self.chip = text_label(relation(self.bars), "label")
        self.chip.setFont(ui_font(12, 600))
        self.chip.setProperty("chip", "true")
        head.addWidget(self.chip)
        self.ladder = NoiseLadder(theme, self.bars)
        column.addWidget(self.ladder)
        column.addStretch(1)
        return part

    def _samples(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(16, 12, 16, 0)
        column.setSpacing(6)
        column.addWidget(self.strip)
        column.addWidget(self.caption)
        column.addSpacing(6)
        column.addWidget(text_label(self.family.about, "prose", wrap=True))
        column.addStretch(1)
        drawn = bundled_page(self.family) is not None
        self.strip.setVisible(drawn)
        self.caption.setVisible(drawn)
        return part

    def _facts(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(16)
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        passes = family_passes(self.family)
        facts = {
            "Likelihood": self.family.likelihood,
            "Sampling": "" if passes is None else "1 pass" if passes == 1 else f"{count(passes)} passes",
            "From x to z": self.family.latent_code,
        }
        for row, (label, value) in enumerate((label, value) for label, value in facts.items() if value):
            grid.addWidget(text_label(label, "caption"), row, 0)
            fact: QLabel = text_label(value, "caption")
            fact.setFont(ui_font(12, 600))
            fact.setProperty("kind", "body")
            grid.addWidget(fact, row, 1, Qt.AlignmentFlag.AlignRight)
        column.addLayout(grid)
        column.addStretch(1)
        column.addWidget(self.button)
        return part

    def set_wide(self, wide: bool) -> None:
        """Lays the parts out in a row, or in a column."""
        direction = QBoxLayout.Direction
        self._box.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self._rule.setMinimumSize(1, 1)
        self._rule.setMaximumSize(*((1, QWIDGETSIZE_MAX) if wide else (QWIDGETSIZE_MAX, 1)))
        for place, (tall, across) in enumerate(((0, 4), (0, 0), (1, 6), (0, 3))):
            self._box.setStretch(place, across if wide else tall)
        self.strip.set_side(_STRIP_WIDE if wide else _STRIP)

    def show_strip(self, frame: Images | None, problem: str) -> None:
        """Shows samples of the model, or the reason why there are none."""
        if frame is not None:
            self.strip.show_images(frame.images)
            self.strip.setAccessibleName(f"Samples: {frame.subtitle}")
        self.strip.setVisible(frame is not None)
        self.caption.setText(frame.subtitle if frame is not None else problem)

    @Slot()
    def _on_clicked(self) -> None:
        self.opened.emit(self.family.id)
