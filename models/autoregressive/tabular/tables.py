"""Tables of conditionals: which entry holds for a pixel of an image, and entries fitted by counting."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.autoregressive.tabular.contexts import NONE, contexts

__all__ = ["ContextTables", "log_odds"]

_PART = 1024  # images that are counted at once


class ContextTables(nn.Module):
    """Where the entries of all pixels are in one long table.

    The entry of a pixel is Σ_j x_j 2^j over its context, the nearest pixel being j = 0, behind the entries of the
    pixels before it. A pixel that does not exist counts as 0.

    Args:
        height, width: Of the images, px.
        context, neighbours, shared: See `contexts`. With `shared`, all pixels have the same entries.

    Attributes:
        places: The context of each pixel, (k, m); k where there is no such pixel.
        first: First entry of each pixel, (k,).
        size: Number of entries.
    """

    places: Tensor
    first: Tensor

    def __init__(self, height: int, width: int, context: int, neighbours: str, shared: bool = False):
        super().__init__()
        found = torch.from_numpy(contexts(height, width, context, neighbours, shared))
        exists = found != NONE
        sizes = 2 ** exists.sum(dim=1)  # (k,)
        self.size = 2**context if shared else int(sizes.sum())
        self.register_buffer("places", torch.where(exists, found, height * width), persistent=False)
        self.register_buffer("first", torch.zeros_like(sizes) if shared else sizes.cumsum(0) - sizes, persistent=False)

    def entries(self, x: Tensor) -> Tensor:
        """The entry of each pixel, binary images (n, 1, h, w) to (n, k)."""
        return self._entries(_with_blank(x)).T.long()

    def _entries(self, bits: Tensor) -> Tensor:
        """The entry of each pixel, (k + 1, n) to (k, n), int32."""
        code = torch.zeros(len(self.first), bits.shape[1], dtype=torch.int32, device=bits.device)
        for j in reversed(range(self.places.shape[1])):
            code.mul_(2).add_(bits[self.places[:, j]])
        return code.add_(self.first[:, None])

    def entry(self, x: Tensor, pixel: int) -> Tensor:
        """The entry of one pixel, (n, 1, h, w) to (n,)."""
        bits = _with_blank(x)[self.places[pixel]].long()  # (m, n)
        powers = 2 ** torch.arange(len(bits), device=bits.device)
        return self.first[pixel] + (bits * powers[:, None]).sum(dim=0)

    def counts(self, x: Tensor) -> Tensor:
        """How often each entry was followed by 0 and by 1 in images (n, 1, h, w); (size, 2), int64."""
        total = torch.zeros(2 * self.size, dtype=torch.long, device=self.first.device)
        for part in x.split(_PART):
            bits = _with_blank(part)
            found = self._entries(bits).mul_(2).add_(bits[:-1])  # (k, n)
            total += torch.bincount(found.flatten(), minlength=2 * self.size)
        return total.reshape(self.size, 2)


def _with_blank(x: Tensor) -> Tensor:
    """The pixels of binary images as booleans, and behind them one that is 0; (n, 1, h, w) to (k + 1, n)."""
    bits = (x.flatten(1) > 0.5).T.contiguous()
    return torch.cat([bits, bits.new_zeros(1, bits.shape[1])])


def log_odds(counts: Tensor, smoothing: float) -> Tensor:
    """log (n₁ + α) − log (n₀ + α) of counts (…, 2) of 0 and of 1; float64.

    It maximises the likelihood times a Beta(1 + α, 1 + α) density of each probability. Without smoothing, α = 0, what
    was never seen has probability 0, and ½ where a context was never seen.
    """
    zeros, ones = (counts.double() + smoothing).log().unbind(dim=-1)
    return torch.where((zeros == ones), 0.0, ones - zeros)  # equal ones may both be −∞
