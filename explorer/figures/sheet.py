"""A whole figure: title, subtitle, legend and note, and between them the space that a painter fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.legend import draw_legend, legend_height
from explorer.figures.style import MAX_PIXELS, FigureError, Style
from explorer.figures.surface import MARGIN, Surface
from models.frames import Frame

__all__ = ["Sheet"]


class Sheet(Surface):
    """The surface of one figure.

    Args:
        frame: Its subtitle and note are printed.
        style: Size and look.
    """

    def __init__(self, frame: Frame, style: Style) -> None:
        super().__init__(style)
        self.frame = frame

    def body(self, natural: Callable[[float], float], keys: Sequence[Key] = ()) -> Box:
        """Writes title, subtitle, legend and note, and returns the space left for the picture.

        Args:
            natural: Returns the height in points that suits the picture at a width in points; called where the style
                has no height.
            keys: Entries of the legend.

        Raises:
            FigureError: The height has no room for text and picture, or the figure has too many pixels.
        """
        inner = self.width - 2 * MARGIN
        title = self.wrap(self.style.title, self.large, inner, bold=True)
        subtitle = self.wrap(self.frame.subtitle, self.label, inner)
        note = self.wrap(("⚠ " if self.frame.warning and self.frame.note else "") + self.frame.note, self.small, inner)
        beside = 0.0
        if len(title) == len(subtitle) == 1:
            start = self.measure(title[0], self.large, bold=True) + self.label
            beside = start if start + self.measure(subtitle[0], self.label) <= inner else 0.0
        head = len(title) * 1.35 * self.large + (0 if beside else len(subtitle) * 1.35 * self.label)
        legend = legend_height(self, keys, inner)
        top = MARGIN + head + legend + (0.4 * self.label if head or legend else 0)
        foot = (len(note) * 1.35 + 0.5) * self.small if note else 0.0
        self._set_height(top, foot, natural(inner))

        y = MARGIN
        for line in title:
            self.text(MARGIN, y + self.large, line, self.large, self.palette.text1, bold=True)
            y += 1.35 * self.large
        if beside:
            at = MARGIN + self.large
            self.text(MARGIN + beside, at, subtitle[0], self.label, self.palette.text2)
        else:
            for line in subtitle:
                self.text(MARGIN, y + self.label, line, self.label, self.palette.text2)
                y += 1.35 * self.label
        draw_legend(self, keys, MARGIN, y, inner)
        y = self.height - MARGIN - len(note) * 1.35 * self.small
        for line in note:
            color = self.palette.warn if self.frame.warning else self.palette.text3
            self.text(MARGIN, y + self.small, line, self.small, color)
            y += 1.35 * self.small
        return Box(MARGIN, top, inner, self.height - top - foot - MARGIN)

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
        # matplotlib truncates to whole pixels: a small excess keeps rounding errors from losing one.
        self.figure.set_size_inches((self.pixels_wide + 1e-6) / self.dpi, (pixels_high + 1e-6) / self.dpi)
