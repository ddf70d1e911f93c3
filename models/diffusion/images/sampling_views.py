"""Samples, the way to them, and what the number of passes, guidance and noise do."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.frames import Film, Images
from models.protocol import DataSpec, Noise, param, view
from models.views.paths import slerp, straight
from models.views.pause import paused
from models.views.words import as_array, plural

__all__ = ["ends", "film", "guidances", "interpolation", "passes_compared", "samples"]

_FRAMES = 20
_WEIGHTS = (0.0, 1.0, 2.0, 4.0, 8.0)
_PASSES = (1, 2, 5, 10, 20, 50)
_COLUMNS = 8


def ends(
    model: Any, x: Tensor, y: Tensor | None, rng: torch.Generator | None = None, **settings: Any
) -> Generator[None, None, Tensor]:  # fmt: skip
    """The images at the end of ways from x, in parts that do not hold up the window; (n, c, h, w), 0 to 1."""
    done = []
    for begin in range(0, len(x), model.part):
        chosen = slice(begin, begin + model.part)
        *_, last = yield from paused(model.way(x[chosen], None if y is None else y[chosen], rng, **settings))
        yield None
        done.append(model.from_range(last.x))
    return torch.cat(done)


@view(
    "Samples", record=True, lead=True, samples="n",
    help="Images of the same noise at each step. Without a class of its own, each has one as frequently as the data.",
)  # fmt: skip
def samples(
    model: Any, noise: Noise, n: int = param(16, "Images", 1, 256, log=True, more=True), **settings: Any
) -> Iterator[Images | None]:
    """Samples of the model."""
    *_, x = yield from paused(model.sampling(n, rng=noise.rng(model.device), **settings))
    yield Images(as_array(x), subtitle=plural(n, "image"))


@view(
    "Noise to images",
    help="Samples on their way from noise. The same noise as the samples; brightness is cut to what an image has.",
)  # fmt: skip
def film(
    model: Any, noise: Noise, n: int = param(16, "Images", 1, 64, log=True, more=True), **settings: Any
) -> Iterator[Film | None]:
    """A film of x_t from t = 1 to 0."""
    rng = noise.rng(model.device)
    y, start = model.draw_classes(n, settings.pop("label", -1), rng), model.draw_noise(n, rng)
    parts: list[list[Tensor]] = []
    times: list[float] = []
    for begin in range(0, n, model.part):
        chosen = slice(begin, begin + model.part)
        moments = yield from paused(model.way(start[chosen], None if y is None else y[chosen], rng, **settings))
        parts.append([model.from_range(each.x) for each in moments])
        times = [each.t for each in moments]
    kept = np.unique(np.linspace(0, len(times) - 1, min(_FRAMES, len(times))).round().astype(int))
    frames = tuple(
        Images(as_array(torch.cat([part[k] for part in parts])), subtitle=f"t = {times[k]:.3f}") for k in kept
    )
    yield Film(frames, kept.astype(float), "step", subtitle=plural(n, "image"))


def conditional(config: Any, spec: DataSpec | None) -> bool:
    """Whether the network takes the class as an input."""
    return bool(config.conditional) and (spec is None or bool(spec.classes))


@view(
    "Guidance", when=conditional,
    help="A class a column, the same noise in each row: ε_∅ + w (ε_c − ε_∅). More guidance, plainer images.",
)  # fmt: skip
def guidances(
    model: Any, noise: Noise, passes: int = param(20, "Passes", 1, 200, log=True, more=True)
) -> Iterator[Images | None]:
    """Samples of the same noise and classes with several weights of guidance, a row for each."""
    columns = min(_COLUMNS, model.classes)
    start = model.draw_noise(columns, noise.rng(model.device))
    y = torch.arange(columns, device=model.device)
    rows = []
    for weight in _WEIGHTS:
        row = yield from ends(model, start, y, guidance=weight, passes=passes)
        rows.append(row)
        yield Images(
            as_array(torch.cat(rows)), columns=columns,
            row_labels=tuple(f"w = {value:g}" for value in _WEIGHTS[: len(rows)]),
            captions=("",) * (columns * (len(rows) - 1)) + model.spec.classes[:columns],
            subtitle="the same noise in each row",
            note="At w = 0 no class is given, at w = 1 that of the column. Beyond, what tells the class apart is "
            "exaggerated, and images of a class grow alike.",
        )  # fmt: skip


@view(
    "Number of passes",
    help="The same noise with DDIM of few and of many passes: what changes, and from where on no more does.",
)  # fmt: skip
def passes_compared(model: Any, noise: Noise) -> Iterator[Images | None]:
    """Samples of the same noise for several numbers of passes, a row for each."""
    rng = noise.rng(model.device)
    y, start = model.draw_classes(_COLUMNS, -1, rng), model.draw_noise(_COLUMNS, rng)
    rows: list[Tensor] = []
    for passes in _PASSES:
        row = yield from ends(model, start, y, passes=passes)
        rows.append(row)
        yield Images(
            as_array(torch.cat(rows)), columns=_COLUMNS,
            row_labels=tuple(f"{count} pass" + ("" if count == 1 else "es") for count in _PASSES[: len(rows)]),
            subtitle="the same noise and class in each row",
        )  # fmt: skip


@view(
    "Interpolation",
    help="From one draw of noise to another, on the spherical and on the straight path, each taken to an image.",
)  # fmt: skip
def interpolation(
    model: Any, noise: Noise, n: int = param(9, "Images", 3, 15, more=True), **settings: Any
) -> Iterator[Images | None]:
    """Images of the noise between two draws; DDIM draws nothing on the way, and so is a map from noise to images."""
    rng = noise.rng(model.device)
    y, (a, b) = model.draw_classes(1, settings.pop("label", -1), rng), model.draw_noise(2, rng).flatten(1)
    t = torch.linspace(0, 1, n).to(a)
    paths = {"spherical": slerp(a, b, t), "straight": straight(a, b, t)}
    start = torch.cat(list(paths.values())).unflatten(1, model.spec.kind.shape)
    x = yield from ends(model, start, None if y is None else y.expand(len(start)), **settings)
    middle = {name: float(path[n // 2].norm()) for name, path in paths.items()}
    yield Images(
        as_array(x), columns=n, row_labels=tuple(paths), subtitle="DDIM of the noise between two draws",
        note=f"In the middle ‖ε‖ is {middle['spherical']:.1f} and {middle['straight']:.1f}; of draws it is about "
        f"{a.numel() ** 0.5:.1f}. Noise that is too short gives an image that is too plain.",
    )  # fmt: skip
