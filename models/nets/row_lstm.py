"""Row LSTM: an LSTM whose step is a row of the image (van den Oord et al., 2016, arXiv 1601.06759, §3.1).

The gates of a row come from convolutions along it: of the layer's input in that row, masked, and of the state of the
row above, not masked, since all of it is known. What a pixel sees of the rows above widens by the reach of the kernel
with each row: a triangle.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.nets.arrays import Arrays
from models.nets.lstm import halved_gates, lstm_array_step, lstm_step

__all__ = ["RowLSTMLayer", "RowLSTMSteps"]


class RowLSTMLayer(nn.Module):
    """One layer with its shortcut: u + W h, (n, h, w, channels) to the same.

    Args:
        channels: Channels of the input u.
        hidden: Channels H of state and cell.
        kernel: Size of both convolutions along the row, odd.
    """

    def __init__(self, channels: int, hidden: int, kernel: int):
        super().__init__()
        self.hidden, self.kernel, self.reach = hidden, kernel, kernel // 2
        self.input_to_state = nn.Linear((self.reach + 1) * channels, 4 * hidden)  # the taps that the mask leaves
        self.state_to_state = nn.Linear(kernel * hidden, 4 * hidden, bias=False)
        self.out = nn.Linear(hidden, channels)

    def forward(self, u: Tensor) -> Tensor:
        """The features after the layer."""
        h = c = u.new_zeros(len(u), u.shape[2], self.hidden)
        states = []
        for gates in self.input_to_state(_windows(u, self.reach, 0)).unbind(1):  # (n, w, 4H)
            h, c = lstm_step(gates + self.state_to_state(_windows(h, self.reach, self.reach)), c)
            states.append(h)
        return u + self.out(torch.stack(states, dim=1))


def _windows(x: Tensor, left: int, right: int) -> Tensor:
    """Positions of a row beside their neighbours, zeros beyond the ends; (…, w, c) to (…, w, (left + 1 + right)·c)."""
    moved = [F.pad(x, (0, 0, by, -by)) for by in range(left, -right - 1, -1)]  # to the right by `by` positions
    return torch.cat(moved, dim=-1)


class RowLSTMSteps:
    """A layer evaluated pixel by pixel; features have channels last.

    Args:
        layer: The layer.
        like: An array of the type to compute in.
        n: Number of images.
        width: Width of the images.
        lib: NumPy or torch.
    """

    def __init__(self, layer: RowLSTMLayer, like: Any, n: int, width: int, lib: Arrays):
        self._lib, self._reach, self._width = lib, layer.reach, width
        self._input = lib.of(halved_gates(layer.input_to_state.weight.T).contiguous())
        self._bias = lib.of(halved_gates(layer.input_to_state.bias))
        self._state = lib.of(halved_gates(layer.state_to_state.weight.T).contiguous())
        self._state = self._state.reshape(layer.kernel, layer.hidden, -1)
        self._out, self._out_bias = lib.of(layer.out.weight.T.contiguous()), lib.of(layer.out.bias)
        self._inputs = lib.zeros(like, n, width + layer.reach, layer.out.out_features)
        self._h = lib.zeros(like, n, width + 2 * layer.reach, layer.hidden)  # of the row so far, with its borders
        self._c = lib.zeros(like, n, width, layer.hidden)
        self._from_state: Any = None

    def begin_row(self, above: Any) -> None:
        """Convolves the states of the row above, which are complete now; before the first row they are 0.

        Args:
            above: That row of the images, or None before the first row; the layer takes its features alone.
        """
        self._from_state = self._bias
        for j, weights in enumerate(self._state):
            self._from_state = self._from_state + self._h[:, j : j + self._width] @ weights

    def step(self, column: int, u: Any) -> Any:
        """Features of a pixel, (n, channels) to the same."""
        self._inputs[:, column + self._reach] = u
        window = self._inputs[:, column : column + self._reach + 1].reshape(len(u), -1)
        gates = window @ self._input + self._from_state[:, column]
        h, self._c[:, column] = lstm_array_step(self._lib, gates, self._c[:, column])
        self._h[:, column + self._reach] = h
        return u + h @ self._out + self._out_bias
