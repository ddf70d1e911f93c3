"""Frames as tables of text and as named arrays.

A table is tidy: one observation a row, the names of the columns in the first.

- `Plane`: of one layer, the columns of that layer; of several, all of them under one another with `layer` (from 0),
  `kind` and `name` in front and the columns of all kinds, empty where a kind lacks one. Points: x, y, label, class,
  index. Density: x, y (centres of the cells), value. Field: x, y, u, v. Grid: row, column, x, y. Lines: line, x, y.
  Ellipses: x, y, axis1, axis2, angle, text. Paths: path, moment, x, y, value. Axes with names give theirs to x and y.
- `Curves`: x under the name of its axis, and a column for each series under its name and unit; where it has a band,
  two more that end in "low" and "high".
- `Images`: image (from 0), index (in its split), channel, row, column, value: a row a pixel.
- `Bars`: label, value, error, reference; the value with its unit.
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
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from explorer.figures.layer_tables import LAYER_TABLES, Columns
from explorer.figures.style import FigureError
from models.frames import (
    Audio,
    Bars,
    Curves,
    Discs,
    Drawing,
    Film,
    Frame,
    Images,
    Matrix,
    Plane,
    Series,
    Text,
    arrays_of,
)

__all__ = ["csv_of", "npz_of"]


def csv_of(frame: Frame, identity: Mapping[str, Any]) -> bytes:
    """A frame as a table in UTF-8, the identity as leading lines `# key: JSON`.

    Raises:
        FigureError: The kind of frame has no table.
    """
    table = _TABLES.get(type(frame))
    if table is None:
        raise FigureError(f"no table is known for a frame of the kind {type(frame).__name__}")
    out = io.StringIO()
    if isinstance(frame, Curves) and any(series.smooth for series in frame.series):
        identity = {**identity, "values": "as measured; figures draw them smoothed"}
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


def _plane(frame: Plane) -> Columns:
    axes = {"x": frame.x_label or "x", "y": frame.y_label or "y"}
    tables = [
        {axes.get(name, name): column for name, column in LAYER_TABLES[type(layer)](layer).items()}
        for layer in frame.layers
    ]
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
    """A column for x and one for each series, with a row for each x of any of them."""
    rows: dict[tuple[float, int], dict[str, str]] = {}
    for series, name in zip(frame.series, _series_names(frame), strict=True):
        columns = {name: series.y}
        if series.low is not None and series.high is not None and not _is_flat(series):
            columns |= {f"{name} low": series.low, f"{name} high": series.high}
        times: Counter[float] = Counter()
        for k, x in enumerate(np.asarray(series.x, float).tolist()):
            row = rows.setdefault((x, times[x]), {})
            times[x] += 1  # a curve may have several points at one x
            row |= {column: str(values[k]) for column, values in columns.items()}
    ordered = sorted(rows)
    names = list(dict.fromkeys(column for row in rows.values() for column in row)) or list(_series_names(frame))
    x_name = frame.x_label or "x"
    return {
        x_name: [str(int(x)) if x.is_integer() else str(x) for x, _ in ordered],
        **{name: [rows[key].get(name, "") for key in ordered] for name in names},
    }


def _is_flat(series: Series) -> bool:
    """Whether the band of a series is the series itself."""
    return np.array_equal(series.low, series.y) and np.array_equal(series.high, series.y)  # type: ignore[arg-type]


def _series_names(frame: Curves) -> list[str]:
    """The name of each series with its unit; those that share one have the name of their pane, or their key, too."""
    names = [f"{series.label or series.key}{f' ({series.unit})' if series.unit else ''}" for series in frame.series]
    for extra in ([series.pane for series in frame.series], [series.key for series in frame.series]):
        counts = Counter(names)
        names = [
            f"{name}, {more}" if more and counts[name] > 1 else name for name, more in zip(names, extra, strict=True)
        ]
    return names


def _images(frame: Images) -> Columns:
    image, channel, row, column = (axis.ravel() for axis in np.indices(frame.images.shape))
    out: Columns = {"image": image}
    if frame.index is not None:
        out["index"] = np.asarray(frame.index)[image]
    if frame.images.shape[1] > 1:
        out["channel"] = channel
    return {**out, "row": row, "column": column, "value": frame.images.ravel()}


def _bars(frame: Bars) -> Columns:
    value = f"value ({frame.unit})" if frame.unit else "value"
    out: Columns = {"label": list(frame.labels), value: frame.values}
    if frame.errors is not None:
        out["error"] = frame.errors
    if frame.reference is not None:
        out["reference"] = frame.reference
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
