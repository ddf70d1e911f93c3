"""Diagonal BiLSTM: an LSTM whose step is a diagonal of the image (van den Oord et al., 2016, arXiv 1601.06759, §3.2).

Skewed, with each row one further to the right than the row above, the pixels of a diagonal stand in one column: the
state of a pixel comes from that of the pixel on its left and that of the pixel above, a convolution of kernel 2 along
the column before. From left to right a pixel sees all that is above and left of it; the other direction, on the image
from right to left, sees the rest of the rows above. Its states are moved down by one row, so that none sees a later
pixel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.nets.lstm import lstm_step

__all__ = ["DiagonalBiLSTMLayer", "skew", "unskew"]


def skew(x: Tensor) -> Tensor:
    """Moves row r to the right by r, zeros elsewhere; (…, h, w, c) to (…, h, w + h − 1, c)."""
    height, width = x.shape[-3:-1]
    flat = F.pad(x, (0, 0, 0, height)).flatten(-3, -2)  # read in rows that are one shorter, each row begins one later
    return flat[..., : height * (width + height - 1), :].unflatten(-2, (height, width + height - 1))


def unskew(x: Tensor) -> Tensor:
    """Moves row r to the left by r, what `skew` did; (…, h, w + h − 1, c) to (…, h, w, c)."""
    height, width = x.shape[-3], x.shape[-2] + 1 - x.shape[-3]
    flat = F.pad(x.flatten(-3, -2), (0, 0, 0, height))
    return flat.unflatten(-2, (height, width + height))[..., :width, :]


class DiagonalBiLSTMLayer(nn.Module):
    """One layer with its shortcut: u + W (h→ + h←, moved down by one row), (n, h, w, channels) to the same.

    The direction from right to left also gets the pixel itself, which is causal, as its states move down. The published
    layer does not: the last pixel of the row above then remains unseen by pixels far left of it.

    Args:
        channels: Channels of the input u.
        hidden: Channels H of state and cell.
    """

    def __init__(self, channels: int, hidden: int):
        super().__init__()
        self.hidden = hidden
        self.right = nn.Linear(channels, 4 * hidden)  # input to state, from left to right
        self.left = nn.Linear(channels + 1, 4 * hidden)  # from right to left
        bound = (2 * hidden) ** -0.5  # as of a linear layer
        self.state_to_state = nn.Parameter(torch.empty(2, 2 * hidden, 4 * hidden).uniform_(-bound, bound))
        self.out = nn.Linear(hidden, channels)

    def forward(self, u: Tensor, x: Tensor) -> Tensor:
        """The features after the layer, from those before it and the image x, (n, h, w, 1)."""
        right, left = self.right(u), self.left(torch.cat([u, x], dim=3)).flip(2)
        to_right, to_left = self._states(torch.stack([right, left]))
        return u + self.out(to_right + F.pad(to_left.flip(2), (0, 0, 0, 0, 1, -1)))

    def _states(self, gates: Tensor) -> Tensor:
        """States of both directions, one diagonal after another; (2, n, h, w, 4H) to (2, n, h, w, H).

        Left of the image, where gates are 0, states remain 0.
        """
        n, height = gates.shape[1:3]
        h = c = gates.new_zeros(2, n, height, self.hidden)
        states = []
        for diagonal in skew(gates).unbind(3):  # (2, n, h, 4H)
            above = F.pad(h, (0, 0, 1, -1))  # the states of the row above, 0 above the first
            carried = torch.bmm(torch.cat([above, h], dim=3).flatten(1, 2), self.state_to_state)
            h, c = lstm_step(diagonal + carried.unflatten(1, (n, height)), c)
            states.append(h)
        return unskew(torch.stack(states, dim=3))
