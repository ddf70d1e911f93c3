"""The widget of discs: places in the plane as circles that are filled by a share, with a headline in the middle."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView, LegendItem
from explorer.ui.frames.paint import halo_text, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.numbers import number
from explorer.ui.theme import Theme, color, mix, mono_font, ui_font
from models.frames import Discs, Frame

__all__ = ["DiscsView"]

_SIDE, _TOP, _BOTTOM = 54.0, 22.0, 38.0  # px around the circles, for names and for the values under the pointer
_INSET = 6.0  # px around a lattice, whose names stand in the circles
_AWAY = 7.0  # px from a circle to its name
_LINE = 14.0  # px, height of a line of a name
_PALE = 0.5  # share of the role's colour in a disc around its core
_TELLING = 1.5  # a value beyond this multiple of its reference is written beside the name
_NARROWEST = 9.0  # px, radius of a circle that has room for its name


class DiscsView(FrameView):
    """Circles filled by their values. Under the pointer, the numbers of a place are written out at the foot."""

    ideal = (280, 240)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._hover: int | None = None

    def show_frame(self, frame: Frame) -> None:
        """Shows discs."""
        assert isinstance(frame, Discs)
        if self._hover is not None and self._hover >= len(frame.labels):
            self._hover = None
        super().show_frame(frame)

    @property
    def discs(self) -> Discs:
        """The frame."""
        assert isinstance(self._frame, Discs)
        return self._frame

    def projection(self) -> Projection:
        """Where data units are on the widget."""
        ring = self.discs.is_ring()
        left, top, bottom = (_SIDE, _TOP, _BOTTOM) if ring else (_INSET, _INSET, 18 + _INSET)
        rect = QRectF(self.rect()).adjusted(left, top, -left, -bottom)
        rect.setSize(rect.size().expandedTo(QRectF(0, 0, 40, 40).size()))
        return Projection.square(rect, self.discs.bounds())

    def legend(self) -> list[LegendItem]:
        """What disc, core and circle stand for."""
        if not isinstance(self._frame, Discs):
            return []
        core = "" if self.discs.cores is None else f"; core: {self.discs.core_name}"
        return [
            LegendItem("value", "model", f"disc: {self.discs.value_name}{core}"),
            LegendItem("reference", "total", f"full circle: as in the {self.discs.reference_name}", dashed=True),
        ]

    def text_of(self, place: int) -> str:
        """The numbers of a place, as they are written under the pointer."""
        frame, unit = self.discs, f" {self.discs.unit}".rstrip()
        parts = [f"{frame.labels[place]}: {number(frame.values[place])}{unit} {frame.value_name}"]
        if frame.cores is not None:
            parts.append(f"{number(frame.cores[place])}{unit} {frame.core_name}")
        return " · ".join([*parts, f"{number(frame.reference[place])}{unit} {frame.reference_name}"])

    def paint_frame(self, painter: QPainter) -> None:
        """Draws circles, discs, cores, names and the headline."""
        frame, view = self.discs, self.projection()
        centers, radius = view.to_pixels(frame.xy), self._radius(view)
        model, pale = self.tokens.model, mix(self.tokens.bg2, self.tokens.model, _PALE)
        fillings = zip(centers.tolist(), *(part.tolist() for part in frame.fillings()), strict=True)
        for (x, y), full, core in fillings:
            if not np.isfinite([x, y]).all():
                continue
            middle = QPointF(x, y)
            painter.setPen(stroke(self.tokens.text3, 1.0, 0.7))
            painter.setBrush(color(self.tokens.inset))
            painter.drawEllipse(middle, radius, radius)
            painter.setPen(Qt.PenStyle.NoPen)
            for share, ink in ((full, pale), (core, model)):
                if share > 0:
                    painter.setBrush(color(ink))
                    painter.drawEllipse(middle, share * radius, share * radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in range(len(frame.labels)):
            self._paint_name(painter, place, centers, radius)
        self._paint_headline(painter, view)

    def _radius(self, view: Projection) -> float:
        return self.discs.radius() * view.rect.width() / (view.extent[1] - view.extent[0])

    def _paint_name(self, painter: QPainter, place: int, centers: np.ndarray, radius: float) -> None:
        """The name outside its circle, with the value where it is large; in a lattice, in its circle."""
        frame, (x, y) = self.discs, centers[place].tolist()
        if not np.isfinite([x, y]).all():
            return
        large = frame.values[place] > _TELLING * frame.reference[place]
        font = ui_font(12, 600 if large else 500, tabular=True)
        painter.setFont(font)
        if not frame.is_ring():
            if radius >= _NARROWEST:
                halo_text(painter, QPointF(x, y), frame.labels[place], self.tokens.text1, self.tokens.bg2, 11, 500)
            return
        lines = [frame.labels[place], *([f"{number(frame.values[place])} {frame.unit}".rstrip()] if large else [])]
        dx, dy = (frame.xy[place] - frame.middle()) * [1, -1]  # px run downwards
        away = float(np.hypot(dx, dy)) or 1.0
        if abs(dx) < 0.3 * away:  # above or below its circle, a name has room beside it, but not in height
            lines = [" ".join(lines)]
        widths = [QFontMetricsF(font).horizontalAdvance(line) for line in lines]
        wide, high = max(widths), _LINE * len(lines)
        reach = radius + _AWAY + 0.5 * wide * abs(dx) / away + 0.35 * high * abs(dy) / away
        left, top = x + dx / away * reach - wide / 2, y + dy / away * reach - high / 2
        left = min(max(left, 1.0), self.width() - wide - 1.0)
        for number_of_line, line in enumerate(lines):
            box = QRectF(left, top + number_of_line * _LINE, wide, _LINE)
            painter.setPen(
                color((self.tokens.model if number_of_line else self.tokens.text1) if large else self.tokens.text2)
            )
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, line)

    def _paint_headline(self, painter: QPainter, view: Projection) -> None:
        place = self.discs.headline_place()
        if place is None:
            return
        at = view.point(*place)
        unit = view.rect.width() / (view.extent[1] - view.extent[0])
        size = round(min(34.0, max(16.0, 0.42 * self.discs.radius() * unit * 2.2)))
        painter.setFont(mono_font(size))
        painter.setPen(color(self.tokens.text1))
        centre = Qt.AlignmentFlag.AlignCenter
        lift = 0.4 * size if self.discs.caption else 0.0
        painter.drawText(QRectF(at.x() - 100, at.y() - lift - size, 200, 2 * size), centre, self.discs.headline)
        painter.setFont(ui_font(12, 500))
        painter.setPen(color(self.tokens.text2))
        painter.drawText(QRectF(at.x() - 100, at.y() + 0.35 * size, 200, 18), centre, self.discs.caption)

    def paint_over(self, painter: QPainter) -> None:
        """Draws a ring around the place under the pointer, and its numbers at the foot."""
        if self._hover is None:
            return
        view = self.projection()
        x, y = view.to_pixels(self.discs.xy)[self._hover].tolist()
        reach = self._radius(view) + 3
        painter.setPen(stroke(self.tokens.text1, 1.5))
        painter.drawEllipse(QPointF(x, y), reach, reach)
        foot = QPointF(self.width() / 2, self.height() - 9)
        halo_text(painter, foot, self.text_of(self._hover), self.tokens.text1, self.tokens.bg2, 11, 500)

    def _place_at(self, at: QPointF) -> int | None:
        if not isinstance(self._frame, Discs) or not len(self.discs.xy):
            return None
        view = self.projection()
        distance = np.hypot(*(view.to_pixels(self.discs.xy) - [at.x(), at.y()]).T)
        nearest = int(np.nan_to_num(distance, nan=np.inf).argmin())
        return nearest if distance[nearest] <= self._radius(view) + 8 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Finds the place under the pointer."""
        self._set_hover(self._place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Removes ring and numbers."""
        self._set_hover(None)
        super().leaveEvent(event)

    def _set_hover(self, place: int | None) -> None:
        if place != self._hover:
            self._hover = place
            self.update()
