"""Messages: the strip of slow motion and the banner above the cards, and alerts of views in the line above them."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.ui.controls import Button, IconButton
from explorer.ui.controls.labels import ClauseLabel
from explorer.ui.page.panels.banner import Banner
from explorer.ui.page.panels.slow_strip import SlowStrip
from explorer.ui.page.state.shown import PageState, Shown
from explorer.ui.theme import Theme, Tokens

__all__ = ["Alert", "Messages"]


class Alert(QFrame):
    """Warnings of views in one line, for as long as their frames have one.

    It has no height of its own to take or give back: it stands in a line that is always there, because warnings come
    and go in training, and cards would move under the pointer. As many clauses as fit are written; the tooltip has all.

    A warning that was closed comes back only after the view had none in between.

    Signals:
        cure_asked: The button beside the warnings was pressed.

    Args:
        theme: Colours.
    """

    cure_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("alert")
        self.setProperty("banner", "alert")
        self._theme = theme
        self._texts: dict[str, str] = {}
        self._closed: set[str] = set()
        self._sign = QLabel()
        self.text = ClauseLabel("", "prose", ends=":.;,")
        self.text.setObjectName("alert_text")
        self.close_button = IconButton(theme, "close", "Close this warning")
        self.close_button.setObjectName("alert_close")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 2, 0)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        self.cure_button = Button(theme, "Cure it", "", "primary")
        self.cure_button.setObjectName("cure")
        self.cure_button.setProperty("small", True)
        self.cure_button.hide()
        self.cure_button.clicked.connect(self.cure_asked)
        row.addWidget(self.cure_button)
        row.addWidget(self.close_button)
        self.close_button.clicked.connect(self._on_close)
        theme.changed.connect(self.apply_theme)
        self.apply_theme(theme.tokens)
        self.hide()

    def take(self, source: str, text: str) -> None:
        """Takes the warning of a view, or "" for none."""
        if not text:
            self._texts.pop(source, None)
            self._closed.discard(source)
        else:
            self._texts[source] = text
        self._show()

    def _show(self) -> None:
        shown = [text for source, text in self._texts.items() if source not in self._closed]
        shown = list(dict.fromkeys(shown))  # several views may have the same to say
        if shown:
            self.text.setText(" ".join(shown))
            self.setAccessibleName(f"Warning: {' '.join(shown)}")
        self.setVisible(bool(shown))

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the sign."""
        self._sign.setPixmap(self._theme.icon("warn", "warn", 16).pixmap(16, 16))

    @Slot()
    def _on_close(self) -> None:
        self._closed |= self._texts.keys()
        self._show()


class Messages(QFrame):
    """The strip of slow motion and the banner, each visible only while it shows something, and the alerts.

    A welcome goes when something is trained, an error when something else is shown. Beside an alert stands the cure
    that the page declares, while a run is shown in which it is not in force.

    Signals:
        cure_asked: The cure of the page, `Try`.

    Attributes:
        alert: The alerts; the context line has the place for them.

    Args:
        theme: Colours.
        shown: What the page shows.
    """

    cure_asked = Signal(object)

    def __init__(self, theme: Theme, shown: Shown, parent: QWidget | None = None):
        super().__init__(parent)
        self._shown = shown
        self.slow = SlowStrip(theme, shown)
        self.alert = Alert(theme)
        self.banner = Banner(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.slow, self.banner):
            column.addWidget(widget)
        shown.changed.connect(self._on_shown_changed)
        shown.config_changed.connect(self._offer_cure)
        shown.state_changed.connect(self._on_state_changed)
        self.alert.cure_asked.connect(self._on_cure_asked)

    @Slot(str, str)
    def take_alert(self, source: str, text: str) -> None:
        """Takes the warning of a view, or "" for none."""
        self.alert.take(source, text)

    @Slot()
    def _on_shown_changed(self) -> None:
        if self.banner.kind == "error":
            self.banner.dismiss()
        self._offer_cure()

    @Slot()
    def _offer_cure(self) -> None:
        cure, in_force = self._shown.page_class.cure, self._shown.values()
        due = cure is not None and in_force is not None and any(in_force[k] != value for k, value in cure.set.items())
        self.alert.cure_button.setVisible(due)
        if cure is not None:
            self.alert.cure_button.setToolTip(cure.title)

    @Slot()
    def _on_cure_asked(self) -> None:
        self.cure_asked.emit(self._shown.page_class.cure)

    @Slot(object)
    def _on_state_changed(self, state: PageState) -> None:
        if self.banner.kind == "welcome" and state is not PageState.STATIC:
            self.banner.dismiss()
