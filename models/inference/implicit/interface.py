"""The interface of the model that its views, phases and evaluation use."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from models.inference.networks import ImplicitPosterior
from models.protocol import DataSpec, Simulated
from models.simulators import Simulator, simulator_of

__all__ = ["Implicit", "has_density", "units_of", "unknowns_of"]


class Implicit(Protocol):
    """A simulator, and a posterior learned from its runs; implemented by `models.inference.implicit.model`."""

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
    def simulator(self) -> Simulator:
        """p_θ(x|z), which can be run."""

    @property
    def posterior(self) -> ImplicitPosterior | None:
        """q(z|x); None where the ratio alone is learned."""

    @property
    def theta(self) -> Tensor | None:
        """θ, a scalar; None where it is given."""

    @property
    def simulations(self) -> Tensor:
        """Simulations that training has run so far."""

    def features(self, x: Tensor) -> Tensor:
        """Observations in standard units, (n, d)."""

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z ~ N(0, I), (n, dim)."""

    def log_ratio(self, x: Tensor, z: Tensor, theta: Tensor | None = None) -> Tensor:
        """r_ψ, nats; observations (n, d) and points (…, n, dim) to (…, n). θ is (n,), or None for that of the model."""


def unknowns_of(spec: DataSpec | None) -> int:
    """Number of unknowns of the simulator of some data; 0 where none is known."""
    known = spec is not None and isinstance(spec.kind, Simulated) and spec.kind.simulator is not None
    return simulator_of(spec).dim if known and spec is not None else 0


def has_density(spec: DataSpec | None) -> bool:
    """Whether the exact posterior of some data can be had."""
    return unknowns_of(spec) > 0 and spec is not None and simulator_of(spec).has_density


def units_of(spec: DataSpec, like: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the entries of the data, (d,) each."""
    return torch.tensor(spec.mean).to(like), torch.tensor(spec.std).clamp_min(1e-6).to(like)
