"""Frames as files: their arrays in safetensors, their other fields as JSON beside them in the same file."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from explorer.engine.errors import RunError
from explorer.engine.files import write_atomically
from models import frames
from models.frames import FRAMES, LAYERS, Frame, Series

__all__ = ["compact", "read_frames", "size_of", "write_frames"]

_CLASSES: dict[str, type] = {cls.__name__: cls for cls in (*FRAMES, *LAYERS, Series)}


def _take_apart(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[path] = np.ascontiguousarray(value)
        return {"array": path}
    if dataclasses.is_dataclass(value):
        fields = {
            field.name: _take_apart(getattr(value, field.name), f"{path}.{field.name}", arrays)
            for field in dataclasses.fields(value)
        }
        return {"class": type(value).__name__, "fields": fields}
    if isinstance(value, tuple):
        return {"tuple": [_take_apart(item, f"{path}.{i}", arrays) for i, item in enumerate(value)]}
    if isinstance(value, np.generic):
        return value.item()
    return value


def _put_together(tree: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]]
    if "tuple" in tree:
        return tuple(_put_together(item, arrays) for item in tree["tuple"])
    fields = {name: _put_together(value, arrays) for name, value in tree["fields"].items()}
    return _CLASSES[tree["class"]](**fields)


def write_frames(path: Path, step: int, shown: Mapping[str, Frame]) -> None:
    """Writes the frames of several views at one step, atomically."""
    arrays: dict[str, np.ndarray] = {}
    trees = {name: _take_apart(frame, name, arrays) for name, frame in shown.items()}
    metadata = {"step": str(step), "frames": json.dumps(trees)}
    write_atomically(path, safetensors.numpy.save(arrays, metadata))


def read_frames(path: Path) -> tuple[int, dict[str, Frame]]:
    """The step and the frames by view that `write_frames` wrote.

    Raises:
        RunError: Missing or damaged.
    """
    try:
        content = path.read_bytes()
        arrays = safetensors.numpy.load(content)
        (length,) = struct.unpack("<Q", content[:8])
        metadata = json.loads(content[8 : 8 + length])["__metadata__"]
        trees = json.loads(metadata["frames"])
        return int(metadata["step"]), {name: _put_together(tree, arrays) for name, tree in trees.items()}
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error})") from None
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError, struct.error) as error:
        raise RunError(f"{path} is damaged ({error})") from None


def compact(part: Any) -> Any:
    """A frame, layer or series with its arrays in half the room: single precision says all that a picture shows."""
    if isinstance(part, np.ndarray):
        smaller = {np.dtype(np.float64): np.float32, np.dtype(np.int64): np.int32}.get(part.dtype)
        return part if smaller is None else part.astype(smaller)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields = {field.name: compact(getattr(part, field.name)) for field in dataclasses.fields(part)}
        return type(part)(**fields)
    return tuple(compact(item) for item in part) if isinstance(part, tuple) else part


def size_of(frame: Frame) -> int:
    """Bytes of a frame's arrays."""
    return sum(array.nbytes for array in frames.arrays_of(frame).values())
