"""The network of WaveNet with its input: what a model conditions each sample on, and the parameters it predicts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.likelihoods.quantised import MuLaw
from models.nets.lookup import Lookup
from models.nets.wavenet import WaveNetStack

__all__ = ["LevelInput", "Network", "ValueInput"]


class LevelInput(nn.Module):
    """A vector for each level, which is a 1×1 convolution of its one-hot code, and one for "before the sound".

    Args:
        levels: Number of levels.
        channels: Length of the vectors.
    """

    def __init__(self, levels: int, channels: int):
        super().__init__()
        self.vectors = Lookup(levels + 1, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        """Levels, or the number of levels for "before the sound"; (n, t) to (n, t, channels)."""
        return self.vectors(tokens)


class ValueInput(nn.Module):
    """A linear map of the companded value of a level, and of whether the place is before the sound.

    Args:
        levels: Number of levels.
        channels: Length of the vectors.
    """

    def __init__(self, levels: int, channels: int):
        super().__init__()
        self._levels, self._grid = levels, MuLaw(levels)
        self.map = nn.Linear(2, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        """Levels, or the number of levels for "before the sound"; (n, t) to (n, t, channels)."""
        before = tokens == self._levels
        dtype = self.map.weight.dtype
        value = self._grid.companded(tokens, dtype).masked_fill(before, 0.0)
        return self.map(torch.stack([value, before.to(dtype)], dim=-1))


class Network(nn.Module):
    """Input, layers and head.

    Places before the sound hold a token of their own, so that the network can tell the beginning of a sound from its
    middle: sample t is predicted from exactly `receptive_field` tokens, up to sample t − 1.

    Args:
        entrance: Tokens to vectors.
        stack: Layers and head.
        levels: Number of levels, which is also the token "before the sound".
    """

    def __init__(self, entrance: LevelInput | ValueInput, stack: WaveNetStack, levels: int):
        super().__init__()
        self.entrance, self.stack, self.before = entrance, stack, levels

    @property
    def receptive_field(self) -> int:
        """Number of earlier samples on which the prediction of one depends."""
        return self.stack.receptive_field

    def context(self, levels: Tensor) -> Tensor:
        """The tokens from which all samples of sounds are predicted, (n, t) to (n, receptive_field + t − 1)."""
        start = levels.new_full((len(levels), self.receptive_field), self.before)
        return torch.cat([start, levels[:, :-1]], dim=1)

    def forward(self, tokens: Tensor, y: Tensor | None) -> Tensor:
        """Parameters of the distribution of each sample; (n, receptive_field + t − 1) to (n, t, outputs).

        Args:
            tokens: Levels and tokens "before the sound", up to the sample before the last that is predicted.
            y: Class of each sound, (n,), or None without conditioning.
        """
        return self.stack(self.entrance(tokens), y)
