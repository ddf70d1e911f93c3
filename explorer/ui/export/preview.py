"""The preview of a figure."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.theme import Theme, Tokens, color, mono_font, ui_font

__all__ = ["FigurePreview"]

_PAD = 20  # px


class FigurePreview(QWidget):
    """Shows a picture scaled to fit, or the first lines of a data file.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._picture: QPixmap | None = None
        self._text = ""
        self.setAccessibleName("Preview")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.apply_theme)

    @property
    def picture(self) -> QPixmap | None:
        """The picture shown, or None."""
        return self._picture

    @property
    def text(self) -> str:
        """The text shown, or ""."""
        return self._text

    @property
    def device_pixels(self) -> int:
        """Largest width of the picture, device pixels."""
        return max(200, round((self.width() - 2 * _PAD) * self.devicePixelRatioF()))

    def show_picture(self, png: bytes) -> None:
        """Shows a picture."""
        picture = QPixmap()
        picture.loadFromData(png, "PNG")
        self._picture, self._text = picture, ""
        self.update()

    def show_text(self, text: str) -> None:
        """Shows the first lines of a data file."""
        self._picture, self._text = None, text
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """Preferred size."""
        return QSize(520, 420)

    def minimumSizeHint(self) -> QSize:
        """Smallest useful size."""
        return QSize(240, 200)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the frame, and in it the picture or the text."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(tokens.line), 1))
        painter.setBrush(color(tokens.inset))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        inner = self.rect().adjusted(_PAD, _PAD, -_PAD, -_PAD)
        if self._picture is not None and not self._picture.isNull():
            room = inner.size() * self.devicePixelRatioF()
            mode = Qt.TransformationMode.SmoothTransformation
            fitted = self._picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, mode)
            fitted.setDevicePixelRatio(self.devicePixelRatioF())
            size = fitted.deviceIndependentSize()
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(QRectF(inner).center())
            painter.drawPixmap(place.topLeft(), fitted)
            painter.setPen(QPen(color(tokens.line2), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        elif self._text:
            painter.setClipRect(inner)
            painter.setFont(mono_font(11))
            painter.setPen(color(tokens.text2))
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), self._text)
        else:
            painter.setFont(ui_font(12))
            painter.setPen(color(tokens.text3))
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter), "The figure will appear here")
        painter.end()
