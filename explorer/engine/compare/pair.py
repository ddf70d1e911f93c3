"""Two runs as they are on disk at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.engine.errors import BadInput
from explorer.engine.naming import name_of
from explorer.engine.runs.curves import read_history
from explorer.engine.runs.history import History
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.setup import Setup, model_page
from models.protocol import GenerativeModel

__all__ = ["LETTERS", "ComparedRun", "Pair", "read_pair"]

LETTERS = ("A", "B")
"""Names of the first and the second of two runs."""


@dataclass(frozen=True)
class ComparedRun:
    """A run on disk, finished or in training.

    Attributes:
        run: The run.
        setup: Its setup with the live changes made so far; `run.setup` is the one that it began with.
        changes: What changed during the run, in order.
        history: What it has measured.
    """

    run: Run
    setup: Setup
    changes: tuple[dict[str, Any], ...]
    history: History

    @property
    def page(self) -> type[GenerativeModel]:
        """The model."""
        return model_page(self.run.setup.page)

    @property
    def step(self) -> int:
        """Rounds that its metrics tell of."""
        return self.history.step

    @property
    def name(self) -> str:
        """Its preset with what was changed of it, and its seed."""
        return f"{name_of(self.run.setup)}, seed {self.run.setup.seed}"


@dataclass(frozen=True)
class Pair:
    """Two runs of one page, which may be one and the same.

    Attributes:
        first, second: The runs, called A and B.
    """

    first: ComparedRun
    second: ComparedRun

    def __iter__(self) -> Iterator[ComparedRun]:
        """The first, then the second."""
        return iter((self.first, self.second))

    @property
    def page(self) -> type[GenerativeModel]:
        """The model of both."""
        return self.first.page

    @property
    def is_same(self) -> bool:
        """Whether it is the same run twice."""
        return self.first.run.folder.resolve() == self.second.run.folder.resolve()

    @property
    def identity(self) -> dict[str, Any]:
        """What a figure of both carries."""
        return {letter: compared.run.identity for letter, compared in zip(LETTERS, self, strict=True)}


def read_pair(first: Path, second: Path) -> Pair:
    """Reads two runs of one page.

    A run that another process trains is read as far as it is on disk.

    Raises:
        RunError: A folder is no run, or the run is damaged.
        BadInput: The runs are of different pages.
    """
    one, other = Run(first), Run(second)
    if one.setup.page != other.setup.page:
        raise BadInput(
            f"{first} is a run of {one.setup.page} and {second} one of {other.setup.page}; "
            "give two runs of the same page"
        )
    return Pair(_read(one), _read(other))


def _read(run: Run) -> ComparedRun:
    return ComparedRun(run, SetupHistory.of(run).at(None), tuple(run.changes()), read_history(run))
