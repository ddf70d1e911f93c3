"""Transforms of the channels of an image, the same at each pixel: scale and shift, and a full matrix."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flows.transforms.transform import Transform

__all__ = ["ActNorm", "ChannelMixing"]

_LEAST = 1e-3  # deviation from which on a channel is scaled to 1


class ActNorm(Transform):
    """ε = exp(s) (x + b) with one learned s and b for each channel (Kingma & Dhariwal, 2018, arXiv 1807.03039).

    Attributes:
        fits: Whether the next `inverse` first sets s and b so that ε has mean 0 and variance 1 there.

    Args:
        channels: Number of channels.
    """

    label = "actnorm"

    def __init__(self, channels: int):
        super().__init__()
        self.fits = False
        self.shift, self.s = nn.Parameter(torch.zeros(channels, 1, 1)), nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """Scales and shifts."""
        return e * (-self.s).exp() - self.shift, -self._log_det(e)

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Shifts and scales."""
        if self.fits:
            self._fit(x)
        return (x + self.shift) * self.s.exp(), self._log_det(x)

    @torch.no_grad()
    def _fit(self, x: Tensor) -> None:
        self.shift.copy_(-x.mean(dim=(0, 2, 3)).view_as(self.s))
        self.s.copy_(-x.std(dim=(0, 2, 3), correction=0).clamp_min(_LEAST).log().view_as(self.s))
        self.fits = False

    def _log_det(self, x: Tensor) -> Tensor:
        return (self.s.sum() * (x.shape[2] * x.shape[3])).expand(len(x))


class ChannelMixing(Transform):
    """An invertible 1×1 convolution ε = W x (Kingma & Dhariwal, 2018, arXiv 1807.03039), a rotation at first.

    W = P L U with a fixed permutation P, L lower triangular with ones on its diagonal, U upper triangular: of
    triangular matrices the determinant is the product of the diagonal, so that of W costs nothing.

    Args:
        channels: Number of channels c.
    """

    label = "1×1 convolution"

    permutation: Tensor
    sign: Tensor
    below: Tensor

    def __init__(self, channels: int):
        super().__init__()
        rotation = torch.linalg.qr(torch.randn(channels, channels)).Q
        p, lower, upper = torch.linalg.lu(rotation)
        diagonal = upper.diagonal()
        self.register_buffer("permutation", p)
        self.register_buffer("sign", diagonal.sign())
        self.register_buffer("below", torch.ones(channels, channels).tril(-1), persistent=False)
        self.lower, self.upper = nn.Parameter(lower.tril(-1)), nn.Parameter(upper.triu(1))
        self.log_diagonal = nn.Parameter(diagonal.abs().log())

    def factors(self) -> tuple[Tensor, Tensor]:
        """L and U, (c, c) each."""
        one = torch.eye(len(self.sign), dtype=self.lower.dtype, device=self.lower.device)
        return self.lower * self.below + one, self.upper * self.below.T + torch.diag(
            self.sign * self.log_diagonal.exp()
        )

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """Solves W x = ε, one triangular system after the other."""
        lower, upper = self.factors()
        flat = self.permutation.T @ e.flatten(2)  # (n, c, h·w)
        flat = torch.linalg.solve_triangular(lower, flat, upper=False, unitriangular=True)
        x = torch.linalg.solve_triangular(upper, flat, upper=True)
        return x.view_as(e), -self._log_det(e)

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """W x at each pixel."""
        lower, upper = self.factors()
        weight = self.permutation @ lower @ upper
        return F.conv2d(x, weight[:, :, None, None]), self._log_det(x)

    def _log_det(self, x: Tensor) -> Tensor:
        return (self.log_diagonal.sum() * (x.shape[2] * x.shape[3])).expand(len(x))
