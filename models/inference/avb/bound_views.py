"""The approximate ELBO beside what is exact: of one datum in all its parts, and of many against log p(x)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch

from models.exact.importance import importance_sample
from models.frames import Bars, Layer, Lines, Plane, Points
from models.inference.avb.interface import AdversarialModel, drawing, likelihood_of, moments_for
from models.inference.avb.posterior_views import comparing
from models.inference.exact_posterior import refined
from models.protocol import Data, DataBatch, DataPoint, Image, Noise, param, view
from models.views.pause import paused
from models.views.words import as_array, counted, decimal, named

__all__ = ["above", "bounds"]

_DRAWS = 20_000
_FITTED = 1_000
_EACH = 500  # draws of q for the approximate ELBO


@view(
    "Bounds of x − log p(x)", latent=lambda dim: dim <= 2,
    help="How far approximate ELBO, ELBO, the bound of the best Gaussian and importance sampling are from log p(x).",
)  # fmt: skip
def bounds(
    model: AdversarialModel,
    point: DataPoint,
    noise: Noise,
    K: int = param(1000, "Importance samples K", 10, 10_000, log=True, more=True),
) -> Iterator[Bars | None]:
    """Distances of one datum's values from log p(x), nats; that of the ELBO is −KL(q ‖ p(z|x)) of a histogram."""
    rng = noise.rng(model.device)
    z, exact, best = yield from comparing(model, point, _DRAWS, rng)
    few = z[:4_000, None]
    moments = moments_for(model, point.x, rng=rng)
    reconstruction = float(model.decoder.log_prob(point.x, few).mean())
    ratio = float(model.log_ratio(point.x, few, moments).mean())
    yield None
    fitted = z[:_FITTED]
    estimate = importance_sample(
        lambda at: model.decoder.log_prob(point.x, at), fitted.mean(dim=0)[None],
        fitted.var(dim=0).clamp_min(1e-12).log()[None], K, rng=rng, proposal="defensive", sobol=True,
        at_once=2_048,
    )  # fmt: skip
    log_prob, approximate = exact.grid.log_prob, reconstruction - ratio
    above = approximate > log_prob
    rows = [
        ("approximate ELBO", approximate, "alt" if above else "model"),
        ("ELBO", log_prob - exact.comparison.kl, "model"),
        ("best Gaussian", best[2] if best is not None else math.nan, "data"),
        ("importance", float(estimate.log_prob), "prior"),
    ]
    yield Bars(
        tuple(label for label, *_ in rows), np.array([value - log_prob for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows), unit="nats",
        subtitle=f"{named(point, model.spec.kind)}; log p(x) = {decimal(log_prob)} nats, by quadrature",
        note=f"Approximate ELBO {decimal(approximate)} = E log p(x|z) − E r_ψ = {decimal(reconstruction)} − "
        f"{_in_brackets(ratio)}: {decimal(abs(approximate - log_prob))} nats {'above' if above else 'below'} log p(x). "
        f"Importance sampling with K = {K:,}.", warning=above,
    )  # fmt: skip


@view(
    "Bound against log p(x)", latent=lambda dim: dim <= 2, splits=("valid", "train"), batch=40,
    help="Each point a datum: above the diagonal, the approximate ELBO exceeds log p(x), as no bound can.",
)  # fmt: skip
def above(model: AdversarialModel, batch: DataBatch, data: Data, noise: Noise) -> Iterator[Plane | None]:
    """The approximate ELBO of data against log p(x) by quadrature."""
    rng = noise.rng(model.device)
    z = yield from drawing(model, batch.x, _EACH, rng=rng)
    moments = model.moments(z)
    parts = yield from paused(
        model.decoder.log_prob(batch.x, part) - model.log_ratio(batch.x, part, moments) for part in z.split(25)
    )
    estimate, exact = as_array(torch.cat(parts).mean(dim=0)), []
    for place in range(len(batch)):
        x = batch.x[place : place + 1]
        grids = yield from paused(refined(likelihood_of(model, x), z[:, place], min(2_048, model.decoder.at_once)))
        exact.append(grids[-1].log_prob)
        yield _scatter(model, batch, data, np.array(exact), estimate)


def _scatter(model: AdversarialModel, batch: DataBatch, data: Data, exact: np.ndarray, estimate: np.ndarray) -> Plane:
    n = len(exact)
    xy, index = np.stack([exact, estimate[:n]], axis=1), as_array(batch.index)[:n]
    over = xy[:, 1] > xy[:, 0]
    ends = _ends(exact, estimate)
    layers: list[Layer] = [
        Lines(np.array([[ends[0]] * 2, [ends[1]] * 2]), np.zeros(1, int), dashed=True, name="equal"),
        Points(xy[~over], index=index[~over], role="model", name="below log p(x)", size=6.0),
        Points(xy[over], index=index[over], role="alt", name="above log p(x)", size=6.0),
    ]
    note = f"Above log p(x) on {int(over.sum())} of {n}. Mean log p {decimal(float(exact.mean()))}, mean approximate "
    note += f"ELBO {decimal(float(xy[:, 1].mean()))} nats."
    entropy = data.entropy_of() if data.entropy_of is not None and isinstance(model.spec.kind, Image) else None
    if entropy is not None:
        line = np.array([[-entropy, ends[0]], [-entropy, ends[1]]])
        layers.append(Lines(line, np.zeros(1, int), role="data", dashed=True, width=1.5, name="greatest mean log p"))
        note += f" No model exceeds a mean log p of {decimal(-entropy)}."
    return Plane(
        tuple(layers), x_label="log p(x), quadrature, nats", y_label="approximate ELBO, nats", extent=(*ends, *ends),
        subtitle=f"{counted(n, batch.split, model.spec.kind)}, {_EACH} draws of q each", note=note,
        warning=n == len(batch) and float(over.mean()) > 0.5,
    )  # fmt: skip


def _ends(exact: np.ndarray, estimate: np.ndarray) -> tuple[float, float]:
    """Range of both axes: of log p, and of most of the estimates."""
    values = np.concatenate([exact, np.quantile(estimate, [0.05, 0.95])])
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * (high - low) + 0.05
    return (low - margin, high + margin) if math.isfinite(low + high) else (-1.0, 0.0)


def _in_brackets(value: float) -> str:
    """A number to subtract: one that is negative stands in brackets."""
    return f"({decimal(value)})" if decimal(value).startswith("−") else decimal(value)
