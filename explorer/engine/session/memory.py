"""What happens when a device has too little memory: it is said, freed, and a batch that fits is named."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import OutOfMemory
from explorer.engine.session.optimisation import Optimisation
from models.protocol import GenerativeModel

__all__ = ["TooLittleMemory", "largest_batch", "noticing_memory", "out_of_memory"]


class TooLittleMemory(Exception):
    """The device had too little memory; raised without the traceback that would keep its tensors alive."""


@contextlib.contextmanager
def noticing_memory() -> Iterator[None]:
    """Turns a device's or the system's out of memory into `TooLittleMemory`."""
    short = False
    try:
        yield
    except torch.OutOfMemoryError:
        short = True
    except RuntimeError as error:
        if "can't allocate memory" not in str(error):  # what torch's CPU allocator says
            raise
        short = True
    if short:
        raise TooLittleMemory


def largest_batch(
    model: GenerativeModel, players: list[Optimisation], data: TensorData, batch: int, parts: int = 1
) -> int | None:
    """A batch of which a loss and its gradient fit into memory, found by halving; None where none does.

    Args:
        model: What is trained.
        players: Its players.
        data: What it is trained on.
        batch: The batch that did not fit.
        parts: Micro-batches into which it is cut; only one of them has to fit.
    """
    size = batch // parts
    while size > 1:
        size //= 2
        for optimisation in players:
            optimisation.zero()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        try:
            with noticing_memory():
                _try(model, players, data, size)
        except TooLittleMemory:
            continue
        finally:
            for optimisation in players:
                optimisation.zero()
        return size * parts
    return None


def _try(model: GenerativeModel, players: list[Optimisation], data: TensorData, batch: int) -> None:
    rng = torch.Generator(model.device).manual_seed(0)
    for optimisation in players:
        drawn = data.train_batch(0, batch, rng)
        model.player_loss(optimisation.player.name, drawn, rng=rng)["loss"].backward()


def out_of_memory(
    model: GenerativeModel, players: list[Optimisation], data: TensorData, batch: int, parts: int
) -> OutOfMemory:
    """The error to show, memory freed and a smaller batch tried. See `largest_batch`."""
    return OutOfMemory(batch, str(model.device), largest_batch(model, players, data, batch, parts))
