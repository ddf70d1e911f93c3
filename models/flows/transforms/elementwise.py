"""Transforms of each entry by itself: affine with learned or given numbers, and the logit of uniform noise."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flows.transforms.scaling import bounded
from models.flows.transforms.transform import Transform

__all__ = ["Elementwise", "Logit", "Units"]


class Elementwise(Transform):
    """x = t + exp(s) ε with one learned and bounded s and one t for each entry, zero at first.

    Args:
        d: Number of entries.
    """

    label, order = "affine", ()

    def __init__(self, d: int):
        super().__init__()
        self.shift, self.log_scale = nn.Parameter(torch.zeros(d)), nn.Parameter(torch.zeros(d))

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """Scales and shifts."""
        s = bounded(self.log_scale)
        return torch.addcmul(self.shift, s.exp(), e), s.sum().expand(len(e))

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Shifts and scales back."""
        s = bounded(self.log_scale)
        return (x - self.shift) * (-s).exp(), -s.sum().expand(len(x))


class Units(Transform):
    """From standard units to those of the data, x = m + σ ε, with the mean and deviation of each entry of the data.

    Args:
        mean: (d,).
        std: (d,), above 0.
    """

    label, order = "units", ()

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Tensor, std: Tensor):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """To data units."""
        return torch.addcmul(self.mean, self.std, e), self.std.log().sum().expand(len(e))

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """To standard units."""
        return (x - self.mean) / self.std, -self.std.log().sum().expand(len(x))


class Logit(Transform):
    """x = log ε − log(1 − ε) for noise between 0 and 1; the inverse is the sigmoid."""

    label, order = "logit", ()

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """The logit; ε is kept away from 0 and 1 by the rounding error of its type."""
        x = torch.logit(e, eps=torch.finfo(e.dtype).eps)
        return x, -self._log_slope(x).sum(dim=1)

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The sigmoid."""
        return x.sigmoid(), self._log_slope(x).sum(dim=1)

    @staticmethod
    def _log_slope(x: Tensor) -> Tensor:
        """log σ′(x), without overflow."""
        return -F.softplus(x) - F.softplus(-x)
