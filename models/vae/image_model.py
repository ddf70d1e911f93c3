"""The interface of the family's models: a q for each image, and p(x|z)."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from models.likelihoods.image_decoder import Decoder
from models.protocol import DataBatch, DataSpec

__all__ = ["ImageModel"]


class ImageModel(Protocol):
    """Interface that views and bounds of this family use: a q for each datum, and p(x|z)."""

    @property
    def spec(self) -> DataSpec:
        """What the model is built for."""

    @property
    def device(self) -> torch.device:
        """Device of the parameters."""

    @property
    def latent_dim(self) -> int:
        """Dimension of z."""

    @property
    def decoder(self) -> Decoder:
        """p(x|z)."""

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z from the prior, (n, latent)."""

    def codes(self, batch: DataBatch) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the q of each datum, each (n, latent)."""

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x), each (n, latent)."""
