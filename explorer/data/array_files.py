"""Tables of numbers from NPY and NPZ files. Headers are checked before anything is read; nothing is unpickled."""

from __future__ import annotations

import lzma
import math
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

import numpy as np
from numpy.lib import format as npy

from explorer.data.columns import MOST_NUMBERS
from explorer.data.errors import DataError, Unreadable

__all__ = ["read_arrays", "read_npy", "read_npz"]

_DAMAGED = (
    ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, OverflowError, MemoryError, RecursionError,
    NotImplementedError, RuntimeError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
    lzma.LZMAError,
)  # fmt: skip
"""What the readers of NumPy and of Python raise for damaged files, besides OSError."""
_T = TypeVar("_T")


def read_npy(path: Path) -> np.ndarray:
    """The array of an NPY file, float64.

    Raises:
        DataError: It is damaged, or holds anything but real numbers; the message says which.
        OSError: It cannot be read.
    """
    with open(path, "rb") as file:
        return _guarded(path, "is not an NPY array of numbers; write one with numpy.save", lambda: _array(file))


def read_npz(path: Path, wanted: str = "") -> tuple[np.ndarray, tuple[str, ...]]:
    """The table of an NPZ file: its only array, or its vectors of equal length as columns.

    Args:
        path: The file.
        wanted: Name of the array to read, or "" where it is evident.

    Returns:
        Numbers, float64, and the names of the columns where each is a vector.

    Raises:
        DataError: It is damaged, or it is not evident what the table is; the message names the arrays.
        OSError: It cannot be read.
    """
    return _guarded(
        path, "is not an NPZ of arrays of numbers; write one with numpy.savez", lambda: _table(path, wanted)
    )


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an NPY or NPZ file by name, of the types in which they are stored; the name in an NPY file is "".

    Raises:
        DataError: It is damaged, or holds anything but real numbers; the message says which.
        OSError: It cannot be read.
    """

    def read() -> dict[str, np.ndarray]:
        if path.suffix.lower() == ".npy":
            with open(path, "rb") as file:
                return {"": _stored(file)}
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > 8 * MOST_NUMBERS + (len(infos) << 16):
                raise Unreadable(f"unpacks to more than {8 * MOST_NUMBERS:,} bytes; take a part of it")
            arrays = {}
            for info in infos:
                with archive.open(info) as file:
                    arrays[info.filename.removesuffix(".npy")] = _stored(file)
            return arrays

    return _guarded(path, "is not an NPY or NPZ of arrays of numbers; write one with numpy.savez", read)


def _guarded(path: Path, otherwise: str, read: Callable[[], _T]) -> _T:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers by old versions of NumPy, and of damaged ones
            return read()
    except Unreadable as error:
        raise DataError(f"{path} {error}") from None
    except _DAMAGED:
        raise DataError(f"{path} {otherwise}") from None


def _table(path: Path, wanted: str) -> tuple[np.ndarray, tuple[str, ...]]:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        if wanted and wanted not in members:
            raise Unreadable(f"has no array {wanted}; there are {', '.join(members)}")
        chosen = [wanted] if wanted else list(members)
        if sum(members[name].file_size for name in chosen) > 8 * MOST_NUMBERS + (len(chosen) << 16):
            raise Unreadable(f"unpacks to more than {8 * MOST_NUMBERS:,} bytes; take a part of its rows")
        arrays = {}
        for name in chosen:
            with archive.open(members[name]) as file:
                arrays[name] = _array(file)
    if len(arrays) == 1:
        return next(iter(arrays.values())), ()
    lengths = {array.shape for array in arrays.values()}
    if len(lengths) == 1 and len(next(iter(lengths))) == 1:
        return np.stack(list(arrays.values()), axis=1), tuple(arrays)
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    raise Unreadable(f"holds several arrays, {shapes}; choose one with array=…" if arrays else "holds no array")


def _array(file: IO[bytes]) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return _stored(file, "fiu", MOST_NUMBERS).astype(np.float64, copy=False)


def _stored(file: IO[bytes], kinds: str = "fiub", most: int = 8 * MOST_NUMBERS) -> np.ndarray:
    """An array as it is stored, of at most so many numbers and 80 MB."""
    version = npy.read_magic(file)
    reader = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if reader is None:
        raise Unreadable("is an array of a version that is not read; write it with numpy.save")
    shape, fortran, dtype = reader(file)
    if dtype.kind not in kinds or dtype.itemsize > 8:
        raise Unreadable(f"holds {dtype} of shape {shape}, not real numbers; convert it with astype(float)")
    size = math.prod(shape)
    if min(shape, default=1) < 0 or size > most or size * dtype.itemsize > 8 * MOST_NUMBERS:
        raise Unreadable(f"holds {size:,} numbers; at most {most:,} are read, and 80 MB")
    content = file.read(size * dtype.itemsize + 1)
    if len(content) != size * dtype.itemsize:
        raise Unreadable("is cut short" if len(content) < size * dtype.itemsize else "is longer than its header says")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
