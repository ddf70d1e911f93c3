"""Tables from files of the user."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.data.dataset import Content, Dataset
from explorer.data.errors import DataError
from explorer.data.own_rows import RowsSource, split_rows
from models.protocol import Kind, Table, param

__all__ = ["OwnTable"]

MOST_COLUMNS = 256
_SEED = 6170


@dataclass(frozen=True)
class OwnTable(RowsSource):
    """The rows of a file, shuffled and split."""

    name, title = "table", "Your own table"
    about = "Rows of numbers from a file, table:file=PATH: 80 % to train, then 10 % to validate and 10 % to test."
    kind = Table(3)
    origin = "the user; without a file, an example of this program"
    most = 1e12

    file: str = param("", "Table", help="Path of a CSV, TSV, NPY or NPZ file; empty: an example.")
    seed: int = param(0, "Seed of the split", 0, 2**31 - 1, more=True, help="Of the order in which the rows are split.")

    def loaded_kind(self) -> Kind:
        """A table of as many columns as the file has."""
        return Table(self.content().x.shape[1])

    def example(self) -> Content:
        """Points about a helix, (1500, 3)."""
        rng = np.random.default_rng([_SEED, 0])
        turn = rng.uniform(0, 4 * np.pi, 1500)
        x = np.stack([np.cos(turn), np.sin(turn), turn / (2 * np.pi)], axis=1)
        return Content(x + 0.08 * rng.standard_normal(x.shape), ("x", "y", "height"))

    def dataset(self, content: Content) -> Dataset:
        """The table, its columns named as in the file."""
        width = content.x.shape[1]
        if not 2 <= width <= MOST_COLUMNS:
            raise DataError(f"{self.file} has {width} column{'s' * (width > 1)}; tables have from 2 to {MOST_COLUMNS}")
        names = content.names or tuple(f"column {number}" for number in range(1, width + 1))
        train, valid, test = split_rows(content.x, np.random.default_rng([_SEED, 1, self.seed]), names)
        return Dataset(str(self), self.title, Table(width), train, valid, test, columns=names)
