"""Row LSTM."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.autoregressive.pixels import PixelConfig, PixelModel
from models.autoregressive.row_lstm.reach import before_conv, before_row_lstm
from models.autoregressive.row_lstm.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.nets.lstm_raster import LSTMOutputs
from models.nets.masked import MaskedLayer, PixelHead
from models.nets.raster import RasterOutputs
from models.nets.row_lstm import RowLSTMLayer
from models.protocol import BadValue, DataSpec, Kind, param

__all__ = ["RowLSTM"]


class RowLSTM(PixelModel):
    """A masked convolution of the image, LSTM layers that step from row to row, and convolutions of kernel 1.

    van den Oord et al., 2016, arXiv 1601.06759, §3.1: shortcuts around layers, features of twice the width of a state.
    """

    title = "Row LSTM"
    reference = "https://arxiv.org/abs/1601.06759"
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(PixelConfig):
        """Parameters of the page."""

        hidden: int = param(16, "Hidden channels", 1, 256, log=True, help="Channels of the state of each pixel.")
        layers: int = param(1, "Layers", 1, 12)
        kernel: int = param(
            3, "Kernel", choices={3: "3×1", 5: "5×1", 7: "7×1"}, help="Kernel of the convolutions along a row."
        )
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
        self.layers = nn.ModuleList(RowLSTMLayer(width, config.hidden, config.kernel) for _ in range(config.layers))
        self.head = PixelHead(width, width, self.levels.outputs, config.dropout)

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses a kernel whose reach is beyond the whole width of the images.

        Raises:
            BadValue: The config asks for it.
        """
        width = kind.shape[-1]
        if config.kernel // 2 > width:
            most = 2 * width + 1
            raise BadValue("kernel", f"images {width} pixels wide take a kernel of at most {most}, not {config.kernel}")

    def outputs(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """Parameters of p(x_i | x_{<i}), (n, 1, h, w) to (n, outputs, h, w)."""
        u = self.first(x).permute(0, 2, 3, 1)  # (n, h, w, channels)
        for layer in self.layers:
            u = layer(u)
        return self.head(u.permute(0, 3, 1, 2), rng=rng)

    def raster_outputs(self, x: Tensor) -> RasterOutputs:
        """The outputs pixel by pixel."""
        return LSTMOutputs(x, self.first, self.layers, self.head)  # type: ignore[arg-type]

    def sees(self, row: int, column: int) -> Tensor:
        """The receptive field of a pixel, (h, w) bool: a triangle, wider with each layer."""
        _, height, width = self.spec.kind.shape
        features = torch.zeros(height, width, dtype=torch.bool)
        features[row, column] = True
        for _ in self.layers:  # from the output back to the image
            features = before_row_lstm(features, self.config.kernel)
        return before_conv(features, self.config.first_kernel)
