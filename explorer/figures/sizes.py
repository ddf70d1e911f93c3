"""Common sizes of figures, with the size of their text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["SIZES", "Size"]


@dataclass(frozen=True)
class Size:
    """A common size of figures.

    Attributes:
        label: Name for people.
        width_mm: Width, mm.
        height_mm: Height, mm; None follows the picture.
        font_size: Size of labels, points.
    """

    label: str
    width_mm: float
    height_mm: float | None = None
    font_size: float = 7.0


SIZES: Mapping[str, Size] = {
    "column": Size("One column, 85 mm", 85.0),
    "text": Size("Width of a text, 140 mm", 140.0, None, 8.0),
    "double": Size("Two columns, 178 mm", 178.0, None, 8.0),
    "slide": Size("Slide, 254 × 143 mm", 254.0, 143.0, 15.0),
}
"""Sizes by name: journals have one or two columns, a slide is read from afar."""
