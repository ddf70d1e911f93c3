"""A table of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Matrix"]


@dataclass(frozen=True)
class Matrix(Frame):
    """A table of numbers, (rows, columns), shown as shades with the values printed."""

    values: np.ndarray
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    x_label: str = ""
    y_label: str = ""
    unit: str = ""
