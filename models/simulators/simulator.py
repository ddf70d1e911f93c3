"""`Simulator`: what inference may ask of the process that made an observation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

__all__ = ["Simulator"]


@dataclass(frozen=True)
class Simulator(ABC):
    """A process x ~ p_θ(x|z) with unknowns z ~ N(0, I), which differ between observations, and one coefficient θ.

    Subclasses are frozen dataclasses whose fields are declared with `param(...)`.

    Class attributes:
        simulator: Name in the text form.
        unknowns: What each entry of z stands for.
        coefficient: What θ is.
        truth: Value of θ from which data are made.
        start: Value from which a model that learns θ begins.
        has_density: Whether `log_likelihood` can be had.
        has_gradient: Whether it can be differentiated with respect to z.
    """

    simulator: ClassVar[str]
    unknowns: ClassVar[tuple[str, ...]]
    coefficient: ClassVar[str]
    truth: ClassVar[float]
    start: ClassVar[float]
    has_density: ClassVar[bool] = True
    has_gradient: ClassVar[bool] = True

    @property
    @abstractmethod
    def d(self) -> int:
        """Numbers in an observation."""

    @property
    def dim(self) -> int:
        """Number of unknowns."""
        return len(self.unknowns)

    @property
    def declared(self) -> type[Simulator]:
        """The class that declares the simulator's own fields."""
        return next(kind for kind in type(self).__mro__ if Simulator in kind.__bases__)

    @property
    @abstractmethod
    def axis(self) -> tuple[str, tuple[float, ...]]:
        """What the numbers of an observation are read against (time, rank), and the place of each, (d,)."""

    @abstractmethod
    def simulate(self, z: Tensor, *, rng: torch.Generator, theta: Tensor | float | None = None) -> Tensor:
        """Runs the process.

        Args:
            z: Unknowns, (n, dim).
            rng: Source of the noise.
            theta: θ, a number or (n,); None for the truth.

        Returns:
            Observations, (n, d).
        """

    def log_likelihood(self, x: Tensor, z: Tensor, theta: Tensor | float | None = None) -> Tensor:
        """log p_θ(x|z), nats; x (n, d) and z (…, n, dim) to (…, n). θ is a number, or None for the truth.

        Raises:
            NotImplementedError: It cannot be had.
        """
        raise NotImplementedError(f"{self.simulator} has no density that can be computed")

    def mean(self, z: Tensor, theta: Tensor | float | None = None) -> Tensor:
        """Mean of p_θ(x|z), (n, dim) to (n, d).

        Raises:
            NotImplementedError: It has no closed form.
        """
        raise NotImplementedError(f"the mean of {self.simulator} has no closed form")

    def coefficient_of(self, theta: Tensor | float | None, like: Tensor) -> Tensor:
        """θ as a tensor that broadcasts against the n observations, (n, 1) or a scalar."""
        if isinstance(theta, Tensor):
            value = theta.to(like)
            return value[:, None] if value.ndim else value
        return torch.full((), self.truth if theta is None else theta, dtype=like.dtype, device=like.device)
