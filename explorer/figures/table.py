"""Frames as tables of text and as named arrays.

A table is tidy: one observation a row, the names of the columns in the first.

- `Plane`: of one layer, the columns of that layer; of several, all of them under one another with `layer` (from 0),
  `kind` and `name` in front and the columns of all kinds, empty where a kind lacks one. Points: x, y, label, class,
  index. Density: x, y (centres of the cells), value. Field: x, y, u, v. Grid: row, column, x, y. Lines: line, x, y.
  Ellipses: x, y, axis1, axis2, angle, text.
- `Curves`: series, x, y, low, high.
- `Images`: image (from 0), index (in its split), channel, row, column, value: a row a pixel.
- `Bars`: label, value, error, reference, role.
- `Matrix`: as it is seen, with the labels of rows and columns, or their numbers.
- `Audio`: time (seconds), sample.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from explorer.figures.style import FigureError
from models.frames import (
    Audio,
    Bars,
    Curves,
    Density,
    Ellipses,
    Field,
    Frame,
    Grid,
    Images,
    Layer,
    Lines,
    Matrix,
    Plane,
    Points,
    arrays_of,
)

__all__ = ["csv_of", "npz_of"]

Columns = dict[str, Sequence[Any] | np.ndarray]


def csv_of(frame: Frame, identity: Mapping[str, Any]) -> bytes:
    """A frame as a table in UTF-8, the identity as leading lines `# key: JSON`.

    Raises:
        FigureError: Where the kind of frame has no table.
    """
    table = _TABLES.get(type(frame))
    if table is None:
        raise FigureError(f"no table is known for a frame of the kind {type(frame).__name__}")
    out = io.StringIO()
    for key, value in identity.items():
        out.write(f"# {' '.join(str(key).split())}: {json.dumps(value, ensure_ascii=False)}\n")
    writer = csv.writer(out, lineterminator="\n")
    columns = table(frame)
    writer.writerow(columns)
    writer.writerows(zip(*(_texts(column) for column in columns.values()), strict=True))
    return out.getvalue().encode()


def npz_of(frame: Frame, identity: Mapping[str, Any]) -> bytes:
    """Every array of a frame by its path, and `identity`: a JSON text."""
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays_of(frame), identity=np.array(json.dumps(identity)))
    return out.getvalue()


def _texts(column: Sequence[Any] | np.ndarray) -> list[str]:
    """Numbers with as many digits as give the same number back."""
    if isinstance(column, np.ndarray) and column.dtype != object:
        return column.astype(str).tolist()
    return ["" if value is None else str(value) for value in column]


def _points(layer: Points) -> Columns:
    columns: Columns = {"x": layer.xy[:, 0], "y": layer.xy[:, 1]}
    if layer.label is not None:
        columns["label"] = layer.label
        if layer.classes:
            known = len(layer.classes)
            columns["class"] = [layer.classes[k] if 0 <= k < known else "" for k in layer.label.tolist()]
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


_LAYERS: Mapping[type[Layer], Callable[..., Columns]] = {
    Density: _density,
    Points: _points,
    Field: _field,
    Grid: _grid,
    Lines: _lines,
    Ellipses: _ellipses,
}


def _plane(frame: Plane) -> Columns:
    tables = [_LAYERS[type(layer)](layer) for layer in frame.layers]
    if len(tables) == 1:
        return tables[0]
    names = list(dict.fromkeys(name for table in tables for name in table))
    out: dict[str, list[Any]] = {name: [] for name in ("layer", "kind", "name", *names)}
    for number, (layer, table) in enumerate(zip(frame.layers, tables, strict=True)):
        rows = len(next(iter(table.values())))
        out["layer"] += [number] * rows
        out["kind"] += [type(layer).__name__] * rows
        out["name"] += [getattr(layer, "name", "")] * rows
        for name in names:
            out[name] += _texts(table[name]) if name in table else [""] * rows
    return dict(out)


def _curves(frame: Curves) -> Columns:
    out: dict[str, list[str]] = {"series": [], "x": [], "y": [], "low": [], "high": []}
    for series in frame.series:
        out["series"] += [series.key] * len(series.x)
        for name in ("x", "y", "low", "high"):
            column = getattr(series, name)
            out[name] += [""] * len(series.x) if column is None else _texts(column)
    return dict(out)


def _images(frame: Images) -> Columns:
    image, channel, row, column = (axis.ravel() for axis in np.indices(frame.images.shape))
    out: Columns = {"image": image}
    if frame.index is not None:
        out["index"] = np.asarray(frame.index)[image]
    if frame.images.shape[1] > 1:
        out["channel"] = channel
    return {**out, "row": row, "column": column, "value": frame.images.ravel()}


def _bars(frame: Bars) -> Columns:
    n = len(frame.values)
    out: Columns = {"label": list(frame.labels), "value": frame.values}
    if frame.errors is not None:
        out["error"] = frame.errors
    if frame.reference is not None:
        out["reference"] = frame.reference
    if frame.roles:
        out["role"] = [*frame.roles, *["total"] * n][:n]
    return out


def _matrix(frame: Matrix) -> Columns:
    rows, columns = frame.values.shape
    labels = frame.column_labels if len(frame.column_labels) == columns else tuple(str(k) for k in range(columns))
    if len({"", *labels}) <= columns:
        labels = tuple(f"{k} {label}".strip() for k, label in enumerate(labels))
    first = list(frame.row_labels) if len(frame.row_labels) == rows else list(range(rows))
    return {"": first, **{label: frame.values[:, k] for k, label in enumerate(labels)}}


def _audio(frame: Audio) -> Columns:
    return {"time": np.arange(len(frame.samples)) / frame.rate, "sample": frame.samples}


_TABLES: Mapping[type[Frame], Callable[..., Columns]] = {
    Plane: _plane,
    Curves: _curves,
    Images: _images,
    Bars: _bars,
    Matrix: _matrix,
    Audio: _audio,
}
