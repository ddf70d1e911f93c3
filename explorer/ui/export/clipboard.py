"""The copy of a picture to the clipboard."""

from __future__ import annotations

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from explorer.figures import FigureError, Style, render
from models.frames import Frame

__all__ = ["copy_image"]


def copy_image(frame: Frame, style: Style | None = None) -> None:
    """Copies a frame to the clipboard as a picture.

    Raises:
        FigureError: The frame cannot be drawn.
    """
    image = QImage()
    if not image.loadFromData(render(frame, style, "png"), "PNG"):
        raise FigureError("the picture could not be read back; the clipboard is unchanged")
    QApplication.clipboard().setImage(image)
