"""The exact posterior of a picked datum beside draws of q and the best Gaussian."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator

import numpy as np
import torch
from torch import Tensor

from models.exact.drawn import Cells
from models.exact.normal import LOG_2PI
from models.frames import Curves, Density, Ellipses, Plane, Points, Series
from models.inference.avb.interface import AdversarialModel, drawing, likelihood_of
from models.inference.exact_posterior import Exact, best_gaussian, exact_posterior, refined
from models.protocol import DataPoint, Noise, param, view
from models.views.latent_space import axis_label, prior_circles
from models.views.pause import paused
from models.views.words import as_array, decimal, named

__all__ = ["comparing", "posterior", "posterior_line", "posterior_plane"]

_SHOWN = 600  # draws of q in a plane
_LEVELS = (4.5, 2.0, 0.5)  # nats below the peak: 3σ, 2σ and 1σ of a Gaussian
_DRAWS = {10_000: "10,000", 100_000: "100,000"}

Compared = tuple[Tensor, Exact, tuple[Tensor, Tensor, float] | None]
"""Draws of q, the exact posterior, and the best Gaussian with its ELBO, nats."""


def comparing(
    model: AdversarialModel, point: DataPoint, n: int, rng: torch.Generator, *, gaussian: bool = True
) -> Generator[None, None, Compared]:
    """Draws of q, exact posterior and best Gaussian of a datum; yields None while quadrature and fit go on."""
    z = (yield from drawing(model, point.x, n, rng=rng))[:, 0]
    likelihood, at_once = likelihood_of(model, point.x), min(2_048, model.decoder.at_once)
    grids = yield from paused(refined(likelihood, z, at_once))
    exact = exact_posterior(likelihood, z, rng=rng, grid=grids[-1], at_once=at_once)
    yield None
    best = None
    if gaussian:
        best = yield from best_gaussian(likelihood, model.latent_dim, model.device)
    return z, exact, best


def _words(exact: Exact, best: tuple[Tensor, Tensor, float] | None) -> str:
    c = exact.comparison
    text = f"KL(q ‖ p(z|x)): {decimal(c.kl)} nats"
    if best is not None:
        text += f"; of the best Gaussian {decimal(exact.grid.log_prob - best[2])}"
    return f"{text}; of exact draws {decimal(c.null)}."


@view(
    "Posterior density of x", latent=lambda dim: dim == 1,
    help="Draws of q(z|x) of the picked datum, its exact posterior by quadrature, and the best Gaussian.",
)  # fmt: skip
def posterior_line(
    model: AdversarialModel,
    point: DataPoint,
    noise: Noise,
    draws: int = param(10_000, "Draws of q", choices=_DRAWS, more=True),
) -> Iterator[Curves | None]:
    """Densities over z: exact, of a histogram of draws of q, of the best Gaussian, and of the prior."""
    z, exact, best = yield from comparing(model, point, draws, noise.rng(model.device))
    centers, width = _centers(exact.cells), math.exp(exact.cells.log_volume)
    series = [
        Series("exact", "p(z|x), exact", centers, as_array(exact.cells.log_mass.exp()) / width, role="data",
               dashed=True),
        Series("q", "q(z|x), histogram", centers, as_array(exact.comparison.counts) / len(z) / width, role="model"),
    ]  # fmt: skip
    if best is not None:
        mean, log_var = (float(part) for part in best[:2])
        density = np.exp(-0.5 * (centers - mean) ** 2 / math.exp(log_var) - 0.5 * (log_var + LOG_2PI))
        series.append(Series("gaussian", "best Gaussian", centers, density, role="alt"))
    prior = np.exp(-0.5 * centers**2 - 0.5 * LOG_2PI)
    series.append(Series("prior", "p(z)", centers, prior, role="prior"))
    yield Curves(
        tuple(series), x_label="z", y_label="density",
        subtitle=f"{named(point, model.spec.kind)}, {draws:,} draws of q in {exact.cells.side} cells",
        note=_words(exact, best),
    )  # fmt: skip


def _centers(cells: Cells) -> np.ndarray:
    low, high = float(cells.low[0]), float(cells.high[0])
    return low + (high - low) * (np.arange(cells.side) + 0.5) / cells.side


@view(
    "Posterior of x", latent=lambda dim: dim == 2,
    help="Draws of q(z|x) of the picked datum, its exact posterior by quadrature, and the best Gaussian.",
)  # fmt: skip
def posterior(
    model: AdversarialModel,
    point: DataPoint,
    noise: Noise,
    draws: int = param(10_000, "Draws of q", choices=_DRAWS, more=True),
) -> Iterator[Plane | None]:
    """Draws of q over the exact posterior, whose contours lie ½, 2 and 4½ nats below its peak."""
    z, exact, best = yield from comparing(model, point, draws, noise.rng(model.device))
    yield posterior_plane(
        z[:_SHOWN], exact, best, f"{named(point, model.spec.kind)}, {min(_SHOWN, len(z))} draws of q",
        _words(exact, best), f"noise {noise.seed}",
    )  # fmt: skip


def posterior_plane(
    z: Tensor, exact: Exact, best: tuple[Tensor, Tensor, float] | None, subtitle: str, note: str, trail: str
) -> Plane:
    """A plane of two unknowns: exact posterior, draws of q (n, 2), and the best Gaussian."""
    cells = exact.cells
    low, high = as_array(cells.low), as_array(cells.high)
    extent = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
    density = np.exp(as_array(cells.log_mass).reshape(cells.side, cells.side).T - cells.log_volume)  # rows along z₂
    levels = tuple(float(density.max()) * math.exp(-depth) for depth in _LEVELS)
    layers = [
        Density(density, extent, role="data", low=0.0, name="p(z|x), exact"),
        Density(density, extent, role="total", contours=levels, name="0.5, 2 and 4.5 nats below its peak"),
        prior_circles(),
        Points(as_array(z), role="model", name="z ~ q(z|x)", size=2.5, trail=trail),
    ]
    if best is not None:
        mean, std = as_array(best[0])[None], as_array((0.5 * best[1]).exp())[None]
        layers.append(
            Ellipses(np.repeat(mean, 2, axis=0), std * np.array([[1.0], [2.0]]), np.zeros(2), ("1σ", "2σ"), "alt",
                     False, "best Gaussian")
        )  # fmt: skip
    middle, half = 0.5 * (low + high), 0.55 * float((high - low).max())
    return Plane(
        tuple(layers), x_label=axis_label(0), y_label=axis_label(1), dims=(0, 1),
        extent=(middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half),
        subtitle=subtitle, note=note,
    )  # fmt: skip
