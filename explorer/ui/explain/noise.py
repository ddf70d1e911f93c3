"""Bars of dimensions: the noise that one exact sample takes, beside the numbers of one datum."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.numbers import count
from explorer.ui.theme import Theme, Tokens, color, mono_font, ui_font
from models.protocol import GenerativeModel, HasDecoder, Kind

__all__ = ["Dimension", "NoiseBars", "dimensions", "noise_sentence"]

_ROW, _LABEL, _THICK = 20, 22, 6  # px


@dataclass(frozen=True)
class Dimension:
    """One bar: symbol, role of its colour, number of dimensions, and what it is in words."""

    symbol: str
    role: str
    size: int
    words: str


def dimensions(page: type[GenerativeModel], config: Any, kind: Kind) -> tuple[Dimension, ...]:
    """The noise of one exact sample, by parts where a latent can be told from the rest, then the data.

    Args:
        page: A model; one with a latent space says its size in a config field `latent`.
        config: Its parameters.
        kind: Of its data.
    """
    noise, data = page.noise_dims(config, kind), math.prod(kind.shape)
    fields = {field.name for field in dataclasses.fields(config)}
    latent = config.latent if issubclass(page, HasDecoder) and "latent" in fields else noise
    parts = [Dimension("z", "prior", latent, "latent")]
    if noise > latent:
        parts.append(Dimension("ε", "prior", noise - latent, "noise of the decoder"))
    return (*parts, Dimension("x", "data", data, "data"))


def noise_sentence(bars: tuple[Dimension, ...]) -> str:
    """What the sizes imply."""
    *parts, data = bars
    total = sum(part.size for part in parts)
    named = " + ".join(count(part.size) for part in parts)
    if total > data.size:
        return f"Noise {named} exceeds data {count(data.size)}: a datum does not determine the noise it came from."
    if total < data.size:
        return f"Noise {named} is less than data {count(data.size)}: samples lie on a surface and have no density."
    return f"Noise {named} equals data {count(data.size)}: one draw for each number."


class NoiseBars(QWidget):
    """The bars under one another, with symbols at the left and sizes at the right.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._bars: tuple[Dimension, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.apply_theme)

    @property
    def bars(self) -> tuple[Dimension, ...]:
        """What is shown."""
        return self._bars

    def show_bars(self, bars: tuple[Dimension, ...]) -> None:
        """Shows other sizes."""
        self._bars = bars
        self.setAccessibleName(", ".join(f"{bar.words} {bar.symbol}: {bar.size}" for bar in bars))
        self.updateGeometry()
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in other colours."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """A row a bar."""
        return QSize(200, _ROW * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        """A row a bar."""
        return QSize(120, _ROW * len(self._bars))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws symbols, bars and sizes."""
        if not self._bars:
            return
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max(bar.size for bar in self._bars)
        metrics = QFontMetricsF(mono_font(12))
        room = max(metrics.horizontalAdvance(count(bar.size)) for bar in self._bars)
        span = self.width() - _LABEL - 12 - max(room, 28.0)
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, bar in enumerate(self._bars):
            top = row * _ROW
            painter.setPen(color(tokens.text2))
            painter.setFont(ui_font(12))
            painter.drawText(QRectF(0, top, _LABEL, _ROW), int(middle | Qt.AlignmentFlag.AlignLeft), bar.symbol)
            painter.setFont(mono_font(12))
            right = QRectF(0, top, self.width(), _ROW)
            painter.drawText(right, int(middle | Qt.AlignmentFlag.AlignRight), count(bar.size))
            painter.setPen(Qt.PenStyle.NoPen)
            groove = QRectF(_LABEL, top + (_ROW - _THICK) / 2, span, _THICK)
            painter.setBrush(color(tokens.bg4))
            painter.drawRoundedRect(groove, 2, 2)
            if bar.size > 0:
                groove.setWidth(max(4.0, span * bar.size / most))
                painter.setBrush(color(tokens.role(bar.role)))
                painter.drawRoundedRect(groove, 2, 2)
        painter.end()
