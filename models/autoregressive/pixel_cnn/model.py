"""PixelCNN."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.autoregressive.pixel_cnn.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT
from models.autoregressive.pixels import PixelConfig, PixelModel
from models.autoregressive.pixels.views import VIEWS
from models.nets.masked import GatedLayer, MaskedLayer, PixelHead
from models.nets.masked_raster import MaskedOutputs
from models.nets.raster import RasterOutputs
from models.protocol import DataSpec, param

__all__ = ["PixelCNN"]


class PixelCNN(PixelModel):
    """Conditionals of all pixels from masked convolutions.

    The plain stack (van den Oord et al., 2016, arXiv 1601.06759) has a blind spot: pixels on the right above that no
    number of layers brings in. Gated PixelCNN (van den Oord et al., 2016, arXiv 1606.05328) avoids it with two stacks.
    """

    title = "PixelCNN"
    reference = "https://arxiv.org/abs/1606.05328"
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(PixelConfig):
        """Parameters of the page."""

        stack: str = param(
            "gated", "Stack", choices={"plain": "Plain", "gated": "Gated"},
            help="Plain: one stack of masked convolutions, with a blind spot. Gated: a vertical and a horizontal "
            "stack, without it.",
        )  # fmt: skip
        layers: int = param(6, "Layers", 1, 30, help="Layers of kernel 3 after the first one.")
        channels: int = param(32, "Channels", 1, 256, log=True)
        first_kernel: int = param(
            7, "First kernel", choices={3: "3×3", 5: "5×5", 7: "7×7"}, help="Kernel of the first layer."
        )
        dropout: float = param(
            0.0,
            "Dropout",
            0.0,
            0.9,
            step=0.05,
            more=True,
            help="Share of the features of each layer set to 0 in training.",
        )

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        layer = MaskedLayer if config.stack == "plain" else GatedLayer
        width = config.channels
        self.layers = nn.ModuleList(
            [layer(1, width, config.first_kernel, first=True, dropout=config.dropout)]
            + [layer(width, width, 3, first=False, dropout=config.dropout) for _ in range(config.layers)]
        )
        self.head = PixelHead(width, 2 * width, self.levels.outputs, config.dropout)

    def outputs(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """Parameters of p(x_i | x_{<i}), (n, 1, h, w) to (n, outputs, h, w)."""
        if self.config.stack == "plain":
            h = x
            for layer in self.layers:
                h = layer(h, rng=rng)
        else:
            v = h = x  # vertical and horizontal stack
            for layer in self.layers:
                v, h = layer(v, h, rng=rng)
        return self.head(h, rng=rng)

    def raster_outputs(self, x: Tensor) -> RasterOutputs:
        """The outputs pixel by pixel."""
        return MaskedOutputs(x, self.layers, self.head)  # type: ignore[arg-type]

    def sees(self, row: int, column: int) -> Tensor:
        """The receptive field of a pixel, (h, w) bool."""
        _, height, width = self.spec.kind.shape
        reaches = [self.config.first_kernel // 2] + [1] * self.config.layers
        if self.config.stack == "gated":
            return _seen_by_two_stacks(height, width, row, column, reaches)
        seen = torch.zeros(1, 1, height, width)
        seen[0, 0, row, column] = 1
        for layer in reversed(range(len(reaches))):  # from the output back to the image
            reach = reaches[layer]
            kernel = torch.ones(1, 1, 2 * reach + 1, 2 * reach + 1)
            kernel[0, 0, reach, reach + (layer > 0) :] = 0
            kernel[0, 0, reach + 1 :] = 0
            seen = (F.conv_transpose2d(seen, kernel, padding=reach) > 0).float()
        return seen[0, 0] > 0


def _seen_by_two_stacks(height: int, width: int, row: int, column: int, reaches: list[int]) -> Tensor:
    """The receptive field of a pixel of the gated stacks: `reaches` of each layer, the first layer first."""
    seen = torch.zeros(height, width, dtype=torch.bool)
    left = column  # leftmost column of h that the output depends on
    for depth in range(len(reaches), 0, -1):  # layers from the last: h depends on v of the same layer
        for at in range(left, column + 1):
            up, side = sum(reaches[:depth]), sum(reaches[:depth])
            seen[max(0, row - up) : row, max(0, at - side) : at + side + 1] = True
        left = max(0, left - reaches[depth - 1])
    seen[row, left:column] = True
    return seen
