"""Devices, threads, and the rank of a session among several processes."""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.errors import BadInput, ProcessLost

__all__ = [
    "Placement",
    "available",
    "choose_threads",
    "describe",
    "is_deferred",
    "prepare_thread",
    "resolve",
    "used_memory",
]

# With fewer parameters a second thread is slower, because threads wait for each other (measured on small MLPs).
_SMALL_MODEL = 5_000_000
_threads_lock = threading.Lock()
_threads_chosen: int | None = None


@dataclass(frozen=True)
class Placement:
    """Device of a session, and its rank among the processes that train one model together.

    Each process computes the gradient on its slice of every batch; the gradients are averaged before each update, so
    all processes hold the same weights. Several processes need an initialised `torch.distributed` process group.
    Only the process of rank 0 measures, records and writes.

    Attributes:
        device: The device.
        rank: Number of this process, from 0.
        world: Number of processes.
    """

    device: torch.device
    rank: int = 0
    world: int = 1

    def slice_of(self, count: int) -> tuple[int, int]:
        """Offset and size of this process's share of a number of data, which is a multiple of `world`."""
        size = count // self.world
        return self.rank * size, size

    def parts_of(self, parts: int) -> range:
        """Numbers of this process's parts of a batch in equal parts, a multiple of `world`."""
        start, size = self.slice_of(parts)
        return range(start, start + size)

    def reduce(self, tensors: Iterable[Tensor]) -> None:
        """Replaces each tensor by its mean over all processes, in place; a single process keeps its own."""
        if self.world == 1:
            return
        together = list(tensors)
        flat = torch.cat([tensor.reshape(-1) for tensor in together])  # one message instead of one for each tensor
        with self._exchanging():
            torch.distributed.all_reduce(flat)
        flat.div_(self.world)
        for tensor, mean in zip(together, flat.split([tensor.numel() for tensor in together]), strict=True):
            tensor.copy_(mean.view_as(tensor))

    def any(self, flag: bool) -> bool:
        """Whether a flag is set in any process. All processes get the same answer, and each waits for the others."""
        if self.world == 1:
            return flag
        flags = torch.tensor(int(flag))
        with self._exchanging():
            torch.distributed.all_reduce(flags)
        return bool(flags)

    @contextlib.contextmanager
    def first_alone(self) -> Iterator[None]:
        """A block that the process of rank 0 leaves before the others enter it: it makes files that they read."""
        if self.rank:
            self.any(False)
        yield
        if not self.rank:
            self.any(False)

    @contextlib.contextmanager
    def _exchanging(self) -> Iterator[None]:
        try:
            yield
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            raise ProcessLost(
                f"another of the {self.world} processes has ended, and this one with it; "
                "resume continues the run from its last checkpoint"
            ) from error


def available() -> list[str]:
    """Names of the devices of this machine, the fastest first."""
    names = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        names.append("mps")
    return [*names, "cpu"]


def resolve(name: str) -> torch.device:
    """The device of a name; "auto" is the fastest of the machine.

    Raises:
        BadInput: The machine has no such device; the sentence names those it has.
    """
    names = available()
    wanted = {"auto": names[0], "cuda": "cuda:0"}.get(name, name)
    if wanted not in names:
        reason = ""
        if wanted.startswith("cuda") and torch.version.cuda is None:
            reason = "; this PyTorch was built without CUDA, see the README for a CUDA build"
        raise BadInput(f"there is no device {name}; there are auto, {', '.join(names)}{reason}")
    if wanted.startswith("cuda"):
        _repeat_sums()
    return torch.device(wanted)


def _repeat_sums() -> None:
    """Makes CUDA's libraries add in the same order each time, so that the same seed gives the same numbers.

    The fastest kernels of cuDNN for the gradient of a convolution, and cuBLAS where several streams share its
    workspace, add in the order in which threads arrive. cuBLAS reads the variable when it is first used.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.deterministic = True


def is_deferred(device: torch.device) -> bool:
    """Whether a device computes behind the program: results are read at display rate, and nothing waits for them."""
    return device.type == "cuda"


def describe(device: torch.device) -> str:
    """Description of a device: "CUDA 0 · NVIDIA H200", "CPU · 8 cores"."""
    if device.type == "cuda":
        return f"CUDA {device.index or 0} · {torch.cuda.get_device_name(device)}"
    if device.type == "mps":
        return f"MPS · {platform.processor() or 'Apple'}"
    return f"CPU · {os.cpu_count()} cores"


def used_memory(device: torch.device) -> tuple[float, float] | None:
    """Used and total memory of a device, bytes; None if they are unknown."""
    if device.type != "cuda":
        return None
    free, total = torch.cuda.mem_get_info(device)
    return float(total - free), float(total)


def choose_threads(parameters: int) -> int:
    """Sets the number of torch's threads for this process, once, by the size of its first model; returns it.

    The number is one for the whole process and changing it under a running session would change that session's
    speed and, for large reductions, its numbers.
    """
    global _threads_chosen
    with _threads_lock:
        if _threads_chosen is None:
            _threads_chosen = 1 if parameters < _SMALL_MODEL else max(1, (os.cpu_count() or 2) - 1)
            torch.set_num_threads(_threads_chosen)
        return _threads_chosen


def prepare_thread() -> None:
    """Prepares a thread; call it in every thread that trains or computes views.

    Adam's moments of inputs that are always zero decay into denormal numbers, which slow a CPU down by a factor of
    two within seconds. Flushing is a setting of the thread, and it changes the last bits: all threads need it.
    """
    torch.set_flush_denormal(True)
