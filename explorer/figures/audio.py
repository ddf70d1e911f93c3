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
from models.frames.audio import FLOOR, spectrogram

__all__ = ["paint"]


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
