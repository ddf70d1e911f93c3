"""Numbers of parameters: of tables, and of the recurrent network that replaces them."""

from __future__ import annotations

__all__ = ["RECURRENT_UNITS", "recurrent_parameters"]

RECURRENT_UNITS = 64
_INPUTS = 1  # the pixel before


def recurrent_parameters(units: int = RECURRENT_UNITS, inputs: int = _INPUTS) -> int:
    """Parameters of an LSTM with biases of input and state, as in torch, and of the logit that is read from its state.

    It has four gates of as many units (Hochreiter & Schmidhuber, 1997, Neural Computation 9; Gers et al., 2000, ibid.
    12). The number does not depend on how many pixels came before.
    """
    return 4 * units * (inputs + units + 2) + units + 1
