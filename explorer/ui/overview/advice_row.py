"""One family in the answer to which family goes with some data."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from explorer.ui.controls import Button, text_label
from explorer.ui.overview.advice import Advice, Verdict
from explorer.ui.theme import Theme, icon_pixmap

__all__ = ["AdviceRow"]

_ICONS = {Verdict.FITS: ("check", "ok"), Verdict.PARTLY: ("minus", "warn"), Verdict.NOT: ("close", "text3")}
_NAME, _VERDICT, _ICON = 116, 88, 16  # px


class AdviceRow(QWidget):
    """A family, a verdict, the reasons, and a button that opens its page.

    Signals:
        opened: Page to open, and the title of its preset or "".

    Args:
        theme: Colours.
        place: Place of the row, from 0.
    """

    opened = Signal(str, str)

    def __init__(self, theme: Theme, place: int, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self.advice: Advice | None = None
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON, _ICON)
        self.family = text_label("", "title")
        self.family.setMinimumWidth(_NAME)
        self.verdict = text_label("", "caption")
        self.verdict.setMinimumWidth(_VERDICT)
        self.text = text_label("", "prose", wrap=True)
        self.button = Button(theme, "Open")
        self.button.setObjectName(f"choose.open.{place}")
        self.button.clicked.connect(self._on_clicked)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(12)
        for widget in (self.family, self._icon, self.verdict):
            row.addWidget(widget)
        row.addWidget(self.text, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._on_theme_changed)

    def show_advice(self, advice: Advice | None) -> None:
        """Shows what a family gives; None hides the row."""
        self.advice = advice
        self.setVisible(advice is not None)
        if advice is None:
            return
        self.family.setText(advice.family.title)
        self.verdict.setText(advice.verdict)
        self.text.setText(advice.text)
        self.button.set_face(f"Open {advice.title}", "")
        self.button.setAccessibleDescription(f"{advice.family.title} {advice.verdict}. {advice.text}")
        self._on_theme_changed(None)

    def settle(self) -> None:
        """Lets the height follow from the widths of title and button at once, not with the next event."""
        self._row.activate()

    @Slot(object)
    def _on_theme_changed(self, _tokens: object) -> None:
        if self.advice is not None:
            name, token = _ICONS[self.advice.verdict]
            ink = getattr(self._theme.tokens, token)
            self._icon.setPixmap(icon_pixmap(name, ink, _ICON, self.devicePixelRatioF()))

    @Slot()
    def _on_clicked(self) -> None:
        if self.advice is not None and self.advice.page is not None:
            self.opened.emit(self.advice.page, self.advice.preset)
