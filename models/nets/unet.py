"""A small U-Net for images with noise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.lookup import Lookup

__all__ = ["UNet"]

_WAVES = 8  # sines and cosines of t
_GROUP = 8  # channels that are normalised together, where the number of channels allows


class UNet(nn.Module):
    """Residual blocks on ever coarser images and back, with skip connections.

    Ronneberger et al., 2015 (arXiv 1505.04597); with time and class as in Ho et al., 2020 (arXiv 2006.11239).

    Args:
        image_channels: Channels of an image.
        channels: Channels of the blocks on each scale, the finest first. Each further scale halves the sides, rounded
            up.
        classes: Number of classes; an image of class `classes` has none.
        attention: Self-attention between the places of the coarsest scale.
    """

    waves: Tensor

    def __init__(self, image_channels: int, channels: Sequence[int], classes: int, attention: bool):
        super().__init__()
        width = 4 * channels[0]
        self.register_buffer("waves", 0.5 * math.pi * 2.0 ** torch.arange(_WAVES), persistent=False)
        self.of_time = nn.Sequential(nn.Linear(2 * _WAVES, width), nn.SiLU(), nn.Linear(width, width))
        self.of_class = Lookup(classes + 1, width) if classes else None
        self.stem = nn.Conv2d(image_channels, channels[0], 3, padding=1)
        ins = [channels[0], *channels[:-1]]
        self.down = nn.ModuleList(_Block(a, b, width) for a, b in zip(ins, channels, strict=True))
        self.narrow = nn.ModuleList(nn.Conv2d(c, c, 3, stride=2, padding=1) for c in channels[:-1])
        self.attention = _Attention(channels[-1]) if attention else None
        self.middle = _Block(channels[-1], channels[-1], width)
        outs = ins[::-1]
        self.up = nn.ModuleList(_Block(2 * a, b, width) for a, b in zip(channels[::-1], outs, strict=True))
        self.widen = nn.ModuleList(nn.Conv2d(c, c, 3, padding=1) for c in outs[:-1])
        last = nn.Conv2d(channels[0], image_channels, 3, padding=1)
        nn.init.zeros_(last.weight)
        if last.bias is not None:
            nn.init.zeros_(last.bias)
        self.head = nn.Sequential(_norm(channels[0]), nn.SiLU(), last)

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """Images (n, c, h, w), a time each or one for all, and classes (n,) to images (n, c, h, w)."""
        angle = t.reshape(-1, 1) * self.waves
        emb = self.of_time(torch.cat([angle.sin(), angle.cos()], dim=1))  # (n or 1, width)
        if self.of_class is not None and y is not None:
            emb = emb + self.of_class(y)
        emb = functional.silu(emb)
        h = self.stem(x)
        skips: list[Tensor] = []
        for k, block in enumerate(self.down):
            h = block(h, emb)
            skips.append(h)
            if k < len(self.narrow):
                h = self.narrow[k](h)
        if self.attention is not None:
            h = self.attention(h)
        h = self.middle(h, emb)
        for k, block in enumerate(self.up):
            h = block(torch.cat([h, skips.pop()], dim=1), emb)
            if k < len(self.widen):
                h = self.widen[k](functional.interpolate(h, size=skips[-1].shape[-2:], mode="nearest"))
        out: Tensor = self.head(h)
        return out


def _norm(channels: int) -> nn.GroupNorm:
    groups = channels // _GROUP if channels % _GROUP == 0 else 1
    return nn.GroupNorm(groups, channels)


class _Block(nn.Module):
    """Two convolutions around what time and class add, beside a shortcut; (n, a, h, w) to (n, b, h, w)."""

    def __init__(self, a: int, b: int, width: int):
        super().__init__()
        self.first = nn.Sequential(_norm(a), nn.SiLU(), nn.Conv2d(a, b, 3, padding=1))
        self.shift = nn.Linear(width, b)
        self.second = nn.Sequential(_norm(b), nn.SiLU(), nn.Conv2d(b, b, 3, padding=1))
        self.shortcut = nn.Identity() if a == b else nn.Conv2d(a, b, 1)

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:
        h = self.first(x) + self.shift(emb)[:, :, None, None]
        out: Tensor = self.shortcut(x) + self.second(h)
        return out


class _Attention(nn.Module):
    """Self-attention of one head between all places, added to its input; (n, c, h, w) to (n, c, h, w)."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm = _norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm(x)).flatten(2).transpose(1, 2).chunk(3, dim=2)  # (n, h w, c) each
        mixed = functional.scaled_dot_product_attention(q, k, v)
        out: Tensor = x + self.out(mixed.transpose(1, 2).reshape(x.shape))
        return out
