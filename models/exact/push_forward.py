"""The density of x = f(z) in the plane, by pushing a triangulated square of z through f.

The density that a map gives to x is the sum over the preimages of x of s(z)/|det f′(z)|, s the density of z. On a mesh,
f is taken as affine within each triangle: every image triangle spreads the prior mass of its triangle evenly over its
area, and if the image folds over itself, densities add up. For affine f the result is exact. Float64 NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Mesh", "Raster", "gaussian_mesh", "push_masses", "triangles", "uniform_mesh"]

_ROWS = 4  # lines on which a triangle is cut for one row of cells
_BLOCK = 1 << 17  # triangles processed at a time
_POINT = 1e-6  # least width of a stretch, in cells
_ROUNDED = 1e-13  # smaller masses of cells are rounding errors of sums


@dataclass(frozen=True)
class Mesh:
    """A square of z cut into cells, each of them into two triangles.

    Attributes:
        z: Corners of the cells, (n + 1, n + 1, 2); row by row, the second coordinate grows with the row.
        mass: Prior mass of the two triangles of each cell, (n, n, 2): the one at the lower left, then the other.
    """

    z: np.ndarray
    mass: np.ndarray


@dataclass(frozen=True)
class Raster:
    """A rectangle of the plane cut into cells.

    Attributes:
        extent: x0, x1, y0, y1 of the outer edges.
        rows, columns: Numbers of cells.
    """

    extent: tuple[float, float, float, float]
    rows: int
    columns: int

    @property
    def cell(self) -> float:
        """Area of one cell."""
        x0, x1, y0, y1 = self.extent
        return (x1 - x0) * (y1 - y0) / (self.rows * self.columns)

    def middles(self) -> np.ndarray:
        """Middle of each cell, (rows, columns, 2)."""
        x0, x1, y0, y1 = self.extent
        x = x0 + (np.arange(self.columns) + 0.5) * (x1 - x0) / self.columns
        y = y0 + (np.arange(self.rows) + 0.5) * (y1 - y0) / self.rows
        return np.stack(np.meshgrid(x, y), axis=-1)


def _corners(reach: float, n: int) -> np.ndarray:
    axis = np.linspace(-reach, reach, n + 1)
    return np.stack(np.meshgrid(axis, axis), axis=-1)


def uniform_mesh(n: int) -> Mesh:
    """A mesh of n × n cells over z uniform on [−1, 1]²."""
    return Mesh(_corners(1.0, n), np.full((n, n, 2), 0.5 / n**2))


def gaussian_mesh(n: int, reach: float = 4.0) -> Mesh:
    """A mesh of n × n cells over [−reach, reach]² for z ~ N(0, I).

    Masses of cells are exact; they are divided between the triangles in the ratio of the densities at the middles of
    the triangles' edges. The mass outside the square, 10⁻⁴ for a reach of four standard deviations, is left out.
    """
    from scipy.special import ndtr  # costs a noticeable part of a second

    corners = _corners(reach, n)
    line = np.diff(ndtr(np.linspace(-reach, reach, n + 1)))
    cells = np.outer(line, line)  # (n, n)
    a, b, c, d = (corners[i : n + i, j : n + j] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)))

    def mean_density(*points: np.ndarray) -> np.ndarray:
        middles = [0.5 * (points[k] + points[k - 1]) for k in range(3)]
        return np.mean([np.exp(-0.5 * np.square(m).sum(-1)) for m in middles], axis=0)

    lower, upper = mean_density(a, b, c), mean_density(d, c, b)
    share = lower / (lower + upper)
    mass = np.stack([cells * share, cells * (1 - share)], axis=-1)
    return Mesh(corners, mass)


def triangles(image: np.ndarray) -> np.ndarray:
    """Corners of the image triangles, (n + 1, n + 1, 2) to (n, n, 2, 3, 2), in the order of `Mesh.mass`."""
    a, b, c, d = image[:-1, :-1], image[:-1, 1:], image[1:, :-1], image[1:, 1:]
    lower, upper = np.stack([a, b, c], axis=2), np.stack([d, c, b], axis=2)
    return np.stack([lower, upper], axis=2)


def _area(corners: np.ndarray) -> np.ndarray:
    """Area of each triangle, (m, 3, 2) to (m,)."""
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return 0.5 * np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])


def push_masses(image: np.ndarray, mass: np.ndarray, raster: Raster) -> np.ndarray:
    """Mass that f(z) has in each cell of a raster.

    A triangle is cut by four lines in each row of cells that it touches, and its density is integrated exactly along
    them; the mass of a triangle flatter than the distance of the lines is spread evenly over its width and height. Mass
    outside the raster is left out, so the sum is the share of the mass on the raster.

    Args:
        image: f at the corners of the mesh, (n + 1, n + 1, 2).
        mass: Mass of the triangles, (n, n, 2).
        raster: The cells.

    Returns:
        (rows, columns).
    """
    x0, x1, y0, y1 = raster.extent
    scale = np.array([raster.columns / (x1 - x0), raster.rows / (y1 - y0)])
    corners = (triangles(np.asarray(image, float)).reshape(-1, 3, 2) - [x0, y0]) * scale  # in cells
    weights = np.asarray(mass, float).reshape(-1)
    steps = np.zeros((raster.rows, raster.columns + 2))  # the running sum along a row is the mass in each cell
    for start in range(0, len(corners), _BLOCK):
        _scan(corners[start : start + _BLOCK], weights[start : start + _BLOCK], steps)
    found = np.cumsum(steps, axis=1)[:, : raster.columns]
    return np.where(found > _ROUNDED, found, 0.0)


def _scan(corners: np.ndarray, mass: np.ndarray, steps: np.ndarray) -> None:
    rows = len(steps)
    low, high = corners[..., 1].min(axis=1), corners[..., 1].max(axis=1)
    first = np.clip(np.ceil(low * _ROWS - 0.5), 0, rows * _ROWS).astype(int)  # line k is at y = (k + 1/2)/_ROWS
    last = np.clip(np.ceil(high * _ROWS - 0.5), 0, rows * _ROWS).astype(int)
    flat = (high - low) * _ROWS < 1.0
    _flat(corners[flat], mass[flat], steps)
    chosen = np.flatnonzero(~flat & (last > first))
    count = (last - first)[chosen]
    which = np.repeat(chosen, count)  # a triangle for each line that cuts it
    line = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    left, right = _chord(corners[which], (line + 0.5) / _ROWS)
    area = _area(corners)
    density = np.divide(mass, area, out=np.zeros_like(mass), where=area > 0)
    _spread(line // _ROWS, left, right, density[which] / _ROWS, steps)


def _chord(corners: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a horizontal line enters and leaves each triangle, (m, 3, 2) and (m,) to (m,) and (m,)."""
    x = np.full((3, len(y)), np.nan)
    for k in range(3):
        (xa, ya), (xb, yb) = corners[:, k].T, corners[:, k - 1].T
        crosses = (np.minimum(ya, yb) <= y) & (y < np.maximum(ya, yb))
        share = np.divide(y - ya, yb - ya, out=np.zeros_like(y), where=crosses)
        x[k] = np.where(crosses, xa + share * (xb - xa), np.nan)
    return np.fmin.reduce(x), np.fmax.reduce(x)


def _flat(corners: np.ndarray, mass: np.ndarray, steps: np.ndarray) -> None:
    """Spreads the mass of triangles that reach into two rows at most evenly over their height and width."""
    low, high = corners[..., 1].min(axis=1), corners[..., 1].max(axis=1)
    left, right = corners[..., 0].min(axis=1), corners[..., 0].max(axis=1)
    narrow = right - left < _POINT
    left, right = np.where(narrow, left - _POINT / 2, left), np.where(narrow, right + _POINT / 2, right)
    row = np.floor(low).astype(int)
    above = np.clip((high - row - 1.0) / np.maximum(high - low, _POINT), 0.0, 1.0)  # share in the row above
    for at, share in ((row, 1.0 - above), (row + 1, above)):
        inside = (at >= 0) & (at < len(steps)) & (share > 0)
        _spread(at[inside], left[inside], right[inside], (share * mass / (right - left))[inside], steps)


def _spread(row: np.ndarray, left: np.ndarray, right: np.ndarray, height: np.ndarray, steps: np.ndarray) -> None:
    """Adds a density that is constant from left to right to the cells of a row, as steps of a running sum."""
    columns = steps.shape[1] - 2
    for at, sign in ((left, 1.0), (right, -1.0)):
        at = np.clip(at, 0.0, float(columns))
        cell = np.floor(at).astype(int)
        part = cell + 1.0 - at  # of the cell, to the right of the place
        flat = row * steps.shape[1] + cell
        size = steps.size
        steps += np.bincount(flat, sign * height * part, size).reshape(steps.shape)
        steps += np.bincount(flat + 1, sign * height * (1.0 - part), size).reshape(steps.shape)
