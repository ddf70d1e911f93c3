"""Affine couplings of images: the pixels of a checkerboard, or some channels, say how the others are moved."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.flows.transforms.coupling import Coupling
from models.flows.transforms.scaling import Bound, bounded, scale, unscale
from models.flows.transforms.transform import Transform

__all__ = ["ChannelCoupling", "CheckerboardCoupling", "checkerboard"]


def checkerboard(height: int, width: int, first: int = 0) -> Tensor:
    """1 on the squares of a checkerboard with row + column + first even, 0 on the others; (h, w)."""
    row, column = torch.arange(height), torch.arange(width)
    return ((row[:, None] + column + first) % 2 == 0).float()


class CheckerboardCoupling(Transform):
    """The pixels of one colour of a checkerboard stay; those of the other are scaled and shifted.

    x = b ε + (1 − b)(ε exp(s(b ε)) + t(b ε)) with the mask b (Dinh et al., 2017, arXiv 1605.08803, section 3.4).

    Args:
        mask: b, (h, w): 1 where a pixel stays.
        net: Computes t and s, (n, c, h, w) to (n, 2c, h, w).
        log_scale: From the network's output to s; 0 for 0.
    """

    label = "squares"

    mask: Tensor
    moved: Tensor

    def __init__(self, mask: Tensor, net: nn.Module, log_scale: Bound = bounded):
        super().__init__()
        self.register_buffer("mask", mask, persistent=False)
        self.register_buffer("moved", 1 - mask, persistent=False)
        self.net, self.log_scale = net, log_scale

    def _shift_and_scale(self, x: Tensor) -> tuple[Tensor, Tensor]:
        shift, a = (self.net(x * self.mask) * self.moved).chunk(2, dim=1)
        return shift, self.log_scale(a)  # 0 where a pixel stays

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """Scales and shifts."""
        return scale(e, *self._shift_and_scale(e))

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Shifts and scales back."""
        return unscale(x, *self._shift_and_scale(x))


class ChannelCoupling(Coupling):
    """Some channels stay; the others are scaled and shifted.

    Args:
        kept: Channels that stay.
        moved: The other channels.
        net: Computes t and s, (n, kept, h, w) to (n, 2 moved, h, w).
        log_scale: From the network's output to s.
    """

    label = "channels"

    def __init__(self, kept: Tensor, moved: Tensor, net: nn.Module, log_scale: Bound = bounded):
        super().__init__(kept, moved)
        self.net, self.log_scale = net, log_scale

    def _shift_and_scale(self, kept: Tensor) -> tuple[Tensor, Tensor]:
        shift, a = self.net(kept).chunk(2, dim=1)
        return shift, self.log_scale(a)

    def move(self, kept: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
        """Scales and shifts."""
        return scale(e, *self._shift_and_scale(kept))

    def move_back(self, kept: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Shifts and scales back."""
        return unscale(x, *self._shift_and_scale(kept))
