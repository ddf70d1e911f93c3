"""The description of a dataset for which a model is built."""

from __future__ import annotations

import numpy as np

from explorer.data import Dataset
from explorer.engine.data.instruments import instruments_of
from models.protocol import DataSpec, Image

__all__ = ["spec_of"]


def spec_of(data: Dataset) -> DataSpec:
    """The description of a dataset for a model."""
    mean, std = data.moments()
    return DataSpec(
        data.kind,
        len(data.train),
        data.classes,
        mean,
        std,
        _levels(data),
        data.factors,
        instruments_of(data.name),
        data.columns,
    )


def _levels(data: Dataset) -> int:
    """Number of values that an entry of an image can have. Images are whole numbers with a scale; 1/scale is white."""
    if not isinstance(data.kind, Image):
        return 0
    if data.kind.values == "binary":
        return 2
    return round(1 / data.scale) + 1 if data.train.x.dtype == np.uint8 else 0
