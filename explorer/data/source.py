"""A source: the declaration of a dataset, with its parameters, from which it is loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.data.dataset import Dataset
from models.protocol import Kind, params_of

__all__ = ["Progress", "Source"]

Progress = Callable[[str, int, int], None]
"""Told what is being fetched, bytes done, and bytes in all (0 where that is unknown)."""


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Source(ABC):
    """Base of the declarations of datasets: frozen dataclasses whose fields are `param(...)`.

    Class attributes:
        name: What the command line calls it.
        title: What a menu shows.
        about: One sentence on what it is.
        kind: What one datum is.
        licence: Terms under which the data may be used.
        origin: Whom the data are from: authors, year, address.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    kind: ClassVar[Kind]
    licence: ClassVar[str] = "MIT (made by this program)"
    origin: ClassVar[str] = ""

    def __str__(self) -> str:
        """The canonical spelling: name, and parameters that differ from their defaults."""
        changed = [
            f"{name}={_spelled(getattr(self, name))}"
            for name, declared in params_of(type(self)).items()
            if getattr(self, name) != declared.default
        ]
        return f"{self.name}:{','.join(changed)}" if changed else self.name

    def version(self) -> str:
        """Tells apart what the same parameters may name at different times, as when a file is written anew; or ""."""
        return ""

    @abstractmethod
    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset.

        Args:
            progress: Called while something is downloaded; what it raises ends the download.

        Raises:
            DataError: It cannot be had; the message says why and what to do.
        """
