"""The copy that a run keeps of a file of the user, so that it opens when the file was moved or changed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch

from explorer.data import Content, Dataset, FileSource, source
from explorer.engine.errors import BadInput, RunError
from explorer.engine.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

__all__ = ["dataset_of", "note_copy", "read_content", "write_content"]

MOST_BYTES = 256_000_000
"""Larger contents are not copied: such a run needs its file."""
_OPTIONAL = ("labels", "parts", "lengths")


def write_content(path: Path, content: Content | None) -> None:
    """Writes what a file of the user held; nothing where there is none, or more than `MOST_BYTES`.

    Raises:
        WriteError: The folder cannot be written to.
    """
    if content is not None and content.nbytes <= MOST_BYTES:
        about = {"names": content.names, "notes": content.notes, "left_out": content.left_out}
        tensors = {name: torch.from_numpy(np.array(array)) for name, array in content.arrays.items()}
        write_checkpoint(path, Checkpoint(0, about, tensors))


def read_content(path: Path) -> Content | None:
    """The content that `write_content` wrote, or None where it wrote none.

    Raises:
        RunError: It is damaged.
    """
    if not path.exists():
        return None
    stored = read_checkpoint(path)
    try:
        arrays = {name: stored.tensors[name].numpy() for name in ("x", *_OPTIONAL) if name in stored.tensors}
        words = {name: tuple(map(str, stored.state.get(name, ()))) for name in ("names", "notes", "left_out")}
        return Content(arrays.pop("x"), **arrays, **words)  # type: ignore[arg-type]
    except (KeyError, TypeError) as error:
        raise RunError(f"{path} is damaged ({error})") from None


def note_copy(name: str, path: Path, content: Content | None) -> None:
    """Notes that a run has a copy of the content of a dataset, which can then be made again without its file."""
    found = source(name)
    if content is not None and isinstance(found, FileSource) and path.exists():
        found.keep(content)


def dataset_of(name: str, content: Content) -> Dataset:
    """The dataset that a text names, made from a content in place of what its file holds now.

    Raises:
        BadInput: The text names no such dataset, or the content does not suffice for it.
    """
    try:
        found = source(name)
        if not isinstance(found, FileSource):
            raise BadInput(f"{name} is not made from a file")
        found.keep(content)
        return dataclasses.replace(found.dataset(content), content=content)
    except ValueError as error:
        raise BadInput(str(error)) from None
