"""Size and look of a figure, and the error for a figure that cannot be made."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["MAX_PIXELS", "FigureError", "Style"]

MAX_PIXELS = 120_000_000
"""Most pixels of one figure: drawing holds four bytes for each."""


class FigureError(ValueError):
    """A figure cannot be made or written. The message is one line, to be shown to the user."""


@dataclass(frozen=True, kw_only=True)
class Style:
    """Size and look of a figure.

    Attributes:
        width_mm: Width of the page, 20 to 1000 mm; 85 is one column of a journal, 170 two.
        height_mm: Height of the page, 20 to 1000 mm, or None for a height that suits the frame.
        dpi: Pixels an inch, 30 to 1200: of a PNG, and of pictures inside SVG and PDF.
        theme: "light" for paper, "dark" for slides.
        title: Bold line at the top, or "".
        font_size: Size of labels and captions in points, 4 to 48; the title is larger, axis numbers are smaller.
        outlines: Text in an SVG is drawn as outlines, which look the same on every machine; otherwise it is text, which
            can be edited and searched, and which a machine without the font Inter shows in another one.

        class_legend: Whether a plane has a legend of the classes of its points; None for one where classes overlap so
            much that the names on them do not tell them apart.

    Raises:
        FigureError: A value is out of its range.
    """

    width_mm: float = 85.0
    height_mm: float | None = None
    dpi: int = 300
    theme: str = "light"
    title: str = ""
    font_size: float = 7.0
    outlines: bool = False
    class_legend: bool | None = None

    def __post_init__(self) -> None:
        """Checks the values."""
        for name, value, low, high, unit in (
            ("width", self.width_mm, 20, 1000, " mm"),
            ("height", self.height_mm, 20, 1000, " mm"),
            ("resolution", self.dpi, 30, 1200, " dpi"),
            ("font size", self.font_size, 4, 48, " pt"),
        ):
            if value is None and name == "height":
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise FigureError(f"the {name} of a figure is a number from {low} to {high}{unit}, not {value!r}")
            if not low <= value <= high:
                raise FigureError(f"a figure has a {name} from {low} to {high}{unit}, not {value:g}")
        if self.dpi != int(self.dpi):
            raise FigureError(f"the resolution of a figure is a whole number of dpi, not {self.dpi}")
        if self.theme not in ("light", "dark"):
            raise FigureError(f'a figure has the theme "light" or "dark", not {self.theme!r}')
