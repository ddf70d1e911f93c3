"""Files of every kind of own data, for tests and benchmarks: small, valid, and made from a seed."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import wavfile

SIZES = ((40, 30), (30, 40), (64, 64), (25, 50))


def pixels(width: int, height: int, seed: int = 0) -> np.ndarray:
    """A smooth coloured picture, (height, width, 3) uint8."""
    rng = np.random.default_rng([seed, 3])
    y, x = np.mgrid[:height, :width] / max(width, height)
    waves = [np.sin(6 * (a * x + b * y) + c) for a, b, c in rng.uniform(-1, 1, (3, 3))]
    return np.round(127.5 + 127.5 * np.stack(waves, axis=-1)).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """The bytes of an image file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def write_photos(folder: Path, count: int = 300, colours: bool = True) -> Path:
    """Photos of several sizes and formats in two subfolders."""
    for number in range(count):
        kind = ("png", "jpeg", "bmp", "webp")[number % 4]
        image = Image.fromarray(pixels(*SIZES[number % 3], seed=number))
        place = folder / ("hills" if number % 2 else "lakes")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.{kind}").write_bytes(encoded(image if colours else image.convert("L"), kind))
    return folder


def sound(seed: int = 0, n: int = 1200, rate: int = 4000) -> bytes:
    """A WAV file of 16 bits."""
    buffer = io.BytesIO()
    wavfile.write(buffer, rate, (9000 * np.sin(0.2 * (1 + seed % 3) * np.arange(n))).astype(np.int16))
    return buffer.getvalue()


def write_sounds(folder: Path, count: int = 70) -> Path:
    """WAV files in two subfolders."""
    for number in range(count):
        place = folder / ("low" if number % 2 else "high")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.wav").write_bytes(sound(number, 1000 + number))
    return folder


def idx(x: np.ndarray) -> bytes:
    """An IDX file of bytes."""
    return struct.pack(f">HBB{x.ndim}I", 0, 8, x.ndim, *x.shape) + x.tobytes()


def packed(count: int = 62) -> bytes:
    """A ZIP file of images."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{number}.bmp", encoded(Image.fromarray(pixels(8, 8, number)), "bmp"))
    return buffer.getvalue()
