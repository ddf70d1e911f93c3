"""Rows of numbers from a file of the user: delimited text, NPY or NPZ; what they need to be trained on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from explorer.data.array_files import read_npy, read_npz
from explorer.data.columns import TextTable, chosen_columns
from explorer.data.dataset import Content, Split
from explorer.data.delimited import DECIMALS, SEPARATORS, read_delimited
from explorer.data.errors import DataError
from explorer.data.own_file import FileSource
from explorer.data.source import Progress
from models.protocol import param

__all__ = ["FEWEST", "RowsSource", "check_rows", "split_rows"]

FEWEST = 60  # rows; each held-out split gets a tenth of them
_STEPS = 4096  # of float32 that a standard deviation has at least
_LEAST = 1e-9
_NPY, _ZIP = b"\x93NUMPY", (b"PK\x03\x04", b"PK\x05\x06")
_AUTO = "as found in the file"


def _is_own(source: Any) -> bool:
    return bool(source.file)


@dataclass(frozen=True)
class RowsSource(FileSource):
    """Rows of numbers of a file.

    Class attributes:
        width: Number of columns that a row needs, or None.
        most: Largest absolute value.
        plural: What the rows are called.
    """

    width: ClassVar[int | None] = None
    plural: ClassVar[str] = "rows"
    most: ClassVar[float]
    takes = "a CSV, TSV, NPY or NPZ file"
    endings = (".csv", ".tsv", ".txt", ".dat", ".npy", ".npz")

    columns: str = param(
        "", "Columns", more=True, when=_is_own,
        help="Names or numbers of the columns to read, separated by semicolons; empty: all.",
    )  # fmt: skip
    separator: str = param(
        "auto", "Separator", choices={"auto": _AUTO, **{name: name for name in SEPARATORS}}, more=True, when=_is_own,
        help="Between the cells of a text file.",
    )  # fmt: skip
    decimal: str = param(
        "auto", "Decimal mark", choices={"auto": _AUTO, **{name: name for name in DECIMALS}}, more=True, when=_is_own,
        help="Of the numbers in a text file.",
    )  # fmt: skip
    header: str = param(
        "auto", "Header", choices={"auto": _AUTO, "yes": "names", "no": "numbers"}, more=True, when=_is_own,
        help="What the first row of a text file has.",
    )  # fmt: skip
    missing: str = param(
        "refuse", "Empty cells", choices={"refuse": "refuse the file", "drop": "leave out their rows"}, more=True,
        when=_is_own, help="Models take rows without gaps.",
    )  # fmt: skip
    array: str = param(
        "", "Array", more=True, when=_is_own, help="Name of the array of an NPZ file; empty: the only one."
    )

    def read(self, path: Path, progress: Progress | None = None) -> Content:
        """Reads a text file, an NPY or an NPZ."""
        table = self._table(path)
        if self.width not in (None, table.x.shape[1]):
            raise DataError(_wrong_width(path, table, self.width or 0))
        table = self._without_gaps(path, table)
        check_rows(
            table.x, table.names or tuple(f"column {n}" for n in table.numbers), str(path), self.most, self.plural
        )
        return Content(table.x, table.names, table.notes)

    def _table(self, path: Path) -> TextTable:
        with open(path, "rb") as file:
            head = file.read(6)
        suffix = path.suffix.lower()
        if head == _NPY or suffix == ".npy":
            return self._of_array(path, read_npy(path), ())
        if suffix == ".npz" or (head.startswith(_ZIP) and suffix == ".zip"):
            return self._of_array(path, *read_npz(path, self.array))
        chosen = {"separator": self.separator, "decimal": self.decimal, "header": self.header, "columns": self.columns}
        return read_delimited(path, **chosen)

    def _of_array(self, path: Path, x: np.ndarray, names: tuple[str, ...]) -> TextTable:
        if x.ndim != 2:
            width = "d" if self.width is None else self.width
            raise DataError(f"{path} holds an array of shape {x.shape}; {self.plural} are of shape (n, {width})")
        columns = chosen_columns(self.columns, names or None, x.shape[1])
        return TextTable(x[:, list(columns.places)], columns.names, columns.numbers, np.arange(1, len(x) + 1))

    def _without_gaps(self, path: Path, table: TextTable) -> TextTable:
        gaps = np.isnan(table.x)
        rows = np.flatnonzero(gaps.any(axis=1))
        if not len(rows):
            return table
        at = ", ".join(str(line) for line in table.lines[rows[:5]]) + (", …" if len(rows) > 5 else "")
        count = f"{len(rows):,} row{'s' * (len(rows) != 1)} with empty cells or NaN"
        if self.missing == "refuse":
            named = table.names or tuple(f"column {number}" for number in table.numbers)
            worst = named[int(gaps.sum(axis=0).argmax())]
            raise DataError(
                f"{path} has {count} (line {at}; most in {worst}); fill them in, leave out such columns with "
                "columns=…, or set missing=drop to leave out the rows"
            )
        keep = ~gaps.any(axis=1)
        notes = (*table.notes, f"left out {count} (line {at})")
        return dataclasses.replace(table, x=table.x[keep], lines=table.lines[keep], notes=notes)


def _wrong_width(path: Path, table: TextTable, width: int) -> str:
    have = table.x.shape[1]
    named = f": {', '.join(table.names)}" if table.names else ""
    plural = "s" * (have != 1)
    if have < width:
        return f"{path} has {have} column{plural}{named}; points have {width}"
    example = ";".join(str(number) for number in table.numbers[-width:])
    return f"{path} has {have} columns{named}; points have {width}: choose them, such as columns={example}"


def check_rows(x: np.ndarray, names: tuple[str, ...], what: str, most: float, plural: str) -> None:
    """Checks that rows can be trained on.

    Args:
        x: Rows, (n, d) float64.
        names: Names of the columns.
        what: The file or drawing, for messages.
        most: Largest absolute value.
        plural: What the rows are called.

    Raises:
        DataError: There are too few rows, or a column holds what float32 cannot hold.
    """
    if len(x) < FEWEST:
        raise DataError(f"{what} has {len(x)} {plural}; at least {FEWEST} are needed")
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        raise DataError(f"row {bad[0][0] + 1} of {what} is not finite in {names[bad[0][1]]}; remove it")
    for name, column in zip(names, x.T, strict=True):
        low, high = float(column.min()), float(column.max())
        largest = max(-low, high)
        if low == high:
            raise DataError(f"{name} of {what} is {low:g} in all rows; leave it out")
        if largest > most:
            raise DataError(f"{name} of {what} has values beyond {most:,.0f}; divide it by a power of ten")
        std, step = float(column.std()), float(np.spacing(np.float32(largest)))
        if std < _STEPS * step:
            raise DataError(
                f"{name} of {what} varies by {std:.3g} about {column.mean():.6g}, where 32-bit numbers have steps of "
                f"{step:.2g}: subtract its mean before you save the file"
            )
        if std < _LEAST:
            raise DataError(f"{name} of {what} varies by {std:.3g} only; multiply it by a power of ten")


def split_rows(x: np.ndarray, rng: np.random.Generator, names: tuple[str, ...]) -> tuple[Split, Split, Split]:
    """Rows in random order as float32: 80 % to train, a tenth each to validate and to test.

    Raises:
        DataError: A column has one value in all training rows.
    """
    shuffled = rng.permutation(x).astype(np.float32)
    held = len(x) // 10
    train, valid, test = np.split(shuffled, [len(x) - 2 * held, len(x) - held])
    for name, column in zip(names, train.T, strict=True):
        if np.ptp(column) == 0:
            raise DataError(
                f"{name} is {column[0]:g} in all rows to train on, and differs only in others; leave it out"
            )
    return Split(train.copy()), Split(valid.copy()), Split(test.copy())
