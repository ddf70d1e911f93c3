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
    """Moves row r to the right by r, zeros elsewhere; (…, h, w) to (…, h, w + h − 1)."""
    height, width = x.shape[-2:]
    flat = F.pad(x, (0, height)).flatten(-2)  # read in rows that are one shorter, each row begins one later
    return flat[..., : height * (width + height - 1)].unflatten(-1, (height, width + height - 1))


def unskew(x: Tensor) -> Tensor:
    """Moves row r to the left by r, what `skew` did; (…, h, w + h − 1) to (…, h, w)."""
    height, width = x.shape[-2], x.shape[-1] + 1 - x.shape[-2]
    flat = F.pad(x.flatten(-2), (0, height))
    return flat.unflatten(-1, (height, width + height))[..., :width]


class DiagonalBiLSTMLayer(nn.Module):
    """One layer with its shortcut: u + W (h→ + h←, moved down by one row), (n, channels, h, w) to the same.

    The direction from right to left also gets the pixel itself, which is causal, as its states move down. The published
    layer does not: the last pixel of the row above then remains unseen by pixels far left of it.

    Args:
        channels: Channels of the input u.
        hidden: Channels H of state and cell.
    """

    def __init__(self, channels: int, hidden: int):
        super().__init__()
        self.hidden = hidden
        self.right = nn.Conv2d(channels, 4 * hidden, 1)  # input to state, from left to right
        self.left = nn.Conv2d(channels + 1, 4 * hidden, 1)  # from right to left
        bound = (2 * hidden) ** -0.5  # as a convolution of kernel 2
        self.state_to_state = nn.Parameter(torch.empty(2, 2 * hidden, 4 * hidden).uniform_(-bound, bound))
        self.out = nn.Conv2d(hidden, channels, 1)

    def forward(self, u: Tensor, x: Tensor) -> Tensor:
        """The features after the layer, from those before it and the image x, (n, 1, h, w)."""
        right, left = self.right(u), self.left(torch.cat([u, x], dim=1)).flip(3)
        states = self._states(torch.stack([right, left]))
        below = F.pad(states[1].flip(3), (0, 0, 1, 0))[:, :, :-1]
        return u + self.out(states[0] + below)

    def _states(self, gates: Tensor) -> Tensor:
        """States of both directions, one diagonal after another; (2, n, 4H, h, w) to (2, n, H, h, w)."""
        _, n, _, height, width = gates.shape
        columns = skew(gates).permute(4, 0, 1, 3, 2).unbind(0)  # (2, n, h, 4H) each
        h = c = gates.new_zeros(2, n, 0, self.hidden)
        states = []
        for at, column in enumerate(columns):
            first, last = max(0, at - width + 1), min(at, height - 1)  # rows of the image on this diagonal
            border = (0, 0, int(first == 0), int(at < height))  # states outside of the image are 0
            h, c = F.pad(h, border), F.pad(c, border)
            before = torch.cat([h[:, :, :-1], h[:, :, 1:]], dim=3).flatten(1, 2)  # of the pixels above and on the left
            carried = torch.bmm(before, self.state_to_state).unflatten(1, (n, -1))
            h, c = lstm_step(column[:, :, first : last + 1] + carried, c[:, :, 1:])
            states.append(F.pad(h, (0, 0, first, height - 1 - last)))
        return unskew(torch.stack(states, dim=4).transpose(2, 3))
