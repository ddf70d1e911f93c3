"""A folder of WAV files of the user: each is one datum."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.dataset import Content, Dataset
from explorer.data.errors import DataError, Unreadable
from explorer.data.members import collect, grouped
from explorer.data.own_collection import CollectionSource, counted
from explorer.data.source import Progress
from explorer.data.tones import pluck
from explorer.data.wav import read_wav, resampled
from models.protocol import Waveform, param

__all__ = ["OwnSounds"]

MOST_BYTES = 256_000_000
_SEED = 8170
_RATE, _LENGTH = 8000, 8192


@dataclass(frozen=True)
class OwnSounds(CollectionSource):
    """The WAV files of a folder or ZIP file, resampled, cut or padded to one length."""

    name, title = "sounds", "Your own sounds"
    about = "A folder or ZIP file of WAV files, each of them one sound: sounds:file=FOLDER."
    kind = Waveform(_LENGTH, _RATE)
    takes = "a folder or ZIP file of WAV files"
    endings = (".zip",)
    plural = "sounds"

    file: str = param("", "Sounds", help="Path of a folder or ZIP file of WAV files; empty: an example.")
    rate: int = param(_RATE, "Samples a second", 1000, 48_000, help="Sounds are resampled to this rate.")
    length: int = param(
        _LENGTH, "Length", 256, 65_536, unit="samples", log=True,
        help="Longer sounds are cut at their end, shorter ones padded.",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """States the length and rate that the parameters give."""
        super().__post_init__()
        object.__setattr__(self, "kind", Waveform(self.length, self.rate))

    @classmethod
    def claims(cls, path: str) -> bool:
        """ZIP files and folders."""
        return path.lower().endswith(cls.endings) or os.path.isdir(path)

    def read(self, path: Path, progress: Progress | None = None) -> Content:
        """Reads a folder or ZIP file."""
        found = collect(path, (".wav",), "WAV files")
        most = MOST_BYTES // (2 * self.length)
        if len(found.members) > most:
            raise DataError(f"{path} has {len(found.members):,} sounds; at this length there is room for {most:,}")
        names, sounds, rates, refused = list[str](), list[np.ndarray](), set[int](), list[str]()
        for number, member in enumerate(found.members):
            if progress is not None:
                progress(str(path), number, len(found.members))
            try:
                x, rate = read_wav(member.read())
                sounds.append(np.round(resampled(x, rate, self.rate) * 32767).astype(np.int16))
                names.append(member.name)
                rates.add(rate)
            except Unreadable as error:
                refused.append(f"{member.name}: it {error}")
            except OSError as error:
                refused.append(f"{member.name}: it cannot be read ({error.strerror or error})")
        self.check_count(path, len(sounds), refused)
        group = grouped(names, self.splits, self.classes, str(path))
        notes = (*self._notes(sounds, rates), *found.left_out)
        return self.made(self._padded(sounds), group, notes, tuple(refused), self._lengths(sounds))

    def _notes(self, sounds: list[np.ndarray], rates: set[int]) -> list[str]:
        """What was changed of the sounds."""
        seconds = sorted(len(sound) / self.rate for sound in sounds)
        notes = [f"from {seconds[0]:.2f} to {seconds[-1]:.2f} s"]
        if rates != {self.rate}:
            notes.append(f"resampled from {', '.join(f'{rate:,}' for rate in sorted(rates))} to {self.rate:,} Hz")
        cut = sum(len(sound) > self.length for sound in sounds)
        if cut:
            notes.append(f"{counted(cut, 'sound')} cut to {self.length / self.rate:.2f} s")
        return notes

    def _padded(self, sounds: list[np.ndarray]) -> np.ndarray:
        x = np.zeros((len(sounds), self.length), np.int16)
        for row, sound in zip(x, sounds, strict=True):
            row[: len(sound)] = sound[: self.length]
        if not x.any():
            raise DataError(f"all sounds of {self.file} are silent; choose others")
        return x

    def _lengths(self, sounds: list[np.ndarray]) -> np.ndarray:
        return np.array([min(len(sound), self.length) for sound in sounds], np.int64)

    def example(self) -> Content:
        """Plucked notes."""
        rng = np.random.default_rng(_SEED)
        notes = [pluck(f, min(self.length, self.rate), self.rate, rng) for f in rng.uniform(200, 400, 100)]
        sounds = [np.round(note * 32767).astype(np.int16) for note in notes]
        return Content(self._padded(sounds), lengths=self._lengths(sounds))

    def dataset(self, content: Content) -> Dataset:
        """The sounds, 16-bit numbers with scale 1/32768."""
        train, valid, test = self.split(content, _SEED)
        return Dataset(str(self), self.title, self.kind, train, valid, test, classes=content.names, scale=2.0**-15)
