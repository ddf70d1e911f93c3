"""Frames as tables of text and as named arrays.

A table is tidy: one observation a row, the names of the columns in the first.

- `Plane`: of one layer, the columns of that layer; of several, all of them under one another with `layer` (from 0),
  `kind` and `name` in front and the columns of all kinds, empty where a kind lacks one. Points: x, y, label, class,
  index. Density: x, y (centres of the cells), value. Field: x, y, u, v. Grid: row, column, x, y. Lines: line, x, y.
  Ellipses: x, y, axis1, axis2, angle, text. Paths: path, moment, x, y, value.
- `Curves`: series, x, y, low, high.
- `Images`: image (from 0), index (in its split), channel, row, column, value: a row a pixel.
- `Bars`: label, value, error, reference, role.
- `Discs`: label, x, y, and a column each for value, core and reference, under their names.
- `Matrix`: the matrix, with the labels of rows and columns, or their numbers.
- `Audio`: time (seconds), sample.
- `Text`: line (from 0), text, marks ("start-stop:role", separated by spaces). An NPZ has the array `lines`.
- `Drawing`: kind ("stroke" or "label"), number (from 0), x, y, role, text.
- `Film`: frame (from 0), at, and the columns of the frames, which are under one another.
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
    Discs,
    Drawing,
    Ellipses,
    Field,
    Film,
    Frame,
    Grid,
    Images,
    Layer,
    Lines,
    Matrix,
    Paths,
    Plane,
    Points,
    Text,
    arrays_of,
)

__all__ = ["csv_of", "npz_of"]

Columns = dict[str, Sequence[Any] | np.ndarray]


def csv_of(frame: Frame, identity: Mapping[str, Any]) -> bytes:
    """A frame as a table in UTF-8, the identity as leading lines `# key: JSON`.

    Raises:
        FigureError: The kind of frame has no table.
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
    """Every array of a frame by its path, the lines of a text as `lines`, and `identity`: a JSON text."""
    out = io.BytesIO()
    arrays = {**arrays_of(frame), **_lines_of_text(frame), "identity": np.array(json.dumps(identity))}
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def _lines_of_text(frame: Frame, prefix: str = "") -> dict[str, np.ndarray]:
    if isinstance(frame, Film):
        parts = [_lines_of_text(part, f"{prefix}frames.{k}.") for k, part in enumerate(frame.frames)]
        return {path: array for part in parts for path, array in part.items()}
    return {f"{prefix}lines": np.array(frame.lines, dtype=str)} if isinstance(frame, Text) else {}


def _texts(column: Sequence[Any] | np.ndarray) -> list[str]:
    """The texts of a column; numbers have as many digits as restore them exactly."""
    if isinstance(column, np.ndarray) and column.dtype != object:
        return column.astype(str).tolist()
    return ["" if value is None else str(value) for value in column]


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


_LAYERS: Mapping[type[Layer], Callable[..., Columns]] = {
    Density: _density,
    Points: _points,
    Field: _field,
    Grid: _grid,
    Lines: _lines,
    Ellipses: _ellipses,
    Paths: _paths,
}


def _plane(frame: Plane) -> Columns:
    tables = [_LAYERS[type(layer)](layer) for layer in frame.layers]
    if len(tables) == 1:
        return tables[0]
    heads = [
        {"layer": number, "kind": type(layer).__name__, "name": getattr(layer, "name", "")}
        for number, layer in enumerate(frame.layers)
    ]
    return _stacked(heads, tables) if tables else {name: [] for name in ("layer", "kind", "name")}


def _stacked(heads: Sequence[Mapping[str, Any]], tables: Sequence[Columns]) -> Columns:
    """Tables under one another: first the columns of the heads, one head a table, then those of all tables.

    A cell is empty where a table has no such column.
    """
    names = list(dict.fromkeys(name for table in tables for name in table))
    out: dict[str, list[Any]] = {name: [] for name in (*heads[0], *names)}
    for head, table in zip(heads, tables, strict=True):
        rows = len(next(iter(table.values())))
        for name, value in head.items():
            out[name] += [value] * rows
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


def _text(frame: Text) -> Columns:
    marks = [
        " ".join(f"{start}-{stop}:{role}" for line, start, stop, role in frame.marks if line == number)
        for number in range(len(frame.lines))
    ]
    return {"line": list(range(len(frame.lines))), "text": list(frame.lines), "marks": marks}


def _drawing(frame: Drawing) -> Columns:
    heads: list[dict[str, Any]] = [
        {"kind": "stroke", "number": number, "role": stroke.role} for number, stroke in enumerate(frame.strokes)
    ]
    tables: list[Columns] = [{"x": stroke.xy[:, 0], "y": stroke.xy[:, 1]} for stroke in frame.strokes]
    heads += [{"kind": "label", "number": number, "role": label.role} for number, label in enumerate(frame.labels)]
    tables += [{"x": [label.x], "y": [label.y], "text": [label.text]} for label in frame.labels]
    return _stacked(heads, tables) if heads else {name: [] for name in ("kind", "number", "role", "x", "y")}


def _discs(frame: Discs) -> Columns:
    out: Columns = {"label": list(frame.labels), "x": frame.xy[:, 0], "y": frame.xy[:, 1]}
    out[frame.value_name] = frame.values
    if frame.cores is not None:
        out[frame.core_name] = frame.cores
    return {**out, frame.reference_name: frame.reference}


def _film(frame: Film) -> Columns:
    heads = [{"frame": number, "at": at} for number, at in enumerate(frame.at.tolist())]
    table = _TABLES[frame.kind]
    return _stacked(heads, [_renamed(table(part)) for part in frame.frames])


def _renamed(table: Columns) -> Columns:
    """A table whose columns do not have the names of those that the film adds."""
    return {f"{name}_" if name in ("frame", "at") else name: column for name, column in table.items()}


_TABLES: Mapping[type[Frame], Callable[..., Columns]] = {
    Plane: _plane,
    Curves: _curves,
    Images: _images,
    Bars: _bars,
    Matrix: _matrix,
    Audio: _audio,
    Text: _text,
    Drawing: _drawing,
    Discs: _discs,
    Film: _film,
}
