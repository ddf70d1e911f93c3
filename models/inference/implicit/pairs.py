"""The pairs (x, z) between which the classifier tells: runs of the simulator, and data with draws of q."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.inference.implicit.interface import Implicit

__all__ = ["Contrast", "Inferred", "Simulations", "contrast", "infer", "simulate"]


@dataclass(frozen=True)
class Simulations:
    """Runs of the simulator, x ~ p_θ′(x|z) with z ~ p(z).

    Attributes:
        x: Observations, (m, d).
        z: Unknowns, (m, dim).
        theta: θ′ of each run, (m,); None where θ is given.
    """

    x: Tensor
    z: Tensor
    theta: Tensor | None


@dataclass(frozen=True)
class Inferred:
    """Observations, and draws of q(z|x).

    Attributes:
        x: Observations, (n, d).
        noise: ε, (draws, n, noise).
        z: Draws, (draws, n, dim).
        theta: θ′ that goes with each observation, (n,); None where θ is given.
    """

    x: Tensor
    noise: Tensor
    z: Tensor
    theta: Tensor | None


@dataclass(frozen=True)
class Contrast:
    """What the classifier sees in one update.

    Attributes:
        joint: Pairs with y = 1.
        x: Observations of the pairs with y = 0, (n, d).
        z: Their unknowns, (…, n, dim).
        theta: Their θ′, (n,), or None.
        count: Simulations that were run.
        inferred: The draws of q among them; None where the pairs with y = 0 are shuffled simulations.
    """

    joint: Simulations
    x: Tensor
    z: Tensor
    theta: Tensor | None
    count: int
    inferred: Inferred | None


def _near(model: Implicit, n: int, rng: torch.Generator) -> Tensor | None:
    """θ′ ~ N(θ, spread²), without a gradient, (n,); None where θ is given."""
    if model.theta is None:
        return None
    draws = torch.randn(n, generator=rng, device=model.theta.device, dtype=model.theta.dtype)
    return model.theta.detach() + model.config.spread * draws


@torch.no_grad()
def simulate(model: Implicit, n: int, *, rng: torch.Generator) -> Simulations:
    """Runs the simulator n times, each with its own z and θ′."""
    theta = _near(model, n, rng)
    z = model.prior_draw(n, rng=rng)
    return Simulations(model.simulator.simulate(z, rng=rng, theta=theta), z, theta)


def infer(model: Implicit, x: Tensor, theta: Tensor | None, *, rng: torch.Generator) -> Inferred:
    """Draws of q for each observation, (n, d)."""
    assert model.posterior is not None
    features = model.features(x)
    shape = (model.config.draws, len(x), model.posterior.noise)
    e = torch.randn(shape, generator=rng, device=features.device, dtype=features.dtype)
    return Inferred(x, e, model.posterior(features, e), theta)


@torch.no_grad()
def contrast(model: Implicit, x: Tensor, *, rng: torch.Generator) -> Contrast:
    """The pairs of one update of the classifier, whose mini-batch of data is x, (n, d).

    With `estimator=nre` the data count and are not looked at: each simulation is paired with the z of another one.
    """
    n = len(x)
    joint = simulate(model, n * model.config.draws, rng=rng)
    count = len(joint.x)
    if model.posterior is None:
        return Contrast(joint, joint.x, joint.z.roll(1, dims=0), joint.theta, count, None)
    if model.config.q_x == "model":  # at today's θ: q(x) does not depend on the θ′ that the classifier is given
        z = model.prior_draw(n, rng=rng)
        theta = None if model.theta is None else model.theta.detach().expand(n)
        x, count = model.simulator.simulate(z, rng=rng, theta=theta), count + n
    inferred = infer(model, x, _near(model, n, rng), rng=rng)
    return Contrast(joint, x, inferred.z, inferred.theta, count, inferred)
