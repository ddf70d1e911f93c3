"""The cards of one scene: a leading one at left, the others in a column beside it, with borders that can be moved."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout

from explorer.ui.card import Card
from explorer.ui.controls import restyle
from explorer.ui.page.state.scenes import Layout

__all__ = ["SceneView"]

GAP = 12  # px between cards and around them
_SIDE = (300, 420)  # px, minimum and maximum default width of the side column
_SIDE_SHARE = 0.336  # of the width, between these
_LEAD = 360  # px, least width of the leading card
_DRAG = 8  # px that the pointer moves before a press on a head becomes a drag


class SceneView(QFrame):
    """Places the cards of the chosen scene, and lets one of them fill the page.

    Dragging the head of a card onto another exchanges their places; Escape meanwhile leaves them.

    Attributes:
        lead: The leading card.

    Signals:
        changed: Other cards are in sight.
        swapped: Names of two cards that are to exchange their places.
        resized: Share of the width of the leading card, and shares of the height of those beside it.

    Args:
        cards: All cards of the page by name.
        layout: The scene.
    """

    changed = Signal()
    swapped = Signal(str, str)
    resized = Signal(float, object)

    def __init__(self, cards: Mapping[str, Card], layout: Layout):
        super().__init__()
        self._cards = cards
        self._maximised: Card | None = None
        self._target: Card | None = None
        self._pressed: QPoint | None = None
        self._cancelled = False
        self._across = _splitter(Qt.Orientation.Horizontal, 0)
        self._column = _splitter(Qt.Orientation.Vertical, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._column)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setMinimumWidth(_SIDE[0])
        self._lead_slot, self._whole = _slot(), _slot()
        self._lead_slot.setMinimumWidth(_LEAD)
        self._across.addWidget(self._lead_slot)
        self._across.addWidget(self._scroll)
        self._stack = QStackedWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(GAP, GAP, GAP, GAP)
        whole.addWidget(self._stack)
        self._stack.addWidget(self._across)
        self._stack.addWidget(self._whole)
        self._across.resized.connect(self._share_room)
        self._column.resized.connect(self._fit_column)
        self._across.splitterMoved.connect(self._on_moved)
        self._column.splitterMoved.connect(self._on_moved)
        self._scroll.verticalScrollBar().valueChanged.connect(self.changed)
        for card in cards.values():
            card.setParent(self)
            card.hide()
            card.head_moved.connect(self._on_head_moved)
            card.head_released.connect(self._on_head_released)
        self.show_layout(layout)

    def show_layout(self, layout: Layout) -> None:
        """Places the cards of a scene; a card that fills the page goes back to its place."""
        if self._maximised is not None:
            self._maximised.set_maximised(False)
            self._maximised = None
        self._layout, self.lead = layout, self._cards[layout.lead]
        focused = QApplication.focusWidget()
        for name, card in self._cards.items():
            if name not in layout.cards:
                if focused is not None and card.isAncestorOf(focused):
                    self.setFocus()  # else Qt gives it to whichever widget is next, and keys do something else
                card.hide()
                card.setParent(self)
        _fill(self._lead_slot, self.lead)
        for place, name in enumerate(layout.side):
            card = self._cards[name]
            card.set_leading(False)
            self._column.insertWidget(place, card)
            card.show()
        self.lead.set_leading(True)
        self.lead.set_tight(False)
        self._scroll.setVisible(bool(layout.side))
        self._stack.setCurrentWidget(self._across)
        self._share_room()
        self.changed.emit()

    def in_sight(self) -> list[Card]:
        """The cards that can be seen, the leading one first."""
        cards = [self._cards[name] for name in self._layout.cards]
        return [card for card in cards if card.isVisible() and not card.visibleRegion().isEmpty()]

    def reveal(self, card: Card) -> None:
        """Scrolls the column beside the leading card to a card."""
        if self._scroll.isAncestorOf(card):
            self._column.adjustSize()
            self._scroll.ensureWidgetVisible(card, 0, 0)

    # One card alone

    @property
    def maximised(self) -> Card | None:
        """The card that fills the page."""
        return self._maximised

    def toggle(self, card: Card) -> None:
        """Lets a card fill the page, or puts it back."""
        before = self._maximised
        self.restore()
        if card is not before:
            self._maximised = card
            card.set_maximised(True)
            _fill(self._whole, card)
            self._stack.setCurrentWidget(self._whole)
            self.changed.emit()

    @Slot()
    def restore(self) -> None:
        """Puts the card that fills the page back into its place."""
        if self._maximised is not None:
            self.show_layout(self._layout)

    # Sharing the room

    @Slot()
    def _share_room(self) -> None:
        """Gives every card its share of the room."""
        layout, width = self._layout, self._across.width()
        usual = min(_SIDE[1], max(_SIDE[0], round(_SIDE_SHARE * width)))
        side = usual if layout.share <= 0 else round((1 - layout.share) * (width - GAP))
        self._across.setSizes([max(1, width - side - GAP), side])
        self._fit_column()
        if layout.heights:
            self._column.setSizes([max(1, round(share * self._column.height())) for share in layout.heights])
        else:
            self._column.setSizes([1000] * len(layout.side))  # equal heights, where their contents allow

    @Slot()
    def _fit_column(self) -> None:
        """Has the cards beside the leading one save height where not all of them would be in sight."""
        cards = [self._cards[name] for name in self._layout.side]
        needed = GAP * (len(cards) - 1)
        for card in cards:
            needed += card.minimumSizeHint().height() + (card.saving if card.is_tight else 0)
        tight = needed > self._across.height()
        for card in cards:
            card.set_tight(tight)

    @Slot()
    def _on_moved(self) -> None:
        """Reports what a person has moved, and keeps it for the next size of the window."""
        lead, side = self._across.sizes()
        heights = self._column.sizes()
        share, total = lead / max(1, lead + side), max(1, sum(heights))
        shares = tuple(height / total for height in heights)
        self._layout = Layout(self._layout.lead, self._layout.side, share, shares)
        self.resized.emit(share, shares)
        self.changed.emit()

    # Moving cards

    @Slot(QPoint)
    def _on_head_moved(self, at: QPoint) -> None:
        """Marks the card onto which another is dragged, unless Escape was pressed meanwhile."""
        if self._pressed is None:
            self._pressed = at
            self.setFocus()  # for Escape
        moved = (at - self._pressed).manhattanLength() >= _DRAG and not self._cancelled
        self._mark(self._card_at(at) if moved and self._maximised is None else None)

    @Slot()
    def _on_head_released(self) -> None:
        card, target = self.sender(), self._target
        self._pressed, self._cancelled = None, False
        self._mark(None)
        if isinstance(card, Card) and target is not None and target is not card:
            self.swapped.emit(card.view.name, target.view.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends a drag without an exchange."""
        if self._pressed is not None and event.key() == Qt.Key.Key_Escape:
            self._cancelled = True
            self._mark(None)
            return
        super().keyPressEvent(event)

    def _card_at(self, at: QPoint) -> Card | None:
        return next((card for card in self.in_sight() if card.visibleRegion().contains(card.mapFromGlobal(at))), None)

    def _mark(self, target: Card | None) -> None:
        if target is self._target:
            return
        for card, marked in ((self._target, "false"), (target, "true")):
            if card is not None:
                restyle(card, target=marked)
        self._target = target
        if target is None:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)


class _Splitter(QSplitter):
    """A splitter that says when it has another size; Qt has then scaled what is in it in proportion.

    Signals:
        resized: It has another size.
    """

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Emits `resized`."""
        super().resizeEvent(event)
        self.resized.emit()


def _splitter(orientation: Qt.Orientation, number: int) -> _Splitter:
    splitter = _Splitter(orientation)
    splitter.setObjectName(f"splitter.{number}")
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    return splitter


def _slot() -> QFrame:
    slot = QFrame()
    QVBoxLayout(slot).setContentsMargins(0, 0, 0, 0)
    return slot


def _fill(slot: QFrame, card: Card) -> None:
    """Makes a card the only one in a slot."""
    layout = slot.layout()
    assert layout is not None
    layout.addWidget(card)
    card.show()
