"""From squares of four pixels to four channels, and transforms of a part of the noise."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from models.flows.transforms.transform import Transform

__all__ = ["Part", "Squeeze"]


class Squeeze(Transform):
    """Towards the noise, each square of 2×2 pixels of a channel becomes four channels; towards the data, back.

    (n, 4c, h, w) to (n, c, 2h, 2w) and back (Dinh et al., 2017, arXiv 1605.08803, section 3.6). Entries change places
    alone, so the log-determinant is 0.
    """

    label = "squeeze"

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 4c, h, w) to (n, c, 2h, 2w)."""
        return F.pixel_shuffle(e, 2), e.new_zeros(len(e))

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, c, 2h, 2w) to (n, 4c, h, w)."""
        return F.pixel_unshuffle(x, 2), x.new_zeros(len(x))


class Part(Transform):
    """A transform of images acts on the first entries of a vector, (n, D); the others pass.

    In a flow of several scales, a layer of a coarser scale is one of these: the entries that pass are the noise of the
    finer scales, which is factored out before it. An image (2c, h, w) has its first c channels in the first half of
    its entries, so factoring out half of the channels needs no operation.

    Args:
        transform: The transform, whose two directions may differ in shape.
        shape: Shape on the side of the noise, (c, h, w).
        data_shape: Shape on the side of the data; by default the same.
        label: Name of the layer; by default that of the transform.
    """

    def __init__(
        self,
        transform: Transform,
        shape: tuple[int, ...],
        data_shape: tuple[int, ...] | None = None,
        label: str = "",
    ):
        super().__init__()
        self.transform, self.label = transform, label or transform.label
        self.shape, self.data_shape = shape, data_shape or shape
        self.entries = math.prod(shape)

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """(n, D) to (n, D)."""
        x, log_det = self.transform(e[:, : self.entries].unflatten(1, self.shape))
        return _with_rest(x, e, self.entries), log_det

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, D) to (n, D)."""
        e, log_det = self.transform.inverse(x[:, : self.entries].unflatten(1, self.data_shape))
        return _with_rest(e, x, self.entries), log_det


def _with_rest(part: Tensor, whole: Tensor, entries: int) -> Tensor:
    part = part.flatten(1)
    return part if entries == whole.shape[1] else torch.cat([part, whole[:, entries:]], dim=1)
