"""Pixel RNN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.autoregressive.pixel_rnn.raster import RecurrentOutputs
from models.autoregressive.pixel_rnn.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.autoregressive.pixels import PixelConfig, PixelModel
from models.nets.mlp import Dropout
from models.nets.raster import RasterOutputs
from models.protocol import DataSpec, param

__all__ = ["PixelRNN"]

_CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}
_POSITION = 16  # numbers learned for each position


class PixelRNN(PixelModel):
    """A recurrent network over the pixels in raster order: h_i = f_θ(h_{i−1}, x_{i−1}), p(x_i | x_{<i}) = p(x_i | h_i).

    f_θ is an LSTM (Hochreiter & Schmidhuber, 1997) or a GRU (Cho et al., 2014, arXiv 1406.1078).
    """

    title = "Pixel RNN"
    reference = "https://arxiv.org/abs/1601.06759"
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(PixelConfig):
        """Parameters of the page."""

        cell: str = param("lstm", "Cell", choices={"lstm": "LSTM", "gru": "GRU"}, help="The function f_θ.")
        hidden: int = param(64, "Hidden units", 1, 1024, log=True, help="Size of the state h_i.")
        layers: int = param(1, "Layers", 1, 8)
        above: bool = param(
            False, "Pixel above", help="The pixel above x_i is a further input of f_θ; 0 above the first row."
        )
        position: bool = param(
            False, "Position", help="A vector learned for each position is a further input of f_θ."
        )  # fmt: skip
        dropout: float = param(
            0.0, "Dropout", 0.0, 0.9, step=0.05, more=True, help="Share of the states set to 0 in training."
        )

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        _, height, width = spec.kind.shape
        inputs = 1 + config.above + _POSITION * config.position
        self.positions = nn.Parameter(0.5 * torch.randn(height * width, _POSITION)) if config.position else None
        self.rnn = _CELLS[config.cell](inputs, config.hidden, config.layers, batch_first=True)
        self.dropout = Dropout(config.dropout)
        self.out = nn.Linear(config.hidden, self.levels.outputs)

    def outputs(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """Parameters of p(x_i | h_i), (n, 1, h, w) to (n, outputs, h, w)."""
        h = self.states(x)
        if rng is not None:
            h = self.dropout(h, rng=rng)
        return self.out(h).transpose(1, 2).unflatten(2, x.shape[2:])

    def states(self, x: Tensor) -> Tensor:
        """h_i of every pixel i, which depends on x_{<i} alone; (n, 1, h, w) to (n, h·w, hidden)."""
        width, flat = x.shape[3], x.flatten(1)
        inputs = [F.pad(flat, (1, 0))[:, :-1, None]]  # x_{i−1}
        if self.config.above:
            inputs.append(F.pad(flat, (width, 0))[:, :-width, None])
        if self.positions is not None:
            inputs.append(self.positions.expand(len(x), -1, -1))
        h, _ = self.rnn(torch.cat(inputs, dim=2))
        return h

    def raster_outputs(self, x: Tensor) -> RasterOutputs:
        """The outputs pixel by pixel."""
        return RecurrentOutputs(x, self.rnn, self.out, above=self.config.above, positions=self.positions)

    def train(self, mode: bool = True) -> Self:
        """Sets the mode, but not of the recurrent layers, which are the same in both.

        On a GPU they are differentiable only in the mode of training, and views differentiate.
        """
        super().train(mode)
        self.rnn.train()
        return self
