"""Readers of array files. Each detects the file format by its first bytes and validates everything it reads."""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib

import numpy as np

from explorer.data.errors import Unreadable

__all__ = ["read_binary_rows", "read_idx"]

_UBYTE = 0x08
_COMPRESSED, _MATRIX = 15, 14
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}


def _unpacked(packed: bytes, limit: int) -> bytes:
    """The decompressed content of a gzip file, or the content itself; at most one byte more than the limit."""
    if not packed.startswith(b"\x1f\x8b"):
        return packed
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            return file.read(limit + 1)
    except EOFError:
        raise Unreadable("is cut short") from None
    except (OSError, zlib.error):
        raise Unreadable("is damaged: it cannot be unpacked") from None


def read_idx(packed: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """An array in IDX format, gzipped or not.

    Args:
        packed: The file.
        shape: The shape it must have.

    Returns:
        The array, uint8, read-only.

    Raises:
        Unreadable: Not an IDX file of unsigned bytes of that shape.
    """
    header, size = 4 + 4 * len(shape), math.prod(shape)
    content = _unpacked(packed, header + size)
    if content[:3] != bytes((0, 0, _UBYTE)):
        raise Unreadable("is not an IDX file of unsigned bytes")
    if len(content) < header or content[3] != len(shape):
        raise Unreadable(f"holds no array of {len(shape)} dimensions")
    stored = struct.unpack(f">{len(shape)}I", content[4:header])
    if stored != shape:
        raise Unreadable(f"holds {_times(stored)} numbers, not {_times(shape)}")
    if len(content) != header + size:
        raise Unreadable("is cut short" if len(content) < header + size else "is longer than its header says")
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def read_binary_rows(packed: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Rows of zeros and ones, as text or as the matrix X of a MATLAB 5 file.

    Args:
        packed: The file.
        shape: The shape the array must have.

    Returns:
        The array, uint8.

    Raises:
        Unreadable: Another format, or another number of entries.
    """
    array = _matlab(packed, 8 * math.prod(shape) + 4096) if packed.startswith(b"MATLAB 5.0") else _text(packed)
    if array.size != math.prod(shape):
        raise Unreadable(f"holds {array.size} numbers, not {_times(shape)}")
    return array.reshape(shape)


def _text(packed: bytes) -> np.ndarray:
    content = np.frombuffer(packed, dtype=np.uint8)
    allowed = np.zeros(256, dtype=bool)
    allowed[list(b"01 \t\r\n")] = True
    if not allowed[content].all():
        raise Unreadable("is neither text of zeros and ones nor a MATLAB 5 file")
    return content[content >= ord("0")] - np.uint8(ord("0"))


def _matlab(packed: bytes, limit: int) -> np.ndarray:
    """The first matrix of a MATLAB 5 file (format: "MAT-File Format", The MathWorks), if it is one of numbers.

    scipy's compiled reader is not used: some damaged files crash it.
    """
    order = {b"IM": "<", b"MI": ">"}.get(packed[126:128])
    if order is None:
        raise Unreadable("is a damaged MATLAB file: it has no byte order")
    kind, content, _ = _element(packed, 128, order)
    if kind == _COMPRESSED:
        try:
            content = zlib.decompressobj().decompress(content, limit)
        except zlib.error:
            raise Unreadable("is damaged: it cannot be unpacked") from None
        kind, content, _ = _element(content, 0, order)
    if kind != _MATRIX:
        raise Unreadable("holds no matrix")
    _, _, at = _element(content, 0, order)  # flags
    _, dims, at = _element(content, at, order)
    name_kind, name, at = _element(content, at, order)
    kind, numbers, _ = _element(content, at, order)
    if bytes(name) != b"X" or name_kind != 1 or kind not in _NUMBERS or len(dims) != 8:
        raise Unreadable("holds no matrix X of numbers")
    rows, columns = struct.unpack(f"{order}2i", dims)
    dtype = np.dtype(order + _NUMBERS[kind])
    if min(rows, columns) < 0 or rows * columns * dtype.itemsize != len(numbers):
        raise Unreadable("is damaged: its matrix is not as long as declared")
    array = np.frombuffer(numbers, dtype).reshape(columns, rows).T
    if not ((array == 0) | (array == 1)).all():
        raise Unreadable("holds no matrix of zeros and ones")
    return np.ascontiguousarray(array, dtype=np.uint8)


def _element(content: bytes, at: int, order: str) -> tuple[int, bytes, int]:
    """Type and content of a data element, and the position of the next one."""
    if len(content) < at + 8:
        raise Unreadable("is cut short")
    kind, size = struct.unpack_from(f"{order}2I", content, at)
    if kind >> 16:  # a small element: up to four bytes within the tag
        kind, size, start, end = kind & 0xFFFF, kind >> 16, at + 4, at + 8
    else:
        start, end = at + 8, at + 8 + -(-size // 8) * 8
    if len(content) < start + size or start + size > end:
        raise Unreadable("is cut short")
    return kind, content[start : start + size], end


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{length:,}" for length in shape)
