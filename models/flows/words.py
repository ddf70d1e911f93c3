"""Text for subtitles and notes of flows: subscripts, and rounding errors."""

from __future__ import annotations

import math

__all__ = ["rounding", "subscript"]

_LOWER, _RAISED = (str.maketrans("0123456789", digits) for digits in ("₀₁₂₃₄₅₆₇₈₉", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def subscript(number: int) -> str:
    """A whole number in subscript digits: "₁₂"."""
    return str(number).translate(_LOWER)


def rounding(value: float) -> str:
    """A difference that is 0 but for rounding: "1.8 · 10⁻¹⁵", or "0"."""
    if not value:
        return "0"
    power = math.floor(math.log10(value))
    sign = "⁻" if power < 0 else ""
    return f"{value / 10.0**power:.1f} · 10{sign}{str(abs(power)).translate(_RAISED)}"
