"""Samples compared with data by the features of a classifier, beside the same quantities for held-out data."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from models.exact.coverage import precision_recall
from models.exact.frechet import frechet
from models.frames import Bars, Images
from models.protocol import Classifier, DataBatch, GenerativeModel, Metric, Noise, param, view
from models.views.pause import paused
from models.views.words import SPLITS, as_array

__all__ = ["SAMPLE_METRICS", "class_shares", "classes", "frechet_distance", "missing_classes", "nearest", "precision"]

CONFIDENT = 0.9
_SEARCHED = 5000  # training images among which the nearest are searched
_COMPARED = 32  # samples, and held-out images, whose nearest are searched
_MISSING = 0.2  # share of its frequency in the data below which a class counts as missing
_COPY = 0.3  # share of the held-out data's distance below which samples count as copies
_T = TypeVar("_T")

_FRECHET = "Fréchet distance, up to 500 images"  # name of a pane
SAMPLE_METRICS = (
    Metric(
        "frechet", "Fréchet distance", role="model", pane=_FRECHET, better="lower", source="samples",
        log=True,
        help="Distance of up to 500 samples to as many training images, in the features of a small classifier.",
    ),
    Metric(
        "frechet_null", "Fréchet, held out", role="data", pane=_FRECHET, source="samples",
        help="The same with held-out images in place of the samples: the value of a perfect model.",
    ),
    Metric(
        "confident_percent", "Clearly of a class", "%", role="model", pane="%", better="higher",
        source="samples", plotted=False, help="Samples of which the classifier is more than 90 % sure.",
    ),
    Metric(
        "least_class_percent", "Least class", "%", role="alt", pane="%", better="higher", source="samples",
        plotted=False, help="Share of the class that is generated least often.",
    ),
)  # fmt: skip
"""Numbers of samples that pages of images follow while they train; measured where the data have a classifier."""


def class_shares(log_prob: Tensor) -> tuple[Tensor, float]:
    """Share of images of each most probable class, (n, classes) to (classes,), and of those above 90 % in it."""
    best, guess = log_prob.exp().max(dim=1)
    return torch.bincount(guess, minlength=log_prob.shape[1]).double() / len(guess), float(
        (best > CONFIDENT).double().mean()
    )


def missing_classes(shares: Tensor, real: Tensor, names: Sequence[str]) -> list[str]:
    """Names of the classes that have less than a fifth of their share in the data; (classes,) each."""
    return [names[k] for k in torch.nonzero(shares < _MISSING * real)[:, 0].tolist()]


def _cached(classifier: Classifier, what: str, batches: Sequence[DataBatch], compute: Callable[[], _T]) -> _T:
    """Computes what depends on data and classifier alone once, and keeps it in the classifier's cache."""
    spans = tuple((b.split, len(b), int(b.index[0]), int(b.index[-1])) for b in batches)
    key: Hashable = (what, spans)
    if key not in classifier.cache:
        classifier.cache[key] = compute()
    return classifier.cache[key]


def _draw(
    model: GenerativeModel, n: int, noise: Noise, settings: Mapping[str, Any]
) -> Generator[None, None, Tensor]:  # fmt: skip
    *_, x = yield from paused(model.sampling(n, rng=noise.rng(model.device), **settings))
    assert x is not None
    return x


def _nearest(x: Tensor, of: Tensor) -> tuple[Tensor, Tensor]:
    """Index of the point nearest to each x, and its distance; (n, d) and (m, d) to (n,) each."""
    index = torch.cdist(x, of).argmin(dim=1)
    return index, (x - of[index]).norm(dim=1)  # computed again: cdist has a rounding error at distance 0


def _features(classifier: Classifier, batch: DataBatch) -> Tensor:
    return _cached(classifier, "features", (batch,), lambda: classifier.features(batch.x))


@view(
    "Classes", record=True, batch=500, samples="n",
    help="Classes of the samples by a classifier: a class without samples is a lost mode.",
)  # fmt: skip
def classes(
    model: GenerativeModel, train: DataBatch, valid: DataBatch, noise: Noise, classifier: Classifier,
    n: int = param(500, "Samples", 20, 2000, log=True, more=True), **settings: Any,
) -> Iterator[Bars | None]:  # fmt: skip
    """Share of samples of each class beside its share in the data, and share of samples that are clearly of one."""
    x = yield from _draw(model, n, noise, settings)
    shares, sure = class_shares(classifier.log_prob(x))
    real, sure_real = _cached(classifier, "classes", (valid,), lambda: class_shares(classifier.log_prob(valid.x)))
    if train.y is not None:
        real = torch.bincount(train.y, minlength=len(shares)).double() / len(train)
    lost = missing_classes(shares, real.to(shares), classifier.classes)
    few = f"Almost or entirely missing: {', '.join(lost)}. " if lost else ""
    yield Bars(
        labels=classifier.classes,
        values=100 * as_array(shares),
        errors=100 * as_array((shares * (1 - shares) / n).sqrt()),
        roles=tuple("alt" if name in lost else "model" for name in classifier.classes),
        reference=100 * as_array(real),
        unit="%",
        subtitle=f"{n} samples, classifier of {classifier.accuracy:.1%} accuracy; dashed: share in the data",
        note=f"{few}More than 90% sure of one class: {sure:.0%} of samples, "
        f"{sure_real:.0%} of {SPLITS[valid.split]} data.",
        warning=bool(lost),
    )


@view(
    "Nearest training images", batch=_SEARCHED,
    help="The training images nearest to each sample, by pixels and by the classifier's features: copies are at 0.",
)  # fmt: skip
def nearest(
    model: GenerativeModel, train: DataBatch, valid: DataBatch, noise: Noise, classifier: Classifier,
    n: int = param(8, "Samples", 2, 16, more=True), **settings: Any,
) -> Iterator[Images | None]:  # fmt: skip
    """Samples above the nearest training images, with the distances of samples and of held-out data to these."""
    held_out = valid.x[: 4 * _COMPARED]
    x = yield from _draw(model, _COMPARED, noise, settings)
    pixels, features = train.x.to(x).flatten(1), _features(classifier, train)
    near, far = _nearest(x.flatten(1), pixels)
    deep, depth = _nearest(classifier.features(x), features)
    real = _cached(
        classifier, f"nearest {len(held_out)}", (train, valid),
        lambda: (
            float(_nearest(held_out.to(pixels).flatten(1), pixels)[1].median()),
            float(_nearest(classifier.features(held_out), features)[1].median()),
        ),
    )  # fmt: skip
    ours = float(far.median()), float(depth.median())
    copies = ours[0] < _COPY * real[0]
    rows = (x[:n], train.x[near[:n]], train.x[deep[:n]])
    yield Images(
        np.concatenate([as_array(row).astype(np.float32) for row in rows]),
        columns=n,
        row_labels=("sample", "by pixels", "by features"),
        captions=("",) * n
        + tuple(f"{value:.2f}" for value in far[:n].tolist())
        + tuple(f"{value:.1f}" for value in depth[:n].tolist()),
        subtitle=f"nearest of {len(train):,} {SPLITS[train.split]} images, and their distance",
        note=f"Median distance to the nearest: {_COMPARED} samples {ours[0]:.2f} by pixels, {ours[1]:.2f} by "
        f"features; {len(held_out)} {SPLITS[valid.split]} images {real[0]:.2f} and {real[1]:.2f}. "
        + ("Samples this near are copies." if copies else "Copies would be at 0."),
        warning=copies,
    )


@view(
    "Precision and recall", batch=500,
    help="Share of samples near data, and of data near samples, in the classifier's features.",
)  # fmt: skip
def precision(
    model: GenerativeModel, train: DataBatch, valid: DataBatch, noise: Noise, classifier: Classifier,
    n: int = param(500, "Samples", 20, 500, log=True, more=True), **settings: Any,
) -> Iterator[Bars | None]:  # fmt: skip
    """Precision and recall of the samples, and of held-out data in their place."""
    n = min(len(train), len(valid), n)
    data, held_out = _features(classifier, train)[:n], _features(classifier, valid)[:n]
    null = _cached(classifier, f"precision {n}", (train, valid), lambda: precision_recall(held_out, data))
    x = yield from _draw(model, n, noise, settings)
    values = np.array(precision_recall(classifier.features(x), data))
    yield Bars(
        labels=("precision", "recall"),
        values=values,
        errors=np.sqrt(values * (1 - values) / n),
        roles=("model", "data"),
        reference=np.array(null),
        subtitle=f"{n} samples, {n} training images, 5 neighbours; dashed: {SPLITS[valid.split]} data as samples",
        note="Precision: samples within the reach of a training image. Recall: training images within the reach "
        "of a sample. Dropped modes cost recall, bad images cost precision.",
    )


@view(
    "Fréchet distance", name="frechet", batch=500,
    help="Distance of Gaussians fitted to features of samples and of data.",
)  # fmt: skip
def frechet_distance(
    model: GenerativeModel, train: DataBatch, valid: DataBatch, noise: Noise, classifier: Classifier,
    n: int = param(500, "Samples", 20, 500, log=True, more=True), **settings: Any,
) -> Iterator[Bars | None]:  # fmt: skip
    """Distance to training data: of samples, and of as many held-out data."""
    n = min(len(train), len(valid), n)
    data, held_out = _features(classifier, train)[:n], _features(classifier, valid)[:n]
    null = _cached(classifier, f"frechet {n}", (train, valid), lambda: frechet(held_out, data))
    x = yield from _draw(model, n, noise, settings)
    value = frechet(classifier.features(x), data)
    yield Bars(
        labels=(f"{n} samples", f"{n} {SPLITS[valid.split]} data"),
        values=np.array([value, null]),
        roles=("model", "data"),
        subtitle=f"to {n} training images; in features of the classifier",
        note=f"Two sets of this size from the same distribution are {null:.1f} apart: a perfect model would "
        "be too. Features of other classifiers give other numbers.",
    )
