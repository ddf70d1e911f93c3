"""Tabs in one line, and a menu of those that do not fit."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from explorer.ui.controls.buttons import Button
from explorer.ui.controls.menu import menu
from explorer.ui.theme import Theme

__all__ = ["TabRow"]

_GAP = 2  # px


class TabRow(QFrame):
    """Buttons from left to right; those that do not fit into the line are in a menu at its end.

    The button that is checked is always in the line.

    Attributes:
        more: The button that opens the menu.

    Args:
        theme: Colours.
        what: What the buttons choose, for the name of the menu.
    """

    def __init__(self, theme: Theme, what: str = "tabs", parent: QWidget | None = None):
        super().__init__(parent)
        self._buttons: list[QPushButton] = []
        self._offered: list[QPushButton] = []
        self.more = Button(theme, "More", "chevron-down", "ghost", self)
        self.more.setObjectName("more_tabs")
        self.more.setAccessibleName(f"More {what}")
        self._menu = menu(self.more)
        self._menu.aboutToShow.connect(self._on_about_to_show)
        self.more.setMenu(self._menu)

    def add(self, button: QPushButton) -> None:
        """Adds a button at the end."""
        button.setParent(self)
        button.toggled.connect(self._on_toggled)
        self._buttons.append(button)
        self._offered.append(button)

    def clear(self) -> None:
        """Removes all buttons."""
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons, self._offered = [], []

    def offer(self, buttons: Collection[QPushButton]) -> None:
        """Leaves out all other buttons, menu included."""
        self._offered = [button for button in self._buttons if button in buttons]
        self.arrange()

    @property
    def folded(self) -> list[QPushButton]:
        """The buttons that stand in the menu."""
        return [button for button in self._offered if button.isHidden()]

    def arrange(self) -> None:
        """Gives the buttons their places."""
        shown = self._fitting()
        x, height = 0, max((button.sizeHint().height() for button in self._buttons), default=0)
        for button in self._buttons:
            button.setVisible(button in shown)
        for button in shown:
            width = min(button.sizeHint().width(), self.width())
            button.setGeometry(x, 0, width, height)
            x += width + _GAP
        self.more.setVisible(len(shown) < len(self._offered))
        self.more.setGeometry(self.width() - self.more.sizeHint().width(), 0, self.more.sizeHint().width(), height)
        self.setFixedHeight(height)

    def natural_width(self) -> int:
        """Width of all buttons in one line, px."""
        return sum(button.sizeHint().width() + _GAP for button in self._offered)

    def _fitting(self) -> list[QPushButton]:
        """The buttons for the line, in order: as many as it has room for, the checked one among them."""
        widths = {button: button.sizeHint().width() + _GAP for button in self._offered}
        if sum(widths.values()) - _GAP <= self.width():
            return self._offered
        left = self.width() - self.more.sizeHint().width()
        checked = next((button for button in self._offered if button.isChecked()), None)
        left -= widths.get(checked, 0) if checked is not None else 0
        shown = {checked}
        for button in self._offered:
            if button in shown:
                continue
            if widths[button] > left:
                break
            left -= widths[button]
            shown.add(button)
        return [button for button in self._offered if button in shown]

    @Slot()
    def _on_toggled(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton) and button.isHidden():  # chosen from the menu
            self.arrange()

    @Slot()
    def _on_about_to_show(self) -> None:
        self._menu.clear()
        for button in self.folded:
            action = self._menu.addAction(button.accessibleName())
            action.setToolTip(button.toolTip())
            action.triggered.connect(button.click)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the card below."""
        return QSize(0, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Places the buttons anew."""
        super().resizeEvent(event)
        self.arrange()
