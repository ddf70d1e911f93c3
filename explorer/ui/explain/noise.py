"""Bars that compare the dimension of the noise of one exact sample with that of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.numbers import count
from explorer.ui.theme import Theme, Tokens, color, mono_font, ui_font
from models.protocol import DataSpec, GenerativeModel, HasDecoder, Kind

__all__ = ["Dimension", "NoiseBars", "dimensions", "noise_sentence"]

_ROW, _LABEL, _THICK = 20, 22, 6  # px


@dataclass(frozen=True)
class Dimension:
    """One bar: symbol, role of its colour, number of dimensions, and name of the quantity."""

    symbol: str
    role: str
    size: int
    label: str


def dimensions(page: type[GenerativeModel], config: Any, kind: Kind) -> tuple[Dimension, ...]:
    """The dimension of the noise of one exact sample, split into latent and the rest, and that of the data.

    Without a latent space all of it is noise u.

    Args:
        page: A model.
        config: Its parameters.
        kind: Type and shape of its data.
    """
    noise, data = page.noise_dims(config, kind), math.prod(kind.shape)
    dimension = page.latent_dim_of(config, DataSpec(kind, 0)) if issubclass(page, HasDecoder) else None
    if dimension is None or not issubclass(page, HasDecoder):
        parts = [Dimension("u", "prior", noise, "noise")]
    else:
        parts = [Dimension("z", "prior", dimension, "latent")]
        if noise > dimension:
            parts.append(Dimension("ε", "prior", noise - dimension, page.other_noise))
    return (*parts, Dimension("x", "data", data, "data"))


def noise_sentence(bars: tuple[Dimension, ...]) -> str:
    """A sentence on what the sizes imply."""
    *parts, data = bars
    total = sum(part.size for part in parts)
    named = " + ".join(count(part.size) for part in parts)
    if total > data.size:
        return f"Noise {named} exceeds data {count(data.size)}: a datum does not determine the noise it came from."
    if total < data.size:
        return f"Noise {named} is less than data {count(data.size)}: samples lie on a surface and have no density."
    return f"Noise {named} equals data {count(data.size)}: one draw for each number."


class NoiseBars(QWidget):
    """One bar a row, its symbol at the left and its size at the right.

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
        """The bars shown."""
        return self._bars

    def show_bars(self, bars: tuple[Dimension, ...]) -> None:
        """Shows other bars."""
        self._bars = bars
        self.setAccessibleName(", ".join(f"{bar.label} {bar.symbol}: {bar.size}" for bar in bars))
        self.updateGeometry()
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """One row for each bar."""
        return QSize(200, _ROW * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        """One row for each bar."""
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
