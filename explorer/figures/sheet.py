"""The page of a figure: title, legend, note, and the space between them that a painter fills.

All places are points (1/72 inch) from the top left corner, so that what is drawn has the same size on any page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.figures.box import Box
from explorer.figures.legend import Key, draw_legend, legend_height
from explorer.figures.palette import PALETTES
from explorer.figures.style import MAX_PIXELS, FigureError, Style
from models.frames import Frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MARGIN", "PX", "Page"]

MARGIN = 5.0
PX = 0.55
"""Points to one pixel of the window: its leading view is about 430 px wide, a column of a journal 241 points."""


class Page:
    """One figure in the making.

    Attributes:
        style: What the person chose.
        palette: Colours of the theme.
        figure: The matplotlib figure.
        width, height: Of the page in points; the height is known once `body` has been asked for.
        label: Font size of labels in points; `small` of axis numbers and captions, `large` of the title.
        line: Height of a line of a legend in points.
        stroke: What widths of lines and sizes of points are multiplied by: 1 where labels have 7 points.
    """

    def __init__(self, frame: Frame, style: Style) -> None:
        from matplotlib import get_data_path
        from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
        from matplotlib.figure import Figure

        self.frame, self.style, self.palette = frame, style, PALETTES[style.theme]
        self.dpi = int(style.dpi)
        self.pixels_wide = round(style.width_mm / 25.4 * self.dpi)
        self.width = self.points(self.pixels_wide)
        self.height = 0.0
        scale = min(1.0, style.width_mm / 55)
        self.label = style.font_size * scale
        self.small, self.large = 0.88 * self.label, 1.2 * self.label
        self.line = 1.5 * self.label
        self.stroke = self.label / 7
        self.figure = Figure(dpi=self.dpi, facecolor=self.palette.paper)
        FigureCanvasAgg(self.figure)
        self._fonts = Path(get_data_path()) / "fonts" / "ttf"
        self._rulers = RendererAgg(1, 1, 720), RendererAgg(1, 1, self.dpi)

    def points(self, pixels: float) -> float:
        """Pixels at the resolution of the style in points."""
        return pixels * 72 / self.dpi

    def font(self, size: float, bold: bool = False) -> Any:
        """DejaVu Sans as it comes with matplotlib, so that a figure looks the same everywhere."""
        from matplotlib.font_manager import FontProperties

        return FontProperties(fname=self._fonts / f"DejaVuSans{'-Bold' if bold else ''}.ttf", size=size)

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """Width of a line of text in points."""
        font = self.font(size, bold)
        # Glyphs on few pixels are rounded to them, which makes a line longer or shorter than in print.
        widths = [r.get_text_width_height_descent(text, font, ismath=False)[0] * 72 / r.dpi for r in self._rulers]
        return max(widths)

    def wrap(self, text: str, size: float, width: float, bold: bool = False) -> list[str]:
        """The text in lines no wider than `width` where its words allow it."""
        lines: list[str] = []
        for word in text.split():
            if lines and self.measure(f"{lines[-1]} {word}", size, bold) <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def elide(self, text: str, size: float, width: float) -> str:
        """The text, its end replaced by … where it is wider than `width`."""
        if self.measure(text, size) <= width:
            return text
        while text and self.measure(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def halo(self, width: float = 1.8) -> list[Any]:
        """A rim of paper around a text, so that it can be read on anything."""
        from matplotlib.patheffects import withStroke

        return [withStroke(linewidth=width * self.stroke, foreground=self.palette.paper)]

    def body(self, natural: Callable[[float], float], keys: Sequence[Key] = ()) -> Box:
        """Writes title, subtitle, legend and note, and returns the space left for the picture.

        Args:
            natural: Height in points that suits the picture at a width in points, asked where the style has none.
            keys: The legend.

        Raises:
            FigureError: Where the page is too low for text and picture, or has too many pixels.
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
        # The drawing has as many pixels as fit whole: a hair more keeps rounding from losing one.
        self.figure.set_size_inches((self.pixels_wide + 1e-6) / self.dpi, (pixels_high + 1e-6) / self.dpi)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        color: str,
        *,
        bold: bool = False,
        align: str = "left",
        upright: str = "baseline",
        rotation: float = 0.0,
    ) -> None:
        """Writes a line; "$" has no meaning in it."""
        self.figure.text(
            x / self.width,
            1 - y / self.height,
            text,
            color=color,
            fontproperties=self.font(size, bold),
            ha=align,
            va=upright,
            rotation=rotation,
            rotation_mode="anchor",
            parse_math=False,
        )

    def axes(self, box: Box, x: tuple[float, float], y: tuple[float, float], **options: Any) -> Axes:
        """Axes without frame, ticks and numbers on a box, its edges on whole pixels."""
        left, right = (round(v * self.dpi / 72) for v in (box.left, box.left + box.width))
        top, bottom = (round(v * self.dpi / 72) for v in (box.top, box.top + box.height))
        wide, high = self.pixels_wide, self.pixels_high
        place = (left / wide, (high - bottom) / high, max(right - left, 1) / wide, max(bottom - top, 1) / high)
        axes = self.figure.add_axes(place, autoscale_on=False, **options)
        axes.set_axis_off()
        axes.set_xlim(*x)
        axes.set_ylim(*y)
        return axes
