"""Numbers as people write them: grouped thousands, decimal point or comma, a true minus sign."""

from __future__ import annotations

import math
import re

__all__ = ["Doubtful", "numbers_within", "read_number"]

_MINUS = str.maketrans("\u2212\u2013", "--")
_POWERS = {"": 0, "k": 3, "M": 6, "G": 9}  # as the ticks of axes have them
_FORM = re.compile(r"([+-]?)(.*?)(?:[eE]([+-]?\d{1,4})|([kMG]?))", re.DOTALL)
_WHOLE = re.compile(r"\d*|[1-9]\d{0,2}([.,_'\u2019 \u00a0\u2007\u2009\u202f])\d{3}(?:\1\d{3})*")


class Doubtful(ValueError):
    """A text that is one number to some people and another number to others; the message names both."""


def read_number(text: str, *, whole: bool = False) -> float:
    """Parses a number: "10,000", "10 000", "1,234.5", "1.234,5", "0,5", "−2e−3", "12k".

    Where a mark before three digits may be of thousands or of decimals, it is read as this program writes it: a comma
    in a whole number is of thousands, a point in any other number of decimals. The reverse is doubtful.

    Args:
        text: The number.
        whole: Whether a whole number is expected.

    Returns:
        An `int` where the text has neither decimals nor an exponent, so that no digit is lost.

    Raises:
        Doubtful: The text can be read as two numbers.
        ValueError: The text is not a number, or one too large for a float.
    """
    form = _FORM.fullmatch(text.strip().translate(_MINUS))
    assert form is not None
    sign, digits, exponent, unit = form.groups()
    power = int(exponent) if exponent else _POWERS[unit or ""]
    readings = [value for mark in ".," if (value := _read(sign, digits, mark, power)) is not None]
    if not readings or not math.isfinite(readings[0]):
        raise ValueError(f"“{text}” is {'too large' if readings else 'not a number'}")
    if len(set(readings)) == 2 and ((not whole or exponent or unit) if "," in digits else whole):
        raise Doubtful("“{}” can mean {:.9g} or {:.9g}".format(text, *sorted(readings, key=abs)))
    return readings[0]


def _read(sign: str, digits: str, mark: str, power: int) -> float | None:
    """The number whose decimals follow a mark, or None where digits do not stand so."""
    whole, _, decimals = digits.partition(mark)
    grouped = _WHOLE.fullmatch(whole)
    if grouped is None or grouped[1] == mark or not re.fullmatch(r"\d*", decimals) or not whole + decimals:
        return None
    plain = re.sub(r"\D", "", whole) or "0"
    if decimals or power or len(plain) > 18:
        return float(f"{sign}{plain}.{decimals or 0}e{power}")
    return int(sign + plain)


def numbers_within(low: float | None, high: float | None, *, whole: bool) -> str:
    """The numbers within limits, of which either may be None, in words: "a whole number from 1 to 64"."""
    number = "a whole number" if whole else "a number"
    least, most = (None if limit is None else f"{int(limit):,}" if whole else f"{limit:g}" for limit in (low, high))
    if least is not None and most is not None:
        return f"{number} from {least} to {most}"
    if least is not None:
        return f"{number} of at least {least}"
    return number if most is None else f"{number} of at most {most}"
