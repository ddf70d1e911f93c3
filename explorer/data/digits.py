"""Handwritten digits of 8×8 pixels from scikit-learn."""

from __future__ import annotations

import contextlib
import io
import zipfile
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.data.cache import cache_dir, write_whole
from explorer.data.dataset import Dataset, Split, sha256
from explorer.data.source import Progress, Source
from models.protocol import Image

__all__ = ["Digits", "DigitsBinary"]

_TRAIN, _VALID = 1_300, 200
_THRESHOLD = 8
_SHA256 = "21f0e4c91e4cdf9e79edd1fbbb9e935fa348ccba6b0fc623a7c6113d9adbc47b"


def _load() -> tuple[np.ndarray, np.ndarray]:
    """Images (1797, 1, 8, 8) uint8 from 0 to 16 and labels (1797,) int64, in scikit-learn's order."""
    path = cache_dir() / "digits.npz"
    try:
        # Read into memory first: np.load would leave a damaged file open.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            x, y = stored["x"], stored["y"]
        if sha256([x, y]) == _SHA256:
            return x, y
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass  # missing or damaged: written again below
    from sklearn.datasets import load_digits  # the import takes more than a second, hence the copy

    bunch = load_digits()
    x, y = bunch.images.astype(np.uint8)[:, None], bunch.target.astype(np.int64)
    packed = io.BytesIO()
    np.savez_compressed(packed, x=x, y=y)
    with contextlib.suppress(OSError):  # without a copy only the next start is slower
        write_whole(path, packed.getvalue())
    return x, y


def _splits() -> list[tuple[np.ndarray, np.ndarray]]:
    x, y = _load()
    order = np.random.RandomState(0).permutation(len(x))
    return [(x[part], y[part]) for part in np.split(order, [_TRAIN, _TRAIN + _VALID])]


@dataclass(frozen=True)
class Digits(Source):
    """Handwritten digits, grey."""

    name, title = "digits", "Digits 8×8"
    about = "1,797 handwritten digits of 8×8 grey pixels, small enough for every model to train in seconds."
    kind = Image(1, 8, 8, "grey")
    licence = "CC BY 4.0"
    origin = "Alpaydin, Kaynak, 1998, UCI Optical Recognition of Handwritten Digits (test part), as in scikit-learn"
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, uint8 from 0 to 16 with scale 1/16."""
        train, valid, test = (Split(x, y) for x, y in _splits())
        return Dataset(str(self), self.title, self.kind, train, valid, test, classes=self.classes, scale=1 / 16)


@dataclass(frozen=True)
class DigitsBinary(Source):
    """Handwritten digits, black and white."""

    name, title = "digits-binary", "Binary digits 8×8"
    about = "The handwritten digits, black and white: a pixel is on from half the ink (8 of 16)."
    kind = Image(1, 8, 8, "binary")
    licence = Digits.licence
    origin = Digits.origin
    classes: ClassVar[tuple[str, ...]] = Digits.classes

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, zeros and ones."""
        train, valid, test = (Split((x >= _THRESHOLD).astype(np.uint8), y) for x, y in _splits())
        return Dataset(str(self), self.title, self.kind, train, valid, test, classes=self.classes)
