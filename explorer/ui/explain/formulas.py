"""Typesetting: LaTeX to SVG outlines, each formula once, in a thread.

The first formula imports the typesetter (0.25 s) and each formula takes about 20 ms: too long for the thread of the
window. Outlines are kept in one colour and tinted when they are drawn, so that a change of theme typesets nothing.
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
_INK = "#010203"  # replaced by the colour when a formula is drawn; no formula uses it
_WIDE = 180.0  # px; wider formulas are also typeset in pieces between which they can break
_BOX = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)"')
_OPERATORS = ("+", "-", "=", r"\le", r"\ge", r"\approx", r"\propto", r"\cdot", r"\times")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)


@dataclass(frozen=True)
class Outline:
    """A formula as vector outlines, at `SIZE`.

    Attributes:
        svg: The SVG source.
        width: Width, px.
        ascent: Height above the base line, px.
        descent: Depth below the base line, px.
    """

    svg: str
    width: float
    ascent: float
    descent: float

    @property
    def height(self) -> float:
        """Height of the outlines, px."""
        return self.ascent + self.descent

    def tinted(self, color: str) -> bytes:
        """The SVG source in a colour."""
        return self.svg.replace(_INK, color).encode()


@dataclass(frozen=True)
class Typeset:
    """The result of typesetting a formula.

    Attributes:
        whole: The formula in one line, or None where it cannot be typeset.
        pieces: Parts between which a long formula may break; a short formula is one part.
        problem: The reason why it cannot be typeset, or "".
    """

    whole: Outline | None
    pieces: tuple[Outline, ...] = ()
    problem: str = ""


class Typesetter:
    """Typesets formulas in a thread that ends when the queue is empty. Callers poll `found`; Qt is not used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: dict[str, Typeset] = {}
        self._wanted: deque[str] = deque()
        self._thread: threading.Thread | None = None

    def ask(self, formulas: Iterable[str]) -> None:
        """Queues formulas that are not typeset yet."""
        with self._lock:
            self._wanted.extend(tex for tex in formulas if tex not in self._done and tex not in self._wanted)
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="typesetter")
                self._thread.start()

    def found(self, tex: str) -> Typeset | None:
        """The typeset formula, or None until it is ready."""
        return self._done.get(tex)

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
    """The typesetter of the application, common to all windows."""
    return Typesetter()


def split_formula(tex: str) -> list[str]:
    """Splits a formula before each operator outside all brackets."""
    pieces, depth = [""], 0
    for token in _TOKEN.findall(tex):
        if token in ("{", "(", "[", r"\left"):
            depth += 1
        elif token in ("}", ")", "]", r"\right"):
            depth -= 1
        # \left( and \right) count twice each and cancel too.
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
        # The empty group gives a leading operator the spacing it has between two operands.
        return Typeset(whole, (_outline(parts[0]), *(_outline("{}" + part) for part in parts[1:])))
    except Exception as error:  # the parser raises no exception class of its own
        return Typeset(None, problem=f"{type(error).__name__}: {error}".rstrip(": "))


def _outline(tex: str) -> Outline:
    import ziamath

    ziamath.config.svg2 = False  # Qt draws SVG 1.2 Tiny, without references to glyphs
    svg = (
        ziamath.Latex(tex, size=SIZE, color=_INK).svg().replace('fill="black"', f'fill="{_INK}"')
    )  # over and underlines
    box = _BOX.search(svg)
    if box is None:
        raise ValueError("the drawing has no size")
    _, top, width, height = map(float, box.groups())
    return Outline(svg, width, -top, height + top)
