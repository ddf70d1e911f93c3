"""Typesetting: LaTeX to SVG outlines, in a thread of its own, each formula once.

The first formula costs the import of the typesetter (a quarter of a second) and each formula some 20 ms, too long for
the thread of the window. What is set is kept in one colour and tinted when it is drawn, so no theme sets it again.
"""

from __future__ import annotations

import functools
import re
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["SIZE", "Outline", "Typeset", "Typesetter", "split_formula", "typesetter"]

SIZE = 16.0  # px
_INK = "#010203"  # replaced when a formula is drawn; no formula has it by itself
_WIDE = 180.0  # px from which a formula is set in pieces too, so that it can be broken
_BOX = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)"')
_OPERATORS = ("+", "-", "=", r"\le", r"\ge", r"\approx", r"\propto", r"\cdot", r"\times")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)


@dataclass(frozen=True)
class Outline:
    """A formula as vector outlines, at `SIZE`.

    Attributes:
        svg: The drawing.
        width: px.
        ascent: Above the base line, px.
        descent: Below it, px.
    """

    svg: str
    width: float
    ascent: float
    descent: float

    @property
    def height(self) -> float:
        """Of the ink, px."""
        return self.ascent + self.descent

    def tinted(self, color: str) -> bytes:
        """The drawing in a colour."""
        return self.svg.replace(_INK, color).encode()


@dataclass(frozen=True)
class Typeset:
    """What became of a formula.

    Attributes:
        whole: In one line, or None where it cannot be typeset.
        pieces: Parts between which a long formula may be broken; one where it is short.
        problem: Why it cannot be typeset, or "".
    """

    whole: Outline | None
    pieces: tuple[Outline, ...] = ()
    problem: str = ""


class Typesetter:
    """Sets formulas in a thread that lives as long as there is something to set. No Qt: whoever waits, looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: dict[str, Typeset] = {}
        self._wanted: deque[str] = deque()
        self._thread: threading.Thread | None = None

    def ask(self, formulas: Iterable[str]) -> None:
        """Has formulas set that are not set yet."""
        with self._lock:
            self._wanted.extend(tex for tex in formulas if tex not in self._done and tex not in self._wanted)
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="typesetter")
                self._thread.start()

    def found(self, tex: str) -> Typeset | None:
        """The formula, or None while it is not set yet."""
        return self._done.get(tex)

    def finish(self, seconds: float = 5.0) -> bool:
        """Drops what has not been begun and waits for the rest; returns whether the thread ended in time."""
        with self._lock:
            self._wanted.clear()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                tex = self._wanted[0]
            done = _typeset(tex)
            with self._lock:
                self._done[tex] = done
                if self._wanted and self._wanted[0] == tex:
                    self._wanted.popleft()


@functools.cache
def typesetter() -> Typesetter:
    """The one of the application: formulas are the same for all windows."""
    return Typesetter()


def split_formula(tex: str) -> list[str]:
    """The formula cut before each operator that stands outside all brackets."""
    pieces, depth = [""], 0
    for token in _TOKEN.findall(tex):
        if token in ("{", "(", "[", r"\left"):
            depth += 1
        elif token in ("}", ")", "]", r"\right"):
            depth -= 1
        # \left( and \right) count twice on either side, so they cancel as well.
        if depth == 0 and token in _OPERATORS and pieces[-1].replace(r"\,", "").strip():
            pieces.append("")
        pieces[-1] += token
    return [piece.strip() for piece in pieces]


def _typeset(tex: str) -> Typeset:
    try:
        whole = _outline(tex)
        parts = split_formula(tex) if whole.width > _WIDE else []
        if len(parts) < 2:
            return Typeset(whole, (whole,))
        # The empty group gives an operator at the beginning of a piece the space it has between two operands.
        return Typeset(whole, (_outline(parts[0]), *(_outline("{}" + part) for part in parts[1:])))
    except Exception as error:  # the parser has no class of its own for what it does not understand
        return Typeset(None, problem=f"{type(error).__name__}: {error}".rstrip(": "))


def _outline(tex: str) -> Outline:
    import ziamath

    ziamath.config.svg2 = False  # Qt draws SVG 1.2 Tiny, without references to glyphs
    svg = ziamath.Latex(tex, size=SIZE, color=_INK).svg()
    box = _BOX.search(svg)
    if box is None:
        raise ValueError("the drawing has no size")
    _, top, width, height = map(float, box.groups())
    return Outline(svg, width, -top, height + top)
