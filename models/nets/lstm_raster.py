"""Row LSTMs and diagonal BiLSTMs evaluated pixel by pixel, from the image to the outputs."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from models.nets.arrays import Arrays, arrays_for
from models.nets.diagonal import DiagonalBiLSTMLayer
from models.nets.diagonal_raster import DiagonalBiLSTMSteps
from models.nets.masked import MaskedLayer, PixelHead
from models.nets.masked_raster import MaskedSteps, pointwise
from models.nets.raster import RasterOutputs
from models.nets.row_lstm import RowLSTMLayer, RowLSTMSteps

__all__ = ["LSTMOutputs"]


class LSTMOutputs(RasterOutputs):
    """Outputs of a masked convolution, LSTM layers and a head, one pixel after another.

    Args:
        x: The images, (n, 1, h, w).
        first: The convolution of the image, made with `first=True`.
        layers: The LSTM layers.
        head: From the features of the last layer to the outputs.
        arrays: NumPy or torch; None for what suits the device.
    """

    def __init__(
        self,
        x: Tensor,
        first: MaskedLayer,
        layers: Sequence[RowLSTMLayer] | Sequence[DiagonalBiLSTMLayer],
        head: PixelHead,
        arrays: Arrays | None = None,
    ):
        super().__init__(x)
        lib = self._arrays = arrays or arrays_for(x.device)
        self._x = lib.of(x)
        n, _, height, width = x.shape
        self._first = MaskedSteps(first, self._x, (n, height, width), lib)
        self._layers = [
            RowLSTMSteps(layer, self._x, n, width, lib)
            if isinstance(layer, RowLSTMLayer)
            else DiagonalBiLSTMSteps(layer, self._x, n, width, lib)
            for layer in layers
        ]
        self._hidden, self._out = pointwise(head.hidden, lib), pointwise(head.out, lib)

    def at(self, row: int, column: int) -> Tensor:
        """Output for one pixel of each image, (n, outputs)."""
        relu = self._arrays.relu
        if column == 0:
            above = self._x[:, 0, row - 1, :, None] if row else None
            self._first.begin_row(row, above)
            for layer in self._layers:
                layer.begin_row(above)
        u = self._first.step(column, self._x[:, 0, row, column - 1 : column] if column else None)
        for layer in self._layers:
            u = layer.step(column, u)
        hidden = relu(relu(u) @ self._hidden[0] + self._hidden[1])
        return self._arrays.tensor(hidden @ self._out[0] + self._out[1])
