"""What the views of this page ask of a model, and noise laid out as pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import torch
from torch import Tensor

from models.flows.transforms import Chain, Part, Squeeze, Transform
from models.protocol import DataSpec

__all__ = ["ImageFlow", "as_pictures"]


class ImageFlow(Protocol):
    """A flow of images with several scales, and directions of the noise for sliders."""

    spec: DataSpec
    config: Any
    dims: int
    flow: Chain
    code: Tensor
    principal: Tensor

    @property
    def device(self) -> torch.device:
        """Device of the weights."""

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights."""

    @property
    def latent_dim(self) -> int:
        """Number of directions."""

    def draw_noise(self, n: int, *, rng: torch.Generator) -> Tensor:
        """ε, (n, D)."""

    def to_noise(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """ε = f⁻¹(x), (n, c, h, w) to (n, D), and the log-determinant."""

    def from_noise(self, e: Tensor) -> Tensor:
        """x = f(ε), (n, D) to (n, c, h, w)."""

    def smooth(self, e: Tensor) -> Tensor:
        """x before rounding to levels, (n, D) to (n, D)."""

    def decode_mean(self, z: Tensor) -> Tensor:
        """f of noise along the directions, (n, sliders) to (n, c, h, w)."""


def as_pictures(model: ImageFlow, e: Tensor, rest: Iterable[Transform]) -> Tensor:
    """Vectors within the flow as images, (n, D) to (n, c, h, w), values from 0 to 1 by a sigmoid.

    Args:
        model: The flow.
        e: Vectors, after some layers.
        rest: The layers that follow; their squeezes say which pixel a number belongs to.
    """
    for layer in rest:
        if isinstance(layer, Part) and isinstance(layer.transform, Squeeze):
            e, _ = layer(e)
    return e.sigmoid().unflatten(1, model.spec.kind.shape)
