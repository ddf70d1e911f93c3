"""The painter of `Text`: monospaced lines, with highlighted pieces on a tint of their role's colour."""

from __future__ import annotations

from explorer.figures.fonts import ADVANCE
from explorer.figures.surface import Surface
from explorer.palette import mix
from models.frames import Text

__all__ = ["paint"]

LEAST = 3.0
"""Smallest letters in points where the height of the figure is limited."""
PITCH = 1.4
"""Height of a line as a multiple of the size of its letters."""
TINT = 0.3
"""Share of the role's colour in the ground of a highlighted piece."""


def paint(surface: Surface, frame: Text) -> None:
    """Draws text; a line that is too long is broken at any character."""

    def rows_at(columns: int) -> int:
        return max(1, sum(max(1, -(-len(line) // columns)) for line in frame.lines))

    def columns_at(size: float, width: float) -> int:
        return max(1, int(width / (ADVANCE * size) + 1e-6))

    size = _sharp(surface, surface.label)
    box = surface.body(lambda width: rows_at(columns_at(size, width)) * PITCH * size)
    height = box.height + 1.0  # heights of figures are rounded to pixels
    while size > LEAST and rows_at(columns_at(size, box.width)) * PITCH * size > height:
        size = _sharp(surface, 0.97 * size)
    columns, pitch, advance = columns_at(size, box.width), PITCH * size, ADVANCE * size
    room = max(1, int(height / pitch))
    axes = surface.axes(box, (box.left, box.left + box.width), (box.top + box.height, box.top))
    row, hidden = 0, rows_at(columns) > room
    for number, line in enumerate(frame.lines):
        for begin in range(0, max(len(line), 1), columns):
            top = box.top + row * pitch
            if hidden and row == room - 1:
                surface.text(box.left, top + 0.75 * pitch, "…", size, surface.palette.text3, mono=True)
                return
            for _, start, stop, role in (mark for mark in frame.marks if mark[0] == number):
                low, high = max(start - begin, 0), min(stop - begin, columns)
                if low < high:
                    ends = box.left + low * advance, box.left + high * advance
                    color = surface.palette.role(role)
                    ground = mix(surface.palette.paper, color, TINT)
                    axes.fill_between(ends, top + 0.06 * pitch, top + 0.96 * pitch, color=ground, linewidth=0)
                    (rule,) = axes.plot(ends, [top + 0.96 * pitch] * 2, color=color, linewidth=0.9 * surface.stroke)
                    rule.set_solid_capstyle("butt")
            piece = line[begin : begin + columns]
            if piece.strip():
                surface.text(box.left, top + 0.75 * pitch, piece, size, surface.palette.text1, mono=True)
            row += 1


def _sharp(surface: Surface, size: float) -> float:
    """The largest size up to this one at which a character is a whole number of pixels wide.

    At other sizes the characters of a PNG are rounded to whole pixels, and the marks do not lie behind their words.
    """
    pixels = max(1, int(ADVANCE * size * surface.dpi / 72 + 1e-6))
    return pixels * 72 / surface.dpi / ADVANCE
