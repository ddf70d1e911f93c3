"""The logo of the application: data, noise and model, overlapping."""

from __future__ import annotations

import functools
import importlib.resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

__all__ = ["logo", "logo_icon"]


@functools.cache
def logo(size: int, ratio: float = 1.0) -> QPixmap:
    """The logo, `size` px high at a device pixel ratio."""
    renderer = QSvgRenderer(QByteArray((importlib.resources.files("assets") / "icon.svg").read_bytes()))
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def logo_icon() -> QIcon:
    """The logo as the window's icon."""
    icon = QIcon()
    for size in (16, 32, 64, 128, 256):
        icon.addPixmap(logo(size))
    return icon
