"""Strided convolutions from images to features and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from torch import Tensor, nn

__all__ = ["ConvDecoder", "ConvEncoder", "halvings"]

_SMALLEST = 8  # an image with a shorter side is nothing but border after two halvings


class ConvEncoder(nn.Module):
    """Images to features: each stage halves the sides (rounding up), then one linear layer; (n, c, h, w) to (n, out).

    Args:
        shape: (c, h, w) of an image, sides of at least 8.
        channels: Channels after each stage.
        out: Number of features.
        activation: Builds the activation after each stage.

    Raises:
        ValueError: A side is shorter than 8 pixels.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        channels: Sequence[int],
        out: int,
        activation: Callable[[], nn.Module] = nn.ReLU,
    ):
        super().__init__()
        sides = halvings(shape, len(channels))
        stages: list[nn.Module] = []
        for width_in, width_out in zip([shape[0], *channels[:-1]], channels, strict=True):
            stages += [nn.Conv2d(width_in, width_out, 3, stride=2, padding=1), activation()]
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(channels[-1] * math.prod(sides[-1]), out)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, out)."""
        return self.head(self.stages(x).flatten(1))  # (n, channels[-1], h', w') → (n, out)


class ConvDecoder(nn.Module):
    """Features to images, the stages of `ConvEncoder` backwards; (n, features) to (n, c, h, w), no final activation.

    A transposed convolution of kernel 4 and stride 2 doubles the sides and covers all pixels equally often, which
    kernel 3 does not; if the encoder rounded a side up, the surplus row or column is removed.

    Args:
        features: Number of input features.
        channels: Channels before each stage.
        shape: (c, h, w) of the output, sides of at least 8.
        activation: Builds the activation before each stage.

    Raises:
        ValueError: A side is shorter than 8 pixels.
    """

    def __init__(
        self,
        features: int,
        channels: Sequence[int],
        shape: tuple[int, ...],
        activation: Callable[[], nn.Module] = nn.ReLU,
    ):
        super().__init__()
        self._sides = halvings(shape, len(channels))[::-1]
        self.foot = nn.Linear(features, channels[0] * math.prod(self._sides[0]))
        self.activation = activation()
        self.stages = nn.ModuleList(
            nn.ConvTranspose2d(width_in, width_out, 4, stride=2, padding=1)
            for width_in, width_out in zip(channels, [*channels[1:], shape[0]], strict=True)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(n, features) to (n, c, h, w)."""
        x = self.foot(features).unflatten(1, (-1, *self._sides[0]))  # (n, channels[0], h', w')
        for stage, (height, width) in zip(self.stages, self._sides[1:], strict=True):
            x = stage(self.activation(x))[..., :height, :width]
        return x


def halvings(shape: tuple[int, ...], stages: int) -> list[tuple[int, int]]:
    """(height, width) of the image and after each halving."""
    _, height, width = shape
    if min(height, width) < _SMALLEST:
        raise ValueError(
            f"a convolutional network needs images of at least {_SMALLEST}×{_SMALLEST} pixels, not {height}×{width}: "
            "choose the mlp network"
        )
    sides = [(height, width)]
    for _ in range(stages):
        height, width = (height + 1) // 2, (width + 1) // 2
        sides.append((height, width))
    return sides
