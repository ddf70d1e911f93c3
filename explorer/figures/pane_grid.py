"""Where the panes of curves stand on a figure: over one another, or in columns of equal width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.legend import legend_height
from explorer.figures.surface import Surface

__all__ = ["PaneGrid"]

_COLUMN = 15.0  # least width of one of several columns, in heights of a label


@dataclass(frozen=True)
class PaneGrid:
    """Panes in rows, each with room above it for its legend.

    Attributes:
        columns: Number of columns that the panes stand in, row by row.
        heads: Room above each pane, points.
        top: Room above all panes, points.
        gap: Room between columns, points.
        common: One legend above all panes stands for those of all.
    """

    columns: int
    heads: tuple[float, ...]
    top: float
    gap: float
    common: bool

    @classmethod
    def of(cls, surface: Surface, legends: Sequence[Sequence[Key]], most: int, width: float) -> PaneGrid:
        """The grid at a width.

        Args:
            surface: What is drawn on.
            legends: Entries of the legend of each pane.
            most: Greatest number of columns; there are no more than there is room for.
            width: Room, points.
        """
        columns = max(1, min(most, len(legends), int(width // (_COLUMN * surface.label))))
        gap, pad = 1.2 * surface.label, 0.3 * surface.label
        if columns > 1 and all(keys == legends[0] for keys in legends):
            return cls(columns, (pad,) * len(legends), legend_height(surface, legends[0], width), gap, True)
        each = (width - gap * (columns - 1)) / columns
        return cls(columns, tuple(legend_height(surface, keys, each) + pad for keys in legends), 0.0, gap, False)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return math.ceil(len(self.heads) / self.columns)

    def head(self, number: int) -> float:
        """Room above the panes of a pane's row, points."""
        start = number - number % self.columns
        return max(self.heads[start : start + self.columns])

    def height_above(self, apart: float) -> float:
        """Height of all that is not panes or axis, with rows some points apart."""
        return self.top + sum(self.head(row * self.columns) for row in range(self.rows)) + (self.rows - 1) * apart

    def places(self, box: Box, below: float, apart: float) -> list[Box]:
        """Boxes of the panes with their y axes, without legends.

        Args:
            box: Room of all.
            below: Height of the x axis, points.
            apart: Room between rows, points.
        """
        each = max((box.height - below - self.height_above(apart)) / self.rows, 4.0)
        width = (box.width - self.gap * (self.columns - 1)) / self.columns
        places, top = [], box.top + self.top
        for number in range(len(self.heads)):
            row, column = divmod(number, self.columns)
            if column == 0:
                top += self.head(number) + (each + apart if row else 0.0)
            places.append(Box(box.left + column * (width + self.gap), top, width, each))
        return places
