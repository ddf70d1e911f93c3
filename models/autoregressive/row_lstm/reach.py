"""Which inputs a set of outputs depends on, of a row LSTM layer and of a masked convolution."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["before_conv", "before_row_lstm", "states_above"]


def before_row_lstm(features: Tensor, kernel: int, rows: int | None = None) -> Tensor:
    """Inputs on which features of some pixels after a row LSTM layer depend, (h, w) bool to the same.

    Args:
        features: The pixels.
        kernel: Kernel of the layer along the row.
        rows: Most rows that the state is followed upwards; None for all.
    """
    return _widened(states_above(features, kernel, rows), 0, kernel // 2)  # input to state: the left half and itself


def states_above(features: Tensor, kernel: int, rows: int | None = None) -> Tensor:
    """The pixels whose states enter those of some pixels, these included; arguments as of `before_row_lstm`."""
    reached = states = features
    for _ in range(len(features) if rows is None else rows):
        above = F.pad(states[1:], (0, 0, 0, 1))
        states = _widened(above, kernel // 2, kernel // 2)
        reached = reached | states
    return reached


def before_conv(features: Tensor, kernel: int) -> Tensor:
    """Pixels of the image on which the first convolution at some pixels depends, (h, w) bool to the same."""
    reach = kernel // 2
    seen = _widened(features, -1, reach)
    for up in range(1, reach + 1):
        seen = seen | _widened(F.pad(features[up:], (0, 0, 0, min(up, len(features)))), reach, reach)
    return seen


def _widened(pixels: Tensor, right: int, left: int) -> Tensor:
    """Each pixel of a set with those up to `left` before it in its row and up to `right` after it; −1: not itself."""
    width = pixels.shape[1]
    moved = [F.pad(pixels, (width, width))[:, width - by : 2 * width - by] for by in range(-left, right + 1)]
    return torch.stack(moved).any(dim=0)
