"""q averaged over the data against the prior, and observations beside those of the model."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.frames import Curves, Plane, Points, Series
from models.inference.networks import Posterior
from models.protocol import DataBatch, DataSpec, GenerativeModel, LatentPoint, Noise, Simulated, param, view
from models.simulators import simulator_of
from models.views.latent_space import axis_label, prior_circles, stepped_limit
from models.views.words import as_array, counted, decimal

__all__ = ["aggregated", "aggregated_line", "observation_curves", "observations"]

_BINS = 60
_LINES = 6  # observations of each kind that are drawn
_EACH = 4  # draws of q for each datum in a histogram


class DrawnModel(Protocol):
    """Interface of models whose q(z|x) can be drawn from."""

    @property
    def spec(self) -> DataSpec:
        """What the model is built for."""

    @property
    def device(self) -> torch.device:
        """Device of the model's parameters."""

    @property
    def posterior(self) -> Posterior:
        """q(z|x)."""

    def features(self, x: Tensor) -> Tensor:
        """Data in standard units as rows, (n, entries)."""


@view(
    "Draws of q(z|x)", record=True, splits=("train", "valid"), batch=500, latent=lambda dim: dim == 2, sets=LatentPoint,
    help="One draw of z for each datum; averaged over the data, q should be the prior (circles). A click decodes z.",
)  # fmt: skip
def aggregated(
    model: DrawnModel,
    batch: DataBatch,
    noise: Noise,
    draws: int = param(1, "Draws for each datum", 1, 8, more=True),
) -> Plane:
    """Draws of the aggregated posterior, coloured by class."""
    z = model.posterior.draw(model.features(batch.x), draws, rng=noise.rng(model.device)).flatten(0, 1)
    limit = stepped_limit(z[z.abs().amax(dim=1) < 8])
    y = None if batch.y is None else as_array(batch.y.repeat(draws))
    return Plane(
        (
            prior_circles(),
            Points(
                as_array(z), label=y, classes=() if y is None else model.spec.classes,
                index=as_array(batch.index.repeat(draws)), role="model", name="z ~ q(z|x)", size=3.5,
                trail=f"noise {noise.seed}",
            ),
        ),
        x_label=axis_label(0), y_label=axis_label(1), extent=(-limit, limit, -limit, limit), dims=(0, 1),
        subtitle=f"{counted(len(batch), batch.split, model.spec.kind)}; circles: p(z)",
        note=_moments(z),
    )  # fmt: skip


def _moments(z: Tensor) -> str:
    mean, std = z.mean(dim=0), z.std(dim=0)
    pairs = ", ".join(f"{decimal(float(m), 2)} ± {decimal(float(s), 2)}" for m, s in zip(mean, std, strict=True))
    return f"Mean ± standard deviation of each dimension: {pairs}; of the prior 0 ± 1."


@view(
    "q over all data", record=True, splits=("valid", "train"), batch=500, latent=lambda dim: dim == 1,
    help="The aggregated posterior, the mean of q(z|x) over data, which should be the prior.",
)  # fmt: skip
def aggregated_line(model: DrawnModel, batch: DataBatch, noise: Noise) -> Curves:
    """Histogram of draws of q over the data, and the prior."""
    z = model.posterior.draw(model.features(batch.x), _EACH, rng=noise.rng(model.device)).flatten()
    edges = np.linspace(-4.0, 4.0, _BINS + 1)
    at = 0.5 * (edges[1:] + edges[:-1])
    share, _ = np.histogram(as_array(z), edges)
    return Curves(
        (
            Series("q", "q(z), mean over data", at, share / z.numel() / (edges[1] - edges[0]), role="model"),
            Series("prior", "p(z)", at, np.exp(-0.5 * at**2 - 0.5 * LOG_2PI), role="prior", dashed=True),
        ),
        x_label="z", y_label="density",
        subtitle=f"{counted(len(batch), batch.split, model.spec.kind)}, {_EACH} draws of q each",
        note=_moments(z[:, None]),
    )  # fmt: skip


def _simulated(config: object, spec: object) -> bool:
    return isinstance(getattr(spec, "kind", None), Simulated)


@view(
    "Observations", splits=("valid", "train"), batch=1000, when=_simulated,
    help="Data, and observations that the model makes from z ~ p(z).",
)  # fmt: skip
def observations(model: GenerativeModel, batch: DataBatch, noise: Noise) -> Curves:
    """Histograms of observations that are one number; a few observations as curves where they are several."""
    x = model.sample(len(batch), rng=noise.rng(model.device))
    return observation_curves(model, batch, x)


def observation_curves(model: GenerativeModel, batch: DataBatch, x: Tensor) -> Curves:
    """Data of a batch and observations x of the model, (n, d)."""
    data, made = as_array(batch.x), as_array(x)
    words = counted(len(batch), batch.split, model.spec.kind)
    if data.shape[1] == 1:
        low, high = float(np.quantile(data, 0.002)), float(np.quantile(data, 0.99))
        edges = np.linspace(low - 0.3, high + 0.3, _BINS + 1)
        at, width = 0.5 * (edges[1:] + edges[:-1]), edges[1] - edges[0]
        series = tuple(
            Series(key, label, at, np.histogram(each, edges)[0] / len(each) / width, role=role)
            for key, label, each, role in (("data", "data", data, "data"), ("model", "model", made, "model"))
        )
        return Curves(series, x_label="x", y_label="density", subtitle=f"{words}, as many of the model")
    label, places = simulator_of(model.spec).axis
    at = np.array(places)
    parts = _parts(at)
    lines = [
        Series(f"{key}{part or ''}", key, *_joined(at[rows], each[:_LINES, rows]), role=role, pane=pane)
        for key, each, role in (("data", data, "data"), ("model", made, "model"))
        for part, (pane, rows) in enumerate(parts)
    ]
    return Curves(
        tuple(lines), x_label=label, y_label="" if len(parts) > 1 else "x",
        subtitle=f"the first {_LINES} of {words}, as many of the model",
        note=_spread(data, made),
    )  # fmt: skip


def _joined(at: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Several curves over the same places as one that breaks between them; (n,) and (k, n) to (k (n + 1),) each."""
    gap = np.full((len(rows), 1), np.nan)
    x = np.tile(np.append(at, at[-1]), len(rows))
    return x, np.concatenate([rows, gap], axis=1).ravel()


def _parts(at: np.ndarray) -> list[tuple[str, slice]]:
    """Panes of an observation whose places begin anew: prey, then predators."""
    again = np.flatnonzero(np.diff(at) < 0) + 1
    if not len(again):
        return [("", slice(None))]
    return [("log(1 + prey)", slice(0, again[0])), ("log(1 + predators)", slice(again[0], None))]


def _spread(data: np.ndarray, made: np.ndarray) -> str:
    away = np.abs(made.mean(axis=0) - data.mean(axis=0)) / data.std(axis=0)
    return (
        f"Means of the entries differ by {decimal(float(away.mean()), 2)} standard deviations of the data on average."
    )
