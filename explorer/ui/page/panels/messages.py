"""What stands above the cards: slow motion, an alert of what they show, and the banner."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.ui.controls import IconButton, text_label
from explorer.ui.page.panels.banner import Banner
from explorer.ui.page.panels.slow_strip import SlowStrip
from explorer.ui.theme import Theme, Tokens
from models.protocol import Metric

__all__ = ["Alert", "Notices"]


class Alert(QFrame):
    """One line of warning, as long as a picture gives cause for it; closed by hand, it stays away until the next cause.

    Signals:
        dismissed: It was closed by hand.

    Args:
        theme: Colours.
    """

    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("alert")
        self.setProperty("banner", "alert")
        self._theme = theme
        self._texts: dict[str, str] = {}
        self._closed: set[str] = set()
        self._sign = QLabel()
        self.text = text_label("", "prose", wrap=True)
        self.text.setObjectName("alert_text")
        self.close_button = IconButton(theme, "close", "Close this warning")
        self.close_button.setObjectName("alert_close")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button)
        self.close_button.clicked.connect(self._on_close)
        theme.changed.connect(self.apply_theme)
        self.apply_theme(theme.tokens)
        self.hide()

    def take(self, source: str, text: str) -> None:
        """What a card says now; "" for nothing."""
        if not text:
            self._texts.pop(source, None)
            self._closed.discard(source)
        else:
            self._texts[source] = text
        self._show()

    def _show(self) -> None:
        shown = [text for source, text in self._texts.items() if source not in self._closed]
        if shown:
            self.text.setText("\n".join(shown))
            self.setAccessibleName(f"Warning: {' '.join(shown)}")
        self.setVisible(bool(shown))

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the sign."""
        self._sign.setPixmap(self._theme.icon("warn", "warn", 18).pixmap(18, 18))

    @Slot()
    def _on_close(self) -> None:
        self._closed |= self._texts.keys()
        self._show()
        self.dismissed.emit()


class Notices(QFrame):
    """The strip of slow motion, the alert and the banner, each in sight only while it has something to say.

    Args:
        theme: Colours.
        metrics: The page's.
    """

    def __init__(self, theme: Theme, metrics: Sequence[Metric], parent: QWidget | None = None):
        super().__init__(parent)
        self.slow = SlowStrip(theme, metrics)
        self.alert = Alert(theme)
        self.banner = Banner(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.slow, self.banner, self.alert):
            column.addWidget(widget)

    @Slot(str, str)
    def take_alert(self, source: str, text: str) -> None:
        """What a card warns of now; "" for nothing."""
        self.alert.take(source, text)
