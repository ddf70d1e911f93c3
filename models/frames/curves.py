"""Curves over one x axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Curves", "Series"]


@dataclass(frozen=True)
class Series:
    """One curve: x (n,), y (n,), and optionally a band from low to high (n,).

    Attributes:
        pane: Series of one pane share a y axis.
        dashed: For exact values and equilibria beside estimates.
        smooth: The display may smooth the curve and draw the raw values behind it.
        dotted: For a second thing of the same kind, such as another run.
        levels: The values are a few levels: a line at each, and none from one to the next.
    """

    key: str
    label: str
    x: np.ndarray
    y: np.ndarray
    role: str = "total"
    pane: str = ""
    unit: str = ""
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    dashed: bool = False
    smooth: bool = False
    dotted: bool = False
    levels: bool = False

    def pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """The points of the curve, with a point of height NaN wherever the line is to break."""
        if not self.levels:
            return self.x, self.y
        after = np.flatnonzero(np.diff(self.y) != 0) + 1
        return np.insert(self.x, after, self.x[after - 1]), np.insert(self.y.astype(float), after, np.nan)


@dataclass(frozen=True)
class Curves(Frame):
    """Curves over one x axis, in stacked panes of one scale each.

    Attributes:
        log_panes: Panes with a logarithmic y axis where `log_y` does not make all of them so.
        columns: Panes stand in as many columns at most, row by row, where there is room.
        changes: Positions on the x axis at which parameters were changed while the run trained.
        y_names: Names of the values 0, 1, 2, … of y, written on the axis in place of numbers.
        x_range: Ends of the x axis, or None for those of the series. Figures show it; the window has its own range.
        y_ranges: Name of a pane and the ends of its y axis, for panes that do not follow their series. As `x_range`.
    """

    series: tuple[Series, ...]
    x_label: str = "step"
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    marker: float | None = None
    log_panes: tuple[str, ...] = ()
    y_names: tuple[str, ...] = ()
    x_range: tuple[float, float] | None = None
    y_ranges: tuple[tuple[str, float, float], ...] = ()
    changes: tuple[float, ...] = ()
    columns: int = 1
