"""The body of a card: the picture, or its placeholder, and controls beside it."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QStackedWidget, QWidget

from explorer.ui.card.ghost import Ghost
from explorer.ui.frames import FrameView
from explorer.ui.theme import Theme
from models.frames import Bars, Images, Text
from models.protocol import View

__all__ = ["EDGE", "CardBody"]

_PADDING, EDGE = 12, 4  # px around pictures with axes, and around those that reach the edges
_SIDE = 200  # px of controls beside the picture
_NARROW = 440  # px of the body's width under which they are below it
_SHARE = 0.42  # of the body's width or height that a picture beside or below a board has
_TIGHT = 136  # px of controls beside the picture of a narrow card, where it has no height for them below
_HIGH, _LOW = 160, 120  # px of height that a picture has at least
_LOWEST = 144  # px of the same for high pictures where a scene has no height for them
_SHALLOW = (Bars, Images, Text)  # kinds of picture that are readable in less
_ANY = 16_777_215  # Qt's QWIDGETSIZE_MAX: no limit


class CardBody(QFrame):
    """Shows the picture of a card, and until there is one a drawing of its kind with a sentence.

    Attributes:
        picture: The picture, or the board that stands in its place.

    Args:
        theme: Colours.
        view: The view of the card.
        display: Widget of its frames.
        sentence: What the card will show, and when.
        parent: The card.
    """

    def __init__(self, theme: Theme, view: View, display: FrameView, sentence: str, parent: QWidget):
        super().__init__(parent)
        self._controls: QWidget | None = None
        self._board: QWidget | None = None
        self.picture: QWidget = display
        self._tight = False
        self._ghost = Ghost(theme, view.frame, sentence, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._ghost)
        self._stack.addWidget(display)
        self._least = _LOW if issubclass(view.frame, _SHALLOW) else _HIGH
        self._stack.setMinimumHeight(self._least)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        around = 0 if type(display).edge_to_edge else _PADDING - EDGE
        self._row.setContentsMargins(around, 0, around, around)
        self._row.setSpacing(_PADDING)
        self._row.addWidget(self._stack, 1)

    @property
    def is_empty(self) -> bool:
        """Whether the placeholder is shown."""
        return self._stack.currentWidget() is self._ghost

    def show_picture(self) -> None:
        """Shows the picture."""
        self._stack.setCurrentWidget(self.picture)

    def show_empty(self) -> None:
        """Shows the placeholder."""
        self._stack.setCurrentWidget(self._ghost)

    def set_sentence(self, sentence: str) -> None:
        """Sets the sentence of the placeholder."""
        self._ghost.set_sentence(sentence)

    def set_board(self, board: QWidget) -> None:
        """Puts a board in place of the picture."""
        self._stack.addWidget(board)
        self.picture = board
        self._row.setContentsMargins(0, 0, 0, 0)

    def add_board(self, board: QWidget) -> None:
        """Puts a square board at the left of the picture or above it, wherever it is larger."""
        self._board = board
        self._row.insertWidget(0, board)
        self._place_board()

    def _place_board(self) -> None:
        """Gives a board the largest square that leaves the picture its room."""
        if self._board is None:
            return
        direction, room = QBoxLayout.Direction, self.contentsRect().size()
        least = self._board.minimumSizeHint()
        width, height = (round((1 - _SHARE) * side) - _PADDING for side in (room.width(), room.height()))
        beside, below = min(width, room.height()), min(room.width(), height)
        upright = below > beside
        self._row.setDirection(direction.TopToBottom if upright else direction.LeftToRight)
        side = max(beside, below, least.width())
        self._board.setMaximumSize(*((_ANY, side) if upright else (side, _ANY)))
        self._board.setMinimumSize(*((0, side) if upright else (side, 0)))

    def add_controls(self, controls: QWidget) -> None:
        """Puts controls beside the picture, or below it where the card is narrow."""
        self._controls = controls
        self._row.addWidget(controls)
        self._place_controls()

    def offer_controls(self, offered: bool) -> None:
        """Shows the controls, or leaves their room to the picture."""
        if self._controls is not None:
            self._controls.setVisible(offered)
            self._place_controls()

    @property
    def is_tight(self) -> bool:
        """Whether height is saved."""
        return self._tight

    @property
    def saving(self) -> int:
        """Height that `set_tight` saves, px."""
        high, low = self._least, min(self._least, _LOWEST)
        if self._controls is None:
            return high - low
        controls = self._controls_height()
        before = high + _PADDING + controls if self.width() < _NARROW else max(high, controls)
        return before - max(low, controls)

    def set_tight(self, tight: bool) -> None:
        """Saves height: the picture may be lower, and controls stand beside it although the card is narrow."""
        if tight != self._tight:
            self._tight = tight
            self._stack.setMinimumHeight(self._least_height)
            self._place_controls()
            self.updateGeometry()  # the caller reads the least height of the card right after this

    @property
    def _least_height(self) -> int:
        return min(self._least, _LOWEST) if self._tight else self._least

    def _controls_height(self) -> int:
        assert self._controls is not None
        return max(self._controls.minimumHeight(), self._controls.minimumSizeHint().height())

    def _place_controls(self) -> None:
        if self._controls is not None:
            narrow, direction = self.width() < _NARROW, QBoxLayout.Direction
            below = narrow and not self._tight
            least, most = (0, _ANY) if below else (_TIGHT, _TIGHT) if narrow else (_SIDE, _SIDE)
            self._row.setDirection(direction.TopToBottom if below else direction.LeftToRight)
            self._controls.setMinimumWidth(least)
            self._controls.setMaximumWidth(most)
            room = _PADDING + self._controls_height() if below and self._controls.isHidden() else 0
            self._stack.setMinimumHeight(self._least_height + room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Moves controls and board beside or below the picture."""
        super().resizeEvent(event)
        self._place_controls()
        self._place_board()
