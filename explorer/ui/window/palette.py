"""The command palette: every action of the window, found by typing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from explorer.ui.controls import group_of, text_label
from explorer.ui.theme import Tokens, color, mono_font, ui_font

__all__ = ["CommandPalette", "matches"]

_WIDTH, _HEIGHT = 560, 420
_GROUP = 84  # px for the name of the group
_ACTION = Qt.ItemDataRole.UserRole


def matches(query: str, title: str) -> bool:
    """Whether every word of a query is found in a title, in any order."""
    return all(word in title.lower() for word in query.lower().split())


class _Line(QStyledItemDelegate):
    """Draws the group of an action, its text, and its key at the right.

    Args:
        tokens: Colours.
    """

    def __init__(self, tokens: Tokens, parent: QObject):
        super().__init__(parent)
        self._tokens = tokens

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draws one line."""
        tokens, action = self._tokens, index.data(_ACTION)
        shortcut = action.shortcut().toString()
        option.widget.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        box = option.rect.adjusted(10, 0, -10, 0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(ui_font(12))
        painter.setPen(color(tokens.text3))
        painter.drawText(box, left, group_of(action))
        painter.setFont(mono_font(11))
        painter.drawText(box, right, shortcut.replace("+", " "))
        key = painter.fontMetrics().horizontalAdvance(shortcut) + 12 if shortcut else 0
        painter.setFont(ui_font(13))
        painter.setPen(color(tokens.text1))
        words = box.adjusted(_GROUP, 0, -key, 0)
        shown = painter.fontMetrics().elidedText(action.text(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, left, shown)


class CommandPalette(QDialog):
    """A field and a list; Enter triggers the chosen action.

    Args:
        actions: What can be done now.
        tokens: Colours.
    """

    def __init__(self, actions: Sequence[QAction], tokens: Tokens, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setAccessibleName("Commands")
        self.setModal(True)
        self._commands = actions
        self.field = QLineEdit(placeholderText="Search or run a command", clearButtonEnabled=True)
        self.field.setObjectName("palette_field")
        self.field.setAccessibleName("Search commands")
        self.field.setFixedHeight(36)
        self.field.setFont(ui_font(14))
        self.list = QListWidget()
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName("Commands found")
        self.list.setFont(ui_font(13))
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Line(tokens, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = text_label("", "prose", wrap=True)
        self.nothing.setObjectName("palette_nothing")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self.nothing, 1)
        self.field.textChanged.connect(self._on_typed)
        self.field.returnPressed.connect(self._on_chosen)
        self.list.itemClicked.connect(self._on_chosen)
        self.field.installEventFilter(self)
        width = min(_WIDTH, parent.width() - 40)
        self.resize(width, min(_HEIGHT, parent.height() - 100))
        self.move(parent.mapToGlobal(QPoint((parent.width() - width) // 2, 56)))
        self._on_typed("")

    @Slot(str)
    def _on_typed(self, query: str) -> None:
        self.list.clear()
        for action in self._commands:
            group, shortcut = group_of(action), action.shortcut().toString()
            words = f"{group}: {action.text()}" if group else action.text()
            if matches(query, words):
                item = QListWidgetItem(f"{words}, {shortcut}" if shortcut else words)
                item.setData(_ACTION, action)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        empty = not self.list.count()
        self.list.setVisible(not empty)
        self.nothing.setVisible(empty)
        self.nothing.setText(f"Nothing found for “{query.strip()}”. Fewer or other words find more.")

    @Slot()
    def _on_chosen(self) -> None:
        item = self.list.currentItem()
        self.accept()
        if item is not None:
            item.data(_ACTION).trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down in the field move through the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if event.key() in moves:
                row = self.list.currentRow() + moves[Qt.Key(event.key())]
                self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
                return True
        return super().eventFilter(watched, event)
