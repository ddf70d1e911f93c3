"""Evaluation of a trained model on a whole split: means with their standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.measure.budget import budget, sampling_passes
from explorer.engine.measure.images import image_values
from explorer.engine.measure.settings import evaluation_settings, refusing
from explorer.engine.measure.validation import latent_accuracy, sample_values
from explorer.engine.randomness import derive
from models.protocol import GenerativeModel, HasLogProb

__all__ = ["evaluate"]

_PART = 250
_SAMPLES = 500  # samples that are compared with data, at least, where a sample takes many passes


@torch.no_grad()
def evaluate(
    model: GenerativeModel,
    data: TensorData,
    *,
    split: str = "test",
    limit: int | None = None,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Every number that can be had of a model on held-out data.

    Args:
        model: The model.
        data: Its data.
        split: "train", "valid" or "test".
        limit: Number of data; the whole split where None.
        seed: Of the noise of estimates.
        settings: Settings of the model's `evaluate` ("K") and `sample` ("temperature").
        progress: Called with data done and data in all.

    Returns:
        Each metric by key, and its standard error as `<key>_se`; "n" is the number of data. A metric that the model
        computes for some of the data only is the mean over those. A scalar of a batch is a count: counts are added up,
        and their error is None; one that a model calls "n" replaces the number of data. Images are compared with n
        samples, fewer where a sample takes many passes
        (`GenerativeModel.sampling_passes`).

    Raises:
        BadInput: A setting that neither `evaluate` nor `sample` of the model declares, or a value it does not take.
    """
    model.eval()
    chosen, sampling = evaluation_settings(model, settings or {})
    n = min(limit or data.size(split), data.size(split))
    rng = torch.Generator(model.device).manual_seed(derive(seed, "evaluation"))
    parts: dict[str, list[Tensor]] = {}
    for start in range(0, n, _PART):
        batch = data.batch(split, start, min(_PART, n - start))
        with refusing():
            values = model.evaluate(batch, rng=rng, **chosen)
        if isinstance(model, HasLogProb) and "nll_nats" not in values:
            values = {**values, **_likelihood(model, data, batch.x)}
        for key, value in values.items():
            parts.setdefault(key, []).append(value.double().cpu())
        if progress is not None:
            progress(start + len(batch), n)
    result: dict[str, Any] = {"n": n}
    for key, pieces in parts.items():
        if pieces[0].ndim == 0:
            result[key], result[f"{key}_se"] = int(sum(pieces)), None
            continue
        per_datum = torch.cat(pieces)
        if len(per_datum):
            result[key], result[f"{key}_se"] = _mean(per_datum)
    result.pop("n_se", None)
    compared = budget(n, sampling_passes(model, sampling), _SAMPLES)
    with refusing():
        of_samples = sample_values(model, data, split, rng, n, settings=sampling)
        of_images = image_values(model, data, split, compared, rng, settings=sampling)
    for key, share in {**latent_accuracy(model, data, split, n), **of_samples}.items():
        result[key] = share
        error = math.sqrt(max(share * (1 - share), 0.0) / n) if key.endswith("accuracy") else None
        result[f"{key}_se"] = error
    for key, (share, error) in of_images.items():
        result[key], result[f"{key}_se"] = share, error
    return result


def _mean(values: Tensor) -> tuple[float, float | None]:
    """Mean of values (n,), or weighted mean of values with their weights (n, 2); and its standard error."""
    x, weight = values.unbind(1) if values.ndim == 2 else (values, torch.ones_like(values))
    mean, rows = float((x * weight).sum() / weight.sum()), len(x)
    if rows == 1:
        return mean, None
    residual = weight / weight.mean() * (x - mean)  # of a ratio of two means (Cochran, 1977, section 2.11)
    return mean, float((residual.square().sum() / (rows - 1) / rows).sqrt())


def _likelihood(model: HasLogProb, data: TensorData, x: Tensor) -> dict[str, Tensor]:
    nll = -model.log_prob(x)
    exact = data.data.log_prob
    if exact is None:
        return {"nll_nats": nll}
    log_prob = torch.from_numpy(exact(x.cpu().double().numpy())).to(nll)
    return {"nll_nats": nll, "nll_gap_nats": nll + log_prob}
