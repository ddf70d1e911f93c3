"""What lies above the layers of a plane and follows the pointer: marks, handles and rings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from explorer.ui.frames.handles import HandleSet
from explorer.ui.frames.items.item import PaneItem, Space
from explorer.ui.frames.paint import halo_text, mark, stroke
from explorer.ui.frames.picking import CloudPoint, clouds, in_sight
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens
from models.frames import Plane

__all__ = ["PlaneOverlay"]


class PlaneOverlay(PaneItem):
    """Marks of picked data, handles, a ring around the point under the pointer and around a datum pointed at elsewhere.

    Attributes:
        plane: The frame.
        hover: The point under the pointer, or None.
        datum: The datum under the pointer in another picture, or None.
        has_focus: Keys move a handle.
        tokens: Colours.

    Args:
        space: The pane.
        handles: The handles.
        marks: Letters of picked data, by `index`.
        tokens: Colours.
    """

    follows_pointer = True

    def __init__(self, space: Space, handles: HandleSet, marks: Mapping[int, str], tokens: Tokens):
        super().__init__(space, level=100)
        self._handles, self._marks, self.tokens = handles, marks, tokens
        self.plane = Plane(layers=())
        self.hover: CloudPoint | None = None
        self.datum: int | None = None
        self.has_focus = False

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws marks, handles and rings."""
        for cloud in clouds(self.plane) if self._marks or self.datum is not None else ():
            if cloud.index is None:
                continue
            for index, letter in self._marks.items():
                for at in in_sight(view, cloud.xy[cloud.index == index]):
                    mark(painter, at, letter, self.tokens)
            for at in in_sight(view, cloud.xy[cloud.index == self.datum]) if self.datum is not None else ():
                self._ring(painter, at, cloud.size)
        self._handles.paint(painter, view, self.tokens, self.has_focus)
        if self.hover is not None:
            self._draw_hover(painter, view, self.hover)

    def _draw_hover(self, painter: QPainter, view: Projection, point: CloudPoint) -> None:
        cloud = point.cloud
        at = view.point(*np.asarray(cloud.xy[point.number], float).tolist())
        self._ring(painter, at, cloud.size)
        if cloud.label is not None:
            k = int(cloud.label[point.number])
            name = cloud.classes[k] if k < len(cloud.classes) else str(k)
            halo_text(painter, at - QPointF(0, 16), name, self.tokens.text1, self.tokens.bg2, 12, 600)

    def _ring(self, painter: QPainter, at: QPointF, size: float) -> None:
        painter.setPen(stroke(self.tokens.text1, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, size / 2 + 3, size / 2 + 3)
