"""Networks from images to images of the same sides: residual convolutions, and dense layers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn

from models.nets.mlp import MLP

__all__ = ["DenseOnImages", "ResidualConv"]


class ResidualConv(nn.Module):
    """A convolution, residual blocks, and a convolution that is zero at first; (n, c, h, w) to (n, out, h, w).

    All are 3×3. A block adds to its input h the convolution of ReLU(h) (He et al., 2016, arXiv 1603.05027, with one
    layer and without normalisation): with each a pixel sees one pixel further.

    Args:
        channels: Channels of the input.
        width: Channels of the hidden images.
        out: Channels of the output.
        blocks: Number of residual blocks.
    """

    def __init__(self, channels: int, width: int, out: int, blocks: int):
        super().__init__()
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.blocks = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(blocks))
        self.last = nn.Conv2d(width, out, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, out, h, w)."""
        h = self.first(x)
        for block in self.blocks:
            h = h + block(h.relu())
        return self.last(h.relu())


class DenseOnImages(nn.Module):
    """A multilayer perceptron of all pixels at once, zero at first; (n, c, h, w) to (n, out, h, w).

    Args:
        shape: (c, h, w) of the input.
        hidden: Units of each hidden layer.
        out: Channels of the output.
    """

    def __init__(self, shape: tuple[int, int, int], hidden: Sequence[int], out: int):
        super().__init__()
        self._out = (out, *shape[1:])
        self.net = MLP([math.prod(shape), *hidden, math.prod(self._out)])
        nn.init.zeros_(self.net[-1].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.net[-1].bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, out, h, w)."""
        return self.net(x.flatten(1)).unflatten(1, self._out)
