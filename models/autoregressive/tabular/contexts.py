"""The context of each pixel: which of the pixels before it its conditional depends on."""

from __future__ import annotations

import numpy as np

__all__ = ["NONE", "contexts", "entries_in_all"]

NONE = -1
"""Stands for a pixel that does not exist."""


def contexts(height: int, width: int, context: int, neighbours: str, shared: bool = False) -> np.ndarray:
    """The pixels on which each pixel depends, positions in raster order.

    Args:
        height: Of the image, px.
        width: Of the image, px.
        context: Greatest number m of pixels that a pixel depends on.
        neighbours: "raster": the m pixels before it in raster order. "causal": those of the pixels before it that are
            nearest in the image. At equal distance those in fewer rows above come first, then those further left: left,
            up, up-left, up-right, two to the left, two up, …
        shared: The context is the same for every pixel, apart from what lies outside of the image. Otherwise a pixel
            at the border depends on further ones instead, and has fewer than m only if fewer are before it.

    Returns:
        (height · width, m), the nearest first; `NONE` where there is no such pixel.
    """
    pixels = np.arange(height * width)
    if neighbours == "raster":
        return np.maximum(pixels[:, None] - 1 - np.arange(context), NONE)
    up, side = _offsets(height, width)
    rows, columns = pixels[:, None] // width - up, pixels[:, None] % width + side
    inside = (rows >= 0) & (columns >= 0) & (columns < width)
    found = np.where(inside, rows * width + columns, NONE)
    if not shared:
        found = np.take_along_axis(found, np.argsort(~inside, axis=1, kind="stable"), axis=1)
    missing = max(0, context - found.shape[1])
    return np.pad(found, ((0, 0), (0, missing)), constant_values=NONE)[:, :context]


def _offsets(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows up and columns to the right of all pixels that can be before another one, the nearest first; (o,) each."""
    up, side = (each.ravel() for each in np.mgrid[0:height, 1 - width : width])
    before = (up > 0) | (side < 0)
    up, side = up[before], side[before]
    order = np.lexsort((side, up, up**2 + side**2))
    return up[order], side[order]


def entries_in_all(pixels: int, context: int, shared: bool = False) -> int:
    """Number of entries of the tables: Σ_i 2^min(m, i) over the pixels i = 0, 1, …, or 2^m for one that all share."""
    if shared:
        return 2**context
    full = min(context, pixels)
    return 2**full - 1 + (pixels - full) * 2**context
