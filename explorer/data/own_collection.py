"""Many data of the user, each a file of a folder: their classes, and their splits from a seed or from folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Content, Split
from explorer.data.errors import DataError
from explorer.data.members import Grouping
from explorer.data.own_file import FileSource
from explorer.data.own_rows import FEWEST
from models.protocol import param

__all__ = ["CollectionSource", "counted"]

_SHOWN = 3
_SPLITS = {"auto": "folders train, valid, test, else drawn", "folders": "folders train, valid, test", "seed": "drawn"}


@dataclass(frozen=True)
class CollectionSource(FileSource):
    """Data of a folder or file.

    Class attributes:
        plural: What the data are called.
    """

    plural: ClassVar[str]
    origin = "the user; without a file, an example of this program"
    folders = True

    classes: str = param(
        "folders", "Classes", choices={"folders": "names of the subfolders", "none": "none"}, more=True,
        help="What files belong to.",
    )  # fmt: skip
    splits: str = param(
        "auto", "Splits", choices=_SPLITS, more=True, help="Where the data to train, validate and test come from."
    )
    seed: int = param(0, "Seed of the split", 0, 2**31 - 1, more=True, help="Of the order in which data are split.")

    def check_count(self, path: Path, count: int, refused: Sequence[str]) -> None:
        """Checks that there are enough data.

        Raises:
            DataError: There are not; the message names files that could not be read.
        """
        if count < FEWEST:
            why = f"; left out: {', '.join(refused[:_SHOWN])}" if refused else ""
            raise DataError(f"{path} has {count} {self.plural}; at least {FEWEST} are needed{why}")

    def made(
        self, x: np.ndarray, group: Grouping, notes: tuple[str, ...], left_out: tuple[str, ...],
        lengths: np.ndarray | None = None,
    ) -> Content:  # fmt: skip
        """The content of data and their classes and splits."""
        labels = np.array(group.labels, np.int64) if group.labels else None
        parts = np.array(group.parts, np.int64) if group.parts else None
        if left_out:
            notes = (*notes, f"left out {counted(len(left_out), 'file')}")
        if parts is not None:
            notes = (*notes, "split by folders" + "".join(
                f", a tenth of train to {name}" for part, name in ((1, "validate"), (2, "test")) if part not in parts
            ))  # fmt: skip
        return Content(x, group.classes, notes, labels, parts, lengths, left_out)

    def split(self, content: Content, stream: int) -> tuple[Split, Split, Split]:
        """The splits of a content, each in random order.

        Raises:
            DataError: Nothing is left to train on.
        """
        order = np.random.default_rng([stream, 1, self.seed]).permutation(len(content.x))
        held = len(order) // 10
        if content.parts is None:
            rows = np.split(order, [len(order) - 2 * held, len(order) - held])
        else:
            rows = [order[content.parts[order] == part] for part in range(3)]
            for part in (1, 2):
                if not len(rows[part]):
                    rows[0], rows[part] = np.split(rows[0], [len(rows[0]) - max(1, len(rows[0]) // 10)])
        if len(rows[0]) < FEWEST // 2:
            raise DataError(f"{self.file} has {len(rows[0])} {self.plural} to train on; {FEWEST // 2} are needed")
        train, valid, test = (_rows(content, part) for part in rows)
        return train, valid, test


def _rows(content: Content, rows: np.ndarray) -> Split:
    labels, lengths = content.labels, content.lengths
    return Split(
        content.x[rows], None if labels is None else labels[rows], lengths=None if lengths is None else lengths[rows]
    )


def counted(count: int, noun: str) -> str:
    """A number and its noun: "1 file", "2 files"."""
    return f"{count:,} {noun}{'s' * (count != 1)}"
