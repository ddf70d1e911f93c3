"""A waveform over time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.paint import dot, draw_columns, draw_polyline, straight, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color, mix
from models.frames import Audio

__all__ = ["TimeItem", "WaveItem"]

_DOTS = 8.0  # px between samples from which each has a dot


class WaveItem(PaneItem):
    """Draws samples: their range in each column of pixels, or a line where they are farther apart than that."""

    _frame: Audio | None = None
    _tokens: Tokens

    def show_sound(self, frame: Audio, tokens: Tokens) -> None:
        """Shows sound."""
        self._frame, self._tokens = frame, tokens
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the samples in view."""
        frame = self._frame
        if frame is None:
            return
        painter.setPen(color(mix(self._tokens.bg2, self._tokens.text3, 0.25)))  # opaque: ten times as fast
        zero = view.point(0, 0).y()
        straight(painter, 0, zero, view.rect.width(), zero)
        for start, stop, role in ((0, frame.given, "data"), (frame.given, len(frame.samples), frame.role)):
            self._draw_part(painter, view, frame, start, stop, self._tokens.role(role))

    def _draw_part(self, painter: QPainter, view: Projection, frame: Audio, start: int, stop: int, ink: str) -> None:
        """Draws those of some samples that are in view."""
        x0, x1, *_ = view.extent
        first = max(start, int(x0 * frame.rate) - 1)
        samples = frame.samples[first : min(stop, int(np.ceil(x1 * frame.rate)) + 2)]
        if not len(samples):
            return
        time = (first + np.arange(len(samples)) + 0.5) / frame.rate
        pixels = view.to_pixels(np.stack([time, np.clip(samples, -1, 1)], axis=1))
        apart = view.rect.width() / ((x1 - x0) * frame.rate)
        painter.setPen(stroke(ink, 1.0))
        if apart >= 1:
            draw_polyline(painter, pixels)
            if apart >= _DOTS:
                disc = dot(ink, 4.0, painter.device().devicePixelRatioF(), 1.0)
                half = disc.deviceIndependentSize() / 2
                for x, y in pixels[np.isfinite(pixels).all(axis=1)].tolist():
                    painter.drawPixmap(QPointF(x - half.width(), y - half.height()), disc)
            return
        column = np.floor(pixels[:, 0])
        starts = np.flatnonzero(np.diff(column, prepend=-np.inf))
        high, low = (rule.reduceat(pixels[:, 1], starts) for rule in (np.minimum, np.maximum))
        draw_columns(painter, column[starts], high - 0.5, low + 0.5, color(ink))


class TimeItem(PaneItem):
    """Draws a line at a time."""

    _tokens: Tokens
    follows_pointer = True
    _time: float | None = None

    def show_time(self, time: float | None, tokens: Tokens) -> None:
        """Shows a time, s, or none."""
        self._tokens = tokens
        if time != self._time:
            self._time = time
            self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the line."""
        if self._time is not None:
            painter.setPen(color(mix(self._tokens.bg2, self._tokens.text1, 0.6)))
            x = view.point(self._time, 0).x()
            straight(painter, x, 0, x, view.rect.height())
