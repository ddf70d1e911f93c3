"""The arrays of a frame by their paths."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from models.frames.curves import Series

__all__ = ["arrays_of"]


def arrays_of(part: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """Every array of a frame, layer or series by its path: "layers.0.xy", "elbo.y", "frames.3.images"."""
    arrays: dict[str, np.ndarray] = {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        path = f"{prefix}{field.name}"
        if isinstance(value, np.ndarray):
            arrays[path] = value
        elif isinstance(value, tuple):
            for position, item in enumerate(value):
                if isinstance(item, Series):
                    arrays |= arrays_of(item, f"{prefix}{item.key}.")
                elif dataclasses.is_dataclass(item):
                    arrays |= arrays_of(item, f"{path}.{position}.")
    return arrays
