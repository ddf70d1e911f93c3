"""The layers of the flow: on each scale couplings of checkerboards, a squeeze, and couplings of channels."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from models.flows.transforms import (
    ActNorm,
    Chain,
    ChannelCoupling,
    ChannelMixing,
    CheckerboardCoupling,
    Part,
    Squeeze,
    Transform,
    checkerboard,
)

__all__ = ["MakeNet", "entries_of_scales", "multi_scale", "sizes"]

MakeNet = Callable[[tuple[int, int, int], int], nn.Module]
"""Makes the network of a coupling from (c, h, w) of what it sees and the number of channels that it computes."""


def sizes(shape: tuple[int, ...], scales: int) -> list[tuple[int, int, int]]:
    """(c, h, w) of the image that enters each scale from the side of the data, the finest first.

    A scale squeezes its image to 4c channels; half of them are factored out, and the others go to the next scale.
    """
    c, h, w = shape
    return [(c * 2**k, h // 2**k, w // 2**k) for k in range(scales)]


def entries_of_scales(shape: tuple[int, ...], scales: int) -> list[slice]:
    """Which entries of the noise belong to each scale, the finest first: noise of coarser scales comes before."""
    ends = [c * h * w for c, h, w in sizes(shape, scales)]
    return [slice(start, end) for start, end in zip([*ends[1:], 0], ends, strict=True)]


def multi_scale(
    shape: tuple[int, ...], scales: int, checkerboards: int, couplings: int, *, mixing: bool, norm: bool, net: MakeNet
) -> list[Transform]:
    """The layers from the noise to the data; vectors (n, D) on all sides.

    Args:
        shape: (c, h, w) of an image.
        scales: Number of scales.
        checkerboards: Couplings before the squeeze of each scale.
        couplings: Couplings after it.
        mixing: Whether an invertible 1×1 convolution stands before each coupling of channels; else the halves of the
            channels take turns.
        norm: Whether each coupling has a learned scale and shift of the channels.
        net: Makes the network of a coupling.
    """
    layers: list[Transform] = []  # from the data to the noise
    for k, (c, h, w) in enumerate(sizes(shape, scales), 1):
        for turn in range(checkerboards):
            board = CheckerboardCoupling(checkerboard(h, w, turn), net((c, h, w), 2 * c))
            layers.append(_step(board, (c, h, w), k, norm=norm))
        squeezed = (4 * c, h // 2, w // 2)
        layers.append(Part(Squeeze(), squeezed, (c, h, w), f"scale {k}: squeeze"))
        for turn in range(couplings):
            first, second = torch.arange(4 * c).chunk(2)
            kept, moved = (first, second) if mixing or turn % 2 == 0 else (second, first)
            coupling = ChannelCoupling(kept, moved, net((2 * c, h // 2, w // 2), 4 * c))
            layers.append(_step(coupling, squeezed, k, norm=norm, mixing=mixing))
    return layers[::-1]


def _step(coupling: Transform, shape: tuple[int, int, int], scale: int, *, norm: bool, mixing: bool = False) -> Part:
    """A coupling with what stands before it on the side of the data."""
    before: list[Transform] = [ChannelMixing(shape[0])] if mixing else []
    before += [ActNorm(shape[0])] if norm else []
    return Part(Chain([coupling, *before]), shape, label=f"scale {scale}: {coupling.label}")
