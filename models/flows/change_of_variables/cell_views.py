"""Maps of the plane: a cell, its image, and the determinant that relates their areas."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.exact.normal import LOG_2PI
from models.flows.change_of_variables.panel import ONE
from models.flows.change_of_variables.plane_maps import (
    PLANE_MAPS,
    PlaneMap,
    image_area,
    outline,
    plane_map_of,
)
from models.frames import Curves, Density, Lines, Plane, Points, Series
from models.protocol import Drag, Lab, view
from models.views.words import decimal

__all__ = ["cell", "cell_values", "image", "ratio"]

_REACH = 3.0  # the grid goes from −3 to 3
_LINES, _FINE = 25, 4  # lines of the grid, and points between two of them
_CELLS = 96
_ROOM = 0.02  # around the image of the grid
_EDGES = np.geomspace(0.02, 2.0, 25)
_ROUNDED = 1e-10  # smaller differences of areas are rounding errors
_FLOOR = 1e-16


def _map_of(config: Any) -> PlaneMap:
    return plane_map_of(config.plane_map, config.k)


def _middle(config: Any) -> np.ndarray:
    return np.array([config.cell_x, config.cell_y])


def cell_values(config: Any) -> dict[str, float]:
    """|det J| at the middle of the cell, and the area of its image over its own."""
    f, middle = _map_of(config), _middle(config)
    return {
        "det": abs(float(f.det(middle))),
        "area_ratio": image_area(f, middle, config.edge) / config.edge**2,
    }


def _log_noise(e: np.ndarray) -> np.ndarray:
    """log N(ε; 0, I), (…, 2) to (…)."""
    return -0.5 * (e**2).sum(-1) - LOG_2PI


def _grids() -> list[np.ndarray]:
    """The lines of the grid, of ε₁ and of ε₂ constant, each a mesh whose one direction is fine, (lines, points, 2)."""
    at, fine = np.linspace(-_REACH, _REACH, _LINES), np.linspace(-_REACH, _REACH, (_LINES - 1) * _FINE + 1)
    one = np.stack(np.meshgrid(fine, at), -1)
    return [one, one[..., ::-1]]


def _as_lines(meshes: list[np.ndarray], role: str, name: str = "") -> Lines:
    """Each row of the meshes as a polyline."""
    rows = np.concatenate(meshes)
    return Lines(rows.reshape(-1, 2), np.arange(len(rows)) * rows.shape[1], role=role, width=0.6, name=name)


def _heat(log_density: Any, extent: tuple[float, float, float, float], role: str, name: str) -> Density:
    x0, x1, y0, y1 = extent
    share = (np.arange(_CELLS) + 0.5) / _CELLS
    at = np.stack(np.meshgrid(x0 + share * (x1 - x0), y0 + share * (y1 - y0)), -1)
    return Density(np.exp(log_density(at)), extent, role=role, low=0.0, name=name)


@view(
    "Noise and a cell", help="N(0, I) with a grid. Drag the cell, and its edge.",
    drags=(
        Drag("cell_x", "cell_y"),
        Drag("edge", at=lambda config: config.cell_y, offset=lambda config: config.cell_x, side=lambda config: 0.5),
    ),
)  # fmt: skip
def cell(lab: Lab) -> Plane:
    """The density of ε, a grid, and one cell."""
    c = lab.config
    around = outline(_middle(c), c.edge, 1)
    reach = _REACH + 0.1
    extent = (-reach, reach, -reach, reach)
    return Plane(
        (
            _heat(_log_noise, extent, "prior", "s(ε)"),
            _as_lines(_grids(), "prior"),
            Lines(around, ONE, role="alt", width=2.0, name="cell", filled=True),
            Points(np.array([[c.cell_x, c.cell_y], [c.cell_x + 0.5 * c.edge, c.cell_y]]), role="alt", size=7.0),
        ),
        x_label="ε₁", y_label="ε₂", extent=extent, subtitle="ε ~ N(0, I)",
        note=f"The cell has edges of {decimal(c.edge, 2)} and the area {decimal(c.edge**2, 4)}.",
    )  # fmt: skip


@view("Image of the cell", help="p(x), the image of the grid and of the cell, and the parallelogram J · cell.")
def image(lab: Lab) -> Plane:
    """The density of x, the image of the grid, the image of the cell, and what J makes of the cell."""
    c, f = lab.config, _map_of(lab.config)
    middle = _middle(c)
    meshes = [f.value(mesh) for mesh in _grids()]
    around = f.value(outline(middle, c.edge, 60))
    linear = f.value(middle) + (outline(middle, c.edge, 1) - middle) @ f.jacobian(middle).T
    everything = np.concatenate(meshes).reshape(-1, 2)
    (x0, y0), (x1, y1) = everything.min(axis=0).tolist(), everything.max(axis=0).tolist()
    room = _ROOM * max(x1 - x0, y1 - y0)
    extent = (x0 - room, x1 + room, y0 - room, y1 + room)
    values = cell_values(c)
    area = values["area_ratio"] * c.edge**2

    def log_density(x: np.ndarray) -> np.ndarray:
        e = f.inverse(x)
        return _log_noise(e) - np.log(np.abs(f.det(e)))

    return Plane(
        (
            _heat(log_density, extent, "model", "p(x)"),
            _as_lines(meshes, "prior"),
            Lines(around, ONE, role="alt", width=2.0, name="image of the cell", filled=True),
            Lines(linear, ONE, width=1.5, dashed=True, name="J · cell"),
        ),
        x_label="x₁", y_label="x₂", extent=extent, subtitle=f"x = f(ε), {PLANE_MAPS[c.plane_map]}; exact",
        note=f"Areas: cell {decimal(c.edge**2)}, image {decimal(area)}, J · cell {decimal(values['det'] * c.edge**2)}. "
        f"At its middle |det J| = {decimal(values['det'])}.",
    )  # fmt: skip


@view("Small cells", help="Area of the image over |det J| times the area of the cell, as the cell shrinks.")
def ratio(lab: Lab) -> Curves:
    """|area of the image/(|det J| h²) − 1| against the edge h of the cell."""
    c, f = lab.config, _map_of(lab.config)
    middle, det = _middle(c), cell_values(c)["det"]
    found = np.array([image_area(f, middle, float(h)) / (det * h**2) for h in _EDGES])
    off, ends = np.abs(found - 1), _EDGES[[0, -1]]
    flat = off.max() < _ROUNDED
    series = [
        Series("ratio", "ratio", _EDGES, np.ones_like(found) if flat else found, role="model", pane="ratio"),
        Series("one", "1", ends, np.ones(2), pane="ratio", dashed=True),
    ]
    if not flat:
        square = off[0] * (ends / ends[0]) ** 2
        series += [
            Series("off", "|ratio − 1|", _EDGES, np.maximum(off, _FLOOR), role="model", pane="|ratio − 1|"),
            Series("square", "∝ h²", ends, square, pane="|ratio − 1|", dashed=True),
        ]
    now = cell_values(c)["area_ratio"] / det
    return Curves(
        tuple(series), x_label="edge h of the cell", log_x=True, log_panes=("|ratio − 1|",), marker=c.edge,
        subtitle="area of the image over |det J| · area of the cell",
        note=f"At h = {decimal(c.edge, 2)} the ratio is {decimal(now, 4)}. "
        + ("|det J| is the same everywhere: the ratio is 1 for every cell." if flat else
           "It tends to 1: a small cell becomes a parallelogram."),
    )  # fmt: skip
