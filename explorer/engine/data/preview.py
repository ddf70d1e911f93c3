"""A picture of a dataset before it is used: some of its images, all of its points, its first rows, or one sound."""

from __future__ import annotations

import numpy as np

from explorer.data import Dataset, Split
from models.frames import Audio, Frame, Images, Plane, Points, Text
from models.protocol import Image, Planar, Waveform

__all__ = ["preview_of"]

_IMAGES, _POINTS, _ROWS, _COLUMNS = 48, 4000, 18, 8
_CELL = 14  # characters


def preview_of(data: Dataset) -> Frame:
    """Some of the training data as a model will receive them."""
    split = data.train
    if isinstance(data.kind, Image):
        return _images(data, split)
    if isinstance(data.kind, Waveform):
        length = len(split.x[0]) if split.lengths is None else int(split.lengths[0])
        return Audio(split.x[0, :length] * data.scale, data.kind.rate or 1, subtitle="the first sound to train on")
    if isinstance(data.kind, Planar):
        shown = min(_POINTS, len(split))
        return Plane((Points(split.x[:shown], name="data"),), subtitle=f"{shown:,} points to train on")
    return _rows(data)


def _images(data: Dataset, split: Split) -> Images:
    shown = min(_IMAGES, len(split))
    labels = () if split.y is None else split.y[:shown]
    return Images(
        split.x[:shown] * np.float32(data.scale), captions=tuple(data.classes[y] for y in labels),
        subtitle=f"{shown} of {len(split):,} images to train on",
    )  # fmt: skip


def _rows(data: Dataset) -> Text:
    names = data.columns[:_COLUMNS]
    lines = ["".join(_short(name).rjust(_CELL) for name in names)]
    lines += ["".join(f"{value:>{_CELL}.5g}" for value in row[: len(names)]) for row in data.train.x[:_ROWS]]
    more = f", {len(names)} of {len(data.columns)} columns" if len(data.columns) > len(names) else ""
    return Text(tuple(lines), subtitle=f"{len(lines) - 1} of {len(data.train):,} rows to train on{more}")


def _short(name: str) -> str:
    clean = " ".join(name.split())
    return clean if len(clean) < _CELL - 1 else clean[: _CELL - 3] + "…"
