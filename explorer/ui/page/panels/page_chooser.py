"""The chooser of pages at the top of the left panel."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QVBoxLayout, QWidget

from explorer.ui.controls import text_label
from explorer.ui.theme import Theme, Tokens, ui_font
from models import Family
from models.protocol import Lab

__all__ = ["PageChooser"]


class _PageButton(QPushButton):
    """One page of the family."""

    def __init__(self, theme: Theme, name: str, title: str, icon: str, parent: QWidget | None = None):
        super().__init__(title, parent)
        self._theme, self._icon = theme, icon
        self.setObjectName(f"nav.{name}")
        self.setProperty("nav", "true")
        self.setCheckable(True)
        self.setFont(ui_font(13, 600))  # the width of the chosen state is reserved
        self.setAccessibleName(title)
        self.apply_theme(theme.tokens)
        theme.changed.connect(self.apply_theme)

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the icon."""
        self.setIcon(self._theme.icon(self._icon, "text3"))


class PageChooser(QFrame):
    """A button for each page of a family, models first.

    Signals:
        page_chosen: Name of the page whose button was clicked.

    Args:
        theme: Colours.
        family: Its pages are offered.
        name: The page that the chooser stands on.
    """

    page_chosen = Signal(str)

    def __init__(self, theme: Theme, family: Family, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._name = name
        self._buttons: dict[str, _PageButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        group = QButtonGroup(self)
        for heading, labs in (("Models", False), ("Theory labs", True)):
            pages = {n: page for n, page in family.pages.items() if issubclass(page, Lab) == labs}
            if not pages:
                continue
            column.addWidget(text_label(heading, "section"))
            column.addSpacing(4)
            for page_name, page in pages.items():
                button = _PageButton(theme, page_name, page.title, "flask" if labs else "cube")
                button.clicked.connect(self._on_clicked)
                group.addButton(button)
                column.addWidget(button)
                self._buttons[page_name] = button
            column.addSpacing(8)
        self.mark_page()

    def mark_page(self) -> None:
        """Marks this page again after a click on another."""
        self._buttons[self._name].setChecked(True)

    @Slot()
    def _on_clicked(self) -> None:
        self._buttons[self._name].setFocus()  # else its row would have the focus frame when this page is shown again
        self.page_chosen.emit(self.sender().objectName().removeprefix("nav."))
