"""The step of an LSTM from its gates, with gradients and over arrays.

[o, f, i, g] are the output, forget and input gates and the content that is offered to the cell: σ of the first three,
tanh of the last; c ← f ⊙ c + i ⊙ g and h = o ⊙ tanh(c) (Hochreiter & Schmidhuber, 1997, with the forget gate of Gers et
al., 2000; in this order in van den Oord et al., 2016, arXiv 1601.06759).
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from models.nets.arrays import Arrays

__all__ = ["halved_gates", "lstm_array_step", "lstm_step"]


def lstm_step(gates: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The next state h and cell c, from the gates before σ and tanh, (…, 4H), and c, (…, H)."""
    hidden = c.shape[-1]
    switches, content = gates.split((3 * hidden, hidden), dim=-1)
    o, f, i = switches.sigmoid().chunk(3, dim=-1)
    c = f * c + i * content.tanh()
    return o * c.tanh(), c


def halved_gates(weights: Tensor) -> Tensor:
    """Weights or biases of the gates, (…, 4H), with the factors ½ that `lstm_array_step` expects in o, f and i."""
    halved = weights.detach().clone()
    halved[..., : 3 * weights.shape[-1] // 4] *= 0.5
    return halved


def lstm_array_step(lib: Arrays, gates: Any, c: Any) -> tuple[Any, Any]:
    """`lstm_step` over arrays.

    σ(a) is ½(1 + tanh(a/2)), so that one tanh serves all gates, whose weights have the factors ½ (`halved_gates`).
    """
    hidden = c.shape[-1]
    gates = lib.tanh(gates)
    o, f = gates[..., :hidden], gates[..., hidden : 2 * hidden]
    i, g = gates[..., 2 * hidden : 3 * hidden], gates[..., 3 * hidden :]
    c = 0.5 * ((f + 1) * c + (i + 1) * g)
    return 0.5 * (o + 1) * lib.tanh(c), c
