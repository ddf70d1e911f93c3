"""The diagonal BiLSTM evaluated pixel by pixel: to the right as pixels come, to the left once a row."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from models.nets.arrays import Arrays
from models.nets.diagonal import DiagonalBiLSTMLayer
from models.nets.lstm import halved_gates, lstm_array_step

__all__ = ["DiagonalBiLSTMSteps"]


class DiagonalBiLSTMSteps:
    """A layer evaluated pixel by pixel; features have channels last.

    Args:
        layer: The layer.
        like: An array of the type to compute in.
        n: Number of images.
        width: Width of the images.
        lib: NumPy or torch.
    """

    def __init__(self, layer: DiagonalBiLSTMLayer, like: Any, n: int, width: int, lib: Arrays):
        states = layer.state_to_state
        self._right = _Direction(layer.right, states[0], like, n, width, lib)
        self._left = _Direction(layer.left, states[1], like, n, width, lib)
        self._out, self._out_bias = lib.of(layer.out.weight.T.contiguous()), lib.of(layer.out.bias)
        self._features = lib.zeros(like, n, width, layer.out.out_features)  # inputs of this row, for the next one
        self._below = lib.zeros(like, n, width, layer.hidden)  # states from right to left of the row above
        self._width = width

    def begin_row(self, above: Any) -> None:
        """Moves the direction from right to left to the row above, whose features are complete now.

        Args:
            above: That row of the images, (n, w, 1), or None before the first row.
        """
        if above is not None:
            gates = self._left.from_input(self._features, above)
            for column in reversed(range(self._width)):
                self._below[:, column] = self._left.step(column, self._width - 1 - column, gates[:, column])

    def step(self, column: int, u: Any) -> Any:
        """Features of a pixel, (n, channels) to the same."""
        self._features[:, column] = u
        h = self._right.step(column, column, self._right.from_input(u)) + self._below[:, column]
        return u + h @ self._out + self._out_bias


class _Direction:
    """Weights of one direction, and its states at the columns of the newest row."""

    def __init__(self, linear: nn.Linear, state: Tensor, like: Any, n: int, width: int, lib: Arrays):
        self._lib, hidden = lib, state.shape[1] // 4
        self._input = lib.of(halved_gates(linear.weight.T).contiguous())
        self._bias = lib.of(halved_gates(linear.bias))
        state = halved_gates(state)
        self._from_above, self._from_side = lib.of(state[:hidden]), lib.of(state[hidden:])
        self._h = lib.zeros(like, n, width, hidden)
        self._zero = lib.zeros(like, n, hidden)

    def from_input(self, u: Any, x: Any = None) -> Any:
        """What the features u, (…, channels), and the image x, (…, 1), contribute to the gates, (…, 4H)."""
        channels = u.shape[-1]
        gates = u @ self._input[:channels] + self._bias
        return gates if x is None else gates + x * self._input[channels]

    def step(self, column: int, done: int, gates: Any) -> Any:
        """The state at a pixel, (n, H), after `done` pixels of its row."""
        if done == 0:
            self._side, self._c = self._zero, self._zero
        gates = gates + self._h[:, column] @ self._from_above + self._side @ self._from_side
        self._side, self._c = lstm_array_step(self._lib, gates, self._c)
        self._h[:, column] = self._side
        return self._side
