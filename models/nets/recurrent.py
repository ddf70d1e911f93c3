"""LSTM and GRU layers evaluated one step at a time, over arrays: the same states as `torch.nn.LSTM` and `torch.nn.GRU`.

Torch's layers take a whole sequence; where each input is drawn from the state before it, the state is carried here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.nets.arrays import Arrays
from models.nets.lstm import halved_gates, lstm_array_step

__all__ = ["RecurrentSteps"]


class RecurrentSteps:
    """A stack of recurrent layers that takes its inputs one after another; its states begin at 0.

    Args:
        rnn: The layers, of one direction and without dropout between them.
        n: Number of sequences.
        lib: NumPy or torch.
    """

    def __init__(self, rnn: nn.LSTM | nn.GRU, n: int, lib: Arrays):
        cell = _LSTMCell if isinstance(rnn, nn.LSTM) else _GRUCell
        self._cells: list[_Cell] = [cell(weights, n, lib) for weights in rnn.all_weights]

    def step(self, x: Any) -> Any:
        """State of the last layer after one more input; (n, inputs) to (n, hidden)."""
        for cell in self._cells:
            x = cell.step(x)
        return x


class _Cell(ABC):
    """One layer and its state; `weights` are those of its input and state, (gates·H, inputs or H), and two biases."""

    def __init__(self, weights: Sequence[Tensor], n: int, lib: Arrays):
        self._lib, self._hidden = lib, weights[1].shape[1]
        self._h = lib.zeros(lib.of(weights[1]), n, self._hidden)

    @abstractmethod
    def step(self, x: Any) -> Any:
        """The next state, (n, inputs) to (n, H)."""


class _LSTMCell(_Cell):
    def __init__(self, weights: Sequence[Tensor], n: int, lib: Arrays):
        super().__init__(weights, n, lib)
        w_input, w_state, b_input, b_state = weights
        self._input, self._state = (lib.of(_ordered(w.T).contiguous()) for w in (w_input, w_state))
        self._bias = lib.of(_ordered(b_input + b_state))
        self._c = self._h

    def step(self, x: Any) -> Any:
        gates = x @ self._input + self._h @ self._state + self._bias
        self._h, self._c = lstm_array_step(self._lib, gates, self._c)
        return self._h


class _GRUCell(_Cell):
    """r, z = σ(…), n = tanh(W x + b + r ⊙ (U h + b′)), h ← (1 − z) ⊙ n + z ⊙ h."""

    def __init__(self, weights: Sequence[Tensor], n: int, lib: Arrays):
        super().__init__(weights, n, lib)
        w_input, w_state, b_input, b_state = weights
        self._input, self._state = (lib.of(w.T.contiguous()) for w in (w_input, w_state))
        self._input_bias, self._state_bias = lib.of(b_input), lib.of(b_state)

    def step(self, x: Any) -> Any:
        both = 2 * self._hidden
        from_input = x @ self._input + self._input_bias
        from_state = self._h @ self._state + self._state_bias
        gates = self._lib.sigmoid(from_input[:, :both] + from_state[:, :both])
        r, z = gates[:, : self._hidden], gates[:, self._hidden :]
        new = self._lib.tanh(from_input[:, both:] + r * from_state[:, both:])
        self._h = new + z * (self._h - new)
        return self._h


def _ordered(weights: Tensor) -> Tensor:
    """Weights or biases of torch's gates i, f, g, o, (…, 4H), as o, f, i, g, prepared for `lstm_array_step`."""
    i, f, g, o = weights.chunk(4, dim=-1)
    return halved_gates(torch.cat([o, f, i, g], dim=-1))
