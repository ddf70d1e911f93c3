"""Spoken digits: six voices, downloaded once."""

from __future__ import annotations

import io
import re
import tarfile
import zlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Dataset, Split
from explorer.data.errors import Unreadable
from explorer.data.fetch import Remote, fetch
from explorer.data.source import Progress, Source
from explorer.data.wav import read_wav
from models.protocol import Waveform

__all__ = ["SpokenDigits", "read_recordings"]

_RATE, _LENGTH = 8000, 8192
_SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
_TAKES = 50
_TEST, _VALID = 5, 10  # takes before these are test and validation data
_ORDER_SEED = 8000
_MOST = 1 << 20  # bytes of a recording
_NAME = re.compile(r"(?:^|/)(\d)_([a-z]+)_(\d+)\.wav$")
_RECORDINGS = Remote(
    "Spoken digits",
    "spoken_digits/recordings.tar.gz",
    ("https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.tar.gz",),
    lambda packed, shape: read_recordings(packed, shape),
    (10 * len(_SPEAKERS) * _TAKES, 1 + _LENGTH),
    "a73a7794845f2d9e59fa5bfa0447a8ae68d4d1edb3f67bc43deb9819cc2c8726",
)


def read_recordings(packed: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """The recordings of a tar archive, in the order of digit, speaker and take.

    Args:
        packed: The archive, with a WAV file `<digit>_<speaker>_<take>.wav` for each, in any folder.
        shape: (recordings, 1 + length).

    Returns:
        For each recording its number of samples and the samples, 16-bit: longer ones are cut to `length`, shorter ones
        padded with zeros.

    Raises:
        Unreadable: Not such an archive, or recordings are missing or of another rate.
    """
    found: dict[tuple[int, str, int], np.ndarray] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                name = _NAME.search(member.name)
                file = archive.extractfile(member) if name and member.size <= _MOST else None
                if name and file is not None:
                    found[int(name[1]), name[2], int(name[3])] = _samples(file.read())
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        raise Unreadable("is no complete tar archive") from None
    wanted = [(digit, speaker, take) for digit in range(10) for speaker in _SPEAKERS for take in range(_TAKES)]
    missing = [key for key in wanted if key not in found]
    if missing:
        digit, speaker, take = missing[0]
        raise Unreadable(f"lacks {len(missing):,} recordings, the first of them {digit}_{speaker}_{take}.wav")
    array = np.zeros(shape, np.int16)
    for row, key in zip(array, wanted, strict=True):
        samples = found[key][: shape[1] - 1]
        row[0], row[1 : 1 + len(samples)] = len(samples), samples
    return array


def _samples(packed: bytes) -> np.ndarray:
    x, rate = read_wav(packed)
    if rate != _RATE:
        raise Unreadable(f"holds a recording of {rate:,} samples a second, not {_RATE:,}")
    return np.round(x * 32768).clip(-32768, 32767).astype(np.int16)


@dataclass(frozen=True)
class SpokenDigits(Source):
    """Spoken digits."""

    name, title = "spoken-digits", "Spoken digits"
    about = "English digits spoken by six people, 3,000 recordings of about half a second at 8 kHz, at most 1.02 s."
    kind = Waveform(_LENGTH, _RATE)
    licence = "CC BY-SA 4.0"
    origin = "Jackson and others, 2016–2020, https://github.com/Jakobovski/free-spoken-digit-dataset"
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, 16-bit numbers with scale 1/32768: takes 0–4 to test, 5–9 to validate, the others to train."""
        array = fetch(_RECORDINGS, progress)
        take = np.arange(len(array)) % _TAKES
        parts = (take >= _VALID, (take >= _TEST) & (take < _VALID), take < _TEST)
        train, valid, test = (self._split(array, np.flatnonzero(part), seed) for seed, part in enumerate(parts))
        return Dataset(str(self), self.title, self.kind, train, valid, test, classes=self.classes, scale=2.0**-15)

    def _split(self, array: np.ndarray, rows: np.ndarray, seed: int) -> Split:
        """Shuffled, so that the first data are of several digits and voices."""
        rows = np.random.default_rng([_ORDER_SEED, seed]).permutation(rows)
        y = rows // (len(_SPEAKERS) * _TAKES)
        return Split(array[rows, 1:], y.astype(np.int64), lengths=array[rows, 0].astype(np.int64))
