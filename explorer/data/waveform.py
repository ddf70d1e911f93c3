"""Sound from a WAV file of the user, cut into windows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.dataset import Content, Dataset, Split
from explorer.data.errors import DataError, Unreadable
from explorer.data.own_file import FileSource
from explorer.data.source import Progress
from explorer.data.tones import pluck
from explorer.data.wav import read_wav, resampled
from models.protocol import Waveform, param

__all__ = ["WaveformFile", "melody"]

FEWEST = 10
"""Windows that a sound fills at least: a tenth of it each is held out to validate and to test."""
_SEED = 2048
_RATE, _WINDOW = 8000, 4096
_MELODY = (262, 294, 330, 392, 330, 294) * 6  # Hz


def melody(rate: int) -> np.ndarray:
    """A plucked melody of about 9 s, (n,): the example before a file is chosen."""
    rng = np.random.default_rng(_SEED)
    return np.concatenate([pluck(frequency, rate // 4, rate, rng) for frequency in _MELODY])


@dataclass(frozen=True)
class WaveformFile(FileSource):
    """A WAV file, cut into windows and split by position."""

    name, title = "waveform", "Your own sound"
    about = "A WAV file, waveform:file=PATH: the first 80 % to train, then 10 % to validate and 10 % to test."
    kind = Waveform(_WINDOW, _RATE)
    takes = "a WAV file"
    endings = (".wav",)
    origin = "the user; without a file, an example of this program"

    file: str = param("", "WAV file", help="Path of a WAV file, mono or stereo; empty: an example.")
    rate: int = param(_RATE, "Samples a second", 1000, 48_000, help="The sound is resampled to this rate.")
    window: int = param(
        _WINDOW, "Window", 256, 65_536, unit="samples", log=True, more=True, help="Length of one datum."
    )

    def __post_init__(self) -> None:
        """States the length and rate that the parameters give."""
        super().__post_init__()
        object.__setattr__(self, "kind", Waveform(self.window, self.rate))

    def read(self, path: Path, progress: Progress | None = None) -> Content:
        """The sound, resampled."""
        try:
            x, rate = read_wav(path.read_bytes())
            return Content(resampled(x, rate, self.rate))
        except Unreadable as error:
            raise DataError(f"{path} {error}") from None

    def example(self) -> Content:
        """A melody."""
        return Content(melody(self.rate))

    def dataset(self, content: Content) -> Dataset:
        """The windows of a sound; the last one of each split is padded."""
        x = content.x
        seconds, least = len(x) / self.rate, FEWEST * self.window / self.rate
        if seconds < least:
            raise DataError(
                f"{self.file or 'the example'} lasts {seconds:.2f} s; windows of {self.window:,} samples need at least "
                f"{least:.2f} s: take a longer sound, or set window to less"
            )
        if np.ptp(x) == 0:
            raise DataError(f"{self.file} is silent; choose a file with sound")
        held = len(x) // FEWEST
        parts = np.split(x.astype(np.float32), [len(x) - 2 * held, len(x) - held])
        train, valid, test = (self._split(part) for part in parts)
        return Dataset(str(self), self.title, self.kind, train, valid, test)

    def _split(self, x: np.ndarray) -> Split:
        count = -(-len(x) // self.window)
        padded = np.pad(x, (0, count * self.window - len(x))).reshape(count, self.window)
        lengths = np.minimum(len(x) - self.window * np.arange(count), self.window)
        return Split(padded, lengths=lengths.astype(np.int64))
