"""Outputs of a network for the pixels of images that are drawn in raster order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor

__all__ = ["NaiveOutputs", "RasterOutputs"]


class RasterOutputs(ABC):
    """Outputs for one pixel after another, each from the pixels before it.

    `at` is called for every pixel, row by row and from left to right; the caller then writes the pixel into x, which
    both share.

    Args:
        x: The images, (n, 1, h, w); what pixels not drawn yet hold makes no difference.
    """

    def __init__(self, x: Tensor):
        self.x = x

    @abstractmethod
    def at(self, row: int, column: int) -> Tensor:
        """Output for one pixel of each image, (n, outputs)."""


class NaiveOutputs(RasterOutputs):
    """Outputs by a whole pass through the network for each pixel.

    Args:
        x: The images.
        network: (n, 1, h, w) to (n, outputs, h, w).
    """

    def __init__(self, x: Tensor, network: Callable[[Tensor], Tensor]):
        super().__init__(x)
        self._network = network

    def at(self, row: int, column: int) -> Tensor:
        """Output for one pixel, of all that are computed."""
        return self._network(self.x)[:, :, row, column]
