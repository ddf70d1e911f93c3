"""The bar at the top of the window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from explorer.ui.controls import IconButton, TabRow, text_label
from explorer.ui.logo import logo
from explorer.ui.theme import Theme, Tokens, color, mono_font, ui_font

__all__ = ["TopBar"]

TITLE = "Generative Explorer"
_ICONS = 112  # px of the icons at right and the spaces between them


class TopBar(QFrame):
    """Tabs of the families, search, theme and settings.

    Signals:
        tab_chosen: Id of a family, or "overview".
        search: The command palette is wanted.
        theme_asked: The next theme is wanted.
        settings_asked: The settings are wanted.

    Args:
        theme: Colours.
        tabs: Titles by id.
    """

    tab_chosen = Signal(str)
    search = Signal()
    theme_asked = Signal()
    settings_asked = Signal()

    def __init__(self, theme: Theme, tabs: dict[str, str], parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(44)
        self._theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        self._logo = QLabel()
        self._logo.setPixmap(logo(20, self.devicePixelRatioF()))
        self._title = text_label(TITLE, "title")
        row.addWidget(self._logo)
        row.addSpacing(4)
        row.addWidget(self._title)
        row.addSpacing(24)
        self._tabs: dict[str, QPushButton] = {}
        self.row = TabRow(theme)
        row.addWidget(self.row, 1)
        group = QButtonGroup(self)
        for name, title in tabs.items():
            button = QPushButton(title)
            button.setObjectName(f"tab.{name}")
            button.setProperty("tab", "true")
            button.setFont(ui_font(13, 600))
            button.setCheckable(True)
            button.setAccessibleName(title)
            button.clicked.connect(self._on_tab)
            group.addButton(button)
            self.row.add(button)
            self._tabs[name] = button
        self._search = _SearchField(theme)
        self._search.setObjectName("search")
        self._small_search = IconButton(theme, "search", "Every action by name (Ctrl K)")
        self._small_search.setObjectName("small_search")
        self._mode = IconButton(theme, "moon", "Switch between dark and light")
        self._mode.setObjectName("theme_button")
        self._settings = IconButton(theme, "sliders", "Settings")
        self._settings.setObjectName("settings_button")
        for widget in (self._search, self._small_search, self._mode, self._settings):
            row.addWidget(widget)
        self._search.clicked.connect(self.search)
        self._small_search.clicked.connect(self.search)
        self._mode.clicked.connect(self.theme_asked)
        self._settings.clicked.connect(self.settings_asked)
        theme.changed.connect(self.apply_theme)
        self.apply_theme(theme.tokens)

    def show_tab(self, name: str) -> None:
        """Marks a tab as the one in sight."""
        self._tabs[name].setChecked(True)
        self.row.arrange()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Shows the sign of the theme that is on."""
        self._mode.set_face("moon" if tokens.is_dark else "sun", "Switch between dark and light")

    @Slot()
    def _on_tab(self) -> None:
        self.tab_chosen.emit(self.sender().objectName().removeprefix("tab."))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shrinks the search to an icon where room is short, then drops the title; the last tabs go into a menu."""
        free = self.width() - self.row.natural_width() - self._logo.sizeHint().width() - _ICONS
        title = self._title.sizeHint().width() + 36
        wide = free >= title + self._search.width()
        self._title.setVisible(free >= title)
        self._search.setVisible(wide)
        self._small_search.setVisible(not wide)
        super().resizeEvent(event)


class _SearchField(QPushButton):
    """Looks like a field, and opens the command palette."""

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(272, 28)
        self.setAccessibleName("Search or run a command")
        self.setToolTip("Every action by name (Ctrl K)")
        theme.changed.connect(self.apply_theme)

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Repaints."""
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws ground, magnifying glass, words and key."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tokens.accent_hi if self.hasFocus() else tokens.line2
        painter.setPen(QPen(color(edge), 1))
        painter.setBrush(color(tokens.bg3 if self.underMouse() else tokens.inset))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        self._theme.icon("search", "text3").paint(painter, 8, 7, 14, 14)
        painter.setFont(ui_font(12))
        painter.setPen(color(tokens.text3))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(28, 0, 180, self.height()), middle | Qt.AlignmentFlag.AlignLeft, self.accessibleName())
        chip = QRectF(self.width() - 56, 5, 50, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tokens.bg4))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(color(tokens.text2))
        painter.setFont(mono_font(11))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, "Ctrl K")
        painter.end()
