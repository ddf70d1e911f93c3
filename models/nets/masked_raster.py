"""Masked convolutions evaluated pixel by pixel: what the rows above contribute is computed once a row.

Features are kept with channels last. A layer has a part over rows above the pixel, for all columns of a row at once,
and a part within the row, for one pixel at a time, whose products have the size of its kernel. Both run on NumPy or on
torch (`models.nets.arrays`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from models.nets.arrays import Arrays, arrays_for
from models.nets.masked import GatedLayer, MaskedLayer, PixelHead
from models.nets.raster import RasterOutputs

__all__ = ["MaskedOutputs", "MaskedSteps", "pointwise"]


class MaskedOutputs(RasterOutputs):
    """Outputs of a stack of masked or gated layers and a head, one pixel after another.

    Args:
        x: The images, (n, 1, h, w).
        layers: The layers, all `MaskedLayer` or all `GatedLayer`, the first made with `first=True`.
        head: From the features of the last layer to the outputs.
        arrays: NumPy or torch; None for what suits the device.
    """

    def __init__(
        self,
        x: Tensor,
        layers: Sequence[MaskedLayer] | Sequence[GatedLayer],
        head: PixelHead,
        arrays: Arrays | None = None,
    ):
        super().__init__(x)
        self._arrays = arrays or arrays_for(x.device)
        self._x = self._arrays.of(x)
        shape = (x.shape[0], x.shape[2], x.shape[3])
        self._layers: list[_Layer] = [
            (MaskedSteps if isinstance(layer, MaskedLayer) else _Gated)(layer, self._x, shape, self._arrays)  # type: ignore[arg-type]
            for layer in layers
        ]
        self._hidden, self._out = pointwise(head.hidden, self._arrays), pointwise(head.out, self._arrays)

    def at(self, row: int, column: int) -> Tensor:
        """Output for one pixel of each image, (n, outputs)."""
        relu = self._arrays.relu
        if column == 0:
            above = self._x[:, 0, row - 1, :, None] if row else None
            for layer in self._layers:
                above = layer.begin_row(row, above)
        left = self._x[:, 0, row, column - 1 : column] if column else None
        for layer in self._layers:
            left = layer.step(column, left)
        hidden = relu(relu(left) @ self._hidden[0] + self._hidden[1])
        return self._arrays.tensor(hidden @ self._out[0] + self._out[1])


class _Layer(ABC):
    """A layer during the evaluation.

    The first layer gets the image, of which the row above and the pixel on the left are the newest parts known.
    """

    def __init__(self, first: bool, reach: int, channels: int, like: Any, shape: tuple[int, ...], lib: Arrays):
        n, height, width = shape
        self._first, self._reach, self._width, self._lib = first, reach, width, lib
        self._above = lib.zeros(like, n, height + reach, width + 2 * reach, channels)  # inputs of the rows above
        self._row_inputs = lib.zeros(like, n, width + reach + 1, channels)  # inputs within the row
        self._taps = reach + (not first)

    @abstractmethod
    def begin_row(self, row: int, above: Any) -> Any:
        """Computes what the rows above contribute to a row.

        Args:
            row: The row.
            above: Newest row of inputs, (n, w, c): of the first layer, the row of the image above this one, or None for
                none; of others, what the layer before returned.
        """

    @abstractmethod
    def step(self, column: int, newest: Any) -> Any:
        """Features of a pixel, (n, channels).

        Args:
            column: Its column.
            newest: Newest input within the row, (n, c): of the first layer, the pixel on the left, or None for none; of
                others, the features of the layer before at the pixel.
        """

    def _convolve_rows(self, last: int, weights: Any) -> Any:
        """Sum over the rows up to `last` of the padded inputs; weights (rows, columns, c, out) to (n, w, out)."""
        rows, columns = weights.shape[:2]
        total = 0.0
        for i in range(rows):
            line = self._above[:, last - rows + 1 + i]
            for j in range(columns):
                total = total + line[:, j : j + self._width] @ weights[i, j]
        return total

    def _window(self, column: int, newest: Any) -> Any:
        """The inputs within the row that the pixel sees, (n, taps·c), the newest one entered before."""
        end = column + self._taps  # within the padded row
        if newest is not None:
            self._row_inputs[:, end - 1] = newest
        return self._row_inputs[:, column:end].reshape(len(self._row_inputs), -1)


class MaskedSteps(_Layer):
    """A layer of the plain stack."""

    def __init__(self, layer: MaskedLayer, like: Any, shape: tuple[int, ...], lib: Arrays):
        conv = layer.conv
        reach = conv.kernel_size[0] // 2
        super().__init__(layer.first, reach, conv.in_channels, like, shape, lib)
        weights = lib.of((conv.weight * conv.mask).permute(2, 3, 1, 0).contiguous())  # (k, k, c, out)
        assert conv.bias is not None
        self._top, self._bias = weights[:reach], lib.of(conv.bias)
        self._left = weights[reach, : self._taps].reshape(-1, conv.out_channels)

    def begin_row(self, row: int, above: Any) -> Any:
        """Convolves the rows above; features of the row above are complete only now."""
        if self._first:
            if above is not None:
                self._above[:, row + self._reach - 1, self._reach : self._reach + self._width] = above
        elif row:
            done = self._row_inputs[:, self._reach : self._reach + self._width]
            self._above[:, row + self._reach - 1, self._reach : self._reach + self._width] = done
        self._row_inputs[:] = 0
        self._from_above = self._convolve_rows(row + self._reach - 1, self._top) + self._bias
        return None

    def step(self, column: int, newest: Any) -> Any:
        """Adds what the pixels on the left contribute."""
        inputs = newest if self._first or newest is None else self._lib.relu(newest)
        new = self._window(column, inputs) @ self._left + self._from_above[:, column]
        return new if self._first else newest + new


class _Gated(_Layer):
    """A layer of the gated two stacks.

    σ(b) is ½(1 + tanh(b/2)): the factors ½ are part of the weights, so that one tanh serves both halves of a gate.
    """

    def __init__(self, layer: GatedLayer, like: Any, shape: tuple[int, ...], lib: Arrays):
        vertical, out = layer.vertical, layer.out
        super().__init__(layer.first, layer.reach, vertical.in_channels, like, shape, lib)
        self._channels = out.out_channels
        assert layer.horizontal.bias is not None
        self._down = lib.of(vertical.weight.permute(2, 3, 1, 0).contiguous())  # (rows, k, c, 2c')
        self._down_bias = lib.of(vertical.bias) if vertical.bias is not None else 0.0
        link, link_bias = pointwise(layer.link, lib)
        self._link = _halved(link, self._channels)
        self._link_bias = _halved(link_bias + lib.of(layer.horizontal.bias), self._channels)
        left = lib.of(layer.horizontal.weight[:, :, 0].permute(2, 1, 0).contiguous())  # (taps, c, 2c')
        self._left = _halved(left.reshape(-1, 2 * self._channels), self._channels)
        weight, self._out_bias = pointwise(out, lib)
        self._out = weight * 0.5

    def begin_row(self, row: int, above: Any) -> Any:
        """Moves the vertical stack to a row and returns its features, (n, w, channels)."""
        newest = row + self._reach - self._first  # place of the newest row in the padded inputs
        if above is not None:
            self._above[:, newest, self._reach : self._reach + self._width] = above
        down = self._convolve_rows(newest, self._down) + self._down_bias  # (n, w, 2c)
        self._from_above = down @ self._link + self._link_bias
        self._row_inputs[:] = 0
        a, b = down[..., : self._channels], down[..., self._channels :]
        return self._lib.tanh(a) * self._lib.sigmoid(b)

    def step(self, column: int, newest: Any) -> Any:
        """Moves the horizontal stack to a pixel."""
        gates = self._lib.tanh(self._window(column, newest) @ self._left + self._from_above[:, column])
        new = (gates[:, : self._channels] * (gates[:, self._channels :] + 1)) @ self._out + self._out_bias
        return new if self._first else newest + new


def pointwise(conv: Any, lib: Arrays) -> tuple[Any, Any]:
    """Weights (c, out) and bias of a convolution of kernel 1."""
    return lib.of(conv.weight[:, :, 0, 0].T.contiguous()), lib.of(conv.bias)


def _halved(weights: Any, channels: int) -> Any:
    """Weights or biases (…, 2c) whose second half is multiplied by ½."""
    weights = weights * 1
    weights[..., channels:] = weights[..., channels:] * 0.5
    return weights
