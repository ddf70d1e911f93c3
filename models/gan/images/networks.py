"""Generator and discriminator of images: strided convolutions, as in DCGAN."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from models.nets import halvings

__all__ = ["NORMS", "ImageDiscriminator", "ImageGenerator", "initialise", "stages"]

_DEEPEST = 8  # pixels of the longer side at which halving ends
_SLOPE = 0.2

NORMS = {"none": "None", "layer": "Layer", "batch": "Batch"}
_NORMS: dict[str, Callable[[int], nn.Module]] = {
    "none": lambda channels: nn.Identity(),
    "layer": lambda channels: nn.GroupNorm(1, channels),  # one mean and variance over all channels and pixels
    "batch": nn.BatchNorm2d,
}


def stages(shape: tuple[int, ...]) -> int:
    """How often the sides of an image are halved: once for 8×8, twice for 28×28 and 32×32."""
    side, count = max(shape[1:]), 0
    while side > _DEEPEST:
        side, count = (side + 1) // 2, count + 1
    return max(count, 1)


def initialise(module: nn.Module) -> None:
    """Weights from N(0, 0.02²), scales of normalisation from N(1, 0.02²), no biases.

    Radford et al., 2016 (arXiv 1511.06434). To be applied when a network is built.
    """
    if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d, nn.GroupNorm)):
        scale = isinstance(module, (nn.BatchNorm2d, nn.GroupNorm))
        nn.init.normal_(module.weight, float(scale), 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class ImageGenerator(nn.Module):
    """Latent points to images: a linear layer, then stages that double the sides, batch normalisation between them.

    Args:
        latent: Dimension of z.
        channels: Channels before the last stage; each stage before has twice as many.
        shape: (c, h, w) of an image, sides of at least 8.
    """

    def __init__(self, latent: int, channels: int, shape: tuple[int, ...]):
        super().__init__()
        count = stages(shape)
        self._sides = halvings(shape, count)[::-1]
        widths = [channels * 2**place for place in reversed(range(count))]
        # No biases before batch normalisation, which subtracts the mean.
        self.foot = nn.Linear(latent, widths[0] * self._sides[0][0] * self._sides[0][1], bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths)
        self.stages = nn.ModuleList(
            nn.ConvTranspose2d(width, out, 4, stride=2, padding=1, bias=place == count - 1)
            for place, (width, out) in enumerate(zip(widths, [*widths[1:], shape[0]], strict=True))
        )
        self.apply(initialise)

    def forward(self, z: Tensor) -> Tensor:
        """(n, latent) to (n, c, h, w), 0 to 1."""
        x = self.foot(z).unflatten(1, (-1, *self._sides[0]))  # (n, widths[0], h', w')
        for norm, stage, (height, width) in zip(self.norms, self.stages, self._sides[1:], strict=True):
            x = stage(norm(x).relu())[..., :height, :width]
        return 0.5 + 0.5 * torch.tanh(x)


class ImageDiscriminator(nn.Module):
    """Images to one number each, before any squashing: stages that halve the sides, then a linear layer.

    Args:
        channels: Channels after the first stage; each further stage has twice as many.
        shape: (c, h, w) of an image, sides of at least 8.
        norm: Normalisation after each stage but the first: "none", "layer" or "batch".
        bias: Whether the last layer has a bias, which losses of differences do not depend on.
    """

    def __init__(self, channels: int, shape: tuple[int, ...], norm: str, bias: bool = True):
        super().__init__()
        layers: list[nn.Module] = []
        before, (height, width) = shape[0], shape[1:]
        for place in range(stages(shape)):
            out = channels * 2**place
            layers.append(nn.Conv2d(before, out, 4, stride=2, padding=1, bias=place == 0 or norm != "batch"))
            if place:
                layers.append(_NORMS[norm](out))
            layers.append(nn.LeakyReLU(_SLOPE))
            before, height, width = out, height // 2, width // 2
        self.stages = nn.Sequential(*layers)
        self.head = nn.Linear(before * height * width, 1, bias=bias)
        self.apply(initialise)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w), 0 to 1, to (n,)."""
        return self.head(self.stages(2.0 * x - 1.0).flatten(1))[:, 0]
