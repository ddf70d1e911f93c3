"""Capture of operations on a GPU as a CUDA graph, which one call replays without the time to launch each of them."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import torch

__all__ = ["Capture", "cuda_graph"]

# Captures the operations of a function that draws from some generators; returns what replays them.
Capture: TypeAlias = Callable[[Callable[[], None], Sequence[torch.Generator]], Callable[[], None]]


def cuda_graph(work: Callable[[], None], sources: Sequence[torch.Generator]) -> Callable[[], None]:
    """Captures what a function does on the generators' device. Nothing is computed yet.

    `torch.cuda.graph` does the same, but collects garbage first, which may destroy widgets in this thread.

    Args:
        work: The operations. Tensors that they read must be written in place between two replays.
        sources: All generators from which they draw; each replay draws from where they then are.

    Returns:
        Replays the operations.

    Raises:
        RuntimeError: An operation cannot be captured, or memory ran out.
    """
    device = sources[0].device
    graph, stream = torch.cuda.CUDAGraph(), torch.cuda.Stream(device)
    before = [rng.clone_state() for rng in sources]
    for rng in sources:
        graph.register_generator_state(rng)
    stream.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(stream), _without_collection():
        graph.capture_begin(capture_error_mode="thread_local")  # other threads may use the GPU meanwhile
        try:
            work()
        except BaseException:
            with contextlib.suppress(RuntimeError):  # the capture is invalid; the reason is the first error
                graph.capture_end()
            for rng, state in zip(sources, before, strict=True):
                rng.graphsafe_set_state(state)  # the one in use waits for the end of the capture, which never comes
            raise
        graph.capture_end()
    torch.cuda.current_stream(device).wait_stream(stream)
    return graph.replay


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """No garbage is collected by itself meanwhile: to free the graph of an earlier session would end the capture."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
