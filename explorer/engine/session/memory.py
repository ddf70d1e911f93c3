"""Failures of training: too little memory, for which a batch that fits is found, and numbers that are not finite."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import Diverged, OutOfMemory
from explorer.engine.session.learner import Learner
from explorer.engine.session.optimisation import Optimisation
from models.protocol import GenerativeModel

__all__ = ["ending_on_failure"]


class _TooLittleMemory(Exception):
    """The device had too little memory; raised without the traceback that would keep its tensors alive."""


@contextlib.contextmanager
def _noticing_memory() -> Iterator[None]:
    """Turns a device's or the system's out of memory into `_TooLittleMemory`."""
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
        raise _TooLittleMemory


@contextlib.contextmanager
def ending_on_failure(end: Callable[[str], None], learner: Learner, data: TensorData) -> Iterator[None]:
    """Ends a session where memory is too small or a number is not finite.

    Args:
        end: Called with the status in which the session ends.
        learner: The session's learner.
        data: Its data.

    Raises:
        OutOfMemory: In place of the device's or system's own error.
        Diverged: As it was raised.
    """
    try:
        with _noticing_memory():
            yield
    except _TooLittleMemory:
        end("out of memory")
        raise _out_of_memory(learner, data) from None
    except Diverged:
        end("diverged")
        raise


def _largest_batch(
    model: GenerativeModel, players: list[Optimisation], data: TensorData, batch: int, parts: int = 1
) -> int | None:
    """A batch of which loss and gradient fit into memory, found by halving; None where none does.

    Args:
        model: The model.
        players: Its players.
        data: The training data.
        batch: The batch that did not fit.
        parts: Micro-batches of a batch; only one of them has to fit.
    """
    size = batch // parts
    while size > 1:
        size //= 2
        for optimisation in players:
            optimisation.zero()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        try:
            with _noticing_memory():
                _try(model, players, data, size)
        except _TooLittleMemory:
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


def _out_of_memory(learner: Learner, data: TensorData) -> OutOfMemory:
    """The error to raise for a learner, after memory was freed and smaller batches were tried; see `_largest_batch`."""
    batch, parts = learner.training.batch, learner.training.micro_batches
    fits = _largest_batch(learner.model, learner.players, data, batch, parts)
    return OutOfMemory(batch, str(learner.model.device), fits)
