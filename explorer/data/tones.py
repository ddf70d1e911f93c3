"""Notes of a plucked string, generated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Dataset, Split
from explorer.data.source import Progress, Source
from models.protocol import Waveform, param

__all__ = ["Tones", "pluck"]

_SEED = 4000
_RATE, _LENGTH = 4000, 2048
_HELD_OUT = 100
_NOTES = {"C4": 261.63, "E4": 329.63, "G4": 392.00, "C5": 523.25}  # Hz, equal temperament
_HARMONICS = 6
_NOISE = 0.004  # standard deviation


def pluck(frequency: float, length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """One note, (length,): harmonics that fade the faster the higher they are, from a random time on, and noise.

    Args:
        frequency: Of the note, Hz.
        length: Samples.
        rate: Samples a second.
        rng: Source of loudness, tuning (± 10 cents), phases, beginning and noise.
    """
    onset = rng.uniform(0.0, 0.1) * length / rate
    t = np.arange(length) / rate - onset
    tuned = frequency * 2 ** (rng.uniform(-10, 10) / 1200)
    number = np.arange(1, _HARMONICS + 1)[:, None]
    sounding = number * tuned < 0.45 * rate
    phase = rng.uniform(0, 2 * np.pi, (_HARMONICS, 1))
    fading = np.exp(-np.maximum(t, 0) * 3.0 * number**0.7)
    waves = sounding * fading * np.sin(2 * np.pi * number * tuned * t + phase) / number**1.2
    attack = np.clip(t / 0.004, 0, 1)
    note = rng.uniform(0.35, 0.6) * attack * waves.sum(axis=0)
    return np.clip(note + _NOISE * rng.standard_normal(length), -1, 1)


@dataclass(frozen=True)
class Tones(Source):
    """Notes of a plucked string, four classes."""

    name, title = "tones", "Tones"
    about = (
        "Half a second of a plucked string at 4 kHz: the notes C4, E4, G4 and C5, with harmonics and a little noise."
    )
    kind = Waveform(_LENGTH, _RATE)
    origin = "made for this program"
    classes: ClassVar[tuple[str, ...]] = tuple(_NOTES)

    n: int = param(800, "Training sounds", 50, 20_000, log=True, more=True)

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, 16-bit numbers with scale 1/32768, drawn with a seed of its own for each split."""
        sizes = (self.n, _HELD_OUT, _HELD_OUT)
        train, valid, test = (self._split(seed, n) for seed, n in enumerate(sizes))
        return Dataset(str(self), self.title, self.kind, train, valid, test, classes=self.classes, scale=2.0**-15)

    def _split(self, seed: int, n: int) -> Split:
        rng = np.random.default_rng([_SEED, seed])
        y = rng.integers(len(_NOTES), size=n)
        frequencies = list(_NOTES.values())
        x = np.stack([pluck(frequencies[k], _LENGTH, _RATE, rng) for k in y])
        return Split(np.round(x * 32767).astype(np.int16), y)
