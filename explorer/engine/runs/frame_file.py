"""Frames as files: their arrays in safetensors, their other fields as JSON in the header of the same file.

Arrays of `Images` whose values are all k / 255 (or 0 and 1) are stored as bytes and read back exactly.
"""

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
from models.frames import FRAMES, LAYERS, Film, Frame, Images, Label, Series, Stroke

__all__ = ["FILM_BYTES", "FILM_FRAMES", "compact", "read_frames", "size_of", "write_frames"]

FILM_FRAMES = 32
"""Most frames of a recorded film."""
FILM_BYTES = 2_000_000
"""Most bytes of a recorded film of several frames on disk."""

_CLASSES: dict[str, type] = {cls.__name__: cls for cls in (*FRAMES, *LAYERS, Label, Series, Stroke)}


def _as_bytes(images: np.ndarray) -> np.ndarray | None:
    """The k of images whose values are k / 255 in their own precision, as uint8; None for others."""
    if images.dtype.kind != "f" or not images.size or not ((images >= 0) & (images <= 1)).all():
        return None
    levels = np.round(images * 255).astype(np.uint8)
    return levels if np.array_equal(_from_bytes(levels, images.dtype), images) else None


def _from_bytes(levels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return levels.astype(dtype) / np.asarray(255, dtype)


def _take_apart(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[path] = np.ascontiguousarray(value)
        return {"array": path}
    if dataclasses.is_dataclass(value):
        fields = {
            field.name: _take_apart(getattr(value, field.name), f"{path}.{field.name}", arrays)
            for field in dataclasses.fields(value)
        }
        if isinstance(value, Images) and (levels := _as_bytes(value.images)) is not None:
            arrays[f"{path}.images"] = np.ascontiguousarray(levels)
            fields["images"]["levels"] = value.images.dtype.name
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
        array = arrays[tree["array"]]
        return _from_bytes(array, np.dtype(tree["levels"])) if "levels" in tree else array
    if "tuple" in tree:
        return tuple(_put_together(item, arrays) for item in tree["tuple"])
    fields = {name: _put_together(value, arrays) for name, value in tree["fields"].items()}
    return _CLASSES[tree["class"]](**fields)


def _encode(step: int, shown: Mapping[str, Frame]) -> bytes:
    arrays: dict[str, np.ndarray] = {}
    trees = {name: _take_apart(frame, name, arrays) for name, frame in shown.items()}
    metadata = {"step": str(step), "frames": json.dumps(trees)}
    content: bytes = safetensors.numpy.save(arrays, metadata)
    return content


def write_frames(path: Path, step: int, shown: Mapping[str, Frame]) -> int:
    """Writes the frames of several views at one step, atomically.

    Returns:
        Size of the file in bytes.
    """
    content = _encode(step, shown)
    write_atomically(path, content)
    return len(content)


def read_frames(path: Path) -> tuple[int, dict[str, Frame]]:
    """Reads the step, and the frames by view, of a file of `write_frames`.

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
    """A frame, layer or series as it is recorded: numbers in single precision, films with fewer frames.

    A film keeps at most `FILM_FRAMES` frames, evenly chosen with the first and the last, and fewer where its file
    would exceed `FILM_BYTES`. Of a film whose first and last frame alone exceed them, the last one is kept.
    """
    if isinstance(part, np.ndarray):
        smaller = {np.dtype(np.float64): np.float32, np.dtype(np.int64): np.int32}.get(part.dtype)
        return part if smaller is None else part.astype(smaller)
    if isinstance(part, Film):
        return _compact_film(part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields = {field.name: compact(getattr(part, field.name)) for field in dataclasses.fields(part)}
        return type(part)(**fields)
    return tuple(compact(item) for item in part) if isinstance(part, tuple) else part


def _compact_film(film: Film) -> Film:
    most = min(FILM_FRAMES, len(film.frames))
    while True:
        thinned = film.thinned(most)
        # The positions keep their precision: in single precision two of them could become equal.
        smaller = dataclasses.replace(thinned, frames=tuple(compact(frame) for frame in thinned.frames))
        size = len(_encode(0, {"": smaller}))
        if size <= FILM_BYTES or most == 1:
            return smaller
        most = min(most - 1, max(1, most * FILM_BYTES // size))


def size_of(frame: Frame) -> int:
    """Bytes of a frame's arrays in memory."""
    return sum(array.nbytes for array in frames.arrays_of(frame).values())
