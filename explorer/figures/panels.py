"""A figure of several panels: a leading one at left and others in a column beside it, as the cards of a scene."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.figures.sheet import Sheet
from explorer.figures.style import FigureError, Style
from models.frames import Frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Panel", "Panels", "draw_panels"]

_LEAD = 0.58  # of the width
_LEAST = 130.0  # mm of a page on which texts in both columns can be read

Painters = Mapping[type[Frame], Callable[..., None]]


@dataclass(frozen=True)
class Panel:
    """One picture of a figure.

    Attributes:
        title: Its title; a letter is put before it.
        frame: What it shows.
    """

    title: str
    frame: Frame


@dataclass(frozen=True)
class Panels(Frame):
    """Pictures of one figure, the leading one first.

    Attributes:
        panels: At least one.
    """

    panels: Sequence[Panel] = ()


def draw_panels(frame: Panels, style: Style, painters: Painters) -> Figure:
    """Draws the panels; without a height in the style, the figure is as high as the higher of its columns.

    Args:
        frame: The panels.
        style: Size and look of the whole figure; the titles of the panels take the place of its title.
        painters: Painter of each kind of frame.

    Raises:
        FigureError: There is no panel, the page is too narrow for two columns, or a panel has no room.
    """
    lead, *beside = _lettered(frame.panels)
    if not beside:
        return _draw(lead, style, painters).figure
    if style.width_mm < _LEAST:
        raise FigureError(f"panels beside one another need a page at least {_LEAST:g} mm wide: choose --size text")
    left, right = _LEAD * style.width_mm, (1 - _LEAD) * style.width_mm
    natural = dataclasses.replace(style, height_mm=None)
    heights = [_height(panel, dataclasses.replace(natural, width_mm=right), painters) for panel in beside]
    alone = _height(lead, dataclasses.replace(natural, width_mm=left), painters)
    total = style.height_mm or max(alone, sum(heights))
    whole = Sheet.blank(style, total)
    first, column = np.asarray(whole.subfigures(1, 2, width_ratios=[_LEAD, 1 - _LEAD], wspace=0))
    rows = np.asarray(column.subfigures(len(beside), 1, height_ratios=heights, hspace=0, squeeze=False)).flat
    shares = [height / sum(heights) * total for height in heights]
    for panel, place, width, height in zip(
        (lead, *beside), (first, *rows), (left, *[right] * len(beside)), (total, *shares), strict=True
    ):
        _draw(panel, dataclasses.replace(style, width_mm=width, height_mm=height), painters, place)
    return whole


def _lettered(panels: Sequence[Panel]) -> list[Panel]:
    if not panels:
        raise FigureError("a figure of panels needs at least one panel")
    return [Panel(f"{letter}  {each.title}", each.frame) for letter, each in zip(string.ascii_lowercase, panels)]  # noqa: B905


def _height(panel: Panel, style: Style, painters: Painters) -> float:
    """Height that suits a panel, mm."""
    return _draw(panel, style, painters).height / 72 * 25.4


def _draw(panel: Panel, style: Style, painters: Painters, place: Any = None) -> Sheet:
    painter = painters.get(type(panel.frame))
    if painter is None:
        raise FigureError(f"no painter is known for a frame of the kind {type(panel.frame).__name__}")
    sheet = Sheet(panel.frame, dataclasses.replace(style, title=panel.title), place)
    painter(sheet, panel.frame)
    return sheet
