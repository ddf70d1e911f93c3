"""Tables of numbers from delimited text: CSV, TSV, and what spreadsheets and statistics programs write.

Separator and decimal mark are those of the whole file: each pair of them is tried on every line, and exactly one must
make the file a table of numbers. Where two do, or none, the file is refused with a sentence that says how to decide.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.columns import MOST_NUMBERS, Columns, TextTable, chosen_columns, without_row_numbers
from explorer.data.errors import DataError
from explorer.data.text_file import TextFile

__all__ = ["DECIMALS", "SEPARATORS", "read_delimited"]

SEPARATORS: Mapping[str, str] = {"tab": "\t", "semicolon": ";", "comma": ",", "blank": " "}
DECIMALS: Mapping[str, str] = {"point": ".", "comma": ","}
_NONE = "\x1f"  # a separator that no text has: each line is one cell
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none"))
_GROUPED = {mark: re.compile(rf"[-+]?[1-9]\d{{0,2}}(\{mark}\d{{3}})+") for mark in DECIMALS.values()}
_ENCODINGS = {"utf-16": "UTF-16", "cp1252": "Windows-1252"}


@dataclass(frozen=True)
class _Dialect:
    """A separator and a decimal mark, each the character, and whether a person stated them."""

    separator: str
    decimal: str
    stated: tuple[bool, bool] = (False, False)

    def __str__(self) -> str:
        if self.separator == _NONE:
            return f"one column with decimal {_name(DECIMALS, self.decimal)}s"
        return f"cells separated by {_name(SEPARATORS, self.separator)}s with decimal {_name(DECIMALS, self.decimal)}s"


class _Failure(Exception):
    """A dialect that does not fit, and what a person reads of it where it came furthest.

    Args:
        rows: Rows it read.
        cells: Cells of the row where it ends.
        message: One sentence.
        good: Cells before the one that it does not read.
    """

    def __init__(self, rows: int, cells: int, message: str, good: int = 0):
        super().__init__(message)
        self.rank = (rows, cells, good)


def read_delimited(
    path: Path, *, separator: str = "auto", decimal: str = "auto", header: str = "auto", columns: str = ""
) -> TextTable:
    """Reads a table of numbers.

    Args:
        path: A text file in UTF-8, UTF-16 with a byte order mark, or else Windows-1252.
        separator: A key of `SEPARATORS`, or "auto" for the one that the file has.
        decimal: A key of `DECIMALS`, or "auto".
        header: "yes" or "no": whether the first row has names; "auto" where it is evident.
        columns: Names or numbers from 1 of the columns to read, separated by commas or semicolons; "" for all.

    Raises:
        DataError: It is no table of numbers, or it can be read in several ways; the message has the line.
        OSError: It cannot be read.
    """
    file = TextFile(path)
    readings: list[_Attempt] = []
    failures: list[_Failure] = []
    for dialect in _dialects(file, separator, decimal):
        attempt = _Attempt(path, file, dialect, header, columns)
        try:
            attempt.read()
            readings.append(attempt)
        except _Failure as failure:
            failures.append(failure)
    if not readings:
        raise DataError(str(max(failures, key=lambda failure: failure.rank)))
    if len(readings) > 1:
        ways = "; or ".join(map(str, readings))
        raise DataError(f"{path} can be read in {len(readings)} ways: {ways}. Set separator=comma or decimal=comma")
    return readings[0].table()


def _dialects(file: TextFile, separator: str, decimal: str) -> Iterator[_Dialect]:
    """What is tried: what is stated, else all that is possible."""
    if file.stated and file.stated not in SEPARATORS.values():
        known = ", ".join(SEPARATORS)
        raise DataError(f"the first line states the separator {file.stated!r}; separators that are read are {known}")
    known_separator = SEPARATORS.get(separator, file.stated)
    known_decimal = DECIMALS.get(decimal, "")
    stated = (bool(known_separator), bool(known_decimal))
    for mark in (known_decimal,) if known_decimal else DECIMALS.values():
        for sign in (known_separator,) if known_separator else (*SEPARATORS.values(), _NONE):
            yield _Dialect(sign, mark, stated)


class _Attempt:
    """Reading a file in one dialect."""

    def __init__(self, path: Path, file: TextFile, dialect: _Dialect, header: str, columns: str):
        self._path, self._file, self._dialect = path, file, dialect
        self._header, self._wanted = header, columns
        self._first: list[str] = []
        self._values, self._lines = array("d"), array("q")
        self._blank_rows = self._comments = 0
        self._marked = self._decisive = False  # a cell has the decimal mark, and one that groups no thousands

    def __str__(self) -> str:
        """The dialect and what it makes of the first row."""
        numbers = self._values[: len(self._values) // len(self._lines)]
        return f"{self._dialect}, the first row being " + " and ".join(f"{value:g}" for value in numbers)

    def read(self) -> None:
        """Reads the whole file.

        Raises:
            _Failure: The dialect does not fit.
        """
        rows = self._rows()
        first = next(rows, None)
        if first is None:
            raise _Failure(0, 0, f"{self._path} holds no rows")
        if len(first) == 1 and self._dialect.separator != _NONE and not self._dialect.stated[0]:
            raise _Failure(0, -1, f"{self._path} has no {_name(SEPARATORS, self._dialect.separator)}s")
        self._first = first
        names = self._names(first)
        self._columns = self._read(names, rows if names is not None else _again(first, rows))
        self._comments = self._file.comments
        self._check_marks()

    def _check_marks(self) -> None:
        """Decimal commas are in numbers, where commas separate cells in quotation marks; else points are read alike."""
        separator, decimal, stated = self._dialect.separator, self._dialect.decimal, self._dialect.stated[1]
        if decimal == "," and not self._marked and (separator == "," or not stated):
            raise _Failure(0, -1, f"{self._path} has no decimal commas")

    def table(self) -> TextTable:
        """The table.

        Raises:
            DataError: Something is to be decided by a person.
        """
        self._check_grouping()
        x = np.frombuffer(self._values, dtype=np.float64).reshape(len(self._lines), -1)
        columns = self._columns
        table = TextTable(x, columns.names, columns.numbers, np.array(self._lines), self._notes())
        return without_row_numbers(self._path, table, self._first, self._header, chosen=bool(self._wanted))

    def _rows(self) -> Iterator[list[str]]:
        """The cells of each row that has any which is not empty."""
        separator = self._dialect.separator
        lines = self._file.rows()
        if separator == " ":
            lines = (line.strip() + "\n" for line in lines)
        try:
            for row in csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True):
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield cells
                else:
                    self._blank_rows += 1
        except csv.Error as error:
            message = f"cannot be split into cells ({error}); check its quotation marks"
            raise self._failure(len(self._first), message) from None

    def _names(self, first: list[str]) -> list[str] | None:
        """The names that the first row has, each in one line, or None where it has numbers."""
        names = [" ".join(cell.split()) for cell in first]
        kinds = {self._is_number(cell) for cell in first if cell}
        if self._dialect.separator == _NONE and kinds == {False} and re.search("[,;\t]", first[0]):
            raise self._failure(0, "names more than one column")
        if self._header == "yes" or (self._header == "auto" and kinds == {False}):
            return names
        if self._header == "no" or kinds != {True, False}:
            # `,0,1` above rows that begin with their number is the header of a data frame without names
            return names if self._header == "auto" and not first[0] and len(first) > 1 else None
        raise self._failure(
            len(first), "has both text and numbers; set header=yes if these are names of columns, header=no if not"
        )

    def _read(self, names: list[str] | None, rows: Iterator[list[str]]) -> Columns:
        columns: Columns | None = None
        width = 0
        for row in rows:
            if columns is None:
                width = len(row)
                columns = self._chosen(names, width)
            if len(row) != width:
                raise self._failure(len(row), f"has {len(row)} cells, and the lines before have {width}")
            for at in columns.places:
                self._values.append(self._number(row, at, columns))
            self._lines.append(self._file.line)
            if len(self._values) > MOST_NUMBERS:
                raise DataError(f"{self._path} has more than {MOST_NUMBERS:,} numbers; take a part of its rows")
        if columns is None:
            raise _Failure(0, len(self._first), f"{self._path} has a header and no rows of numbers")
        return columns

    def _chosen(self, names: list[str] | None, width: int) -> Columns:
        if names is not None and len(names) == width - 1:
            names = ["", *names]  # R writes no name above the names of rows
        if names is not None and len(names) != width:
            raise self._failure(width, f"has {width} cells, and the header names {len(names)} columns")
        try:
            return chosen_columns(self._wanted, names, width)
        except DataError as error:
            raise _Failure(len(self._lines), width, f"{self._path}: {error}") from None

    def _number(self, row: list[str], at: int, columns: Columns) -> float:
        cell = row[at]
        try:
            value = self._convert(cell)
        except ValueError:
            if cell.lower() in _MISSING:
                return float("nan")
            name = columns.name_at(at)
            advice = "write numbers ungrouped and with one decimal mark, or choose other columns with columns=…"
            raise self._failure(len(row), f"has {cell[:40]!r} in {name}, which is no number; {advice}", at) from None
        if value in (float("inf"), float("-inf")):
            raise self._failure(len(row), f"has {cell!r}, which is not finite; remove the line")
        return value

    def _convert(self, cell: str) -> float:
        """The number that a cell is.

        Raises:
            ValueError: It is none.
        """
        text = cell.replace("\u2212", "-") if "\u2212" in cell else cell
        mark = self._dialect.decimal
        if not text.isascii() or "_" in text or (mark == "," and ("." in text or text.endswith(","))):
            raise ValueError(cell)
        if mark in text:
            self._marked = True
            self._decisive = self._decisive or not _GROUPED[mark].fullmatch(text)
            text = text.replace(mark, ".")
        return float(text)

    def _is_number(self, cell: str) -> bool:
        marked = self._marked, self._decisive
        try:
            self._convert(cell)
        except ValueError:
            return cell.lower() in _MISSING
        finally:
            self._marked, self._decisive = marked
        return True

    def _check_grouping(self) -> None:
        """Refuses a file in which every mark may as well group thousands: 1,234 is 1.234 or 1234.

        With points, only a semicolon as separator makes one ask, which is that of languages with decimal commas.
        """
        mark, separator = self._dialect.decimal, self._dialect.separator
        asked = mark == "," or separator == ";"
        if self._marked and not self._decisive and asked and not self._dialect.stated[1]:
            name, other = _name(DECIMALS, mark), {",": "point", ".": "comma"}[mark]
            raise DataError(
                f"each {name} in {self._path} is followed by three digits and may group thousands: set decimal={name} "
                f"if it does not, else decimal={other} and write the numbers without it"
            )

    def _notes(self) -> tuple[str, ...]:
        encoding = _ENCODINGS.get(self._file.encoding)
        comments, blank = self._comments, self._blank_rows
        return tuple(
            note
            for note, holds in (
                (f"read as {encoding}", encoding),
                ("decimal commas", self._dialect.decimal == ","),
                (f"left out {comments} comment line{'s' * (comments != 1)}", comments),
                (f"left out {blank} row{'s' * (blank != 1)} of empty cells", blank),
            )
            if holds
        )

    def _failure(self, cells: int, message: str, good: int = 0) -> _Failure:
        return _Failure(len(self._lines), cells, f"line {self._file.line} of {self._path} {message}", good)


def _again(first: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rows


def _name(names: Mapping[str, str], character: str) -> str:
    return next(name for name, known in names.items() if known == character)
