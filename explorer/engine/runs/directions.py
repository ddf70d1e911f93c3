"""Directions in latent space that were given a name, kept with a run as `directions.json`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from explorer.engine.errors import BadInput, RunError
from explorer.engine.files import read_json, write_json
from models.protocol import Direction

__all__ = ["KeptDirection", "find_direction", "read_directions", "write_directions"]

_FILE, _FORMAT = "directions.json", 1


@dataclass(frozen=True)
class KeptDirection:
    """A direction under its name.

    Attributes:
        name: As it was called.
        vector: In latent space, (latent,).
        step: Round of the weights whose latent space it is of.
        about: How it was made.
    """

    name: str
    vector: tuple[float, ...]
    step: int = 0
    about: str = ""

    def on(self, device: torch.device | str = "cpu") -> Direction:
        """The input of a view."""
        return Direction(self.name, torch.tensor([self.vector], dtype=torch.float64, device=device))


def write_directions(folder: Path, kept: Iterable[KeptDirection]) -> None:
    """Writes the directions of a run, all of them, atomically.

    Raises:
        WriteError: The folder cannot be written to.
    """
    write_json(folder / _FILE, {"format": _FORMAT, "directions": [dataclasses.asdict(one) for one in kept]})


def read_directions(folder: Path) -> tuple[KeptDirection, ...]:
    """The directions of a run, in the order in which they were kept; none where nothing was kept.

    Raises:
        RunError: The file is damaged.
    """
    path = folder / _FILE
    if not path.exists():
        return ()
    stored = read_json(path)
    try:
        if stored["format"] != _FORMAT:
            raise ValueError("it was written by another version")
        return tuple(_read(one) for one in stored["directions"])
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path} is damaged ({error})") from None


def _read(stored: Any) -> KeptDirection:
    vector = tuple(float(value) for value in stored["vector"])
    if not vector or not all(map(math.isfinite, vector)) or not stored["name"]:
        raise ValueError("a direction needs a name and finite numbers")
    return KeptDirection(str(stored["name"]), vector, int(stored["step"]), str(stored["about"]))


def find_direction(kept: Iterable[KeptDirection], name: str, latent: int) -> KeptDirection:
    """The direction of a name, for a latent space of a dimension.

    Raises:
        BadInput: There is none, or it is of another space.
    """
    listed = list(kept)
    for one in listed:
        if one.name == name:
            if len(one.vector) != latent:
                raise BadInput(f"direction {name} has {len(one.vector)} numbers; this latent space has {latent}")
            return one
    there = ", ".join(one.name for one in listed) or "none; keep one on the card Direction in the window"
    raise BadInput(f"this run has no direction {name}; there are: {there}")
