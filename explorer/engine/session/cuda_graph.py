"""Capture of operations on a GPU as a CUDA graph, which one call replays without the time to launch each of them."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import TypeAlias

import torch

__all__ = ["Capture", "cuda_graph"]

# Captures the operations of a function that draws from a generator; returns what replays them.
Capture: TypeAlias = Callable[[Callable[[], None], torch.Generator], Callable[[], None]]


def cuda_graph(work: Callable[[], None], rng: torch.Generator) -> Callable[[], None]:
    """Captures what a function does on the generator's device. Nothing is computed yet.

    `torch.cuda.graph` does the same, but collects garbage first, which may destroy widgets in this thread.

    Args:
        work: The operations. Tensors that they read must be written in place between two replays.
        rng: Source of their noise; each replay draws from where the generator then is.

    Returns:
        Replays the operations.

    Raises:
        RuntimeError: An operation cannot be captured, or memory ran out.
    """
    graph, stream = torch.cuda.CUDAGraph(), torch.cuda.Stream(rng.device)
    before = rng.clone_state()
    graph.register_generator_state(rng)
    stream.wait_stream(torch.cuda.current_stream(rng.device))
    with torch.cuda.stream(stream), _without_collection():
        graph.capture_begin(capture_error_mode="thread_local")  # other threads may use the GPU meanwhile
        try:
            work()
        except BaseException:
            with contextlib.suppress(RuntimeError):  # the capture is invalid; the reason is the first error
                graph.capture_end()
            rng.graphsafe_set_state(before)  # the state in use waits for the end of the capture, which never comes
            raise
        graph.capture_end()
    torch.cuda.current_stream(rng.device).wait_stream(stream)
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
