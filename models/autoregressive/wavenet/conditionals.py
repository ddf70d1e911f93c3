"""The conditionals p(x_t | x_<t) on sounds of the data: one of them, and their bits along a sound."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch

from models.autoregressive.wavenet.sound_model import SoundModel
from models.autoregressive.wavenet.sounds import heard
from models.frames import Curves, Plane, Points, Series
from models.protocol import DataBatch, DataPoint, param, view
from models.views.words import as_array, counted, named

__all__ = ["bits_along", "bits_of_sounds", "next_sample", "place_of"]

_CHUNK = 512  # samples of one frame of a stream
_WINDOW = 0.01  # seconds over which bits are averaged


def place_of(sound: DataPoint, at: float) -> int:
    """Position of the sample at a share of the sound, in percent."""
    return min(int(at / 100 * heard(sound)), heard(sound) - 1)


@view(
    "Next sample",
    record=True,
    help="Probability of each level of the sample at the chosen time, given all samples before it.",
)
def next_sample(
    model: SoundModel,
    sound: DataPoint,
    at: float = param(40.0, "Time", 0.0, 100.0, unit="%", help="Where in the sound the predicted sample is."),
    temperature: float = param(1.0, "Temperature", 0.05, 5.0, log=True, more=True),
) -> Curves:
    """The predicted distribution over levels, and the level of the sample that came."""
    t = place_of(sound, at)
    levels = model.grid.quantise(sound.x[:, : t + 1])
    y = None if sound.y is None else torch.tensor([sound.y], device=sound.x.device)
    tokens = model.network.context(levels)[:, -model.receptive_field :]
    log_p = model.distribution.log_probs(model.network(tokens, model.class_of(y))[:, -1])[0]
    tempered = (log_p / temperature).log_softmax(0)
    u = as_array(model.grid.companded(torch.arange(model.config.levels), torch.float64))
    came = int(levels[0, -1])
    nats = -float(log_p[came])
    entropy = -float((log_p.exp() * log_p).sum()) / math.log(2)
    series = [Series("p", "p(xₜ | all before)", u, as_array(log_p.exp()), role="model")]
    if temperature != 1.0:
        label = f"at temperature {temperature:g}"
        series.append(Series("tempered", label, u, as_array(tempered.exp()), role="alt", dashed=True))
    return Curves(
        tuple(series),
        x_label="companded amplitude u",
        y_label="probability",
        marker=float(u[came]),
        x_range=(-1.0, 1.0),
        subtitle=f"{named(sound, model.spec.kind)} at {1000 * t / model.rate:.0f} ms",
        note=f"Entropy {entropy:.2f} bits. The sample that came, at the line, costs {nats / math.log(2):.2f} bits.",
    )


@view(
    "Bits along the sound", frame=Curves, record=True,
    help="What each sample costs given those before it, averaged over 10 ms, beside log₂ of the number of levels.",
)  # fmt: skip
def bits_along(model: SoundModel, sound: DataPoint) -> Iterator[Curves]:
    """Bits per sample over time, from the beginning of the sound to its end."""
    length, x = heard(sound), sound.x
    y = None if sound.y is None else torch.tensor([sound.y], device=x.device)
    bits = np.zeros(0)
    uniform = math.log2(model.config.levels)
    for start in range(0, length, _CHUNK):
        stop = min(start + _CHUNK, length)
        part = -as_array(model.sample_log_probs(x, y, start, stop))[0] / math.log(2)
        bits = np.concatenate([bits, part])
        yield Curves(
            (
                Series("bits", "bits per sample", *_averaged(bits, model.rate), role="model"),
                Series("mean", "mean so far" if stop < length else "mean", *_level(length, model, bits.mean()),
                       role="model", dashed=True),
                Series("uniform", "all levels alike", *_level(length, model, uniform), role="alt", dashed=True),
            ),
            x_label="time (s)",
            y_label="bits",
            x_range=(0.0, length / model.rate),
            y_ranges=(("", 0.0, 1.05 * uniform),),
            subtitle=f"{named(sound, model.spec.kind)}: {bits.mean():.2f} bits per sample",
        )  # fmt: skip


def _averaged(bits: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Time of each stretch, s, and its mean."""
    size = max(1, round(_WINDOW * rate))
    starts = np.arange(0, len(bits), size)
    counts = np.diff(np.append(starts, len(bits)))
    return (starts + counts / 2) / rate, np.add.reduceat(bits, starts) / counts


def _level(length: int, model: SoundModel, value: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([0.0, length / model.rate]), np.array([value, value])


@view(
    "Bits of each sound", frame=Plane, batch=24,
    help="Bits per sample of held-out sounds over their loudness. A click picks a sound for the other cards.",
)  # fmt: skip
def bits_of_sounds(model: SoundModel, batch: DataBatch) -> Iterator[Plane]:
    """A point for each sound, in the colour of its class; those that are not computed yet are missing."""
    lengths = [batch.x.shape[1]] * len(batch) if batch.mask is None else batch.mask.sum(dim=1).long().tolist()
    sounds = [x[:length] for x, length in zip(batch.x, lengths, strict=True)]
    loudness = [20 * math.log10(max(float(x.square().mean().sqrt()), 1e-5)) for x in sounds]
    points: list[tuple[float, float]] = []
    for k, length in enumerate(lengths):
        y = None if batch.y is None else batch.y[k : k + 1]
        nats = 0.0
        for start in range(0, length, _CHUNK):
            nats -= float(model.sample_log_probs(batch.x[k : k + 1], y, start, min(start + _CHUNK, length)).sum())
            if start + _CHUNK < length:
                yield _plane_of(model, batch, points, loudness)
        points.append((loudness[k], nats / math.log(2) / length))
        yield _plane_of(model, batch, points, loudness)


def _plane_of(model: SoundModel, batch: DataBatch, points: list[tuple[float, float]], loudness: list[float]) -> Plane:
    """The sounds so far, on whole bits and with room for the loudness of all."""
    n, classes = len(points), model.spec.classes
    bits = [y for _, y in points] or [0.0, math.log2(model.config.levels)]
    label = as_array(batch.y[:n]) if classes and batch.y is not None else None
    cloud = Points(
        np.array(points).reshape(-1, 2), label=label, classes=classes, index=as_array(batch.index[:n]), size=6.0
    )
    return Plane(
        (cloud,),
        x_label="loudness (dB)",
        y_label="bits per sample",
        extent=(min(loudness) - 1, max(loudness) + 1, math.floor(min(bits)), math.floor(max(bits)) + 1),
        square=False,
        subtitle=counted(n, batch.split, model.spec.kind),
    )
