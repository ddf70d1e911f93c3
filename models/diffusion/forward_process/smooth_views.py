"""A denoiser that is smoother than the optimum of n data makes new data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from models.diffusion.forward_process.known import distribution, images, in_the_plane, optimum
from models.diffusion.forward_process.memory_views import IMAGES, PATHS, images_of, plane_of, way_back
from models.diffusion.forward_process.optimum import Optimum
from models.diffusion.process import Level
from models.frames import Curves, Images, Plane, Series
from models.protocol import BadValue, Data, Noise, param, view
from models.views.words import as_array, decimal

__all__ = ["between", "images_smoothed", "smoothed"]

_DRAWS = 16  # places around x_t over which samples average
_PARTS = 12  # times as many for a curve, one part at a time
_PART = 1  # passes at a time
_BEYOND = 0.5  # of the distance of the two data that the curve shows on either side


def _smooth(lab: Any, data: Data) -> Optimum:
    return optimum(lab, data).smoothed(lab.config.smoothing, _DRAWS, rng=torch.Generator().manual_seed(0))


def _words(lab: Any, n: int) -> str:
    return f"n = {n:,}, smoothing {decimal(lab.config.smoothing, 2)}"


@view(
    "Samples of a smooth denoiser", when=in_the_plane,
    help="The optimal denoiser of n data, averaged over places around x_t: samples come to lie between the data.",
)  # fmt: skip
def smoothed(lab: Any, data: Data, noise: Noise) -> Iterator[Plane]:
    """Paths from noise to new samples."""
    denoiser = _smooth(lab, data)
    for moments in way_back(lab, denoiser, PATHS, noise, _PART):
        yield plane_of(moments, data, denoiser.data, _words(lab, len(denoiser.data)))


@view(
    "Images of a smooth denoiser", when=images,
    help="The optimal denoiser of n images, averaged over places around x_t, blends images. Below each sample: the "
    "nearest of the n images.",
)  # fmt: skip
def images_smoothed(lab: Any, data: Data, noise: Noise) -> Iterator[Images]:
    """Samples of the smooth denoiser above the nearest training images."""
    denoiser = _smooth(lab, data)
    for moments in way_back(lab, denoiser, IMAGES, noise, _PART):
        yield images_of(moments, data, denoiser.data, _words(lab, len(denoiser.data)))


def _neighbours(denoiser: Optimum) -> tuple[Tensor, Tensor]:
    """Two data as far apart as a datum usually is from the nearest other one, (d,) each."""
    if denoiser.spacing == 0:
        raise BadValue("n", f"the first {len(denoiser.data):,} training data are all at one place; take more of them")
    distance = torch.cdist(denoiser.data, denoiser.data)
    apart = distance.where(distance > 0, torch.inf).min(dim=1)
    chosen = int((apart.values - denoiser.spacing).abs().argmin())
    return denoiser.data[chosen], denoiser.data[apart.indices[chosen]]


@view(
    "Between two data",
    help="E[x₀ | x_t] along the line from a training datum, at 0, to the nearest other one, at 1.",
)  # fmt: skip
def between(
    lab: Any,
    data: Data,
    sigma: float = param(
        0.3, "Noise σ/α", 0.1, 3.0, log=True, help="In units of the usual distance from a datum to the nearest other."
    ),
) -> Iterator[Curves]:
    """The denoised place against the noised one: steps for the optimum, a slope for the smooth denoiser."""
    denoiser = optimum(lab, data)
    a, b = _neighbours(denoiser)
    width = torch.tensor(sigma * denoiser.spacing, dtype=torch.float64)
    level = Level(torch.ones_like(width), width, -2 * width.log())
    place = torch.linspace(-_BEYOND, 1 + _BEYOND, 61, dtype=torch.float64)
    x = a + place[:, None] * (b - a)

    def curve(key: str, label: str, x0: Tensor, role: str, dashed: bool = False) -> Series:
        along = (x0 - a) @ (b - a) / (b - a).square().sum()
        return Series(key, label, as_array(place), as_array(along), role=role, dashed=dashed)

    series = [curve("optimum", "optimum", denoiser.denoised(x, level), "model")]
    mixture, words = distribution(lab, data)
    if float(mixture.std) > 0:
        series.append(curve("exact", words, mixture.denoised(x, level), "data", dashed=True))
    rng, mean = torch.Generator().manual_seed(0), torch.zeros_like(x)
    for done in range(_PARTS):
        part = denoiser.smoothed(lab.config.smoothing, _DRAWS, rng=rng)
        mean += (part.denoised(x, level) - mean) / (done + 1)
        yield Curves(
            (*series, curve("smooth", "smooth", mean, "alt")), x_label="x_t/α", y_label="E[x₀ | x_t]",
            note="The optimum jumps from one datum to the next. A network is smooth, and puts samples in between.",
        )  # fmt: skip
