"""The outputs of the recurrent network pixel by pixel: its state is carried."""

from __future__ import annotations

from torch import Tensor, nn

from models.nets.arrays import Arrays, arrays_for
from models.nets.raster import RasterOutputs
from models.nets.recurrent import RecurrentSteps

__all__ = ["RecurrentOutputs"]


class RecurrentOutputs(RasterOutputs):
    """Outputs from the state h_i, which takes one pixel after another.

    Args:
        x: The images, (n, 1, h, w).
        rnn: The recurrent layers.
        out: From the state to the outputs.
        above: Whether the pixel above is an input, after the pixel before.
        positions: Further inputs of each pixel, (h·w, d), or None.
        arrays: NumPy or torch; None for what suits the device.
    """

    def __init__(
        self,
        x: Tensor,
        rnn: nn.LSTM | nn.GRU,
        out: nn.Linear,
        *,
        above: bool,
        positions: Tensor | None,
        arrays: Arrays | None = None,
    ):
        super().__init__(x)
        lib = self._arrays = arrays or arrays_for(x.device)
        self._x, self._width, self._above = lib.of(x).reshape(len(x), -1), x.shape[3], above
        self._positions = None if positions is None else lib.of(positions)
        self._rnn = RecurrentSteps(rnn, len(x), lib)
        self._out, self._bias = lib.of(out.weight.T.contiguous()), lib.of(out.bias)
        self._input = lib.zeros(self._x, len(x), rnn.input_size)

    def at(self, row: int, column: int) -> Tensor:
        """Output for one pixel of each image, (n, outputs)."""
        i = row * self._width + column
        if i:
            self._input[:, 0] = self._x[:, i - 1]
        if self._above and row:
            self._input[:, 1] = self._x[:, i - self._width]
        if self._positions is not None:
            self._input[:, 1 + self._above :] = self._positions[i]
        h = self._rnn.step(self._input)
        return self._arrays.tensor(h @ self._out + self._bias)
