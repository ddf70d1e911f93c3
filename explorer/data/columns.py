"""Columns of a table from a file: their names, which are read, and which only number the rows."""

from __future__ import annotations

import csv
import dataclasses
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.errors import DataError

__all__ = ["MOST_NUMBERS", "Columns", "TextTable", "chosen_columns", "without_row_numbers"]

MOST_NUMBERS = 10_000_000
"""Numbers that a file may hold: 80 MB."""
_UNNAMED = re.compile(r"(Unnamed: \d+)?")  # what pandas calls a column without a name


@dataclass(frozen=True)
class Columns:
    """The columns that are read.

    Attributes:
        places: Position of each in a row, from 0.
        names: Name of each, or empty without a header.
    """

    places: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Number of each in the file, from 1."""
        return tuple(place + 1 for place in self.places)

    def name_at(self, place: int) -> str:
        """The column at a position, as a sentence names it."""
        name = self.names[self.places.index(place)] if self.names else ""
        return f"column {name}" if name else f"column {place + 1}"


@dataclass(frozen=True)
class TextTable:
    """A table of numbers as it was read.

    Attributes:
        x: Numbers, (n, d) float64; NaN where a cell is empty.
        names: Name of each column, or empty without a header.
        numbers: Number of each column in the file, from 1.
        lines: Line of each row, (n,), from 1.
        notes: What is to be known of the reading: encoding, decimal mark, what was left out.
    """

    x: np.ndarray
    names: tuple[str, ...]
    numbers: tuple[int, ...]
    lines: np.ndarray
    notes: tuple[str, ...] = ()


def chosen_columns(wanted: str, names: Sequence[str] | None, width: int) -> Columns:
    """The columns that a text names.

    Args:
        wanted: Names, or numbers from 1, separated by semicolons or commas; "" for all. A number is a name where a
            column has that name.
        names: Names of all columns, or None without a header.
        width: Number of columns.

    Raises:
        DataError: There is no such column, or two have its name.
    """
    if not wanted.strip():
        return Columns(tuple(range(width)), tuple(names or ()))
    row = next(csv.reader([wanted], delimiter=";" if ";" in wanted else ",", skipinitialspace=True))
    places = tuple(_place(part.strip(), list(names or ()), width) for part in row)
    if len(set(places)) < len(places):
        raise DataError(f"columns={wanted} names a column twice")
    return Columns(places, tuple(names[place] for place in places) if names else ())


def _place(part: str, names: list[str], width: int) -> int:
    if part in names:
        if names.count(part) > 1:
            raise DataError(f"{names.count(part)} columns have the name {part}; give their numbers, from 1 to {width}")
        return names.index(part)
    if part.isascii() and part.isdigit() and 1 <= int(part) <= width:
        return int(part) - 1
    known = ", ".join(name or f"(column {place})" for place, name in enumerate(names, start=1))
    raise DataError(f"there is no column {part!r}; " + (f"there are {known}" if names else f"there are {width}"))


def without_row_numbers(path: Path, table: TextTable, first: list[str], header: str, *, chosen: bool) -> TextTable:
    """The table without a column that numbers its rows and without empty columns, which its notes say.

    Args:
        path: The file, for messages.
        table: The table as it was read.
        first: The first row of the file.
        header: Whether that row has names, as a person stated: "yes", "no" or "auto".
        chosen: Whether a person chose the columns, which are kept then.

    Raises:
        DataError: It is not evident what the first row or a column is; the message says how to decide.
    """
    if not table.names and header == "auto" and _looks_like_header(table.x, first):
        raise DataError(
            f"line {table.lines[0]} of {path} is {', '.join(first)[:60]}, which may be names of columns or numbers; "
            "set header=yes or header=no"
        )
    if chosen:
        return table
    keep, notes = list(range(len(table.numbers))), list(table.notes)
    named = [bool(table.names) and not _UNNAMED.fullmatch(name) for name in table.names or ("",) * len(keep)]
    for at in list(keep):
        if named[at]:
            continue
        if np.isnan(table.x[:, at]).all():
            keep.remove(at)
            notes.append(f"left out column {table.numbers[at]}, which is empty")
        elif at == 0 and _counts(table.x[:, at]) and len(named) > 1:
            if not table.names:
                every = [str(number) for number in table.numbers]
                raise DataError(
                    f"column 1 of {path} numbers the rows; set columns={';'.join(every[1:])} to leave it out, or "
                    f"columns={';'.join(every)} to keep it"
                )
            keep.remove(at)
            notes.append(f"left out column {table.numbers[at]}, which has no name and numbers the rows")
        elif table.names:
            raise DataError(
                f"column {table.numbers[at]} of {path} has no name; name it, or choose columns with columns=…"
            )
    twice = [name for name, count in Counter(table.names[at] for at in keep if table.names).items() if count > 1]
    if twice:
        raise DataError(f"two columns of {path} have the name {twice[0]}; rename one, or give numbers with columns=…")
    return dataclasses.replace(
        table,
        x=table.x[:, keep],
        names=tuple(table.names[at] for at in keep) if table.names else (),
        numbers=tuple(table.numbers[at] for at in keep),
        notes=tuple(notes),
    )


def _counts(x: np.ndarray) -> bool:
    """Whether numbers are 0, 1, 2, … or 1, 2, 3, …."""
    return len(x) > 1 and x[0] in (0, 1) and bool((np.diff(x) == 1).all())


def _looks_like_header(x: np.ndarray, first: list[str]) -> bool:
    """Whether a first row of numbers may be names: it counts, or is whole or evenly spaced as no other row is."""
    top, rest = x[0], x[1:]
    if len(rest) == 0 or len(top) < 2:
        return False
    if all(cell.isdigit() for cell in first) and (_counts(top) or not (rest == np.round(rest)).all(axis=1).any()):
        return True
    return len(top) > 2 and bool(_even(top[None]).all()) and not _even(rest).any()


def _even(x: np.ndarray) -> np.ndarray:
    """Which rows rise in equal steps, (n, d) to (n,)."""
    steps = np.diff(x, axis=1)
    return (steps[:, 0] > 0) & np.isclose(steps, steps[:, :1], rtol=1e-9, atol=0).all(axis=1)
