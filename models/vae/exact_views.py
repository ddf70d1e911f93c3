"""Exact values for one image: its posterior, its evidence log p(x), and the gap of the bound.

The model has at most two latent dimensions, over which p(x, z) is integrated by quadrature.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from models.exact.gaussian_bound import GaussianBound, UnderQ
from models.exact.gaussian_latent import GridPosterior, refinements
from models.frames import Bars, Density, Ellipses, Plane, Points
from models.protocol import DataBatch, DataPoint, param, view
from models.vae.image_model import ImageModel
from models.views.latent_space import axis_label, prior_circles
from models.views.words import decimal, named

__all__ = ["bound", "bound_frames", "grids_of", "likelihood_bound", "posterior"]

_TOLERANCE = 1e-4  # nats
_EVERY = 4  # steps on q between two frames
_SIDE = 96  # points of the picture of a posterior along each axis
_CHUNK = 1024  # of these points computed before a frame is yielded
_LEVELS = (4.5, 2.0, 0.5)  # nats below the peak: 3σ, 2σ and 1σ of a Gaussian


def likelihood_bound(model: ImageModel, x: Tensor) -> GaussianBound:
    """The bound of one image, (1, c, h, w), as a function of its q."""
    observed = model.decoder.observed(x)
    return GaussianBound(lambda z: model.decoder.log_prob(observed, z[:, None])[:, 0], model.latent_dim)


def grids_of(model: ImageModel, bound: GaussianBound, near: Tensor) -> Iterator[GridPosterior]:
    """p(z|x) of the image of a bound on finer and finer grids; `near` is the mean of its q, (latent,)."""
    return refinements(
        bound.log_likelihood, model.latent_dim, near=near, tolerance=_TOLERANCE, at_once=model.decoder.at_once,
        device=model.device,
    )  # fmt: skip


def _q_of(model: ImageModel, point: DataPoint) -> tuple[Tensor, Tensor]:
    """Mean and log variance of the q of one datum, (latent,) float64."""
    index = torch.tensor([point.index], device=point.x.device)
    mean, log_var = model.codes(DataBatch(point.x, None, index, split=point.split))
    return mean[0].detach().double(), log_var[0].detach().double()


def _words(model: ImageModel, point: DataPoint) -> str:
    middle = ", each entry in the middle of its interval" if model.decoder.levels else ""
    return f"{named(point, model.spec.kind)}{middle}"


@view(
    "The bound made exact", latent=lambda dim: dim <= 2,
    help="log p(x) = ELBO + KL(q ‖ p(z|x)) of one image, and how much of the KL is due to the encoder.",
)  # fmt: skip
def bound(
    model: ImageModel,
    point: DataPoint,
    steps: int = param(100, "Steps on q", 0, 1000, help="Adam steps on m and s for this image alone."),
) -> Iterator[Bars]:
    """ELBO, gap and evidence by quadrature; then q is optimised for the image (Cremer et al., 2018)."""
    return bound_frames(model, point, steps, "amortisation gap")


def bound_frames(model: ImageModel, point: DataPoint, steps: int, fitted_gap: str) -> Iterator[Bars]:
    """Frames of `bound`.

    Args:
        model: The model.
        point: The image.
        steps: Adam steps on m and s of the image.
        fitted_gap: Label of the rise of the bound in these steps.

    Yields:
        Bars while the grid is refined and q is fitted; the last frame is complete.
    """
    exact, (mean, log_var) = likelihood_bound(model, point.x), _q_of(model, point)
    q, subtitle = exact.under(mean, log_var), _words(model, point)
    for grid in grids_of(model, exact, mean):
        yield _bars(grid, q, None, fitted_gap, subtitle, "")
    for step, fitted in enumerate(exact.optimised(mean, log_var, steps), start=1):
        if step == steps:
            best = max(q.elbo, exact.under(*fitted).elbo)
            yield _bars(grid, q, best, fitted_gap, subtitle, f"{steps} steps of Adam")
        elif step % _EVERY == 0:
            progress = f"Fitting q to this image: {step} of {steps} steps."
            yield _bars(grid, q, None, fitted_gap, subtitle, progress)


def _bars(grid: GridPosterior, q: UnderQ, best: float | None, fitted_gap: str, subtitle: str, progress: str) -> Bars:
    elbo, gap = q.elbo, q.divergence(grid.log_prob)
    rows = [("log p(x)", grid.log_prob, "total"), ("ELBO", elbo, "model"), ("KL(q ‖ p(z|x))", gap, "alt")]
    if best is not None:
        rows += [
            (fitted_gap, best - elbo, "prior"),
            ("approximation gap", grid.log_prob - best, "alt"),
        ]
    note = f"{decimal(grid.log_prob)} = {decimal(elbo)} + {decimal(gap)}. "
    if not grid.converged:
        note += f"The grid is being refined: cells of {grid.spacing:.2g}, {len(grid.z):,} with mass."
    elif best is not None:
        note += f"Fitting q to this image alone ({progress}) closes {best - elbo:.3f} of the gap of {gap:.3f}."
    else:
        note += progress
    return Bars(
        tuple(label for label, *_ in rows),
        np.array([value for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows),
        unit="nats",
        subtitle=f"{subtitle}; quadrature",
        note=note.rstrip(),
    )


@view(
    "True posterior", latent=lambda dim: dim == 2,
    help="p(z|x) of one image by quadrature, and the q(z|x) that the encoder gives.",
)  # fmt: skip
def posterior(model: ImageModel, point: DataPoint) -> Iterator[Plane]:
    """Contours of the exact posterior ½, 2 and 4½ nats below its peak, as 1σ to 3σ of a Gaussian, and ellipses of q."""
    exact, q = likelihood_bound(model, point.x), _q_of(model, point)
    subtitle = f"{_words(model, point)}; p(z|x) by quadrature"
    for grid in grids_of(model, exact, q[0]):
        yield _plane(grid, q, None, subtitle)
    extent = _around(grid, *q)
    centers = [(torch.arange(_SIDE, device=model.device) + 0.5) / _SIDE * (b - a) + a for a, b in _pairs(extent)]
    second, first = torch.meshgrid(centers[1], centers[0], indexing="ij")
    z = torch.stack([first.flatten(), second.flatten()], dim=1).double()  # (side², 2)
    parts: list[Tensor] = []
    for chunk in z.split(_CHUNK):
        parts.append(exact.log_joint(chunk).detach())
        if len(parts) * _CHUNK < len(z):
            yield _plane(grid, q, None, subtitle)
    density = (torch.cat(parts) - grid.log_prob).exp().reshape(_SIDE, _SIDE)
    yield _plane(grid, q, density.detach().cpu().numpy(), subtitle)


def _plane(grid: GridPosterior, q: tuple[Tensor, Tensor], density: np.ndarray | None, subtitle: str) -> Plane:
    mean, log_var = q
    extent = _around(grid, mean, log_var)
    m, s = mean.cpu().numpy()[None], (0.5 * log_var).exp().cpu().numpy()[None]
    ellipses = Ellipses(
        np.repeat(m, 3, axis=0), s * np.arange(1, 4)[:, None], np.zeros(3), ("1σ", "2σ", "3σ"), "model", False, "q(z|x)"
    )
    heat: tuple[Density, ...] = ()
    if density is not None:
        levels = tuple(float(density.max()) * math.exp(-depth) for depth in _LEVELS)
        heat = (
            Density(density, extent, role="data", low=0.0, name="p(z|x)"),
            Density(density, extent, role="total", contours=levels, name="p(z|x), 0.5, 2 and 4.5 nats below its peak"),
        )
    inside = ((grid.z - mean) / (0.5 * log_var).exp()).square().sum(dim=1) <= 9
    share = float(grid.mass[inside].sum())
    note = f"The 3σ ellipse of q(z|x) holds {share:.1%} of the mass of p(z|x); if q were exact, it would hold 98.9%."
    return Plane(
        (*heat, prior_circles(), ellipses, Points(m, role="model", size=7.0, name="mean of q(z|x)")),
        x_label=axis_label(0),
        y_label=axis_label(1),
        extent=extent,
        dims=(0, 1),
        subtitle=subtitle,
        note=note if grid.converged else f"The grid is being refined: cells of {grid.spacing:.2g}.",
        warning=grid.converged and share < 0.5,
    )


def _pairs(extent: tuple[float, float, float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    return extent[:2], extent[2:]


def _around(grid: GridPosterior, mean: Tensor, log_var: Tensor) -> tuple[float, float, float, float]:
    """A square around the cells of the posterior within 8 nats of its peak and the 3σ ellipse of q."""
    z = grid.z[grid.log_joint > grid.log_joint.max() - 8.0]
    std = (0.5 * log_var).exp()
    low = torch.minimum(z.amin(dim=0) - grid.spacing, mean - 3 * std)
    high = torch.maximum(z.amax(dim=0) + grid.spacing, mean + 3 * std)
    middle, half = (0.5 * (low + high)).tolist(), 0.55 * float((high - low).max())
    return (middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half)
