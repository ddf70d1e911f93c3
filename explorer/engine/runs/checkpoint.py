"""Checkpoints: named tensors and a little JSON in one safetensors file, whole or refused."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from explorer.engine.errors import RunError
from explorer.engine.files import write_atomically

__all__ = ["Checkpoint", "read_checkpoint", "write_checkpoint"]

_LARGEST = 8 << 30  # bytes; nothing this application writes comes near


@dataclass(frozen=True)
class Checkpoint:
    """The stored state of a session, or of a model.

    Attributes:
        step: Rounds completed.
        state: Plain JSON: counters, best value so far.
        tensors: On the CPU, by path: "model/…", "averaged/…", "optimiser/<player>/<parameter>/<key>", "generator".
    """

    step: int
    state: Mapping[str, Any]
    tensors: Mapping[str, Tensor]

    @property
    def digest(self) -> str:
        """Hash of everything in it."""
        return _digest(str(self.step), json.dumps(self.state, allow_nan=False), self.tensors)

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors below a prefix, by the rest of their path."""
        start = f"{prefix}/"
        return {path[len(start) :]: tensor for path, tensor in self.tensors.items() if path.startswith(start)}


def _digest(step: str, state: str, tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256(f"{step} {state}".encode())
    for path in sorted(tensors):
        tensor = tensors[path]
        digest.update(f"{path} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Writes a checkpoint atomically, with a digest of its content.

    Raises:
        RunError: The place cannot be written to.
    """
    tensors = {path: tensor.detach().cpu().contiguous() for path, tensor in checkpoint.tensors.items()}
    step, state = str(checkpoint.step), json.dumps(checkpoint.state, allow_nan=False)
    metadata = {"step": step, "state": state, "digest": _digest(step, state, tensors)}
    write_atomically(path, safetensors.torch.save(tensors, metadata))


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads a checkpoint.

    Raises:
        RunError: Missing, truncated, changed, or no checkpoint of ours.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise RunError(f"{path} is too large for a checkpoint")
        content = path.read_bytes()
        tensors = safetensors.torch.load(content)
        metadata = _metadata(content)
        whole = metadata["digest"] == _digest(metadata["step"], metadata["state"], tensors)
        step, state = int(metadata["step"]), json.loads(metadata["state"])
    except OSError as error:
        raise RunError(f"checkpoint {path} cannot be read ({error.strerror or error})") from None
    except (safetensors.SafetensorError, KeyError, ValueError, struct.error) as error:
        raise RunError(f"checkpoint {path} is damaged ({error})") from None
    if not whole:
        raise RunError(f"checkpoint {path} is damaged (its content does not match its digest)")
    return Checkpoint(step, state, tensors)


def _metadata(content: bytes) -> dict[str, str]:
    (length,) = struct.unpack("<Q", content[:8])
    return dict(json.loads(content[8 : 8 + length])["__metadata__"])
