"""The interface of the model that its views, phases and evaluation use, and the likelihood of one datum."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol

import torch
from torch import Tensor

from models.inference.contrast import Moments, moments_of
from models.inference.decoders import AnyDecoder
from models.inference.networks import GaussianPosterior, ImplicitPosterior, PairDiscriminator
from models.protocol import DataSpec, Simulated
from models.simulators import simulator_of

__all__ = ["AdversarialModel", "drawing", "draws_of", "is_toy", "likelihood_of", "moments_for"]

_AT_ONCE = 10_000
_FOR_MOMENTS = 1_000
_PART = 2_000  # draws between two moments at which a view can be interrupted


class AdversarialModel(Protocol):
    """A decoder, a q that can be drawn from, and a discriminator; implemented by `models.inference.avb.model.AVB`."""

    @property
    def config(self) -> Any:
        """Config of the page."""

    @property
    def spec(self) -> DataSpec:
        """What the model is built for."""

    @property
    def device(self) -> torch.device:
        """Device of the model's parameters."""

    @property
    def latent_dim(self) -> int:
        """Dimension of z."""

    @property
    def posterior(self) -> ImplicitPosterior | GaussianPosterior:
        """q(z|x)."""

    @property
    def decoder(self) -> AnyDecoder:
        """p(x|z)."""

    @property
    def discriminator(self) -> PairDiscriminator:
        """T(x, z)."""

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z from the prior, (n, latent)."""

    def observations(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """The data of an update."""

    def features(self, x: Tensor) -> Tensor:
        """Data in standard units as rows, (n, entries)."""

    def moments(self, z: Tensor) -> Moments | None:
        """What q is contrasted with."""

    def seen(self, z: Tensor, moments: Moments | None) -> Tensor:
        """What T sees of draws of q."""

    def log_ratio(self, x: Tensor, z: Tensor, moments: Moments | None) -> Tensor:
        """r_ψ(x, z), nats; data (n, *shape) and points (…, n, latent) to (…, n)."""


def likelihood_of(model: AdversarialModel, x: Tensor) -> Callable[[Tensor], Tensor]:
    """log p(x|z) of one datum, (1, *shape): points (m, latent) to (m,), nats."""

    def log_likelihood(z: Tensor) -> Tensor:
        return model.decoder.log_prob(x, z.to(x)[:, None])[:, 0]

    return log_likelihood


def draws_of(model: AdversarialModel, x: Tensor, n: int, *, rng: torch.Generator) -> Tensor:
    """Draws of q(z|x) of one datum, (1, *shape) to (n, latent)."""
    features = model.features(x)
    counts = [min(_AT_ONCE, n - start) for start in range(0, n, _AT_ONCE)]
    return torch.cat([model.posterior.draw(features, count, rng=rng)[:, 0] for count in counts])


def drawing(model: AdversarialModel, x: Tensor, draws: int, *, rng: torch.Generator) -> Generator[None, None, Tensor]:
    """Draws of q(z|x) of data, (n, *shape) to (draws, n, latent); yields None after every few thousand."""
    features, at_once = model.features(x), max(1, _PART // len(x))
    parts = []
    for start in range(0, draws, at_once):
        parts.append(model.posterior.draw(features, min(at_once, draws - start), rng=rng))
        yield None
    return torch.cat(parts)


def moments_for(model: AdversarialModel, x: Tensor, *, rng: torch.Generator) -> Moments | None:
    """What q(z|x) of data (n, *shape) is contrasted with, from 1,000 draws for each; None where it is the prior."""
    if model.config.contrast != "adaptive":
        return None
    return moments_of(model.posterior.draw(model.features(x), _FOR_MOMENTS, rng=rng))


def is_toy(spec: DataSpec | None) -> bool:
    """Whether an observation is one number made from one unknown, so that pairs (x, z) fill a plane."""
    if spec is None or not isinstance(spec.kind, Simulated):
        return False
    simulator = simulator_of(spec)
    return simulator.d == 1 and simulator.dim == 1
