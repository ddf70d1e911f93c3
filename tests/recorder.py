"""A stand-in for CUDA graphs on a CPU: it records the operations that torch dispatches, and replays them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

__all__ = ["record"]

_READS_A_VALUE = ("_local_scalar_dense", "nonzero", "masked_select", "equal")


class _Recorder(TorchDispatchMode):
    """Records operations with the very tensors that they read and write.

    Like a capture on a GPU it changes nothing: the values of all tensors from outside are put back. It refuses what a
    GPU cannot capture, because the program would have to wait for a value.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, tuple[Any, ...], dict[str, Any], list[Tensor]]] = []
        self._before: dict[int, tuple[Tensor, Tensor]] = {}
        self._made: dict[int, Tensor] = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name.removeprefix("aten::")
        if name in _READS_A_VALUE:
            raise RuntimeError(f"operation {name} is not permitted when stream is capturing")
        kwargs = kwargs or {}
        inputs = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        for tensor in inputs:
            if id(tensor) not in self._made and id(tensor) not in self._before:
                self._before[id(tensor)] = tensor, tensor.detach().clone()
        result = func(*args, **kwargs)
        outputs = [leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor)]
        self._made |= {id(tensor): tensor for tensor in outputs if not any(tensor is other for other in inputs)}
        self.operations.append((func, args, kwargs, outputs))
        return result

    @torch.no_grad()
    def put_back(self) -> None:
        """Gives all tensors from outside the values that they had."""
        for tensor, value in self._before.values():
            tensor.copy_(value)

    def replay(self) -> None:
        """Does the operations again. Their results are written where they were written first."""
        with torch._C._AutoDispatchBelowAutograd():  # where they were recorded
            for func, args, kwargs, outputs in self.operations:
                result = [leaf for leaf in tree_leaves(func(*args, **kwargs)) if isinstance(leaf, Tensor)]
                for tensor, new in zip(outputs, result, strict=True):
                    if tensor is not new and tensor.data_ptr() != new.data_ptr():
                        tensor.copy_(new)


def record(work: Callable[[], None], sources: Sequence[torch.Generator]) -> Callable[[], None]:
    """Records what a function does; see `explorer.engine.session.cuda_graph.cuda_graph`."""
    recorder, states = _Recorder(), [rng.get_state() for rng in sources]
    try:
        with recorder:
            work()
    finally:
        recorder.put_back()
        for rng, state in zip(sources, states, strict=True):
            rng.set_state(state)
    return recorder.replay
