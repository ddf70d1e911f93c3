"""Axes and legend of a plane."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from explorer.ui.frames.base import LegendItem
from explorer.ui.frames.layers import density_limits
from explorer.ui.frames.ticks import Axis
from explorer.ui.frames.viewport import Viewport
from explorer.ui.numbers import number
from explorer.ui.theme import Tokens, color, ui_font
from models.frames import Density, Layer, Paths, Plane, Points

__all__ = ["layer_legend", "paint_plane_axes"]


def layer_legend(layers: Sequence[Layer]) -> list[LegendItem]:
    """The named layers, and the colour scale of a heat map; the classes of points are labelled in the picture."""
    items: list[LegendItem] = []
    for place, layer in enumerate(layers):
        name = getattr(layer, "name", "")
        role = getattr(layer, "role", "total")
        if isinstance(layer, Density) and not layer.contours:
            limits = density_limits(layer)
            share = role == "real-fake" and limits == (0.0, 1.0)
            ends = ("0 fake", "1 real") if share else (number(limits[0], 2), number(limits[1], 2))
            if name or share:
                items.append(LegendItem(f"layer.{place}", role, "" if share else name, ramp=ends))
        elif name and isinstance(layer, Paths) and layer.values is not None:
            low, high = layer.limits()
            items.append(LegendItem(f"layer.{place}", role, f"{name}, {number(low, 2)} → {number(high, 2)}"))
        elif name and not (isinstance(layer, Points) and layer.label is not None):
            items.append(LegendItem(f"layer.{place}", role, name, dashed=bool(getattr(layer, "dashed", False))))
    return items


def paint_plane_axes(painter: QPainter, frame: Plane, view: Viewport, tokens: Tokens) -> None:
    """Draws the ticks and names of both axes outside `view.rect`."""
    rect = view.rect
    x0, x1, y0, y1 = view.extent
    margin = rect.left() - 8
    painter.setFont(ui_font(11, tabular=True))
    painter.setPen(color(tokens.text3))
    center, right = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    reserved = QFontMetricsF(painter.font()).horizontalAdvance(frame.x_label) + 24 if frame.x_label else 0.0
    for share, text in Axis(x0, x1).ticks(rect.width() / 64):
        x = rect.left() + share * rect.width()
        if rect.left() + 6 <= x <= rect.right() - max(8, reserved):
            painter.drawText(QRectF(x - 40, rect.bottom() + 6, 80, 16), center, text)
    for share, text in Axis(y0, y1).ticks(rect.height() / 64):
        y = rect.bottom() - share * rect.height()
        if rect.top() + (22 if frame.y_label else 6) <= y <= rect.bottom() - 4:
            painter.drawText(QRectF(0, y - 8, margin, 16), right, text)
    painter.drawText(QRectF(rect.right() - reserved, rect.bottom() + 6, reserved, 16), right, frame.x_label)
    painter.drawText(QRectF(0, rect.top(), margin, 16), right, frame.y_label)
