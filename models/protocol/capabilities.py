"""Capabilities that a model may declare: what views, evaluation and the window can ask of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor

from models.protocol.inputs import DataBatch
from models.protocol.kinds import DataSpec

__all__ = ["HasConditional", "HasDecoder", "HasLatent", "HasLogProb"]


class HasLogProb(ABC):
    """The model's density can be computed exactly."""

    @abstractmethod
    def log_prob(self, x: Tensor) -> Tensor:
        """Log density, (n, *data_shape) to (n,), nats, in data units."""


class HasDecoder(ABC):
    """The model has a latent space, every point of which can be decoded: the window gives it sliders."""

    config: Any
    spec: DataSpec

    @classmethod
    @abstractmethod
    def latent_dim_of(cls, config: Any, spec: DataSpec | None) -> int | None:
        """Dimension of the latent space under a config and data; None where it follows from data that are unknown."""

    @property
    def latent_dim(self) -> int:
        """Dimension of the latent space."""
        dimension = self.latent_dim_of(self.config, self.spec)
        assert dimension is not None
        return dimension

    @abstractmethod
    def decode_mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z), which is x itself where z determines it; (n, latent_dim) to (n, *data_shape)."""


class HasLatent(HasDecoder, ABC):
    """The latent space can also be entered from the data."""

    def codes(self, batch: DataBatch) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the q of each datum; a model that keeps those of its training data gives these."""
        return self.encode(batch.x)

    @abstractmethod
    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x), each (n, latent_dim)."""


class HasConditional(ABC):
    """The model can complete a datum of which a part is given."""

    @abstractmethod
    def complete(self, x: Tensor, mask: Tensor, *, rng: torch.Generator) -> Tensor:
        """Draws the entries whose mask is 0 given the others, (n, *data_shape)."""
