"""Images of IDX, NPY and NPZ files, with their classes where the same file or its neighbour has them."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.array_files import read_arrays
from explorer.data.errors import DataError

__all__ = ["ImageArray", "read_image_array"]

MOST_BYTES = 100_000_000
_MOST_CLASSES = 1000
_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


@dataclass(frozen=True)
class ImageArray:
    """Images as they are stored.

    Attributes:
        x: (n, height, width, channels), 1, 3 or 4 channels.
        low: Value that is black.
        high: Value that is white.
        classes: Names of the classes, or empty.
        labels: Class of each, (n,) int64, or None.
        notes: What is to be known of the reading.
    """

    x: np.ndarray
    low: float
    high: float
    classes: tuple[str, ...] = ()
    labels: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def bytes(self, image: np.ndarray) -> np.ndarray:
        """An image as bytes, black 0 and white 255."""
        if image.dtype == np.uint8 and (self.low, self.high) == (0, 255):
            return np.ascontiguousarray(image)
        return np.round((image.astype(np.float64) - self.low) * (255 / (self.high - self.low))).astype(np.uint8)


def read_image_array(path: Path, wanted: str, stated: str) -> ImageArray:
    """The images of a file.

    Args:
        path: An IDX, NPY or NPZ file.
        wanted: Name of the array in an NPZ file; "" where only one can be images.
        stated: The values from black to white: "auto", "1", "255" or "signed".

    Raises:
        DataError: It is damaged, or it is not evident what it holds; the message says what to set.
        OSError: It cannot be read.
    """
    notes: tuple[str, ...] = ()
    labels: np.ndarray | None = None
    if path.suffix.lower() in (".npy", ".npz"):
        arrays = read_arrays(path)
        name = wanted or _only_images(path, arrays)
        if name not in arrays:
            raise DataError(f"{path} has no array {name}; there are {', '.join(arrays)}")
        x = arrays.pop(name)
        fitting = (
            {key: y for key, y in arrays.items() if y.shape == (len(x),) and y.dtype.kind in "iu"} if x.ndim else {}
        )
        if len(fitting) == 1:
            (key, labels), *_ = fitting.items()
            notes = (f"classes from array {key}",)
    else:
        x = read_idx(path)
        beside = _labels_of(path)
        if beside is not None:
            labels, notes = read_idx(beside), (f"classes from {beside.name}",)
            if labels.shape != x.shape[:1]:
                raise DataError(f"{beside} has {labels.size:,} classes for {len(x):,} images; move it away")
    x, said = _channels_last(path, x)
    low, high = _range(path, x, stated)
    classes, numbers = _classes(path, labels)
    return ImageArray(x, low, high, classes, numbers, (*said, *notes))


def _only_images(path: Path, arrays: dict[str, np.ndarray]) -> str:
    found = [name for name, array in arrays.items() if array.ndim in (3, 4)]
    if len(found) == 1:
        return found[0]
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    if found:
        raise DataError(f"{path} holds several arrays of images, {shapes}; choose one with array=…")
    raise DataError(f"{path} holds {shapes or 'nothing'}; images are of shape (n, h, w) or (n, h, w, c)")


def _channels_last(path: Path, x: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Images as (n, h, w, c)."""
    if x.ndim == 3 and x.shape[-1] in (3, 4):
        raise DataError(
            f"{path} holds an array of shape {x.shape}, which may be one image of {x.shape[-1]} channels; store many, "
            "of shape (n, h, w) or (n, h, w, c)"
        )
    if x.ndim not in (3, 4) or 0 in x.shape:
        raise DataError(f"{path} holds an array of shape {x.shape}; images are of shape (n, h, w) or (n, h, w, c)")
    if x.ndim == 3:
        x = x[..., None]
    last, first = x.shape[3] in (1, 3, 4), x.shape[1] in (1, 3, 4)
    if last == first:
        raise DataError(
            f"{path} holds an array of shape {x.shape}, in which channels are not evident; store (n, h, w, c)"
        )
    if max(x.shape[2], x.shape[1] if last else x.shape[3]) > 4096:
        raise DataError(f"{path} holds images of more than 4,096 px; make them smaller")
    return (x, ()) if last else (x.transpose(0, 2, 3, 1), ("channels come first",))


def _range(path: Path, x: np.ndarray, stated: str) -> tuple[float, float]:
    """Values of black and white."""
    least, most = float(x.min()), float(x.max())
    if not math.isfinite(least) or not math.isfinite(most):
        raise DataError(f"{path} holds images with values that are not finite; replace them")
    by_type = {np.dtype(np.uint8): (0.0, 255.0), np.dtype(np.uint16): (0.0, 65535.0), np.dtype(bool): (0.0, 1.0)}
    low, high = {"1": (0.0, 1.0), "255": (0.0, 255.0), "signed": (-1.0, 1.0)}.get(
        stated, by_type.get(x.dtype.newbyteorder("="), (0.0, 1.0))
    )
    values = f"values from {least:g} to {most:g}"
    if stated == "auto" and x.dtype.kind in "iu" and most <= 1 <= high - 1:
        raise DataError(f"{path} holds {x.dtype} with {values}; set range=1 if 1 is white, range=255 if 255 is")
    if least < low or most > high:
        advice = "choose another with range=…" if stated != "auto" else "set range=255 or range=signed, or scale them"
        raise DataError(f"{path} holds {x.dtype} with {values}, outside of {low:g} to {high:g}; {advice}")
    return low, high


def _classes(path: Path, labels: np.ndarray | None) -> tuple[tuple[str, ...], np.ndarray | None]:
    if labels is None:
        return (), None
    found, numbers = np.unique(labels, return_inverse=True)
    if len(found) > _MOST_CLASSES:
        raise DataError(f"{path} has {len(found):,} classes; at most {_MOST_CLASSES:,} are read")
    return tuple(str(name) for name in found), numbers.astype(np.int64)


def _labels_of(path: Path) -> Path | None:
    """The file of classes beside an IDX file of images, named as those of MNIST are."""
    name = path.name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    beside = path.with_name(name)
    return beside if name != path.name and beside.is_file() else None


def read_idx(path: Path) -> np.ndarray:
    """The array of an IDX file, packed with gzip or not.

    Raises:
        DataError: It is damaged or too large.
        OSError: It cannot be read.
    """
    packed = _unpacked(path)
    zeros, kind, dims = struct.unpack_from(">HBB", packed.ljust(4, b"\1"))
    if zeros or kind not in _TYPES or not 1 <= dims <= 4 or len(packed) < 4 + 4 * dims:
        raise DataError(f"{path} is no IDX file of numbers")
    shape = struct.unpack_from(f">{dims}I", packed, 4)
    dtype = np.dtype(_TYPES[kind])
    size = math.prod(shape) * dtype.itemsize
    have = len(packed) - 4 - 4 * dims
    if size != have:
        raise DataError(f"{path} is {'cut short' if have < size else 'longer than its header says'}; copy it again")
    return np.frombuffer(packed, dtype, offset=4 + 4 * dims).reshape(shape)


def _unpacked(path: Path) -> bytes:
    with open(path, "rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DataError(f"{path} is damaged: it cannot be unpacked") from None
    if len(content) > MOST_BYTES:
        raise DataError(f"{path} has more than {MOST_BYTES // 1_000_000} MB of numbers; take a part of it")
    return content
