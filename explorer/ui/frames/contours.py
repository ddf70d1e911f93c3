"""Level lines of a table of numbers, by marching squares."""

from __future__ import annotations

import numpy as np

__all__ = ["level_lines"]


def level_lines(values: np.ndarray, level: float) -> np.ndarray:
    """Segments of the level line of bilinear cells, (m, 2, 2): segment, end, (column, row) in entries.

    Cells with a value that is not finite have no line. A saddle is split by the mean of its four corners.
    """
    v = np.asarray(values, dtype=float) - level
    if min(v.shape) < 2:
        return np.empty((0, 2, 2))
    corners = np.stack([v[:-1, :-1], v[:-1, 1:], v[1:, 1:], v[1:, :-1]], axis=-1)  # (r, c, 4), around the cell
    rows, columns = np.indices(corners.shape[:2])
    offset = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)  # (column, row) of each corner
    following = np.roll(corners, -1, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossed = (corners > 0) != (following > 0)
        share = corners / (corners - following)
    crossed &= np.isfinite(corners).all(axis=-1, keepdims=True)
    at = offset + np.nan_to_num(share)[..., None] * (np.roll(offset, -1, axis=0) - offset)  # (r, c, 4, 2)
    at = at + np.stack([columns, rows], axis=-1)[:, :, None, :]
    number = crossed.sum(axis=-1)
    plain = number == 2
    ends = np.argsort(~crossed[plain], axis=-1, kind="stable")[:, :2]  # the two crossed sides
    segments = [np.take_along_axis(at[plain], ends[:, :, None], axis=1)]
    saddle = number == 4
    if saddle.any():
        points = at[saddle]
        high = (corners[saddle].mean(axis=-1) > 0) == (corners[saddle][:, 0] > 0)
        first = np.where(high[:, None], [[0, 1]], [[0, 3]])
        second = np.where(high[:, None], [[2, 3]], [[1, 2]])
        segments += [np.take_along_axis(points, pair[:, :, None], axis=1) for pair in (first, second)]
    return np.concatenate(segments)
