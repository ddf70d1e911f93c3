"""Pictures of what is known exactly of one image: its posterior, its evidence, and the gap of the bound."""

from __future__ import annotations

import math
from abc import ABC
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from models.exact.gaussian_latent import GridPosterior, refinements
from models.frames import Bars, Density, Ellipses, Plane, Points
from models.protocol import DataBatch, DataPoint, param, view
from models.vae.bound import LatentBounds
from models.vae.gaussian_bound import GaussianBound, UnderQ
from models.views.latent_space import axis_label, prior_circles
from models.views.words import SPLITS

__all__ = ["ExactViews"]

_TOLERANCE = 1e-4  # nats
_EVERY = 4  # steps on q between two frames
_SIDE = 96  # points of the picture of a posterior along each axis
_PART = 1024  # of these computed between two looks at whether anyone still waits
_LEVELS = (4.5, 2.0, 0.5)  # nats below the peak: 3σ, 2σ and 1σ of a Gaussian


class ExactViews(LatentBounds, ABC):
    """Views of one image for models of at most two latent dimensions.

    Class attributes:
        fitted_gap: What it is called by how much the bound rises when q is fitted to the image alone.
    """

    fitted_gap: ClassVar[str] = "amortisation gap"

    def _bound_of(self, point: DataPoint) -> tuple[GaussianBound, Tensor, Tensor]:
        observed = self.observed(point.x)

        def log_likelihood(z: Tensor) -> Tensor:
            return self.log_likelihood(z[:, None], observed)[:, 0]

        index = torch.tensor([point.index], device=point.x.device)
        mean, log_var = self.codes(DataBatch(point.x, None, index, split=point.split))
        return GaussianBound(log_likelihood, self.latent_dim), mean[0].detach().double(), log_var[0].detach().double()

    def _grids(self, bound: GaussianBound, mean: Tensor) -> Iterator[GridPosterior]:
        return refinements(
            bound.log_likelihood, self.latent_dim, near=mean, tolerance=_TOLERANCE, at_once=self.rows,
            device=self.device,
        )  # fmt: skip

    def _said(self, point: DataPoint) -> str:
        middle = ", each entry in the middle of its interval" if self.levels else ""
        return f"{SPLITS[point.split]} image {point.index}{middle}"

    @view(
        "The bound made exact", latent=lambda dim: dim <= 2,
        help="log p(x) = ELBO + KL(q ‖ p(z|x)) of one image, and how much of the KL a better q would close.",
    )  # fmt: skip
    def bound(
        self,
        point: DataPoint,
        steps: int = param(100, "Steps on q", 0, 1000, help="Adam steps on m and s for this image alone."),
    ) -> Iterator[Bars]:
        """ELBO, gap and evidence by quadrature; then q is optimised for the image (Cremer et al., 2018)."""
        bound, mean, log_var = self._bound_of(point)
        q = bound.under(mean, log_var)
        for grid in self._grids(bound, mean):
            yield self._bars(grid, q, None, self._said(point), "")
        for made, (m, v) in enumerate(bound.optimised(mean, log_var, steps), start=1):
            if made == steps:
                best = max(q.elbo, bound.under(m, v).elbo)
                yield self._bars(grid, q, best, self._said(point), f"{steps} steps of Adam")
            elif made % _EVERY == 0:
                yield self._bars(grid, q, None, self._said(point), f"Fitting q to this image: {made} of {steps} steps.")

    def _bars(self, grid: GridPosterior, q: UnderQ, best: float | None, subtitle: str, made: str) -> Bars:
        elbo, gap = q.elbo, q.divergence(grid.log_prob)
        rows = [("log p(x)", grid.log_prob, "total"), ("ELBO", elbo, "model"), ("KL(q ‖ p(z|x))", gap, "alt")]
        if best is not None:
            rows += [
                (self.fitted_gap, best - elbo, "prior"),
                ("what the best Gaussian q leaves", grid.log_prob - best, "alt"),
            ]
        note = f"{grid.log_prob:.3f} = {elbo:.3f} + {gap:.3f}. "
        if not grid.converged:
            note += f"The grid is being refined: cells of {grid.spacing:.2g}, {len(grid.z):,} with mass."
        elif best is not None:
            note += f"{best - elbo:.3f} of the {gap:.3f} close when q is fitted to this image alone ({made})."
        else:
            note += made
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
    def posterior(self, point: DataPoint) -> Iterator[Plane]:
        """Contours of the exact posterior 1σ, 2σ and 3σ of a Gaussian below its peak, and the ellipses of q."""
        bound, mean, log_var = self._bound_of(point)
        for grid in self._grids(bound, mean):
            yield self._plane(grid, mean, log_var, None, point)
        extent = _around(grid, mean, log_var)
        centres = [(torch.arange(_SIDE, device=mean.device) + 0.5) / _SIDE * (b - a) + a for a, b in _pairs(extent)]
        second, first = torch.meshgrid(centres[1], centres[0], indexing="ij")
        z = torch.stack([first.flatten(), second.flatten()], dim=1).double()  # (side², 2)
        parts: list[Tensor] = []
        for part in z.split(_PART):
            parts.append(bound.log_joint(part).detach())
            if len(parts) * _PART < len(z):
                yield self._plane(grid, mean, log_var, None, point)
        density = (torch.cat(parts) - grid.log_prob).exp().reshape(_SIDE, _SIDE)
        yield self._plane(grid, mean, log_var, density.detach().cpu().numpy(), point)

    def _plane(
        self, grid: GridPosterior, mean: Tensor, log_var: Tensor, density: np.ndarray | None, point: DataPoint
    ) -> Plane:
        extent = _around(grid, mean, log_var)
        m, s = mean.cpu().numpy()[None], (0.5 * log_var).exp().cpu().numpy()[None]
        q = Ellipses(
            np.repeat(m, 3, axis=0), s * np.arange(1, 4)[:, None], np.zeros(3), ("1σ", "2σ", "3σ"), "model", False,
            "q(z|x)",
        )  # fmt: skip
        shown: tuple[Density, ...] = ()
        if density is not None:
            levels = tuple(float(density.max()) * math.exp(-depth) for depth in _LEVELS)
            shown = (
                Density(density, extent, role="data", low=0.0, name="p(z|x)"),
                Density(density, extent, role="total", contours=levels, name="p(z|x), 1σ to 3σ below its peak"),
            )
        inside = ((grid.z - mean) / (0.5 * log_var).exp()).square().sum(dim=1) <= 9
        share = float(grid.mass[inside].sum())
        note = f"The 3σ ellipse of q(z|x) holds {share:.1%} of p(z|x) (of a q that is exact, 98.9%)."
        return Plane(
            (*shown, prior_circles(), q, Points(m, role="model", size=7.0, name="mean of q(z|x)")),
            x_label=axis_label(0),
            y_label=axis_label(1),
            extent=extent,
            dims=(0, 1),
            subtitle=f"{self._said(point)}; p(z|x) by quadrature",
            note=note if grid.converged else f"The grid is being refined: cells of {grid.spacing:.2g}.",
            warning=grid.converged and share < 0.5,
        )


def _pairs(extent: tuple[float, float, float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    return extent[:2], extent[2:]


def _around(grid: GridPosterior, mean: Tensor, log_var: Tensor) -> tuple[float, float, float, float]:
    """A square that holds what counts of the posterior and the 3σ ellipse of q."""
    z = grid.z[grid.log_joint > grid.log_joint.max() - 8.0]
    std = (0.5 * log_var).exp()
    low = torch.minimum(z.amin(dim=0) - grid.spacing, mean - 3 * std)
    high = torch.maximum(z.amax(dim=0) + grid.spacing, mean + 3 * std)
    middle, half = (0.5 * (low + high)).tolist(), 0.55 * float((high - low).max())
    return (middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half)
