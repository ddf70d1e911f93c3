"""Time of generation, measured on this machine: naive, and from cached activations."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch

from models.autoregressive.wavenet.generation import Generation, NaiveGeneration, generation
from models.autoregressive.wavenet.sound_model import SoundModel
from models.frames import Curves, Series
from models.protocol import view

__all__ = ["REPORTED", "seconds_a_sample", "speed"]

REPORTED = 5400.0
"""Seconds that WaveNet first took for one second of sound: 90 minutes, according to the lecture."""
_ROUNDS = 24
_SLICE = 0.008  # seconds of one measurement


def seconds_a_sample(drawn: Generation, budget: float) -> float:
    """Mean time of a sample over at least one and about `budget` seconds.

    Raises:
        ValueError: All samples are drawn already.
    """
    if drawn.done == drawn.length:
        raise ValueError("there is no sample left to be timed")
    began, first = time.perf_counter(), drawn.done
    while drawn.done < drawn.length and time.perf_counter() < began + budget:
        drawn.advance(1)
    if drawn.uniform.device.type == "cuda":
        torch.cuda.synchronize(drawn.uniform.device)
    return (time.perf_counter() - began) / (drawn.done - first)


@view(
    "Seconds for a second of sound", frame=Curves,
    help="Computation that sound takes on this machine: every sample from its whole context, and from cached "
    "activations. Above the line of real time, generation is slower than playing.",
)  # fmt: skip
def speed(model: SoundModel) -> Iterator[Curves]:
    """Medians over short measurements, naive and cached in turn."""
    y = torch.zeros(1, dtype=torch.int64, device=model.device) if model.classes else None
    uniform = model.noise(1, 2 * model.receptive_field + 4096, torch.Generator(model.device).manual_seed(0))
    ways = [kind(model.network, model.distribution, uniform, y) for kind in (NaiveGeneration, generation)]
    measured: list[list[float]] = [[], []]
    for _ in range(_ROUNDS):
        for drawn, times in zip(ways, measured, strict=True):
            if drawn.done < drawn.length:
                times.append(seconds_a_sample(drawn, _SLICE))
        yield _frame(model, *(float(np.median(times)) * model.rate for times in measured))


def _frame(model: SoundModel, naive: float, cached: float) -> Curves:
    sound = np.array([0.01, 10.0])  # s
    lines = (
        Series("cached", f"cached: {cached:.3g} s", sound, cached * sound, role="model"),
        Series("naive", f"naive: {naive:.3g} s", sound, naive * sound, role="alt"),
        Series("real", "real time: 1 s", sound, sound, role="data", dashed=True),
        Series("reported", f"as reported: {REPORTED:,.0f} s", sound, REPORTED * sound, role="total", dashed=True),
    )
    where = "one thread" if model.device.type == "cpu" and torch.get_num_threads() == 1 else str(model.device)
    return Curves(
        lines,
        x_label="seconds of sound",
        y_label="seconds of computation",
        log_x=True,
        log_y=True,
        subtitle=f"naive {naive:.3g} s, cached {cached:.3g} s",
        note=f"Measured on this machine ({where}) for one sound of {model.rate:,} samples a second. Cached is "
        f"{naive / cached:.0f} times as fast as naive: it computes one place of each layer, not "
        f"{model.receptive_field:,}. The lecture's 90 minutes are of a larger network, and not measured here; in 2017 "
        "a way 1,000 times as fast was reported.",
    )
