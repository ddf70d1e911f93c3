"""What the noise does: its temperature, its scales, its exact inverse, and its way to the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from models.flows.flow.model import FlowModel
from models.flows.flow.numeric_views import directions
from models.flows.real_nvp_images.layers import entries_of_scales
from models.flows.real_nvp_images.shape import ImageFlow, as_pictures
from models.flows.transforms import Transform
from models.frames import Bars, Film, Images
from models.protocol import DataBatch, DataPoint, Noise, param, view
from models.views.words import as_array, counted, named, plural

__all__ = ["cost", "layers", "reconstruction", "scales", "temperatures"]

_TEMPERATURES = (0.3, 0.5, 0.7, 0.85, 1.0, 1.2)
_COLUMNS = 5
_FILMED = 16


@view(
    "Temperature", splits=("valid",),
    help="The same noise, multiplied by T: near 0 one plain image, at 1 samples of the model.",
)  # fmt: skip
def temperatures(model: ImageFlow, noise: Noise) -> Images:
    """f(T ε) for the same draws of ε and several T, a row for each."""
    e = model.draw_noise(_COLUMNS, rng=noise.rng(model.device))
    rows = torch.cat([temperature * e for temperature in _TEMPERATURES])
    return Images(
        as_array(model.from_noise(rows)),
        columns=_COLUMNS,
        row_labels=tuple(f"T = {temperature:g}" for temperature in _TEMPERATURES),
        subtitle="f(T ε), each column the same ε",
        note="At T = 1 the model draws what it has learned; below, images are plainer and more alike.",
    )


@view(
    "Scales", splits=("valid", "train"),
    help="The noise of an image on one scale is kept, that on the others drawn anew. Scale 1 is the finest.",
)  # fmt: skip
def scales(model: ImageFlow, point: DataPoint, noise: Noise) -> Images:
    """The image from its own noise with the part of one scale redrawn, a row for each scale, and of all of them."""
    own, _ = model.to_noise(point.x.to(model.dtype))
    drawn = model.draw_noise(_COLUMNS, rng=noise.rng(model.device))
    parts = entries_of_scales(model.spec.kind.shape, model.config.scales)
    sets = [(f"scale {k}", [part]) for k, part in enumerate(parts, 1)]
    sets += [("all scales", parts)] if len(parts) > 1 else []
    rows = []
    for _, redrawn in sets:
        e = own.repeat(_COLUMNS + 1, 1)
        for part in redrawn:
            e[1:, part] = drawn[:, part]
        rows.append(e)
    columns = _COLUMNS + 1
    count = ", ".join(f"scale {k} has {part.stop - part.start}" for k, part in enumerate(parts, 1))
    return Images(
        as_array(model.from_noise(torch.cat(rows))),
        columns=columns,
        row_labels=tuple(name for name, _ in sets),
        marked=tuple(columns * row for row in range(len(sets))),
        subtitle=f"{named(point, model.spec.kind)} (framed) with the noise of a scale drawn anew",
        note=f"Of {model.dims:,} numbers of noise {count}. Scale 1 is the finest, and is factored out first.",
    )


@view(
    "Reconstruction", splits=("valid", "train"), batch=6,
    help="f(f⁻¹(x)): no image is compressed, so each comes back. What is left is rounding error.",
)  # fmt: skip
def reconstruction(model: ImageFlow, batch: DataBatch) -> Images:
    """Images, f of their noise before rounding to levels, and the difference, magnified to be seen."""
    x = batch.x.to(model.dtype)
    e, _ = model.to_noise(x)
    again = model.smooth(e).view_as(x)
    middle = (x * (model.spec.levels - 1) + 0.5) / model.spec.levels if model.spec.levels else x
    error = (again - middle).abs()
    worst = float(error.detach().max())
    steps = model.spec.levels - 1
    wrong = int(((steps * model.from_noise(e)).round() != (steps * x).round()).sum()) if model.spec.levels else 0
    index = as_array(batch.index)
    rounded = "all pixels are equal" if not wrong else f"{wrong:,} pixels differ"
    return Images(
        np.concatenate([as_array(x), as_array(again), as_array(error / max(worst, 1e-30))]),
        columns=len(batch),
        row_labels=("x", "f(f⁻¹(x))", "difference"),
        index=np.concatenate([index, index, np.full_like(index, -1)]),
        subtitle=f"{counted(len(batch), batch.split, model.spec.kind)}, {str(model.dtype).removeprefix('torch.')}; "
        f"last row: difference ÷ {_power(worst)}",
        note=f"Largest difference {_power(worst)}, white being 1"
        + (f"; after rounding to levels {rounded}." if model.spec.levels else "."),
        warning=bool(wrong),
    )


def _power(value: float) -> str:
    return f"{value:.1e}".replace("e-0", "e−").replace("e-", "e−").replace("e+00", "")


@view(
    "Noise to images", splits=("valid",),
    help="Samples after each layer, each number at the place of the pixel to which the squeezes take it.",
)  # fmt: skip
def layers(
    model: ImageFlow, noise: Noise, temperature: float = param(0.8, "Temperature T", 0.0, 2.0, step=0.05)
) -> Film:
    """A film from the noise to the image; values pass a sigmoid, which at the end makes pixels of logits."""
    e = temperature * model.draw_noise(_FILMED, rng=noise.rng(model.device))
    frames: list[Images] = []
    rest = list(model.flow)
    words = "noise ε"
    while True:
        frames.append(_picture(model, e, rest, words))
        if not rest:
            break
        layer, *rest = rest
        e, _ = layer(e)
        words = f"after layer {len(frames)}: {layer.label}"
    return Film(
        tuple(frames), np.arange(len(frames), dtype=float), "layer",
        subtitle=f"{plural(_FILMED, 'sample')} at T = {temperature:g}, from noise to image",
        note="Every layer can be undone: no number is lost on the way.",
    )  # fmt: skip


def _picture(model: ImageFlow, e: Tensor, rest: Sequence[Transform], words: str) -> Images:
    return Images(as_array(as_pictures(model, e, rest)), columns=_FILMED // 2, subtitle=words)


@view(directions.title, name="directions", help=directions.help)
def cost(model: FlowModel, noise: Noise, n: int = param(8, "Data at once", 1, 64, log=True)) -> Iterator[Bars]:
    """The view of other flows, with fewer data: each takes as long as many points."""
    yield from directions(model, noise, n)
