"""Where the cards of a page stand: the leading one at top left, curves below it, the others at right or in tabs."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.ui.card import Card
from explorer.ui.page.board.tab_row import TabRow
from explorer.ui.theme import Theme, ui_font
from models.protocol import View

__all__ = ["CardGrid", "CardTabs"]

GAP = 12
RIGHT = 352
LEAD_HEIGHT = 200  # px, least, of the picture
REST_HEIGHT = 188  # px, least
_ANY = 16_777_215  # Qt's QWIDGETSIZE_MAX: no limit
_SHARES = (62, 38)  # of the height at left
_LOW_HEIGHTS = ((220, 264), (128, 156))  # px, least and most: of a low card at top right, and of those below it


class CardTabs(QFrame):
    """Cards of which one is in sight.

    Signals:
        switched: Another card is in sight.

    Args:
        theme: Colours.
        cards: The cards.
    """

    switched = Signal()

    def __init__(self, theme: Theme, cards: list[Card], parent: QWidget | None = None):
        super().__init__(parent)
        self._stack = QStackedWidget()
        # Notes of hidden cards are wrapped at no width: they must not decide the height.
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._stack.setMinimumHeight(REST_HEIGHT)
        self._buttons: list[QPushButton] = []
        self._cards = cards
        self._row = TabRow(theme)
        for place, card in enumerate(cards):
            button = QPushButton(short_title(card.view))
            button.setObjectName(f"tab_of.{card.view.name}")
            button.setProperty("tab", "true")
            button.setFont(ui_font(12, 600))
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(place == 0)
            button.setAccessibleName(card.view.title)
            button.setToolTip(card.view.help)
            button.clicked.connect(self._on_clicked)
            self._buttons.append(button)
            self._row.add(button)
            self._stack.addWidget(card)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._row)
        column.addWidget(self._stack, 1)

    def offer(self, names: set[str]) -> None:
        """Offers only the views of these names; where the one in sight is not among them, the first that is."""
        kept = [button for button, card in zip(self._buttons, self._cards, strict=True) if card.view.name in names]
        self._row.offer(kept)
        if kept and not any(button.isChecked() for button in kept):
            kept[0].click()

    @Slot()
    def _on_clicked(self) -> None:
        self._stack.setCurrentWidget(self._cards[self._buttons.index(self.sender())])  # type: ignore[arg-type]
        self.switched.emit()


def short_title(view: View) -> str:
    """A title short enough for a tab: the word of it with which the view's name begins, or its first word."""
    words, key = view.title.split(), view.name.split("_")[0]
    word = next((word for word in words if word.lower() == key), words[0])
    return word[:1].upper() + word[1:]


class CardGrid(QFrame):
    """Places the cards of a page.

    Attributes:
        lead: The leading card.

    Signals:
        changed: Other cards are in sight.

    Args:
        theme: Colours.
        lead: The leading card.
        below: The card below it, or None.
        beside: Cards at top right, in order.
        rest: All others.
        low: Those of `beside` that keep to a small height.
    """

    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        lead: Card,
        below: Card | None,
        beside: list[Card],
        rest: list[Card],
        low: Collection[Card] = (),
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.lead = lead
        self._cards = [lead, *([below] if below else []), *beside, *rest]
        self._maximised: Card | None = None
        self.tabs = CardTabs(theme, rest) if len(rest) > 1 else None
        grid = QGridLayout(self)
        grid.setContentsMargins(GAP, GAP, GAP, GAP)
        grid.setSpacing(GAP)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(GAP)
        left.addWidget(lead, _SHARES[0])
        if below is not None:
            left.addWidget(below, _SHARES[1])
        for place, card in enumerate(beside):
            if card in low:
                least, most = _LOW_HEIGHTS[min(place, 1)]
                card.setMinimumHeight(least)
                card.setMaximumHeight(most)
            right.addWidget(card, 0 if card in low else 1)
        if self.tabs is not None:
            self.tabs.switched.connect(self.changed)
            right.addWidget(self.tabs, 1)
        elif rest:
            right.addWidget(rest[0], 1)
        self._left, self._right = QFrame(), QFrame()
        self._left.setLayout(left)
        self._right.setLayout(right)
        for column in (left, right):
            column.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._left, 0, 0)
        grid.addWidget(self._right, 0, 1)
        grid.setColumnStretch(0, 1)
        self._right.setFixedWidth(RIGHT)
        lead.display.setMinimumHeight(LEAD_HEIGHT)  # of the picture: legend, note and controls come on top of it
        for card in rest:
            card.setMinimumHeight(REST_HEIGHT)
        self._right.setVisible(bool(beside or rest))
        self._grid = grid

    def offer(self, names: set[str]) -> None:
        """Keeps tabs only of the views of these names; a card that fills the page without being one goes back."""
        if self._maximised is not None and self._maximised.view.name not in names:
            self.restore()
        if self.tabs is not None:
            self.tabs.offer(names)

    def in_sight(self) -> list[Card]:
        """The cards that can be seen."""
        return [card for card in self._cards if card.isVisible() and not card.visibleRegion().isEmpty()]

    def toggle(self, card: Card) -> None:
        """Lets a card fill the page, or puts it back."""
        self.restore() if self._maximised is card else self._maximise(card)
        self.changed.emit()

    @property
    def maximised(self) -> Card | None:
        """The card that fills the page."""
        return self._maximised

    def _maximise(self, card: Card) -> None:
        self.restore()
        self._maximised = card
        card.set_maximised(True)
        self._home, self._heights = card.parentWidget(), card.maximumHeight()
        layout = None if self._home is None else self._home.layout()
        self._place = layout.indexOf(card) if layout is not None else -1
        self._stretch = layout.stretch(self._place) if isinstance(layout, QVBoxLayout) else 0
        card.setMaximumHeight(_ANY)
        self._left.hide()
        self._right.hide()
        self._grid.addWidget(card, 0, 0, 1, 2)
        card.show()

    def restore(self) -> None:
        """Puts the card that fills the page back into its place."""
        card = self._maximised
        if card is None:
            return
        self._maximised = None
        card.set_maximised(False)
        card.setMaximumHeight(self._heights)
        self._grid.removeWidget(card)
        if isinstance(self._home, QStackedWidget):
            self._home.insertWidget(self._place, card)
            self._home.setCurrentWidget(card)
        else:
            layout = None if self._home is None else self._home.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(self._place, card, self._stretch)
        self._left.show()
        self._right.show()
        self.changed.emit()
