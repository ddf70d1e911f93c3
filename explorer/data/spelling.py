"""The text form of datasets: a name and parameters, "ring8:std=0.05,radius=3", read and written.

A value that holds a comma, begins with a quotation mark, or begins or ends with a blank is put into quotation marks,
double or single; within them, the mark itself is written twice: `drawn:file="a, ""b"".csv"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.data.errors import DataError

__all__ = ["read_spelling", "spelled"]

_MARKS = ('"', "'")


def spelled(name: str, values: Mapping[str, Any]) -> str:
    """The text that names a dataset with parameters; `read_spelling` reads it."""
    pairs = ",".join(f"{key}={_quoted(_text(value))}" for key, value in values.items())
    return f"{name}:{pairs}" if pairs else name


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _quoted(text: str) -> str:
    if text and text == text.strip() and "," not in text and not text.startswith(_MARKS):
        return text
    return '"' + text.replace('"', '""') + '"'


def read_spelling(text: str) -> tuple[str, dict[str, str]]:
    """The name that a text gives, and its parameters.

    Raises:
        DataError: The parameters are not written as `name=value,name=value`, or one is given twice.
    """
    name, colon, rest = text.strip().partition(":")
    values: dict[str, str] = {}
    name = name.strip()
    while colon:
        key, equals, after = rest.partition("=")
        key = key.strip()
        if not equals or "," in key or not key:
            raise _refusal(text, name, rest.partition(",")[0])
        value, colon, rest = _value(text, after.lstrip())
        if not value:
            raise _refusal(text, name, f"{key}=")
        if key in values:
            raise DataError(f"{text}: {key} is given twice")
        values[key] = value[1:-1].replace(2 * value[0], value[0]) if value[0] in _MARKS else value
    return name, values


def _value(text: str, rest: str) -> tuple[str, str, str]:
    """A value as it is written, the comma after it or "", and what follows."""
    if not rest.startswith(_MARKS):
        value, comma, rest = rest.partition(",")
        return value.strip(), comma, rest
    mark, end = rest[0], 1
    while True:
        end = rest.find(mark, end)
        if end < 0:
            raise DataError(f"{text}: the quotation mark {mark} is not closed; a mark within a value is written twice")
        if rest[end + 1 : end + 2] != mark:
            break
        end += 2
    value, after = rest[: end + 1], rest[end + 1 :].lstrip()
    if after and not after.startswith(","):
        raise DataError(f"{text}: {after!r} follows the quotation mark {mark}; a mark within a value is written twice")
    return value, after[:1], after[1:]


def _refusal(text: str, name: str, pair: str) -> DataError:
    advice = f"write {name}:name=value,name=value, and a value with a comma in quotation marks"
    return DataError(f"{text}: {pair.strip()!r} is not a parameter; {advice}")
