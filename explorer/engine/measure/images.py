"""Numbers that need only samples of a model, images and a classifier: each with what held-out data give."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.measure.samples import drawn
from models.exact.coverage import NEIGHBOURS, precision_recall
from models.exact.frechet import frechet
from models.protocol import Classifier, GenerativeModel, Image

__all__ = ["CONFIDENT", "image_values"]

CONFIDENT = 0.9  # probability of its class from which an image counts as clearly of it
_COMPARED = 1000  # images whose neighbourhoods are compared; more would need a table of all pairs
_PART = 500


def image_values(
    model: GenerativeModel,
    data: TensorData,
    split: str,
    n: int,
    rng: torch.Generator,
    *,
    neighbourhoods: bool = True,
    settings: Mapping[str, Any] | None = None,
    between: Callable[[], None] = lambda: None,
) -> dict[str, tuple[float, float | None]]:
    """Fréchet distance, precision and recall, classes and confidence of samples, each with its standard error.

    Only for a page that declares a metric `frechet`, on images that have a classifier; else nothing.

    Args:
        model: The model.
        data: Its data.
        split: Held-out data, for the null lines: the same numbers with these data in place of the samples.
        n: Samples, training images and held-out images to compare, fewer where a split has fewer.
        rng: Of the samples.
        neighbourhoods: Whether precision and recall are among them, which take the longest.
        settings: Settings of the model's `sample`.
        between: Called between two parts of the sampling, to serve requests.

    Returns:
        `frechet` to training images, `precision`, `recall` (of six images and more), `confident_percent` (more than
        90 % sure of one class), and each as `<key>_null` of the held-out data; `class_percent.<class>` for each class,
        `least_class_percent` the least of these. Nothing of a single image, which has no covariance.
    """
    classifier = data.instrument(Classifier)
    declared = any(metric.key == "frechet" for metric in model.metrics)
    if classifier is None or not declared or not isinstance(data.spec.kind, Image):
        return {}
    n = min(n, data.size("train"), data.size(split))
    if n < 2:
        return {}
    parts = [min(_PART, n - start) for start in range(0, n, _PART)]
    x = torch.cat([drawn(model, part, rng, settings, between) for part in parts])
    cache = classifier.cache  # what depends on the data alone is computed once in a training
    if ("reference", n) not in cache:
        cache["reference", n] = _in_parts(classifier.features, data.batch("train", 0, n).x)
    reference = cache["reference", n]
    if (split, n, neighbourhoods) not in cache:
        held_out = data.batch(split, 0, n).x
        cache[split, n, neighbourhoods] = _compared(classifier, held_out, reference, neighbourhoods)
    null, _ = cache[split, n, neighbourhoods]
    values, shares = _compared(classifier, x, reference, neighbourhoods)
    values |= {f"{key}_null": value for key, value in null.items()}
    values["least_class_percent"] = _percent(min(shares), n)
    of_classes = zip(classifier.classes, shares, strict=True)
    return values | {f"class_percent.{name}": _percent(share, n) for name, share in of_classes}


def _compared(
    classifier: Classifier, images: Tensor, reference: Tensor, neighbourhoods: bool
) -> tuple[dict[str, tuple[float, float | None]], list[float]]:
    """What can be had of images and the features of training images, and the share of each class in the images."""
    n = len(images)
    features = _in_parts(classifier.features, images)
    values: dict[str, tuple[float, float | None]] = {"frechet": (frechet(features, reference), None)}
    few = min(n, _COMPARED)
    if neighbourhoods and few > NEIGHBOURS:
        near, covered = precision_recall(features[:few], reference[:few])
        values |= {"precision": (near, _error(near, few)), "recall": (covered, _error(covered, few))}
    best, guess = _in_parts(classifier.log_prob, images).exp().max(dim=1)
    values["confident_percent"] = _percent(float((best > CONFIDENT).double().mean()), n)
    return values, (torch.bincount(guess, minlength=len(classifier.classes)).double() / n).tolist()


def _in_parts(of: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    return torch.cat([of(part) for part in x.split(_PART)])


def _error(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)


def _percent(share: float, n: int) -> tuple[float, float]:
    return 100 * share, 100 * _error(share, n)
