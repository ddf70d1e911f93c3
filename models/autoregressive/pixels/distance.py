"""How far the influence of a pixel reaches: along the raster and in the image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from models.autoregressive.pixels.conditionals import flip, total_variation
from models.autoregressive.pixels.model import PixelModel
from models.frames import Curves, Series
from models.protocol import DataBatch, param, view
from models.views.words import as_array, counted

__all__ = ["distance"]

_ROWS = 2.5  # rows of distance along the raster that are shown


@view(
    "Related pixels are far", batch=8, splits=("valid", "train"),
    help="Pixel j is flipped: how much p(x_i | x_<i) changes, in total variation, against the distance i − j along the "
    "raster, and against the distance of the two pixels in the image.",
)  # fmt: skip
def distance(
    model: PixelModel, batch: DataBatch, pixels: int = param(32, "Pixels flipped", 4, 784, more=True)
) -> Iterator[Curves]:
    """Mean effect of a flip by distance, over images and over pixels j that are spread over the image."""
    _, height, width = model.spec.kind.shape
    count = height * width
    places = np.unique(np.linspace(0, count - 2, min(pixels, count - 1)).round().astype(int))
    before = model.outputs(batch.x)
    raster, image = _Means(int(_ROWS * width)), _Means(int(np.hypot(height, width)))
    for done, place in enumerate(np.random.default_rng(0).permutation(places), start=1):
        at = torch.full((len(batch),), int(place), device=batch.x.device)
        change = total_variation(model, before, model.outputs(flip(batch.x, at))).mean(dim=0)  # (h, w)
        later = np.arange(int(place) + 1, count)
        effect = as_array(change.flatten()[int(place) + 1 :].double())
        raster.add(later - int(place), effect)
        rows, columns = later // width - int(place) // width, later % width - int(place) % width
        image.add(np.hypot(rows, columns).round().astype(int), effect)
        if done % 4 == 0 or done == len(places):
            yield _curves(raster, image, width, f"{counted(len(batch), batch.split, model.spec.kind)}, {done} pixels")


class _Means:
    """Mean of a quantity by distance, from 1 to a largest distance."""

    def __init__(self, largest: int):
        self.sums, self.counts = np.zeros(largest + 1), np.zeros(largest + 1)

    def add(self, distances: np.ndarray, values: np.ndarray) -> None:
        """Adds values at distances; those beyond the largest are left out."""
        near = distances < len(self.sums)
        np.add.at(self.sums, distances[near], values[near])
        np.add.at(self.counts, distances[near], 1)

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """The distances that occurred, and the mean at each."""
        at = np.flatnonzero(self.counts)
        return at.astype(float), self.sums[at] / self.counts[at]


def _curves(raster: _Means, image: _Means, width: int, subtitle: str) -> Curves:
    by_raster, by_image = raster.curve(), image.curve()
    above = np.interp(width, *by_raster)
    return Curves(
        (
            Series("raster", "along the raster", *by_raster, role="model", pane="effect"),
            Series("image", "in the image", *by_image, role="data", pane="effect"),
        ),
        x_label="distance, pixels",
        y_label="change of p",
        subtitle=subtitle,
        note=f"The pixel above is {width} steps back along the raster and 1 away in the image: mean change "
        f"{above:.3f} there, {float(by_raster[1][0]):.3f} one step back.",
    )
