"""The layers of a plane as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from models.frames import Density, Ellipses, Field, Grid, Layer, Lines, Paths, Points

__all__ = ["LAYER_TABLES", "Columns"]

Columns = dict[str, Sequence[Any] | np.ndarray]


def _points(layer: Points) -> Columns:
    columns: Columns = {"x": layer.xy[:, 0], "y": layer.xy[:, 1]}
    if layer.label is not None:
        columns["label"] = layer.label
        if layer.classes:
            classes = len(layer.classes)
            columns["class"] = [layer.classes[k] if 0 <= k < classes else "" for k in layer.label.tolist()]
    if layer.index is not None:
        columns["index"] = layer.index
    return columns


def _density(layer: Density) -> Columns:
    rows, columns = layer.values.shape
    x0, x1, y0, y1 = layer.extent
    x = x0 + (np.arange(columns) + 0.5) * (x1 - x0) / columns
    y = y0 + (np.arange(rows) + 0.5) * (y1 - y0) / rows
    return {"x": np.tile(x, rows), "y": np.repeat(y, columns), "value": layer.values.ravel()}


def _field(layer: Field) -> Columns:
    return {"x": layer.xy[:, 0], "y": layer.xy[:, 1], "u": layer.uv[:, 0], "v": layer.uv[:, 1]}


def _grid(layer: Grid) -> Columns:
    rows, columns = np.indices(layer.xy.shape[:2])
    x, y = layer.xy[..., 0], layer.xy[..., 1]
    return {"row": rows.ravel(), "column": columns.ravel(), "x": x.ravel(), "y": y.ravel()}


def _lines(layer: Lines) -> Columns:
    pieces = list(layer.pieces())
    line = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    return {"line": line, "x": layer.xy[:, 0], "y": layer.xy[:, 1]}


def _ellipses(layer: Ellipses) -> Columns:
    texts = [*layer.labels, *[""] * len(layer.centers)][: len(layer.centers)]
    center = {"x": layer.centers[:, 0], "y": layer.centers[:, 1]}
    return {**center, "axis1": layer.axes[:, 0], "axis2": layer.axes[:, 1], "angle": layer.angles, "text": texts}


def _paths(layer: Paths) -> Columns:
    path, moment = (axis.ravel() for axis in np.indices(layer.xy.shape[:2]))
    xy = layer.xy.reshape(-1, 2)
    columns: Columns = {"path": path, "moment": moment, "x": xy[:, 0], "y": xy[:, 1]}
    return columns if layer.values is None else {**columns, "value": layer.values.ravel()}


LAYER_TABLES: Mapping[type[Layer], Callable[..., Columns]] = {
    Density: _density,
    Points: _points,
    Field: _field,
    Grid: _grid,
    Lines: _lines,
    Ellipses: _ellipses,
    Paths: _paths,
}
