"""Drawing functions of several frames: polylines from arrays, text with a halo, heat maps."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from shiboken6 import VoidPtr, wrapInstance

from explorer.ui.theme import Tokens, color, ui_font

__all__ = [
    "dot",
    "dot_row",
    "draw_band",
    "draw_columns",
    "draw_lines",
    "draw_polyline",
    "gradient_bar",
    "hair",
    "halo_picture",
    "halo_text",
    "heat_image",
    "mark",
    "polygon",
    "ramp_table",
    "straight",
    "stroke",
]

_VOID_PTR: Any = VoidPtr  # its stub lacks the size argument and the buffer protocol
_PIECE = 32  # points
_DOT = 0.01  # widths; the round ends make a dot of it
_AROUND = ((1, 0), (0, 1), (-1, 0), (0, -1))  # from corner to corner of a square, and back to the first


def polygon(xy: np.ndarray) -> QPolygonF:
    """A Qt polygon of points (n, 2), written into its memory at once instead of point by point."""
    points = QPolygonF()
    n = len(xy)
    if n:
        points.resize(n)
        pointer: Any = _VOID_PTR(points.data(), n * 16, True)
        np.frombuffer(pointer, dtype=np.float64).reshape(n, 2)[:] = xy
    return points


def stroke(value: str, width: float = 1.0, alpha: float = 1.0, dashed: bool = False, dotted: bool = False) -> QPen:
    """A pen with round ends; round dots where it is dotted."""
    pen = QPen(color(value, alpha), width)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)  # round joins of short segments are visible as beads
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashed else Qt.PenCapStyle.RoundCap)
    if dashed:
        pen.setDashPattern([4.0 / max(width, 1.0), 3.0 / max(width, 1.0)])
    elif dotted:
        pen.setDashPattern([_DOT, 2.0])
    return pen


def draw_lines(painter: QPainter, ends: np.ndarray) -> None:
    """Draws straight lines, (n, 4) px: x and y of the one end and of the other; Qt reads them from the array."""
    if len(ends):
        lines = np.ascontiguousarray(ends, dtype=np.float64)
        draw: Any = painter.drawLines
        draw(wrapInstance(lines.ctypes.data, QLineF), len(lines))


def draw_polyline(painter: QPainter, xy: np.ndarray) -> None:
    """Draws a line through points (n, 2) in px, with gaps at points that are not finite.

    An opaque line of width 2 is drawn as four lines of width 1, which look the same, and a thicker one in short
    pieces, because the time of Qt's painter grows faster than the length (190 points of width 2: 0.08 ms as four lines,
    0.27 ms in pieces, 0.55 ms at once).
    """
    finite = np.isfinite(xy)
    if finite.all() and len(xy) > 1:
        _draw_whole(painter, xy)
        return
    good = finite.all(axis=1)
    cuts = np.flatnonzero(np.diff(good.astype(np.int8))) + 1
    for piece, valid in zip(np.split(xy, cuts), np.split(good, cuts), strict=True):
        if not valid.size or not valid[0]:
            continue
        if len(piece) == 1:
            painter.drawPoint(QPointF(*piece[0].tolist()))
        else:
            _draw_whole(painter, piece)


def _draw_whole(painter: QPainter, xy: np.ndarray) -> None:
    pen = painter.pen()
    plain = pen.style() is Qt.PenStyle.SolidLine and pen.color().alpha() == 255
    ratio = painter.device().devicePixelRatioF()
    if plain and pen.widthF() * ratio == 2:
        painter.setPen(QPen(pen.color(), 0))
        line, away = polygon(xy - 0.4 / ratio), 0.8 / ratio
        for x, y in _AROUND:
            painter.drawPolyline(line)
            painter.translate(x * away, y * away)
        painter.setPen(pen)
        return
    step = _PIECE if plain else len(xy)
    for start in range(0, len(xy) - 1, step):
        painter.drawPolyline(polygon(xy[start : start + step + 1]))


def draw_band(painter: QPainter, x: np.ndarray, low: np.ndarray, high: np.ndarray, ink: QColor) -> None:
    """Fills the area between two curves over x, all (n,) px; skips points that are not finite."""
    good = np.isfinite(low) & np.isfinite(high)
    upper, lower = np.stack([x, high], axis=1)[good], np.stack([x, low], axis=1)[good][::-1]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(polygon(np.concatenate([upper, lower])))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_columns(painter: QPainter, x: np.ndarray, low: np.ndarray, high: np.ndarray, ink: QColor) -> None:
    """Fills a band of one point per pixel with one line that zigzags between its sides.

    Without antialiasing and with a cosmetic pen it takes a twentieth of the time of filling the outline.
    """
    good = np.isfinite(low) & np.isfinite(high)
    if not good.any():
        return
    column, low, high = np.floor(x[good]) + 0.5, low[good], high[good]
    corners = np.empty((len(column), 2, 2))  # column, its ends, x and y
    corners[:, :, 0] = column[:, None]
    corners[0::2, 0, 1], corners[0::2, 1, 1] = low[0::2], high[0::2]
    corners[1::2, 0, 1], corners[1::2, 1, 1] = high[1::2], low[1::2]
    painter.setPen(QPen(ink, 0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawPolyline(polygon(corners.reshape(-1, 2)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def straight(painter: QPainter, x0: float, y0: float, x1: float, y1: float, width: float = 1.0) -> None:
    """A sharp vertical or horizontal line in the pen's colour, as a filled rectangle: 20 times as fast as a stroke."""
    if x0 == x1:
        box = QRectF(round(x0 - width / 2), y0, width, y1 - y0)
    else:
        box = QRectF(x0, round(y0 - width / 2), x1 - x0, width)
    painter.fillRect(box.normalized(), painter.pen().color())


@functools.lru_cache(maxsize=256)
def dot(value: str, size: float, ratio: float, alpha: float = 0.85, rim: str = "") -> QPixmap:
    """A disc of a diameter in px, with a margin for its antialiased edge."""
    side = int(np.ceil(size)) + 2
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(rim), 1) if rim else Qt.PenStyle.NoPen)
    painter.setBrush(color(value, alpha))
    middle = side / 2
    painter.drawEllipse(QPointF(middle, middle), size / 2, size / 2)
    painter.end()
    return pixmap


@functools.lru_cache(maxsize=64)
def dot_row(values: tuple[str, ...], size: float, ratio: float, alpha: float = 0.85) -> QPixmap:
    """Discs of several colours side by side, for one call of the painter; each is as wide as the picture is high."""
    dots = [dot(value, size, ratio, alpha) for value in values]
    side = dots[0].width()
    row = QPixmap(side * len(dots), side)
    row.fill(Qt.GlobalColor.transparent)
    painter = QPainter(row)
    for place, one in enumerate(dots):
        painter.drawPixmap(QRectF(place * side, 0, side, side), one, QRectF(0, 0, side, side))
    painter.end()
    return row


@functools.lru_cache(maxsize=512)
def halo_picture(text: str, pixels: int, weight: int, ink: str, halo: str, ratio: float) -> QPixmap:
    """Text with a halo of 4 px that keeps it readable."""
    font = ui_font(pixels, weight)
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(text) + 8, metrics.height() + 6
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    path = QPainterPath()
    path.addText(QPointF(4, 3 + metrics.ascent()), font, text)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.strokePath(path, stroke(halo, 4.0))
    painter.fillPath(path, color(ink))
    painter.end()
    return pixmap


def halo_text(
    painter: QPainter, at: QPointF, text: str, ink: str, halo: str, pixels: int = 14, weight: int = 700
) -> None:
    """Text centred on a point, with a halo that keeps it readable."""
    pixmap = halo_picture(text, pixels, weight, ink, halo, painter.device().devicePixelRatioF())
    size = pixmap.deviceIndependentSize()
    painter.drawPixmap(at - QPointF(size.width() / 2, size.height() / 2), pixmap)


def mark(painter: QPainter, at: QPointF, letter: str, tokens: Tokens) -> None:
    """A ring around a picked datum, with its letter beside it."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, ink in ((4.0, tokens.bg2), (2.0, tokens.accent_hi)):
        painter.setPen(stroke(ink, width))
        painter.drawEllipse(at, 6, 6)
    halo_text(painter, at + QPointF(13, -8), letter, tokens.text1, tokens.bg2, 13)


@functools.lru_cache(maxsize=16)
def _hair(length: int, upright: bool, ink: str, halo: str, ratio: float) -> QPixmap:
    width, height = (3, length) if upright else (length, 3)
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.fillRect(QRectF(0, 0, width, height), color(halo, 0.55))
    painter.fillRect(QRectF(1, 0, 1, height) if upright else QRectF(0, 1, width, 1), color(ink, 0.75))
    painter.end()
    return pixmap


def hair(painter: QPainter, x: float, y: float, length: float, upright: bool, ink: str, halo: str) -> None:
    """A vertical or horizontal line with a halo, from a point down or to the right.

    It is cut out of a stored picture of twice the screen's length, which takes a tenth of the time of filling.
    """
    if length <= 0:
        return
    ratio = painter.device().devicePixelRatioF()
    picture, cut = _hair(4096, upright, ink, halo, ratio), length * ratio
    source = QRectF(0, 0, 3 * ratio, cut) if upright else QRectF(0, 0, cut, 3 * ratio)
    at = QPointF(round(x) - 1, round(y)) if upright else QPointF(round(x), round(y) - 1)
    painter.drawPixmap(at, picture, source)


@functools.lru_cache(maxsize=64)
def ramp_table(colors: tuple[str, ...]) -> tuple[int, ...]:
    """256 colours interpolated between the given ones; entry 0 is transparent and means "no value"."""
    inks = [QColor(name) for name in colors]
    stops = np.array([(ink.red(), ink.green(), ink.blue()) for ink in inks], dtype=np.float64)  # (k, 3)
    where = np.linspace(0, len(stops) - 1, 255)
    rgb = np.stack([np.interp(where, np.arange(len(stops)), stops[:, c]) for c in range(3)], axis=1).round().astype(int)
    opaque = (0xFF << 24) | (rgb[:, 0] << 16) | (rgb[:, 1] << 8) | rgb[:, 2]
    return (0, *opaque.tolist())


def heat_image(values: np.ndarray, low: float, high: float, table: tuple[int, ...]) -> QImage:
    """An image of a table, (rows, columns), one pixel per entry, first row at the top; NaN is transparent."""
    span = high - low if high > low else 1.0
    with np.errstate(invalid="ignore"):
        level = np.clip((values - low) / span, 0, 1) * 254 + 1.5
    index = np.where(np.isfinite(values), level, 0).astype(np.uint8)
    rows, columns = index.shape
    data = np.ascontiguousarray(index)
    image = QImage(data.data, columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(list(table))
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def gradient_bar(painter: QPainter, rect: QRectF, tokens: Tokens, role: str) -> None:
    """Draws the colours of a heat map, from low at the left to high at the right."""
    image = heat_image(np.linspace(0, 1, 64)[None], 0, 1, ramp_table(tokens.ramp(role)))
    path = QPainterPath()
    path.addRoundedRect(rect, 2, 2)
    painter.save()
    painter.setClipPath(path)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(rect, image)
    painter.restore()
