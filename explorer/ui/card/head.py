"""The head of a card: title, subtitle, legend and tools."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget, QWidgetAction

from explorer.ui.card.legend import Legend
from explorer.ui.controls import Button, ClauseLabel, ElidedLabel, IconButton, menu
from explorer.ui.frames.base import LegendItem
from explorer.ui.theme import Theme, ui_font
from models.protocol import View

__all__ = ["CardHead"]

_HEIGHT, _TOOL = 36, 24  # px
_SUBTITLE = 140  # px of a first clause of the subtitle for which the legend leaves room
_ROUND = 2  # px, as widths are rounded
_MORE = 40  # px of the button that opens the legend
_POPUP = 260  # px of the legend in the popup
_SPACING, _LEFT, _RIGHT = 8, 8, 4  # px


class CardHead(QFrame):
    """Head of 36 px. The title is always complete, the subtitle has the clauses that fit. A double click maximises.

    The legend shows the series that fit into one row; a button opens all of them.

    Attributes:
        subtitle: Status of the picture.
        legend: Series and values; the card fills it with `set_items`.
        controls_button: Shows or hides the controls of the view.
        is_whole: All of the subtitle is in sight.
        has_spare_tool: One more tool would leave the title whole.

    Signals:
        maximise_asked: Fill the page with the card, or restore it.
        menu_asked: Open the menu with its top right corner at a point of the screen.
        thaw_asked: Unfreeze the card.
        hovered: Key of the legend's item under the pointer, or "".
        moved: Position of the pointer on the screen, while the head is dragged.
        released: The head was let go.
    """

    maximise_asked = Signal()
    menu_asked = Signal(QPoint)
    thaw_asked = Signal()
    hovered = Signal(str)
    moved = Signal(QPoint)
    released = Signal()

    def __init__(self, theme: Theme, view: View, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.is_whole, self.has_spare_tool = True, False
        self._title = ElidedLabel(view.title, "title", self)  # whole unless the head has no room for it alone
        self._help = view.help
        self._frost = IconButton(theme, "snowflake", "Unfreeze: show new pictures again", "accent_text", self)
        self._frost.clicked.connect(self.thaw_asked)
        self._frost.hide()
        self.subtitle = ClauseLabel("", "caption", self)
        self.legend = Legend(theme, self, one_row=True)
        self._all = Legend(theme)
        self._all.setFixedWidth(_POPUP)
        self._more = Button(theme, "", "", "ghost", self)
        self._more.setObjectName(f"legend.{view.name}")
        self._more.setFont(ui_font(12, 600))
        self._more.setProperty("small", "true")
        self._more.setToolTip("Show the whole legend")
        self._more.setAccessibleName(f"Whole legend of {view.title}")
        self._more.hide()
        self._popup = menu(self._more)
        action = QWidgetAction(self._popup)
        action.setDefaultWidget(self._all)
        self._popup.addAction(action)
        self._more.setMenu(self._popup)
        self.note_sign = IconButton(theme, "info", "Note", "text3", self)
        self.note_sign.setObjectName(f"note.{view.name}")
        self.note_sign.setCheckable(True)
        self.note_sign.hide()
        self.controls_button = IconButton(theme, "sliders", f"Settings of {view.title}", "text3", self)
        self.controls_button.setObjectName(f"controls.{view.name}")
        self.controls_button.setCheckable(True)
        self.controls_button.hide()
        self._maximise = IconButton(theme, "maximise", "Maximise (double click)", "text3", self)
        self._maximise.clicked.connect(self.maximise_asked)
        self._dots = IconButton(theme, "dots", f"Menu of {view.title}", "text3", self)
        self._dots.clicked.connect(self._on_dots_clicked)
        for legend in (self.legend, self._all):
            legend.hovered.connect(self.hovered)
        row = QHBoxLayout(self)
        row.setContentsMargins(_LEFT, 0, _RIGHT, 0)
        row.setSpacing(_SPACING)
        row.addWidget(self._title)
        row.addWidget(self._frost)
        row.addWidget(self.subtitle, 100)
        row.addStretch(1)
        row.addWidget(self.legend)
        row.addWidget(self._more)
        tools = QHBoxLayout()
        tools.setSpacing(0)
        self._tools: tuple[QToolButton, ...] = (self.note_sign, self.controls_button, self._maximise, self._dots)
        for tool in self._tools:
            tools.addWidget(tool)
        row.addLayout(tools)

    def set_items(self, items: list[LegendItem]) -> None:
        """Sets the items of the legend."""
        self.legend.set_items(items)
        self._all.set_items(items)
        self._all.setFixedHeight(self._all.heightForWidth(_POPUP))

    def set_frozen(self, frozen: bool) -> None:
        """Shows or hides the mark of a frozen card."""
        self._frost.setVisible(frozen)

    def set_maximised(self, maximised: bool) -> None:
        """Shows the tool that restores the card instead of the one that maximises it."""
        icon, name = ("restore", "Restore (Esc)") if maximised else ("maximise", "Maximise (double click)")
        self._maximise.set_face(icon, name)

    def arrange(self, width: int, filled: bool) -> None:
        """Shows tools if the card has a picture, and as much of the legend as leaves room for the subtitle.

        Args:
            width: Width of the head, px.
            filled: The card has a picture.
        """
        self._maximise.setVisible(filled)
        self._dots.setVisible(filled)
        tools = sum(_TOOL for tool in self._tools if not tool.isHidden())
        tools += 0 if self._frost.isHidden() else _TOOL + _SPACING
        wanted = self.subtitle.sizeHint().width()
        free = width - self._title.sizeHint().width() - tools - _LEFT - _RIGHT - 4 * _SPACING
        if filled and free < (_MORE if self.legend.items else 0):  # a double click maximises, too
            self._maximise.hide()
            free += _TOOL
        first = self.subtitle.first_width() + _ROUND
        fits, more = self._fit_legend(free - (first if first <= _SUBTITLE else 0))
        left = free - (fits if filled else 0) - (self._more.sizeHint().width() if filled and more else 0)
        if first > left:
            fits, more = self._fit_legend(free)
        self.subtitle.setVisible(first <= left)
        self.is_whole = wanted <= left
        self.has_spare_tool = free >= _TOOL + (_MORE if self.legend.items else 0)
        self._title.setToolTip("\n".join(text for text in (self._help, self.subtitle.text()) if text))
        self.legend.setFixedWidth(max(fits, 0))
        self.legend.setVisible(filled and fits > 0)
        self._more.setVisible(filled and more > 0)

    def _fit_legend(self, room: int) -> tuple[int, int]:
        """Width of the items that fit into some px, and the number of the others, which the button opens."""
        fits, more = self.legend.fitting_width(room)
        if more:
            self._more.setText(f"+{len(self.legend.items)}")
            fits, more = self.legend.fitting_width(room - self._more.sizeHint().width() - _SPACING)
            self._more.setText(f"+{more}")
        return fits, more

    @Slot()
    def _on_dots_clicked(self) -> None:
        self.menu_asked.emit(self._dots.mapToGlobal(QPoint(24, 28)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Reports a drag of the head."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Reports the end of a drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.released.emit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Maximises."""
        self.maximise_asked.emit()
