"""Many values as columns."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.paint import straight, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color, mix
from models.frames import Bars

__all__ = ["ColumnsItem"]

_WIDE = 0.7  # width of a column as a share of their distance
_PALE = 0.5  # share of its colour in a column that is not emphasised; opaque, which is drawn ten times as fast


class ColumnsItem(PaneItem):
    """Draws columns, the k-th from k to k + 1, from zero to their values, and references."""

    _frame: Bars | None = None
    _tokens: Tokens
    _place: int = -1

    def show_columns(self, frame: Bars | None, tokens: Tokens) -> None:
        """Shows columns; no frame for none."""
        self._frame, self._tokens = frame, tokens
        self.change()

    def emphasise(self, place: int) -> None:
        """Draws all columns paler but one; -1 for none."""
        if place != self._place:
            self._place = place
            self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the columns in view."""
        frame = self._frame
        if frame is None:
            return
        tokens = self._tokens
        x0, x1, y0, y1 = view.extent
        places = range(max(0, int(x0)), min(len(frame.values), int(np.ceil(x1))))
        unit, zero = view.rect.width() / (x1 - x0), view.point(0, min(max(0.0, y0), y1)).y()
        wide = max(1.0, unit * _WIDE)
        shown = frame.values[places.start : places.stop]
        tops = view.to_pixels(np.stack([np.arange(len(shown)), np.clip(shown, y0, y1)], axis=1))[:, 1].tolist()
        painter.setPen(Qt.PenStyle.NoPen)
        inks: dict[tuple[str, bool], QColor] = {}
        for k, top in zip(places, tops, strict=True):
            if math.isfinite(top):
                key = frame.roles[k] if k < len(frame.roles) else "total", self._place in (-1, k)
                if key not in inks:
                    ink = tokens.role(key[0])
                    inks[key] = color(ink if key[1] else mix(tokens.bg2, ink, _PALE))
                painter.setBrush(inks[key])
                left = (k + 0.5 - x0) * unit - wide / 2
                painter.drawRect(QRectF(left, min(top, zero), wide, max(1.0, abs(top - zero))))
        finite = frame.values[np.isfinite(frame.values)]
        if finite.size and finite.min() < 0 < finite.max():
            painter.setPen(color(tokens.text2))
            straight(painter, 0.0, round(zero) + 0.5, view.rect.width(), round(zero) + 0.5)
        if frame.reference is not None:
            painter.setPen(stroke(tokens.text1, 1.5, 0.9, dashed=True))
            for k in places:
                if np.isfinite(frame.reference[k]):
                    at = view.point(float(k), float(frame.reference[k]))
                    painter.drawLine(at, at + QPointF(unit, 0))
