"""Random crops of sounds to train on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.autoregressive.wavenet.network import Network

__all__ = ["Crop", "crop"]


@dataclass(frozen=True)
class Crop:
    """A crop of each sound.

    Attributes:
        tokens: What the network predicts the crop from: all samples of the receptive field, (n, field + window − 1).
        levels: Levels of the crop, (n, window).
        mask: True where these belong to the sound, False where they are padding.
    """

    tokens: Tensor
    levels: Tensor
    mask: Tensor


def crop(levels: Tensor, mask: Tensor | None, window: int, network: Network, rng: torch.Generator) -> Crop:
    """A crop around a random sample of each sound, moved into the sound where it would reach beyond an end.

    Args:
        levels: Levels of the sounds, (n, length).
        mask: 1 where a sample belongs to the sound, 0 where it is padding, (n, length); None for all.
        window: Samples of a crop; that of a shorter sound is padded.
        network: The network, which has a receptive field and a token for what is before a sound.
        rng: Source of the places.
    """
    n, length = levels.shape
    width, field = min(window, length), network.receptive_field
    lengths = levels.new_full((n,), length) if mask is None else mask.sum(dim=1).long()
    center = (torch.rand(n, generator=rng, device=levels.device) * lengths).long()
    start = (center - width // 2).minimum(lengths - width).clamp(min=0)
    places = start[:, None] + torch.arange(-field, width, device=levels.device)  # (n, field + width)
    taken = levels.gather(1, places.clamp(min=0)).masked_fill(places < 0, network.before)
    inside = places[:, field:] < lengths[:, None]
    return Crop(taken[:, :-1], taken[:, field:], inside)
