"""The head of a card: title, subtitle, legend and tools."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.ui.card.legend import Legend
from explorer.ui.controls import ElidedLabel, IconButton, text_label
from explorer.ui.theme import Theme
from models.protocol import View

__all__ = ["CardHead"]

_HEIGHT, _TOOLS = 36, 56  # px
_SUBTITLE = 72  # px of the subtitle that the legend must leave, else it moves into rows of its own


class CardHead(QFrame):
    """Head of 36 px. The title is always complete, the subtitle is elided. A double click maximises.

    Attributes:
        subtitle: Status of the picture.
        legend: Series and values; the card fills it.

    Signals:
        maximise_asked: Fill the page with the card, or restore it.
        menu_asked: Open the menu with its top right corner at a point of the screen.
        thaw_asked: Unfreeze the card.
    """

    maximise_asked = Signal()
    menu_asked = Signal(QPoint)
    thaw_asked = Signal()

    def __init__(self, theme: Theme, view: View, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self._title = text_label(view.title, "title", parent=self)
        self._title.setToolTip(view.help)
        self._frost = IconButton(theme, "snowflake", "Unfreeze: show new pictures again", "accent_text", self)
        self._frost.clicked.connect(self.thaw_asked)
        self._frost.hide()
        self.subtitle = ElidedLabel("", "caption", self)
        self.legend = Legend(theme, self)
        self._maximise = IconButton(theme, "maximise", "Maximise (double click)", "text3", self)
        self._maximise.clicked.connect(self.maximise_asked)
        self._dots = IconButton(theme, "dots", f"Menu of {view.title}", "text3", self)
        self._dots.clicked.connect(self._on_dots_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._frost)
        row.addWidget(self.subtitle, 1)
        row.addWidget(self.legend)
        tools = QHBoxLayout()
        tools.setContentsMargins(4, 0, 0, 0)
        tools.setSpacing(0)
        tools.addWidget(self._maximise)
        tools.addWidget(self._dots)
        row.addLayout(tools)

    def set_frozen(self, frozen: bool) -> None:
        """Shows or hides the mark of a frozen card."""
        self._frost.setVisible(frozen)

    def set_maximised(self, maximised: bool) -> None:
        """Shows the tool that restores the card instead of the one that maximises it."""
        icon, name = ("restore", "Restore (Esc)") if maximised else ("maximise", "Maximise (double click)")
        self._maximise.set_face(icon, name)

    def arrange(self, width: int, filled: bool) -> bool:
        """Shows tools if the card has a picture, and the legend if it leaves room for the subtitle.

        Args:
            width: Width of the head, px.
            filled: The card has a picture.

        Returns:
            Whether the legend needs rows of its own.
        """
        wide = self.legend.line_width()
        needed = self._title.sizeHint().width() + wide + _TOOLS + 16
        wanted = min(_SUBTITLE, self.subtitle.sizeHint().width())
        in_rows = filled and wide > 0 and needed + wanted > width
        self.legend.setVisible(filled and wide > 0 and not in_rows)
        self._maximise.setVisible(filled)
        self._dots.setVisible(filled)
        return in_rows

    @Slot()
    def _on_dots_clicked(self) -> None:
        self.menu_asked.emit(self._dots.mapToGlobal(QPoint(24, 28)))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Maximises."""
        self.maximise_asked.emit()
