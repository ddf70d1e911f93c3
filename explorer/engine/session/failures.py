"""Failures that end training: numbers that are not finite, too little memory, a run that cannot be written to."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator

import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import Diverged, OutOfMemory, WriteError
from explorer.engine.session.learner import Learner
from explorer.engine.session.optimisation import Optimisation
from models.protocol import GenerativeModel

__all__ = ["ending_on_failure"]


@contextlib.contextmanager
def ending_on_failure(
    end: Callable[[str], None], halt: Callable[[], None], learner: Learner, data: TensorData
) -> Iterator[None]:
    """Ends a session that runs out of memory, whose loss or gradient is not finite, or that cannot be saved.

    Args:
        end: Called with the final status of the session.
        halt: Called where the run cannot be written to: training stops, and the model stays usable.
        learner: The session's learner.
        data: Its data.

    Raises:
        WriteError: Raised again unchanged.
        OutOfMemory: Replaces torch's own error.
        Diverged: Raised again unchanged.
    """
    try:
        yield
        return
    except Diverged:
        end("diverged")
        raise
    except WriteError:
        halt()
        raise
    except RuntimeError as error:
        if not _is_out_of_memory(error):
            raise
    end("out of memory")
    raise _out_of_memory(learner, data) from None


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Whether memory ran out; if so, the tensors in the frames of the error's traceback are freed."""
    # The second condition is the message of torch's CPU allocator.
    out_of_memory = isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
    if out_of_memory:
        traceback.clear_frames(error.__traceback__)
    return out_of_memory


def _largest_batch(
    model: GenerativeModel, players: list[Optimisation], data: TensorData, batch: int, parts: int = 1
) -> int | None:
    """A batch size for which loss and gradient fit into memory, found by halving; None if no size does.

    Args:
        model: The model.
        players: Its players.
        data: The training data.
        batch: The batch size that did not fit.
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
            _try(model, players, data, size)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
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
    """The error to raise, with a batch size that fits; see `_largest_batch`."""
    batch, parts = learner.training.batch, learner.training.micro_batches
    fits = _largest_batch(learner.model, learner.players, data, batch, parts)
    return OutOfMemory(batch, str(learner.model.device), fits)
