"""The painter of `Audio`: the waveform, and below it the spectrogram on the same time axis."""

from __future__ import annotations

import numpy as np

from explorer.figures.axes import draw_axes, foot_height, gutter, name_y
from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.scales import Scale
from explorer.figures.surface import Surface
from explorer.palette import mix
from models.frames import Audio

__all__ = ["paint", "spectrogram"]

FLOOR = -80.0
"""Least level shown, in dB below the loudest."""


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


def paint(surface: Surface, frame: Audio) -> None:
    """Draws a sound."""
    samples = np.nan_to_num(np.asarray(frame.samples, float).ravel())
    seconds = max(len(samples), frame.length, 1) / frame.rate
    unit, factor = ("s", 1.0) if seconds >= 1 else ("ms", 1000.0)
    time = Scale(0.0, seconds * factor)
    loud = max(float(np.abs(samples).max(initial=0.0)) * 1.05, 1e-3)
    wave = Scale(-loud, loud)
    pitch = Scale(0.0, frame.rate / 2000)
    stops = (surface.palette.paper, mix(surface.palette.paper, surface.palette.role(frame.role), 0.9))
    ends = ("\u221280", "0 dB")
    keys = [Key("", surface.palette.text1, "ramp", stops=stops, ends=ends)]
    if frame.given:
        keys += [
            Key("given", surface.palette.role("data")),
            Key("drawn by the model", surface.palette.role(frame.role)),
        ]
    left = max(gutter(surface, wave, most=3), gutter(surface, pitch, "kHz", most=4))
    name = f"time ({unit})"
    below, apart = foot_height(surface, name), 0.9 * surface.label
    box = surface.body(lambda width: 0.55 * width + below + apart, keys)
    room = max(box.height - below - apart, 8.0)
    width = max(box.width - left - 2, 4.0)
    upper = Box(box.left + left, box.top, width, 0.36 * room)
    lower = Box(box.left + left, box.top + upper.height + apart, width, 0.64 * room)

    axes = draw_axes(surface, upper, time, wave, x_numbers=False, most=(5, 3))
    for start, stop, role in ((0, frame.given, "data"), (frame.given, len(samples), frame.role)):
        part = samples[start:stop]
        bins = min(len(part), 1500)
        if bins:
            edges = np.linspace(0, len(part), bins + 1).astype(int)[:-1]
            low, high = np.minimum.reduceat(part, edges), np.maximum.reduceat(part, edges)
            at = (start + edges + 0.5) / frame.rate * factor
            axes.fill_between(at, low, high, color=surface.palette.role(role), linewidth=0.4, zorder=2)
    below_axes = draw_axes(surface, lower, time, pitch, x_name=name, grid="", most=(5, 4))
    below_axes.sharex(axes)
    levels, heard = spectrogram(samples, frame.rate), max(len(samples), 1) / frame.rate * factor
    shades = surface.palette.shade(np.clip(1 - levels / FLOOR, 0, 1), stops)
    below_axes.imshow(shades, extent=(0, heard, 0, pitch.high), origin="lower", aspect="auto", interpolation="bilinear")
    name_y(surface, "kHz", lower, box.left)
