"""A whole figure: title, subtitle, legend and note, and between them the space that a painter fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.legend import draw_legend, legend_height
from explorer.figures.style import MAX_PIXELS, FigureError, Style
from explorer.figures.surface import MARGIN, Surface
from models.frames import Frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Sheet"]

_LEADING = 1.35  # height of a line of text as a multiple of its size
_LEAST_COLUMN = 0.28  # of the width: the least that texts beside a picture have


@dataclass(frozen=True)
class _Words:
    """The texts of a figure, broken into lines for a width.

    Attributes:
        width: The width, points.
        title, subtitle, note: Lines of each.
        beside: Distance at which the subtitle stands on the line of the title, or 0 where it has lines of its own.
        head: Height of title and subtitle, points.
        legend: Height of the legend, points.
        foot: Height of the note, points.
    """

    width: float
    title: list[str]
    subtitle: list[str]
    note: list[str]
    beside: float
    head: float
    legend: float
    foot: float

    @property
    def top(self) -> float:
        """Height of all that stands before the picture."""
        return self.head + self.legend


class Sheet(Surface):
    """The surface of one figure.

    Texts stand above and below the picture. On a page of fixed height that is much wider than a picture that keeps its
    shape, such as a square map on a slide, they stand on its left.

    Args:
        frame: Its subtitle and note are printed.
        style: Size and look.
        place: Part of a larger figure, of the size of the style, to draw on; None makes a figure.
    """

    def __init__(self, frame: Frame, style: Style, place: Any = None) -> None:
        super().__init__(style, place)
        self.frame = frame
        self._is_part = place is not None

    @classmethod
    def blank(cls, style: Style, height_mm: float) -> Figure:
        """An empty figure of a height, on which other sheets are drawn."""
        sheet = cls(Frame(), replace(style, height_mm=height_mm))
        sheet._set_height(0.0, 0.0, 0.0)
        return sheet.figure

    def body(
        self,
        natural: Callable[[float], float],
        keys: Sequence[Key] = (),
        *,
        shape: Callable[[float], float] | None = None,
    ) -> Box:
        """Writes title, subtitle, legend and note, and returns the space left for the picture.

        Args:
            natural: Returns the height in points that suits the picture at a width in points.
            keys: Entries of the legend.
            shape: The height that the picture takes at a width, points, where it cannot fill a wider box; else None.

        Raises:
            FigureError: The height has no room for text and picture, or the figure has too many pixels.
        """
        inner = self.width - 2 * MARGIN
        box = None if shape is None or self.style.height_mm is None else self._beside(shape, keys)
        if box is not None:
            return box
        words = self._words(keys, inner)
        top = MARGIN + words.top + (0.4 * self.label if words.top else 0)
        self._set_height(top, words.foot, natural(inner))
        self._write(words, keys)
        return Box(MARGIN, top, inner, self.height - top - words.foot - MARGIN)

    def _beside(self, shape: Callable[[float], float], keys: Sequence[Key]) -> Box | None:
        """Writes the texts on the left of the picture, where that makes it larger, and returns its box."""
        inner, high = self.width - 2 * MARGIN, (self.style.height_mm or 0.0) / 25.4 * 72 - 2 * MARGIN
        gap, least = 2 * self.label, max(_LEAST_COLUMN * inner, 14 * self.label)
        above = self._words(keys, inner)
        picture = min(self._width_at(shape, high), inner - gap - least)
        words = self._words(keys, inner - gap - picture)
        if picture <= self._width_at(shape, high - above.top - above.foot) or words.top + words.foot > high:
            return None
        self._set_height(0.0, 0.0, 0.0)
        self._write(words, keys)
        return Box(self.width - MARGIN - picture, MARGIN, picture, self.height - 2 * MARGIN)

    def _width_at(self, shape: Callable[[float], float], height: float) -> float:
        """The largest width at which the picture is no higher than a height, points."""
        low, high = 0.0, self.width - 2 * MARGIN
        for _ in range(24):
            middle = (low + high) / 2
            low, high = (middle, high) if shape(middle) <= height else (low, middle)
        return low

    def _words(self, keys: Sequence[Key], width: float) -> _Words:
        title = self.wrap(self.style.title, self.large, width, bold=True)
        subtitle = self.wrap(self.frame.subtitle, self.label, width)
        note = self.wrap(("⚠ " if self.frame.warning and self.frame.note else "") + self.frame.note, self.small, width)
        beside = 0.0
        if len(title) == len(subtitle) == 1:
            start = self.measure(title[0], self.large, bold=True) + self.label
            beside = start if start + self.measure(subtitle[0], self.label) <= width else 0.0
        head = len(title) * _LEADING * self.large + (0 if beside else len(subtitle) * _LEADING * self.label)
        foot = (len(note) * _LEADING + 0.5) * self.small if note else 0.0
        return _Words(width, title, subtitle, note, beside, head, legend_height(self, keys, width), foot)

    def _write(self, words: _Words, keys: Sequence[Key]) -> None:
        y = MARGIN
        for line in words.title:
            self.text(MARGIN, y + self.large, line, self.large, self.palette.text1, bold=True)
            y += _LEADING * self.large
        if words.beside:
            at = MARGIN + self.large
            self.text(MARGIN + words.beside, at, words.subtitle[0], self.label, self.palette.text2)
        else:
            for line in words.subtitle:
                self.text(MARGIN, y + self.label, line, self.label, self.palette.text2)
                y += _LEADING * self.label
        draw_legend(self, keys, MARGIN, y, words.width)
        y = self.height - MARGIN - len(words.note) * _LEADING * self.small
        for line in words.note:
            color = self.palette.warn if self.frame.warning else self.palette.text3
            self.text(MARGIN, y + self.small, line, self.small, color)
            y += _LEADING * self.small

    def _set_height(self, top: float, foot: float, natural: float) -> None:
        if self.style.height_mm is None:
            height = top + natural + foot + MARGIN
        else:
            height = self.style.height_mm / 25.4 * 72
            least = top + foot + MARGIN + 4 * self.line
            if height < least:
                raise FigureError(
                    f"a height of {self.style.height_mm:g} mm has no room for this picture and its text: "
                    f"choose at least {least / 72 * 25.4:.0f} mm"
                )
        pixels_high = round(height / 72 * self.dpi)
        if self.pixels_wide * pixels_high > MAX_PIXELS:
            raise FigureError(
                f"{self.pixels_wide:,} × {pixels_high:,} pixels are too many at {self.dpi} dpi: "
                f"choose a smaller page or resolution, {MAX_PIXELS // 10**6} million pixels at most"
            )
        self.pixels_high = pixels_high
        self.height = self.points(pixels_high)
        if self._is_part:
            return
        # matplotlib truncates to whole pixels: a small excess keeps rounding errors from losing one.
        self.figure.set_size_inches((self.pixels_wide + 1e-6) / self.dpi, (pixels_high + 1e-6) / self.dpi)
