"""Icons: SVG strokes on a grid of 24, tinted and rendered on demand."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

__all__ = ["ICONS", "icon", "icon_pixmap"]

ICONS: dict[str, str] = {
    "play": '<path d="M7 4.5v15l12-7.5z" fill="{c}"/>',
    "pause": '<path d="M7 5h3v14H7zM14 5h3v14h-3z" fill="{c}"/>',
    "stop": '<path d="M6 6h12v12H6z" fill="{c}"/>',
    "loop": '<path d="M17 3.5 20 6.5l-3 3M20 6.5H8A4 4 0 0 0 4 10.5V12M7 20.5 4 17.5l3-3M4 17.5h12a4 4 0 0 0 4-4V12"/>',
    "step": '<path d="M5 5v14l10-7zM19 5v14"/>',
    "reset": '<path d="M4 4v5h5"/><path d="M4.6 9A8 8 0 1 1 4 13.5"/>',
    "maximise": '<path d="M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7"/>',
    "restore": '<path d="M20 10h-6V4M14 10l7-7M4 14h6v6M10 14l-7 7"/>',
    "dots": '<g fill="{c}"><circle cx="5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="19" cy="12" '
    'r="1"/></g>',
    "export": '<path d="M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14"/>',
    "sliders": '<path d="M4 7h9M19 7h1M4 17h2M12 17h8"/><circle cx="16" cy="7" r="2.6"/><circle cx="9" cy="17" '
    'r="2.6"/>',
    "palette": '<path d="M12 3.5a8.5 8.5 0 1 0 0 17c1.6 0 2.1-1.1 1.5-2.2-.7-1.3.1-2.8 1.7-2.8H18c1.5 0 2.5-1.2 '
    '2.5-3A8.6 8.6 0 0 0 12 3.5z"/>'
    '<g fill="{c}"><circle cx="8" cy="11" r=".8"/><circle cx="12" cy="8" r=".8"/><circle cx="16" cy="11" '
    'r=".8"/></g>',
    "moon": '<path d="M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z"/>',
    "sun": '<circle cx="12" cy="12" r="4"/>'
    '<path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 '
    '6.7l1.1-1.1"/>',
    "contrast": '<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="{c}"/>',
    "search": '<circle cx="11" cy="11" r="6"/><path d="m15.5 15.5 4.5 4.5"/>',
    "dice": '<rect x="4.5" y="4.5" width="15" height="15" rx="3"/>'
    '<g fill="{c}"><circle cx="9" cy="9" r=".9"/><circle cx="15" cy="9" r=".9"/><circle cx="9" cy="15" r=".9"/>'
    '<circle cx="15" cy="15" r=".9"/></g>',
    "lock": '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    "unlock": '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 7.7-1.5"/>',
    "chevron-left": '<path d="m15 6-6 6 6 6"/>',
    "chevron-right": '<path d="m9 6 6 6-6 6"/>',
    "chevron-up": '<path d="m6 15 6-6 6 6"/>',
    "chevron-down": '<path d="m6 9 6 6 6-6"/>',
    "close": '<path d="M6 6l12 12M18 6 6 18"/>',
    "cube": '<path d="m12 3.5 7.5 4.250v8.5L12 20.5l-7.5-4.250v-8.5z"/><path d="M4.5 7.750 12 12l7.5-4.250M12 '
    '12v8.5"/>',
    "flask": '<path d="M9.5 4h5M10.5 4v6L5 19a1 1 0 0 0 .9 1.5h12.2A1 1 0 0 0 19 19l-5.5-9V4M7.8 14.5h8.4"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11.5V16M12 8v.1"/>',
    "warn": '<path d="M12 4 3 19.5h18z"/><path d="M12 10v4.5M12 17v.1"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "arrow": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "layout": '<rect x="4" y="4.5" width="16" height="15" rx="1.5"/><path d="M13 4.5v15M13 12h7"/>',
    "panel": '<rect x="4" y="4.5" width="16" height="15" rx="1.5"/><path d="M14.5 4.5v15"/>',
    "detach": '<path d="M10 5H5.5A1.5 1.5 0 0 0 4 6.5v12A1.5 1.5 0 0 0 5.5 20h12a1.5 1.5 0 0 0 1.5-1.5V14M14 '
    '4h6v6M20 4l-9 9"/>',
    "snowflake": '<path d="M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.5 4.5 12 7l2.5-2.5M9.5 19.5 12 17l2.5 2.5"/>',
    "copy": '<rect x="8.5" y="8.5" width="11" height="11" rx="2"/><path d="M15.5 8.5V6a1.5 1.5 0 0 '
    '0-1.5-1.5H6A1.5 1.5 0 0 0 4.5 6v8A1.5 1.5 0 0 0 6 15.5h2.5"/>',
    "folder": '<path d="M4 18V6.5A1.5 1.5 0 0 1 5.5 5H9l2 2.5h7.5A1.5 1.5 0 0 1 20 9v9a1 1 0 0 1-1 1H5a1 1 0 0 '
    '1-1-1z"/>',
    "columns": '<rect x="4" y="5" width="6.5" height="14" rx="1.5"/><rect x="13.5" y="5" width="6.5" height="14" '
    'rx="1.5"/>',
    "swap": '<path d="M4 8h14M14.5 4.5 18 8l-3.5 3.5M20 16H6M9.5 12.5 6 16l3.5 3.5"/>',
    "snail": '<path d="M3.5 18.5h13a4 4 0 0 0 4-4V8M20.5 8 19 5M20.5 8l1-3"/><circle cx="11" cy="13" r="5.5"/>'
    '<path d="M11 15.5a2.5 2.5 0 1 1 2.5-2.5"/>',
    "pencil": '<path d="M4.5 19.5 6 14.5 16.5 4 20 7.5 9.5 18z"/><path d="m14 6.5 3.5 3.5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "undo": '<path d="M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3"/>',
    "redo": '<path d="m16 5 4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h3"/>',
}

_DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g fill="none" stroke="{c}" stroke-width="1.7" '
    'stroke-linecap="round" stroke-linejoin="round">%s</g></svg>'
)


@functools.lru_cache(maxsize=512)
def icon_pixmap(name: str, color: str, size: int = 16, ratio: float = 2.0) -> QPixmap:
    """An icon in a colour, `size` px wide on a screen with `ratio` device pixels per pixel.

    Raises:
        KeyError: Unknown icon.
    """
    drawing = (_DRAWING % ICONS[name]).replace("{c}", color)
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon(name: str, color: str, disabled: str, size: int = 16) -> QIcon:
    """An icon in a colour, and in another colour for disabled controls."""
    result = QIcon()
    for ratio in (1.0, 2.0, 3.0):
        result.addPixmap(icon_pixmap(name, color, size, ratio), QIcon.Mode.Normal)
        result.addPixmap(icon_pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return result
