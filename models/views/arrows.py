"""Arrows for points that a step of training has moved."""

from __future__ import annotations

import numpy as np

from models.frames import Field, Plane

__all__ = ["change_arrows"]

_LEAST = 0.06  # of the width of the plane: the longest arrow is at least as long


def change_arrows(plane: Plane, before: np.ndarray, now: np.ndarray, what: str) -> Field:
    """Arrows along the ways of points, (n, 2) each; longer by a factor, which the name states, where they are short.

    Args:
        plane: Where they are drawn.
        before: Old positions.
        now: New positions.
        what: What has moved, for the legend.
    """
    ways = now - before
    longest = float(np.linalg.norm(ways, axis=1).max())
    x0, x1 = (0.0, 1.0) if plane.extent is None else plane.extent[:2]
    drawn = max(longest, _LEAST * (x1 - x0))
    factor = drawn / longest if longest > 0 else 1.0
    name = f"change of {what}" if factor == 1.0 else f"change of {what}, drawn ×{factor:.2g}"
    return Field(before, ways, role="total", longest=drawn, name=name)
