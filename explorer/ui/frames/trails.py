"""Trails: positions of the points of a cloud in the last frames."""

from __future__ import annotations

from collections import deque

import numpy as np
from PySide6.QtGui import QPainter, QPen

from explorer.ui.frames.paint import polygon
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color
from models.frames import Layer, Paths, Points

__all__ = ["KEPT", "Trails"]

KEPT = 12  # frames
_MOST = 500  # points of a cloud that have trails
_APART = 1.2  # px between two dots of a trail
_DENSEST = 16  # largest number of dots between two frames
_SHADES = (0.18, 0.35, 0.6)  # opacity of the oldest third of a trail, the middle and the newest


class Trails:
    """The last positions of clouds by the name of their trail."""

    def __init__(self) -> None:
        self._positions: dict[str, deque[np.ndarray]] = {}

    def clear(self) -> None:
        """Drops all positions."""
        self._positions.clear()

    def follow(self, layers: tuple[Layer, ...]) -> None:
        """Appends the positions of a new frame; drops trails that it does not continue."""
        clouds = {layer.trail: layer.xy for layer in layers if isinstance(layer, Points) and layer.trail}
        self._positions = {name: positions for name, positions in self._positions.items() if name in clouds}
        for name, xy in clouds.items():
            positions = self._positions.setdefault(name, deque(maxlen=KEPT))
            if positions and positions[-1].shape != xy.shape:
                positions.clear()
            if not positions or positions[-1] is not xy:  # the same frame may be shown twice
                positions.append(xy)

    def way(self, layer: Points) -> np.ndarray:
        """Positions of the points of a cloud, (frames, n, 2), oldest first; of zero frames without a trail."""
        positions = self._positions.get(layer.trail, ())
        return np.stack([xy[:_MOST] for xy in positions]) if len(positions) > 1 else np.empty((0, 0, 2))

    def as_paths(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """The layers with the trail of each cloud that has one behind it, under the name of the cloud."""
        out: list[Layer] = []
        for layer in layers:
            way = self.way(layer) if isinstance(layer, Points) and layer.trail else np.empty((0, 0, 2))
            if isinstance(layer, Points) and way.size:
                out.append(Paths(way.swapaxes(0, 1), role=layer.role, name=layer.name))
            out.append(layer)
        return tuple(out)

    def paint(self, painter: QPainter, layer: Points, view: Projection, tokens: Tokens) -> None:
        """Draws trails that fade with age, as dots of 1 px so dense that they look like lines.

        For 200 points and 12 frames, dots take 0.3 ms and polylines 1 ms.
        """
        way = self.way(layer)  # (frames, n, 2)
        way = way[:, np.isfinite(way).all(axis=(0, 2))]
        if not way.size:
            return
        pixels = view.to_pixels(way.reshape(-1, 2)).reshape(way.shape)
        moves = np.diff(pixels, axis=0)  # (frames - 1, n, 2)
        dots = int(np.clip(np.ceil(2 * np.abs(moves).mean() / _APART), 1, _DENSEST))
        share = np.arange(dots)[:, None, None] / dots
        between = pixels[:-1, None] + moves[:, None] * share  # (frames - 1, dots, n, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for part, alpha in zip(np.array_split(between, len(_SHADES)), _SHADES, strict=True):
            painter.setPen(QPen(color(tokens.role(layer.role), alpha), 0))
            painter.drawPoints(polygon(part.reshape(-1, 2)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
