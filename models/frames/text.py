"""Monospaced text."""

from __future__ import annotations

from dataclasses import dataclass

from models.frames.frame import Frame

__all__ = ["Text"]


@dataclass(frozen=True)
class Text(Frame):
    """Lines of monospaced text, with highlighted pieces.

    Attributes:
        lines: One string a line, without line breaks.
        marks: Highlighted pieces, each (line, start, stop, role): the characters start to stop - 1 of a line, counted
            from 0, in the colour of a role.

    Raises:
        ValueError: A line contains a line break, or a mark is outside its line.
    """

    lines: tuple[str, ...]
    marks: tuple[tuple[int, int, int, str], ...] = ()

    def __post_init__(self) -> None:
        """Checks lines and marks."""
        if any("\n" in line or "\r" in line for line in self.lines):
            raise ValueError("a line of a text contains no line break")
        for line, start, stop, _ in self.marks:
            if not 0 <= line < len(self.lines):
                raise ValueError(f"a mark is on line {line} of a text of {len(self.lines)} lines")
            if not 0 <= start < stop <= len(self.lines[line]):
                raise ValueError(f"a mark covers {start} to {stop} of a line of {len(self.lines[line])} characters")
