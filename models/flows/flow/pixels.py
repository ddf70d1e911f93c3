"""From pixels to real numbers and back: dequantisation and logit."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from models.likelihoods.dequantisation import dequantise, quantise
from models.protocol import DataSpec, Image

__all__ = ["LogitPixels"]


class LogitPixels:
    """Images of counted levels as unbounded vectors, as in Dinh et al., 2017, arXiv 1605.08803, section 4.1.

    y = (k + u)/L spreads level k evenly over its interval, u ~ U(0, 1), and logit(α + (1 − 2α) y) is unbounded.
    The log-determinants include −D log L, so that a log density becomes a lower bound of the log-probability of the
    levels, in the mean over u (Theis et al., 2016, arXiv 1511.01844). Images whose levels are not counted are not
    dequantised: theirs is a density in data units.

    Args:
        spec: The data, images.
        alpha: α.
    """

    def __init__(self, spec: DataSpec, alpha: float):
        assert isinstance(spec.kind, Image)
        self.levels, self.alpha, self.shape = spec.levels, alpha, spec.kind.shape
        self.dims = math.prod(self.shape)

    def to_real(self, x: Tensor, rng: torch.Generator | None) -> tuple[Tensor, Tensor]:
        """Logits (n, D) of images (n, c, h, w), and the log-determinant (n,).

        Args:
            x: Images, data units.
            rng: Source of u; None puts each entry in the middle of its interval.
        """
        y = dequantise(x.flatten(1), self.levels, rng)
        z = torch.logit(self.alpha + (1 - 2 * self.alpha) * y, eps=torch.finfo(y.dtype).eps)
        slope = F.softplus(z) + F.softplus(-z)  # −log of the derivative of the sigmoid
        constant = math.log(1 - 2 * self.alpha) - math.log(max(self.levels, 1))
        return z, slope.sum(dim=1) + self.dims * constant

    def from_real(self, z: Tensor) -> Tensor:
        """Images of logits, (n, D) to (n, c, h, w), each pixel at the level of its interval."""
        return quantise(self.dequantised(z), self.levels).unflatten(1, self.shape)

    def dequantised(self, z: Tensor) -> Tensor:
        """y of logits, from 0 to 1, before it is rounded to a level; (n, D) to (n, D)."""
        return ((z.sigmoid() - self.alpha) / (1 - 2 * self.alpha)).clamp(0.0, 1.0)
