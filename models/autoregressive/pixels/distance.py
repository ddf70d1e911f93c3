"""How far the influence of a pixel reaches: along the raster and in the image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from models.autoregressive.pixels.conditionals import flip, total_variation
from models.autoregressive.pixels.model import PixelModel
from models.frames import Curves, Series
from models.protocol import DataBatch, FamilyRuns, param, view
from models.views.words import as_array, counted

__all__ = ["distance"]

_ROWS = 2.5  # rows of distance along the raster that are shown


@view(
    "Related pixels are far", batch=8, splits=("valid", "train"),
    help="Pixel j is flipped: how much p(x_i | x_<i) changes, in total variation, against the distance i − j along the "
    "raster, and against the distance of the two pixels in the image. Beside this model, the newest run of each other "
    "page of the family on the same data.",
)  # fmt: skip
def distance(
    model: PixelModel,
    batch: DataBatch,
    family: FamilyRuns,
    pixels: int = param(32, "Pixels flipped", 4, 784, more=True),
) -> Iterator[Curves]:
    """Mean effect of a flip by distance, over images and over pixels j that are spread over the image."""
    _, height, width = model.spec.kind.shape
    places = np.unique(np.linspace(0, height * width - 2, min(pixels, height * width - 1)).round().astype(int))
    series: list[Series] = []
    notes: list[str] = []
    subtitle = f"{counted(len(batch), batch.split, model.spec.kind)}, {len(places)} pixels"
    for title, role, other in _models(model, family, notes):
        raster, image = _Means(int(_ROWS * width)), _Means(int(np.hypot(height, width)))
        for _ in _flip_all(other, batch, places, raster, image):
            yield _curves([*series, *_both(title, role, raster, image)], width, subtitle, notes)
        series += _both(title, role, raster, image)
    yield _curves(series, width, subtitle, notes)


def _models(model: PixelModel, family: FamilyRuns, notes: list[str]) -> Iterator[tuple[str, str, PixelModel]]:
    """Title, role and model of this page and of the others, as far as there are colours."""
    yield type(model).title, "model", model
    roles = iter(("data", "prior", "alt", "total"))
    for trained in family.models:
        try:
            other = trained.load()
        except ValueError as error:
            notes.append(str(error))
            continue
        role = next(roles, None) if isinstance(other, PixelModel) else None
        if role is not None:
            yield trained.title, role, other


def _flip_all(model: PixelModel, batch: DataBatch, places: np.ndarray, raster: _Means, image: _Means) -> Iterator[int]:
    """Flips the pixels in some order and adds the effects; yields the number of pixels that are done."""
    _, height, width = model.spec.kind.shape
    before = model.outputs(batch.x)
    for done, place in enumerate(np.random.default_rng(0).permutation(places).tolist(), start=1):
        at = torch.full((len(batch),), place, device=batch.x.device)
        change = total_variation(model, before, model.outputs(flip(batch.x, at))).mean(dim=0)  # (h, w)
        later = np.arange(place + 1, height * width)
        effect = as_array(change.flatten()[place + 1 :].double())
        raster.add(later - place, effect)
        rows, columns = later // width - place // width, later % width - place % width
        image.add(np.hypot(rows, columns).round().astype(int), effect)
        if done % 4 == 0 or done == len(places):
            yield done


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


def _both(title: str, role: str, raster: _Means, image: _Means) -> list[Series]:
    """The curves of a model over both distances."""
    return [
        Series(f"{title} raster", title, *raster.curve(), role=role, pane="along the raster"),
        Series(f"{title} image", title, *image.curve(), role=role, pane="in the image"),
    ]


def _curves(series: list[Series], width: int, subtitle: str, notes: list[str]) -> Curves:
    raster = series[0]
    above, before = (float(np.interp(at, raster.x, raster.y)) for at in (width, 1))
    return Curves(
        tuple(series),
        x_label="distance, pixels",
        y_label="change of p",
        subtitle=subtitle,
        note=" ".join([
            f"The pixel above is {width} steps back along the raster: mean change {above:.3f}. The pixel on the left: "
            f"{before:.3f}.",
            *notes,
        ]),
    )  # fmt: skip
