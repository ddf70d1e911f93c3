"""What is measured on held-out data while a model trains, always at the same steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.measure.budget import budget, log_prob_passes, sampling_passes
from explorer.engine.measure.images import image_values
from explorer.engine.measure.samples import drawn, knn_accuracy, modes
from explorer.engine.randomness import derive
from explorer.engine.schedule import Schedule
from models.exact.coverage import NEIGHBOURS, precision_recall
from models.exact.energy import energy_distance
from models.protocol import GenerativeModel, HasLatent, LossModel, Planar

__all__ = ["Validator", "latent_accuracy", "sample_values"]

SAMPLES = 2500
KNOWN = 1500  # training data among which neighbours are looked for
COMPARED = 1000  # samples and data whose neighbourhoods are compared
JUDGED = 500  # samples and data that are compared by a classifier

# The same, at least, where one of them takes many passes through the network: fewer would measure noise.
_FEW_SAMPLES = 250
_FEW_JUDGED = 100
_FEW_HELD_OUT = 50


class Validator:
    """Measures a model on its validation data and by its samples.

    Args:
        data: Where the data are.
        seed: Of the noise of measurements, the same at each.
        growth: Steps from one measurement to the next, as a share of the steps so far.
        between: Called between two parts of the data, to serve requests.
    """

    def __init__(self, data: TensorData, seed: int, growth: float, between: Callable[[], None] = lambda: None):
        self._data, self._between = data, between
        self._seed = derive(seed, "validation")
        self._cadence = Schedule(every=100, growth=growth, cap=2000)

    def due(self, step: int) -> bool:
        """Whether something is measured at a step."""
        return self._cadence.due(step)

    def skip(self, step: int) -> None:
        """Counts everything up to a step as past."""
        self._cadence.skip(step)

    @torch.no_grad()
    def measure(self, model: GenerativeModel) -> dict[str, float]:
        """Values by metric; those of the loss where the page declares validation."""
        training = model.training
        model.eval()
        try:
            rng = torch.Generator(model.device).manual_seed(self._seed)
            values: dict[str, float] = {}
            if model.validation is not None and isinstance(model, LossModel):
                values |= self._loss(model, "valid", rng)
            values |= latent_accuracy(model, self._data, "valid", model.validation_size)
            values |= sample_values(model, self._data, "valid", rng, between=self._between)
            judged = budget(JUDGED, sampling_passes(model), _FEW_JUDGED)
            compared = image_values(
                model, self._data, "valid", judged, rng, neighbourhoods=False, between=self._between
            )
            values |= {metric.key: compared[metric.key][0] for metric in model.metrics if metric.key in compared}
            return {key: value for key, value in values.items() if math.isfinite(value)}
        finally:
            model.train(training)

    @torch.no_grad()
    def measure_training(self, model: GenerativeModel) -> dict[str, float]:
        """Metrics of the loss on as many training data as validation has; nothing for a game."""
        if not isinstance(model, LossModel):
            return {}
        training = model.training
        model.eval()
        try:
            values = self._loss(model, "train", torch.Generator(model.device).manual_seed(self._seed))
            return {key: value for key, value in values.items() if math.isfinite(value)}
        finally:
            model.train(training)

    def _loss(self, model: LossModel, split: str, rng: torch.Generator) -> dict[str, float]:
        sums: dict[str, float] = {}
        n = min(budget(model.validation_size, log_prob_passes(model), _FEW_HELD_OUT), self._data.size(split))
        for start in range(0, n, model.validation_part):
            if start:
                self._between()
            batch = self._data.batch(split, start, min(model.validation_part, n - start))
            for key, value in model.loss(batch, rng=rng).items():
                sums[key] = sums.get(key, 0.0) + float(value) * len(batch) / n
        return sums

    @staticmethod
    def score(page: type[GenerativeModel], values: dict[str, float]) -> float | None:
        """The value that picks the best checkpoint, the higher the better; None where the page names none."""
        if page.validation is None or page.validation not in values:
            return None
        better = next((metric.better for metric in page.metrics if metric.key == page.validation), "lower")
        return values[page.validation] * (1 if better == "higher" else -1)


def latent_accuracy(model: GenerativeModel, data: TensorData, split: str, limit: int) -> dict[str, float]:
    """5-nearest-neighbour accuracy of held-out data in the latent map, among 1,500 training data.

    Nothing of a page that does not declare the metric, whose inference may cost too much for it.
    """
    declared = any(metric.key == "knn5_accuracy" for metric in model.metrics)
    if split == "train" or not declared or not isinstance(model, HasLatent):
        return {}
    train, held_out = data.batch("train", 0, KNOWN), data.batch(split, 0, limit)
    if train.y is None or held_out.y is None:
        return {}
    of, z = model.codes(train)[0], model.codes(held_out)[0]
    return {"knn5_accuracy": knn_accuracy(z, held_out.y, of, train.y)}


def sample_values(
    model: GenerativeModel,
    data: TensorData,
    split: str,
    rng: torch.Generator,
    limit: int = COMPARED,
    settings: Mapping[str, Any] | None = None,
    between: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """Modes of 2,500 samples of a model of planar data, and how the first compare with data; nothing for other data.

    There are fewer samples where each takes many passes. Precision, recall and energy distance compare as many samples
    as data, at most `limit` and 1,000, and are left out where these are too few.
    """
    if not isinstance(data.spec.kind, Planar):
        return {}
    n = budget(SAMPLES, sampling_passes(model, settings), _FEW_SAMPLES)
    x = drawn(model, n, rng, settings, between).float()
    values: dict[str, float] = {}
    if data.data.centers is not None and data.data.std is not None:
        values |= modes(x, torch.from_numpy(np.array(data.data.centers)), data.data.std)  # a copy: it is read-only
    few = min(limit, COMPARED, len(x), data.size(split))
    if few > NEIGHBOURS:
        compared = data.batch(split, 0, few).x
        values["precision"], values["recall"] = precision_recall(x[:few], compared)
        values["energy_distance"], values["energy_distance_null"] = energy_distance(x[:few], compared)
    return values
