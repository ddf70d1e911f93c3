"""The drawing surface of a figure: sizes, fonts, text and axes, measured in points.

A painter draws on a `Surface`. It asks `body` for its box, then places text and axes there. A `Sheet` is a whole
figure, a `Cell` one picture of a strip. Coordinates are points (1/72 inch) from the top left corner, so that text and
lines have the same size on any figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from explorer.figures import fonts
from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.palette import PALETTES
from explorer.figures.style import Style

if TYPE_CHECKING:  # matplotlib is imported with the first drawing
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

__all__ = ["MARGIN", "PX", "Surface"]

MARGIN = 5.0
PX = 0.55
"""Points to one pixel of the window: its leading view is about 430 px wide, a column of a journal 241 points."""


class Surface:
    """Measures and draws text and axes on a matplotlib figure.

    Attributes:
        style: Size and look that were chosen.
        palette: Colours of the theme.
        figure: The matplotlib figure.
        width, height: Size of the figure, points; the height of a sheet is set by `body`.
        limits: Left and right edge within which labels stay, points.
        label: Font size of labels, points; `small` of axis numbers and captions, `large` of the title.
        line: Height of one line of a legend, points.
        stroke: Factor for widths of lines and sizes of points, 1 where labels have 7 points.

    Args:
        style: Size and look.
        figure: The figure to draw on; None makes a new one.
    """

    def __init__(self, style: Style, figure: Figure | None = None) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
        from matplotlib.figure import Figure as NewFigure

        self.style, self.palette = style, PALETTES[style.theme]
        self.dpi = int(style.dpi)
        self.pixels_wide, self.pixels_high = round(style.width_mm / 25.4 * self.dpi), 1
        self.width, self.height = self.points(self.pixels_wide), 0.0
        self.limits = MARGIN, self.width - MARGIN
        scale = min(1.0, style.width_mm / 55)
        self.label = style.font_size * scale
        self.small, self.large = 0.88 * self.label, 1.2 * self.label
        self.line = 1.5 * self.label
        self.stroke = self.label / 7
        self._rulers = RendererAgg(1, 1, 720), RendererAgg(1, 1, self.dpi)
        if figure is None:
            figure = NewFigure(dpi=self.dpi, facecolor=self.palette.paper)
            FigureCanvasAgg(figure)
        self.figure: Figure = figure

    def body(
        self,
        natural: Callable[[float], float],
        keys: Sequence[Key] = (),
        *,
        shape: Callable[[float], float] | None = None,
    ) -> Box:
        """The box that a painter fills; a painter calls it once, before it draws.

        Args:
            natural: Returns the height in points that suits the picture at a width in points.
            keys: Entries of the legend.
            shape: The height that the picture takes at a width, points, where it cannot fill a wider box; else None.
        """
        raise NotImplementedError

    def points(self, pixels: float) -> float:
        """Pixels at the resolution of the style in points."""
        return pixels * 72 / self.dpi

    def font(self, size: float, bold: bool = False, mono: bool = False) -> FontProperties:
        """The font of the window in a size in points."""
        return fonts.font(size, bold, mono)

    def measure(self, text: str, size: float, bold: bool = False, mono: bool = False) -> float:
        """Width of a line of text in points."""
        font = self.font(size, bold, mono)
        # Glyph advances are rounded to pixels, so the width depends on the resolution: the larger one counts.
        widths = [r.get_text_width_height_descent(text, font, ismath=False)[0] * 72 / r.dpi for r in self._rulers]
        return max(widths)

    def wrap(self, text: str, size: float, width: float, bold: bool = False) -> list[str]:
        """Breaks a text between words into lines no wider than `width`; a longer word gets its own line."""
        lines: list[str] = []
        for word in text.replace("\n", " ").split(" "):  # thin and no-break spaces do not end a word
            if not word:
                continue
            if lines and self.measure(f"{lines[-1]} {word}", size, bold) <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def elide(self, text: str, size: float, width: float) -> str:
        """The text, its end replaced by … if it is wider than `width`."""
        if self.measure(text, size) <= width:
            return text
        while text and self.measure(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def label_point(
        self,
        axes: Axes,
        x: float,
        y: float,
        text: str,
        size: float,
        color: str,
        order: float,
        *,
        bold: bool = False,
        align: str = "center",
        upright: str = "center",
        halo: float = 1.8,
    ) -> None:
        """Writes a text at a point of axes, data units, on an outline of paper so that it is legible on anything.

        The outline is an object of its own, because an SVG has a text with an effect as outlines only.
        """
        from matplotlib.patheffects import Stroke

        outline = Stroke(linewidth=halo * self.stroke, foreground=self.palette.paper)
        for effects, above in (([outline], 0.0), ([], 0.01)):
            words = axes.text(x, y, text, color=color, fontproperties=self.font(size, bold), ha=align, va=upright)
            words.set(parse_math=False, path_effects=effects, zorder=order + above, clip_on=True)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        color: str,
        *,
        bold: bool = False,
        mono: bool = False,
        align: str = "left",
        upright: str = "baseline",
        rotation: float = 0.0,
    ) -> None:
        """Writes one line of text; "$" starts no formula."""
        self.figure.text(
            x / self.width,
            1 - y / self.height,
            text,
            color=color,
            fontproperties=self.font(size, bold, mono),
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
