"""A picked image under noise and back, and the part of a canvas that is not given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.diffusion.images.sampling_views import ends
from models.diffusion.process import STRAIGHT, T_MIN, Level, completion
from models.frames import Curves, Film, Images, Series
from models.protocol import BadValue, Canvas, DataBatch, DataPoint, Noise, param, view
from models.views.pause import paused
from models.views.words import as_array, counted, decimal, named, plural

__all__ = ["denoised", "inpainting", "losses"]

_DRAWS = 6
_FRAMES = 20


def _level_of(model: Any, time: float) -> tuple[Tensor, Level]:
    least = 0.02 if model.schedule is STRAIGHT else T_MIN
    t = torch.tensor(min(max(time, least), 1.0), device=model.device, dtype=model.dtype)
    return t, model.schedule.at(t)


@view(
    "From noise back", splits=("valid", "train"),
    help="The picked image with the noise of t; the network's one estimate, the mean of all images that x_t may come "
    "from, blurred where these differ; and paths back by ancestral sampling, each of which ends at one of them.",
)  # fmt: skip
def denoised(
    model: Any, point: DataPoint, noise: Noise,
    t: float = param(0.4, "Time t", 0.0, 1.0, step=0.05),
    passes: int = param(20, "Passes", 1, 1000, log=True, more=True),
) -> Iterator[Images | None]:  # fmt: skip
    """x₀, x_t, E[x₀ | x_t] as estimated, and samples of x₀ given x_t."""
    rng, (at, level) = noise.rng(model.device), _level_of(model, t)
    x0 = model.to_range(point.x.to(model.device))
    x = level.alpha * x0 + level.sigma * model.draw_noise(1, rng)
    y = None if not model.classes or point.y is None else torch.tensor([point.y], device=model.device)
    guess = model.field(y)(x, at, level).x0
    first = [model.from_range(each) for each in (x0, x, guess)]
    many = x.expand(_DRAWS, -1, -1, -1)
    back = yield from ends(
        model, many, None if y is None else y.expand(_DRAWS), rng, sampler="ancestral", passes=passes, since=float(at)
    )
    yield Images(
        as_array(torch.cat([*first, back])), columns=3,
        captions=("x₀", "x_t", "estimate of x₀", *[f"way {k}" for k in range(1, _DRAWS + 1)]),
        subtitle=f"{named(point, model.spec.kind)}, t = {float(at):.2f}, "
        f"log-SNR {decimal(float(level.log_snr), 1)} nats",
    )  # fmt: skip


@view(
    "Inpainting", samples="n",
    help="The part of a canvas that is not given, drawn several times. After each step the given part is put in with "
    "the noise of that time.",
)  # fmt: skip
def inpainting(
    model: Any, canvas: Canvas, noise: Noise,
    n: int = param(8, "Draws", 1, 32, more=True),
    label: int = param(-1, "Class", -1, 255, more=True, help="Number of the class; −1: none is given."),
    passes: int = param(20, "Passes", 5, 200, log=True, more=True),
    repeats: int = param(
        2, "Repeats", 1, 10, more=True,
        help="Noise is added again and taken away again this often at each step, so that both parts come to fit.",
    ),
) -> Iterator[Film | None]:  # fmt: skip
    """Completions of a canvas, as a film from noise (Lugmayr et al., 2022, arXiv 2201.09865)."""
    if label >= model.classes:
        raise BadValue("label", f"label takes a class below {model.classes}, or −1 for none, not {label}")
    rng, mask = noise.rng(model.device), canvas.mask.to(model.device, model.dtype)
    given = model.to_range(canvas.x.to(model.device))
    parts: list[list[Tensor]] = []
    at: list[float] = []
    for begin in range(0, n, model.part):
        count = min(model.part, n - begin)
        y = None if not model.classes else torch.full((count,), label if label >= 0 else model.classes)
        ways = completion(
            model.field(None if y is None else y.to(model.device)), model.schedule, model.draw_noise(count, rng),
            given, mask, passes=passes, repeats=repeats, rng=rng,
        )  # fmt: skip
        moments = yield from paused(ways)
        parts.append([model.from_range(each.x) for each in moments])
        at = [each.t for each in moments]
    kept = np.unique(np.linspace(0, len(at) - 1, min(_FRAMES, len(at))).round().astype(int))
    drawn = np.repeat((as_array(mask[:, 0]) <= 0).astype(np.uint8), n, axis=0)
    grey = model.spec.kind.shape[0] == 1
    frames = tuple(
        Images(
            as_array(torch.cat([part[k] for part in parts])), role_of=drawn if grey else None,
            roles=("model",) if grey else (), role_names=("drawn",) if grey else (), subtitle=f"t = {at[k]:.3f}",
        )
        for k in kept
    )  # fmt: skip
    yield Film(frames, kept.astype(float), "step", subtitle=plural(n, "draw"))


@view(
    "Error by t", splits=("valid", "train"), batch=64,
    help="Square error of what the network predicts at each t: near 1, noise and image cannot be told apart.",
)  # fmt: skip
def losses(model: Any, batch: DataBatch, noise: Noise) -> Iterator[Curves | None]:
    """The error of the prediction by t."""
    rng, times = noise.rng(model.device), torch.linspace(0.02, 0.98, 13, device=model.device, dtype=model.dtype)
    y = batch.y if model.classes else None

    def errors() -> Iterator[float]:
        for t in times:
            total = 0.0
            for begin in range(0, len(batch), model.part):
                chosen = slice(begin, begin + model.part)
                of = model.errors(batch.x[chosen], None if y is None else y[chosen], t.reshape(1, 1, 1, 1), rng)
                total += float(of.sum())
                yield float("nan")
            yield total / len(batch)

    values = yield from paused(errors())
    found = [value for value in values if value == value]
    yield Curves(
        (Series("error", "error", as_array(times), np.array(found), role="model"),),
        x_label="t", y_label="square error an entry",
        subtitle=counted(len(batch), batch.split, model.spec.kind),
    )  # fmt: skip
