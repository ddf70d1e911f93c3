"""Sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["FLOOR", "Audio", "spectrogram"]

FLOOR = -80.0
"""Least level shown, in dB below the loudest."""


@dataclass(frozen=True)
class Audio(Frame):
    """Sound: samples (n,) from -1 to 1 at `rate` a second.

    Attributes:
        length: Number of samples that there is room for, where `samples` are the first of them and the others are still
            being generated; 0 for the number of samples.
        given: Number of samples at the beginning that are data, where those after them are drawn by a model.
        role: Colour of the samples, or of those after the given ones.
        spectrogram: The spectrogram is drawn below the waveform.
    """

    samples: np.ndarray
    rate: int
    length: int = 0
    given: int = 0
    role: str = "data"
    spectrogram: bool = False

    @property
    def seconds(self) -> float:
        """Length of the picture, s."""
        return max(len(self.samples), self.length) / self.rate


def spectrogram(samples: np.ndarray, rate: int) -> np.ndarray:
    """Short-time Fourier transform in dB below its greatest value, (frequencies, times).

    Hann windows of 32 ms (at least 32 samples), at most 1,000 of them and a quarter window apart at the closest;
    the ends are padded with silence, so that each column covers an equal part of the time.
    """
    size = max(32, 1 << int(np.round(np.log2(0.032 * rate))))
    hop = max(size // 4, int(np.ceil(len(samples) / 1000)))
    padded = np.pad(np.asarray(samples, float), (size // 2, size // 2 + hop))
    starts = np.arange(0, max(len(samples), 1), hop)
    windows = padded[starts[:, None] + np.arange(size)] * np.hanning(size)
    power = np.abs(np.fft.rfft(windows, axis=1)).T ** 2  # (size / 2 + 1, times)
    loudest = power.max(initial=0.0)
    if loudest <= 0:
        return np.full(power.shape, -np.inf)
    return 10 * np.log10(np.maximum(power / loudest, 1e-30))
