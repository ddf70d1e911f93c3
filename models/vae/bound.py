"""Bounds on log p(x), and log p(x) itself, of a model with a Gaussian q(z|x)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from models.exact.gaussian_latent import GridPosterior, posterior_on_grid
from models.exact.importance import MOST_SOBOL, PROPOSALS, importance_sample
from models.exact.normal import prior_kl
from models.protocol import DataBatch, param, settings
from models.vae.image_model import ImageModel
from models.vae.refit import STARTS, refit

__all__ = ["evaluate_bounds", "exact_posterior"]

_CHOICES = {"automatic": "fitted where log p(x) is exact, else posterior", **PROPOSALS}
_FIT = 50  # steps on the second approximation of the proposal "fitted"
_OVER = 0.1  # nats above the exact value beyond which an estimate counts as too high
_TOLERANCE = 1e-3  # nats: greatest change when the cells of the quadrature are halved


@torch.no_grad()
@settings
def evaluate_bounds(
    model: ImageModel,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    K: int = param(100, "Importance samples K", 1, 100_000, log=True, help="Draws of z for each image."),
    proposal: str = param(
        "automatic", "Draws of z from", choices=_CHOICES,
        help=f"m*, s*: a q fitted to the image by {_FIT} steps from the best of {STARTS} points of the prior.",
    ),
    sobol: bool = param(
        True, "Even draws",
        help=f"5 sets of K/5 Sobol points, shifted at random; from K = 50 on, in at most {MOST_SOBOL} dimensions.",
    ),
    quadrature: bool = param(True, "Exact log p(x)", help="By quadrature, for at most 2 latent dimensions."),
    quadrature_images: int = param(
        50, "Images with exact log p(x)", 1, 100_000, log=True, help="The first of the split; 0.1 to 1 s each."
    ),
) -> dict[str, Tensor]:  # fmt: skip
    """Bounds on log p(x) from K draws of z for each image, and log p(x) by quadrature for the first images.

    Returns:
        (n,) each, nats: `reconstruction_nats`, the mean of log p(x|z) over K draws from q(z|x); `kl_nats`, in
        closed form; `elbo_nats`, their difference, with β = 1; `iwae_nats`, the log of the mean of p(x, z)/r(z)
        over K draws from the proposal r: a bound that rises to log p(x) with K (Burda et al., 2015,
        arXiv 1509.00519); `iwae_error_nats`, its own standard error for the one image; `ess`, the effective
        number of these draws. Of dequantised data also `bits_per_dim`, an upper bound from the ELBO on bits an
        entry.

        With at most two latent dimensions, for those of the first `quadrature_images` of the split that are in the
        batch: `log_prob_quadrature_nats`; `quadrature_change_nats`, by how much the last halving of the grid moved
        it; `iwae_gap_nats`, by how much `iwae_nats` of the same image is less, and the size of that,
        `iwae_distance_nats`; `iwae_over_percent`, 100 where it is more than 0.1 nats above, else 0; and their
        number `quadrature_n`.
    """
    exact = quadrature and model.latent_dim <= 2
    images = quadrature_images if exact else 0
    if proposal == "automatic":
        proposal = "fitted" if exact else "posterior"
    rows = model.decoder.at_once
    parts = [
        _bounds(model, DataBatch(x, None, at, split=batch.split), K, proposal, sobol, images, rng)
        for x, at in zip(batch.x.split(rows), batch.index.split(rows), strict=True)
    ]
    values = {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
    if exact:
        values["quadrature_n"] = torch.tensor(len(values["log_prob_quadrature_nats"]))
    return values


def _bounds(
    model: ImageModel, batch: DataBatch, K: int, proposal: str, sobol: bool, images: int, rng: torch.Generator
) -> dict[str, Tensor]:
    """The same for a batch that is decoded at once; exact values for data of index below `images`."""
    mean, log_var = model.codes(batch)  # (n, latent)
    decoder = model.decoder
    observed = decoder.observed(batch.x, rng)
    kl = prior_kl(mean, log_var).sum(dim=1)  # (n,)
    reconstruction = torch.zeros_like(kl)

    def likelihood(z: Tensor) -> Tensor:
        return decoder.log_prob(observed, z)

    def add(log_likelihood: Tensor, _: Tensor) -> None:
        reconstruction.add_(log_likelihood.sum(dim=0) / K)

    given = (likelihood, mean, log_var, K)
    estimate = importance_sample(*given, rng=rng, sobol=sobol, at_once=decoder.at_once, each=add)
    if proposal != "posterior":  # the ELBO remains an average over q
        fitted = None
        if proposal == "fitted":
            zeros = torch.zeros_like(mean)
            *_, fitted = refit(likelihood, zeros, _FIT, rng=rng, at_once=decoder.at_once)
        estimate = importance_sample(
            *given, rng=rng, proposal=proposal, fitted=fitted, sobol=sobol, at_once=decoder.at_once
        )
    values = {
        "elbo_nats": reconstruction - kl,
        "iwae_nats": estimate.log_prob,
        "iwae_error_nats": estimate.error,
        "ess": estimate.ess,
        "reconstruction_nats": reconstruction,
        "kl_nats": kl,
    }
    if decoder.levels:
        entries = math.prod(model.spec.kind.shape)
        values["bits_per_dim"] = (math.log(decoder.levels) - values["elbo_nats"] / entries) / math.log(2)
    if images:
        chosen = (batch.index < images).nonzero()[:, 0].tolist()
        grids = [exact_posterior(model, observed[i : i + 1], mean[i]) for i in chosen]
        log_prob = torch.tensor([grid.log_prob for grid in grids]).to(kl)
        values["log_prob_quadrature_nats"] = log_prob
        values["quadrature_change_nats"] = torch.tensor([grid.change for grid in grids]).to(kl)
        gap = values["iwae_gap_nats"] = log_prob - estimate.log_prob[chosen]
        values["iwae_distance_nats"] = gap.abs()
        values["iwae_over_percent"] = 100.0 * (gap < -_OVER).to(kl)
    return values


def exact_posterior(model: ImageModel, observed: Tensor, near: Tensor) -> GridPosterior:
    """p(z|x) and log p(x) of one image, (1, c, h, w), by quadrature; `near` is the mean of q(z|x), (latent,)."""
    return posterior_on_grid(
        lambda z: model.decoder.log_prob(observed, z[:, None])[:, 0],
        model.latent_dim,
        near=near,
        tolerance=_TOLERANCE,
        at_once=model.decoder.at_once,
        device=model.device,
    )
