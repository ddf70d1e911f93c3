"""Circles and arrows of a graph of dependencies."""

from __future__ import annotations

import math

import numpy as np

from models.frames import Stroke

__all__ = ["arrow", "ring"]

_RADIUS = 0.4
_HEAD = 0.18  # length of an arrow's head


def ring(x: float, y: float, role: str) -> Stroke:
    """A circle around a node."""
    angle = np.linspace(0.0, 2 * math.pi, 49)
    return Stroke(np.stack([x + _RADIUS * np.cos(angle), y + _RADIUS * np.sin(angle)], 1), role, 1.5)


def arrow(begin: tuple[float, float], end: tuple[float, float], role: str, bend: float = 0.0) -> list[Stroke]:
    """An arrow from the circle at one node to that at another, bent to the right side of the drawing by `bend`."""
    a, b = np.array(begin), np.array(end)
    t = np.linspace(0.0, 1.0, 41)[:, None]
    line = a + t * (b - a) + 4 * t * (1 - t) * np.array([bend, 0.0])
    apart = [np.linalg.norm(line - node, axis=1) for node in (a, b)]
    line = line[(apart[0] >= _RADIUS) & (apart[1] >= _RADIUS)]
    tip = line[-1]
    way = (tip - line[-2]) / np.linalg.norm(tip - line[-2])
    side = np.array([-way[1], way[0]])
    head = np.stack([tip, tip - _HEAD * way + 0.4 * _HEAD * side, tip - _HEAD * way - 0.4 * _HEAD * side])
    return [Stroke(line, role, 1.2), Stroke(head, role, 0.0, filled=True)]
