"""Commands that `torchrun` starts in several processes, which train one model together."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import torch

from explorer.engine import BadInput, Placement, ProcessLost, resolve

__all__ = ["joined"]


@contextlib.contextmanager
def joined(device: str | None) -> Iterator[Placement | None]:
    """Joins the processes that `torchrun` started, for a block.

    The processes exchange tensors through gloo, and those on GPUs through NCCL.

    Args:
        device: Device as on the command line. "cuda" and "auto" give each process a GPU of its own; "auto" is the CPU
            where there are too few.

    Yields:
        Device and rank of this process; None where it is the only one.

    Raises:
        BadInput: There is no such device for each process.
        ProcessLost: The processes do not find each other.
    """
    world = int(os.environ.get("WORLD_SIZE", "1")) if torch.distributed.is_torchelastic_launched() else 1
    if world == 1:
        yield None
        return
    placement = Placement(_own_device(device or "auto", world), int(os.environ["RANK"]), world)
    on_gpus = placement.device.type == "cuda" and torch.distributed.is_nccl_available()
    try:
        torch.distributed.init_process_group("cpu:gloo,cuda:nccl" if on_gpus else "gloo")
    except RuntimeError as error:
        raise ProcessLost(f"the {world} processes did not find each other ({str(error).splitlines()[0]})") from None
    yield placement
    torch.distributed.destroy_process_group()  # after an error the end of the process is all that is safe


def _own_device(name: str, world: int) -> torch.device:
    """The device of this process."""
    here, number = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["LOCAL_RANK"])
    enough = torch.cuda.is_available() and torch.cuda.device_count() >= here
    if name == "cpu" or (name == "auto" and not enough):
        return resolve("cpu")
    if name not in ("auto", "cuda"):
        raise BadInput(f"{world} processes cannot share device {name}: use cpu, or cuda for a GPU for each")
    if not enough:
        raise BadInput(f"{here} processes need a GPU each; this machine has {torch.cuda.device_count()}: use cpu")
    own = resolve(f"cuda:{number}")
    torch.cuda.set_device(own)
    return own
