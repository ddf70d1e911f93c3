"""One view of two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.engine.compare import LETTERS, Side
from explorer.ui.card import Card
from explorer.ui.card.foot import CardFoot
from explorer.ui.compare.ranges import in_one_range
from explorer.ui.controls import Combo, text_label
from explorer.ui.frames.linked import LinkedRanges
from explorer.ui.frames.plane import PlaneView
from explorer.ui.numbers import count
from explorer.ui.theme import Theme
from models.frames import Frame
from models.protocol import HasDecoder, View

__all__ = ["PicturePair"]

_GAP = 12  # px
_CHOOSER = 260  # px
_LOWEST = 340  # px of height that the pictures have at least


class PicturePair(QFrame):
    """A chooser of the view, its controls, and a card of each run; planes show one range, which is moved in both.

    Attributes:
        view: The view that is shown, or None before runs were read.
        cards: The cards of the first and the second run; none without a view.

    Signals:
        asked: The view or a parameter of it is another one.
        maximise_asked: A card is to fill the window, or to go back.
        export_asked: 0 or 1 for the first or the second run, and the kind of file or "copy".

    Args:
        theme: Colours.
    """

    asked = Signal()
    maximise_asked = Signal(object)
    export_asked = Signal(int, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self._views: dict[str, View] = {}
        self._sides: Sequence[Side] = ()
        self._values: dict[str, dict[str, Any]] = {}  # of the parameters that were set, by view
        self._frames: dict[int, Frame] = {}
        self._foot: CardFoot | None = None
        self.view: View | None = None
        self.cards: list[Card] = []
        self._chooser = Combo(theme, {})
        self._chooser.setObjectName("compare.view")
        self._chooser.setAccessibleName("View")
        self._chooser.setFixedWidth(_CHOOSER)
        self._chooser.chosen.connect(self._on_view_chosen)
        self._head = QHBoxLayout()
        self._head.setSpacing(8)
        self._head.addWidget(text_label("View", "label"))
        self._head.addWidget(self._chooser)
        self._head.addStretch(1)
        self._row = QHBoxLayout()
        self._row.setSpacing(_GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._head)
        column.addLayout(self._row, 1)
        self.setMinimumHeight(_LOWEST)
        self.clear()

    @property
    def params(self) -> dict[str, Any]:
        """Values of the parameters of the view, as far as they were set."""
        return {} if self.view is None else dict(self._values.get(self.view.name, {}))

    def clear(self) -> None:
        """Removes the pictures, because other runs are being read; the chosen view is kept for these."""
        self._sides = ()
        self._remove_cards()
        self.setVisible(False)

    def show_sides(self, views: Sequence[View], sides: Sequence[Side]) -> None:
        """Offers views of two runs, and asks for the one that was shown before, else for the first.

        Args:
            views: Those that apply to both runs.
            sides: The runs.
        """
        self._views, self._sides = {view.name: view for view in views}, sides
        before = "" if self.view is None else self.view.name
        self._chooser.set_choices({view.name: view.title for view in views}, before)
        self.setVisible(bool(views))
        self._show_view()

    @Slot(object, object)
    def _on_view_chosen(self, _before: object, _name: object) -> None:
        self._show_view()

    def _show_view(self) -> None:
        self._remove_cards()
        self.view = self._views.get(self._chooser.value)
        if self.view is None:
            return
        self._add_controls(self.view)
        for letter, side in zip(LETTERS, self._sides, strict=True):
            self._add_card(self.view, letter, side)
        first, second = (card.display for card in self.cards)
        if isinstance(first, PlaneView) and isinstance(second, PlaneView):
            LinkedRanges(first, second)
        self.asked.emit()

    def _add_controls(self, view: View) -> None:
        foot = CardFoot(self._theme, view, self._values.get(view.name), self)
        layout = foot.layout()
        assert layout is not None
        layout.setContentsMargins(8, 0, 0, 0)
        side = max(self._sides, key=lambda each: _latent_dim(each) or 0)  # what has an effect in one is offered
        foot.set_config(side.config, _latent_dim(side))
        foot.changed.connect(self._on_param_changed)
        self._head.insertWidget(2, foot)
        foot.setVisible(foot.is_used)
        self._foot = foot

    def _add_card(self, view: View, letter: str, side: Side) -> None:
        step = "" if side.step is None else f", step {count(side.step)}"
        shown = view.but(title=f"{letter}{step}: {side.compared.name}", params={}, splits=view.splits[:1])
        card = Card(self._theme, shown, empty=view.help or f"{view.title} will appear here", parent=self, placed=False)
        card.setObjectName(f"compare.{letter}")
        card.set_weights("averaged weights" if side.compared.setup.training.ema > 0 else "")
        card.maximise_asked.connect(self._on_maximise_asked)
        card.export_asked.connect(self._on_export_asked)
        card.copy_asked.connect(self._on_copy_asked)
        self._row.addWidget(card, 1)
        self.cards.append(card)

    def _remove_cards(self) -> None:
        self._frames.clear()
        for widget in (*self.cards, *([] if self._foot is None else [self._foot])):
            widget.hide()
            widget.deleteLater()
        self.cards, self._foot = [], None

    def show_alone(self, card: Card | None, hidden: bool) -> None:
        """Shows one card alone, or both; nothing at all where `hidden`."""
        self.setVisible(bool(self.cards) and not hidden)
        for each in self.cards:
            each.setVisible(card in (None, each))
            each.set_maximised(each is card)

    def show_frame(self, place: int, frame: Frame) -> None:
        """Shows a frame of the first (0) or the second (1) run."""
        self._frames[place] = frame
        self.cards[place].clear_error()
        both = dict(sorted(self._frames.items()))
        for other, shown in zip(both, in_one_range(list(both.values())), strict=True):
            self.cards[other].show_frame(shown)

    def show_problem(self, place: int, sentence: str) -> None:
        """Says why there is no picture of the first (0) or the second (1) run."""
        self.cards[place].show_error(sentence)

    @Slot(str, object)
    def _on_param_changed(self, name: str, value: object) -> None:
        if self.view is not None:
            self._values.setdefault(self.view.name, {})[name] = value
            self.asked.emit()

    def _place(self) -> int:
        card = self.sender()
        assert isinstance(card, Card)
        return self.cards.index(card)

    @Slot()
    def _on_maximise_asked(self) -> None:
        self.maximise_asked.emit(self.cards[self._place()])

    @Slot(str)
    def _on_export_asked(self, kind: str) -> None:
        self.export_asked.emit(self._place(), kind)

    @Slot()
    def _on_copy_asked(self) -> None:
        self.export_asked.emit(self._place(), "copy")


def _latent_dim(side: Side) -> int | None:
    """Dimension of the latent space of a run, or None where its page has none."""
    page = side.compared.page
    return page.latent_dim_of(side.config, side.spec) if issubclass(page, HasDecoder) else None
