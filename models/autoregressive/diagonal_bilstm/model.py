"""Diagonal BiLSTM."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.autoregressive.diagonal_bilstm.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.autoregressive.pixels import PixelConfig, PixelModel
from models.nets.diagonal import DiagonalBiLSTMLayer
from models.nets.lstm_raster import LSTMOutputs
from models.nets.masked import MaskedLayer, PixelHead
from models.nets.raster import RasterOutputs
from models.protocol import DataSpec, param

__all__ = ["DiagonalBiLSTM"]


class DiagonalBiLSTM(PixelModel):
    """A masked convolution of the image, LSTM layers that step from diagonal to diagonal, convolutions of kernel 1.

    van den Oord et al., 2016, arXiv 1601.06759, §3.2: shortcuts around layers, features of twice the width of a state.
    A pixel sees all pixels before it.
    """

    title = "Diagonal BiLSTM"
    reference = "https://arxiv.org/abs/1601.06759"
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(PixelConfig):
        """Parameters of the page."""

        hidden: int = param(16, "Hidden channels", 1, 256, log=True, help="Channels of the state of each direction.")
        layers: int = param(1, "Layers", 1, 12)
        first_kernel: int = param(
            7, "First kernel", choices={3: "3×3", 5: "5×5", 7: "7×7"}, help="Kernel of the convolution of the image."
        )
        dropout: float = param(
            0.0, "Dropout", 0.0, 0.9, step=0.05, more=True, help="Share of the last features set to 0 in training."
        )

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        width = 2 * config.hidden
        self.first = MaskedLayer(1, width, config.first_kernel, first=True)
        self.layers = nn.ModuleList(DiagonalBiLSTMLayer(width, config.hidden) for _ in range(config.layers))
        self.head = PixelHead(width, width, self.levels.outputs, config.dropout)

    def outputs(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """Parameters of p(x_i | x_{<i}), (n, 1, h, w) to (n, outputs, h, w)."""
        u = self.first(x).permute(0, 2, 3, 1)  # (n, h, w, channels)
        for layer in self.layers:
            u = layer(u, x.permute(0, 2, 3, 1))
        return self.head(u.permute(0, 3, 1, 2), rng=rng)

    def raster_outputs(self, x: Tensor) -> RasterOutputs:
        """The outputs pixel by pixel."""
        return LSTMOutputs(x, self.first, self.layers, self.head)  # type: ignore[arg-type]
