"""The options of a figure that are remembered between exports."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from explorer.figures import SIZES, Style

__all__ = ["CUSTOM", "ExportChoices"]

CUSTOM = "custom"


@dataclass(frozen=True)
class ExportChoices:
    """The options that are remembered between exports.

    Attributes:
        format: "png", "svg", "pdf", "csv" or "npz".
        width_mm: Width, mm.
        height_mm: Height, mm; None follows the picture.
        font_size: Size of labels, points.
        dpi: Pixels per inch.
        theme: "light" or "dark".
        outlines: Text in an SVG is drawn as outlines.
        class_legend: Whether classes have a legend; None where they overlap.
        folder: Folder of the last figure, or "".
    """

    format: str = "png"
    width_mm: float = 85.0
    height_mm: float | None = None
    font_size: float = 7.0
    dpi: int = 300
    theme: str = "light"
    outlines: bool = False
    class_legend: bool | None = None
    folder: str = ""

    def style(self, title: str = "") -> Style:
        """The style of a figure with a title."""
        return Style(
            width_mm=self.width_mm,
            height_mm=self.height_mm,
            font_size=self.font_size,
            dpi=self.dpi,
            theme=self.theme,
            title=title.strip(),
            outlines=self.outlines,
            class_legend=self.class_legend,
        )

    @property
    def size(self) -> str:
        """Name of the common size, or "custom"."""
        here = self.width_mm, self.height_mm, self.font_size
        names = (name for name, size in SIZES.items() if (size.width_mm, size.height_mm, size.font_size) == here)
        return next(names, CUSTOM)

    def for_next(self) -> ExportChoices:
        """The options for another figure: a height that was typed for this one is not among them."""
        return self if self.size != CUSTOM else dataclasses.replace(self, height_mm=None)
