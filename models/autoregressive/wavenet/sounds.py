"""Sounds of the model, as they are drawn sample after sample."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.autoregressive.wavenet.generation import Generation
from models.autoregressive.wavenet.sound_model import SoundModel
from models.frames import Audio, Film
from models.protocol import DataPoint, Noise, param, view
from models.views.words import as_array, named

__all__ = ["MOMENTS", "continuation", "films", "heard", "samples"]

MOMENTS = 16
"""Frames of a film."""
_SLICE = 0.018  # seconds of work between two frames, after which a request is served
_STEP = 8  # samples that are drawn between two looks at the clock


def films(model: SoundModel, drawn: Generation, *, subtitle: str, given: int = 0) -> Iterator[Film]:
    """A film of the first sound while it is drawn; the last is complete, with frames at even times.

    Args:
        model: The model.
        drawn: The sounds.
        subtitle: Subtitle of the film.
        given: Number of samples with which the sound begins.
    """
    marks = np.unique(np.linspace(drawn.done, drawn.length, MOMENTS + 1).round().astype(int)[1:])
    frames: list[Audio] = []
    for mark in marks.tolist():
        while drawn.done < mark:
            end = time.perf_counter() + _SLICE
            while drawn.done < mark and time.perf_counter() < end:
                drawn.advance(min(_STEP, mark - drawn.done))
            x = as_array(model.grid.amplitude(drawn.levels[0, : drawn.done], model.dtype)).astype(np.float32)
            newest = Audio(x, model.rate, drawn.length, given, role="model", spectrogram=True)
            shown = (*frames, newest)
            at = np.array([len(frame.samples) for frame in shown]) / model.rate
            yield Film(shown, at, "time (s)", subtitle=subtitle)
        frames.append(newest)


@view(
    "Sound of the model", frame=Film, lead=True,
    help="A sound while it is drawn, sample after sample, each given those before it. Play it, or go back in time.",
)  # fmt: skip
def samples(
    model: SoundModel,
    noise: Noise,
    ms: int = param(500, "Length", 50, 10_000, unit="ms", log=True),
    **settings: Any,
) -> Iterator[Film]:
    """One sound, from the same noise at each step."""
    chosen = settings.pop("class", "")
    length = max(1, round(ms * model.rate / 1000))
    drawn = model.begin(1, length, rng=noise.rng(model.device), class_=chosen, **settings)
    of = "" if drawn.y is None else f" of class {model.classes[int(drawn.y[0])]}"
    yield from films(model, drawn, subtitle=f"{length:,} samples of a sound{of} from the model")


def heard(sound: DataPoint) -> int:
    """Number of samples of a sound without its padding."""
    return sound.x.shape[1] if sound.mask is None else int(sound.mask.sum())


@view(
    "Continuation", frame=Film,
    help="The beginning of a sound of the data is given, and the model draws what follows.",
)  # fmt: skip
def continuation(
    model: SoundModel,
    sound: DataPoint,
    noise: Noise,
    given: int = param(30, "Given", 1, 90, unit="%", help="Share of the sound that is given."),
    temperature: float = param(1.0, "Temperature", 0.01, 5.0, log=True, more=True),
) -> Iterator[Film]:
    """The sound with its given beginning, and a continuation as long as what is left out."""
    length = heard(sound)
    known = max(1, length * given // 100)
    x = sound.x[:, :length].to(model.dtype)
    mask = torch.zeros_like(x)
    mask[:, :known] = 1
    y = None if sound.y is None else torch.tensor([sound.y], device=x.device)
    drawn = model.begin_completion(x, mask, rng=noise.rng(model.device), y=y, temperature=temperature)
    milliseconds = 1000 * known / model.rate
    subtitle = f"{named(sound, model.spec.kind)}: the first {milliseconds:.0f} ms are given"
    yield from films(model, drawn, subtitle=subtitle, given=known)
