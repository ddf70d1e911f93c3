"""Errors with messages for users. `code` is the exit status of the command line."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

__all__ = [
    "BadInput",
    "Diverged",
    "ExplorerError",
    "FolderLost",
    "OutOfMemory",
    "ProcessLost",
    "RunError",
    "WriteError",
]


class ExplorerError(Exception):
    """Base class. The message is one sentence: what happened, which value, what to do."""

    code = 1


class BadInput(ExplorerError):
    """The user asked for something that does not exist or is not possible."""

    code = 2


class RunError(BadInput):
    """A run folder or checkpoint cannot be read or written."""


class WriteError(RunError):
    """A file could not be written, because of permissions or a full disk; the cause is the system's own error."""

    code = 1

    @property
    def full(self) -> bool:
        """Whether the disk, or the share of it that the user may have, is full."""
        return isinstance(self.__cause__, OSError) and self.__cause__.errno in (errno.ENOSPC, errno.EDQUOT)


class FolderLost(WriteError):
    """The folder of a run in training was deleted, moved or replaced, or its drive is gone."""

    def __init__(self, folder: Path):
        super().__init__(
            f"{folder} is no longer the folder of this run: it was deleted, moved or replaced, or its drive is gone"
        )


class ProcessLost(ExplorerError):
    """One of several processes that train a model together has ended."""


class Diverged(ExplorerError):
    """A loss or gradient was not finite; the update was skipped.

    Attributes:
        step: Number of the round.
        player: Name of the player whose loss or gradient it was, which need not be the one that caused it.
        field: Training field of the largest learning rate.
        lr: That learning rate.

    Args:
        step: Number of the round.
        player: Name of the player.
        rates: Learning rates of all players by training field.
    """

    def __init__(self, step: int, player: str, rates: Mapping[str, float]):
        self.step = step
        self.player = player
        self.field = max(rates, key=lambda name: rates[name])
        self.lr = rates[self.field]
        several = len(rates) > 1
        rate = f"largest learning rate: {self.field}={self.lr:g}" if several else f"learning rate {self.lr:g}"
        smaller = f"{self.field}={self.lr / 10:.1g}" if several else f"{self.lr / 10:.1g}"
        super().__init__(
            f"loss or gradient of {player} not finite at step {step} ({rate}); that update was skipped. Continue from "
            f"the last good checkpoint with a smaller learning rate ({smaller}), or set clip=1"
        )


class OutOfMemory(ExplorerError):
    """The device had too little memory for a batch.

    Attributes:
        fits: A batch size that was tried and fits, or None.
    """

    def __init__(self, batch: int, device: str, fits: int | None):
        advice = (
            f"a batch of {fits} fits: set batch={fits}" if fits else "not even one datum fits: choose a smaller model"
        )
        super().__init__(f"{device} has too little memory for a batch of {batch}; {advice}")
        self.fits = fits
