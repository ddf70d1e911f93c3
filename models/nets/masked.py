"""Masked convolutions: the output for a pixel depends on the pixels before it in raster order.

Two stacks: the plain one of masked convolutions (van den Oord et al., 2016, arXiv 1601.06759), whose receptive field
has a blind spot on the right above the pixel, and the gated one of two stacks without it (van den Oord et al., 2016,
arXiv 1606.05328). Both consist of layers with the same interface, a part that sees rows above alone and a part within
the row, so that they are evaluated pixel by pixel in the same way.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.nets.mlp import Dropout

__all__ = ["GatedLayer", "MaskedConv2d", "MaskedLayer", "PixelHead", "gate"]


class MaskedConv2d(nn.Conv2d):
    """A convolution of odd kernel whose weights for later pixels are zero, sides kept; (n, c, h, w) to (n, out, h, w).

    Args:
        channels_in: Channels of the input.
        channels_out: Channels of the output.
        kernel: Side of the kernel, odd.
        own: The output for a pixel also sees the input at that pixel (mask B); not so in the first layer (mask A).
    """

    mask: Tensor

    def __init__(self, channels_in: int, channels_out: int, kernel: int, *, own: bool):
        super().__init__(channels_in, channels_out, kernel, padding=kernel // 2)
        mask = torch.zeros(kernel, kernel)
        mask[: kernel // 2] = 1
        mask[kernel // 2, : kernel // 2 + own] = 1
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """The convolution with masked weights."""
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class MaskedLayer(nn.Module):
    """One layer of the plain stack: a masked convolution of ReLU(h), added to h where there is one of that width.

    Args:
        channels_in: Channels of the input.
        channels: Channels of the output.
        kernel: Side of the kernel.
        first: The input is the image: mask A, neither ReLU nor shortcut.
        dropout: Probability with which features before the convolution are set to zero in training.
    """

    def __init__(self, channels_in: int, channels: int, kernel: int, *, first: bool, dropout: float = 0.0):
        super().__init__()
        self.first = first
        self.dropout = Dropout(dropout)
        self.conv = MaskedConv2d(channels_in, channels, kernel, own=not first)

    def forward(self, h: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """(n, c, h, w) to (n, channels, h, w)."""
        return self.conv(h) if self.first else h + self.conv(_dropped(h.relu(), self.dropout, rng))


def _dropped(x: Tensor, dropout: Dropout, rng: torch.Generator | None) -> Tensor:
    """Features after dropout; as they are without a generator."""
    return x if rng is None else dropout(x, rng=rng)


def gate(x: Tensor) -> Tensor:
    """tanh of the first half of the channels times σ of the second; (n, 2c, …) to (n, c, …)."""
    a, b = x.chunk(2, dim=1)
    return a.tanh() * b.sigmoid()


class GatedLayer(nn.Module):
    """One layer of the gated two stacks.

    The vertical stack v sees all rows above, the horizontal stack h those left in the row; v enters h, never the other
    way.

    Args:
        channels_in: Channels of both inputs.
        channels: Channels of both outputs.
        kernel: Side of the kernel, odd.
        first: The inputs are the image: rows above and pixels left of it only, and no shortcut.
        dropout: Probability with which gated features of the horizontal stack are set to zero in training.
    """

    def __init__(self, channels_in: int, channels: int, kernel: int, *, first: bool, dropout: float = 0.0):
        super().__init__()
        self.first, self.reach = first, kernel // 2
        self.dropout = Dropout(dropout)
        size = self.reach + (not first)  # of the kernels along the causal direction
        self.vertical = nn.Conv2d(channels_in, 2 * channels, (size, kernel))
        self.horizontal = nn.Conv2d(channels_in, 2 * channels, (1, size))
        self.link = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, v: Tensor, h: Tensor, *, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Both stacks, (n, c, h, w) each, to the same with `channels`."""
        height, width = h.shape[-2:]
        reach = self.reach
        above = self.vertical(F.pad(v, (reach, reach, reach, 0)))[:, :, :height]  # (n, 2c, h, w)
        left = self.horizontal(F.pad(h, (reach, 0, 0, 0)))[..., :width]
        new = self.out(_dropped(gate(left + self.link(above)), self.dropout, rng))
        return gate(above), new if self.first else h + new


class PixelHead(nn.Module):
    """From features of each pixel to the output for it: ReLU and convolutions of kernel 1; (n, c, …) to (n, out, …).

    Args:
        channels: Channels of the input.
        width: Channels between the two convolutions.
        outputs: Channels of the output.
        dropout: Probability with which features are set to zero in training.
    """

    def __init__(self, channels: int, width: int, outputs: int, dropout: float = 0.0):
        super().__init__()
        self.dropout = Dropout(dropout)
        self.hidden = nn.Conv2d(channels, width, 1)
        self.out = nn.Conv2d(width, outputs, 1)

    def forward(self, h: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """(n, c, h, w) to (n, outputs, h, w)."""
        return self.out(self.hidden(_dropped(h.relu(), self.dropout, rng)).relu())
