"""Real NVP of images."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from models.flows.flow.model import FlowModel
from models.flows.real_nvp_images.directions import first_directions, refined
from models.flows.real_nvp_images.layers import multi_scale
from models.flows.real_nvp_images.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.flows.transforms import ActNorm, Transform
from models.nets.same_size import DenseOnImages, ResidualConv
from models.protocol import (
    BadValue,
    Data,
    DataSpec,
    GenerativeModel,
    HasDecoder,
    Image,
    Kind,
    Progress,
    param,
    settings,
)

__all__ = ["RealNVPImages"]

_EVERY = 60  # rounds after which the directions are refined
_FITTED = 256  # training images on which ActNorm begins


class RealNVPImages(FlowModel, HasDecoder):
    """Coupling layers of convolutional networks on several scales, with checkerboard and channel masks.

    Dinh et al., 2017, arXiv 1605.08803; ActNorm and 1×1 convolutions as in Glow (Kingma & Dhariwal, 2018, arXiv
    1807.03039). Images are dequantised and pass a logit, see `LogitPixels`.

    The noise has as many entries as the image, too many for sliders. The latent space of the window is spanned by the
    directions along which one image, the first of the training data, changes most: the first right singular vectors of
    ∂x/∂ε at its code. z is the way from that code along them, so z = 0 is the image itself. Around ε = 0 instead, far
    from the noise of all images, the flow of many data gives an empty image, which does not change.

    Code and directions are buffers, so that sliders, pictures and checkpoints agree, and they follow the weights.

    Attributes:
        example: The image, (1, c, h, w).
        code: f⁻¹ of it, (D,).
        principal: The directions, orthonormal, (sliders, D).
    """

    title = "Real NVP of images"
    reference = "https://arxiv.org/abs/1605.08803"
    accepts = (Image,)
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT
    validation_size = 320
    validation_part = 16  # images of 28×28 whose likelihood takes about 10 ms
    other_noise = "other noise"

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        noise: ClassVar[str] = "gaussian"

        scales: int = param(
            2, "Scales", 1, 4, help="Each halves the sides, and factors out half of its channels as noise."
        )
        checkerboards: int = param(
            2, "Checkerboard couplings", 0, 8, help="On each scale, before its sides are halved: 4 pixels of 8 stay."
        )
        couplings: int = param(
            3, "Channel couplings", 1, 16, help="On each scale, after its sides are halved: half of the channels stay."
        )
        mixing: bool = param(
            True, "1×1 convolutions",
            help="An invertible matrix of the channels before each channel coupling. Off: the halves take turns.",
        )  # fmt: skip
        norm: bool = param(
            True, "ActNorm", more=True,
            help="A learned scale and shift of each channel before each coupling, which begin at unit variance.",
        )  # fmt: skip
        net: str = param(
            "conv", "Networks", choices={"conv": "Convolutions", "dense": "Dense"},
            help="Of the couplings. Convolutions know that near pixels belong together and are the same everywhere.",
        )  # fmt: skip
        width: int = param(16, "Width", 2, 512, log=True, help="Channels, or units, of the hidden layers.")
        blocks: int = param(1, "Residual blocks", 0, 8, help="Of each network; of a dense one, hidden layers beyond 1.")
        alpha: float = param(
            1e-6, "Logit α", 1e-7, 0.2, log=True, more=True,
            help="f ends in x = (σ(y) − α)/(1 − 2α). A larger α keeps y smaller, and costs bits.",
        )  # fmt: skip
        sliders: int = param(
            10, "Sliders", 1, 64, more=True, help="Directions of the noise along which the image changes most."
        )

    config: Config
    example: Tensor
    code: Tensor
    principal: Tensor

    def __init__(self, config: Config, spec: DataSpec):
        self.check(config, spec.kind)
        super().__init__(config, spec)
        self.register_buffer("example", torch.zeros(1, *spec.kind.shape))
        self.register_buffer("code", torch.zeros(self.dims))
        self.register_buffer("principal", first_directions(self.latent_dim, self.dims))

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses more scales than the sides of the image can be halved."""
        _, height, width = kind.shape
        most = min(_halvings(height), _halvings(width))
        size = f"images of {height}×{width} pixels"
        if not most:
            raise BadValue("data", f"{cls.title} halves the sides of images, which must be even: not {size}")
        if config.scales > most:
            raise BadValue("scales", f"scales takes a whole number from 1 to {most} for {size}, not {config.scales}")

    def transforms(self) -> list[Transform]:
        """The layers of all scales, from the noise to logits."""
        c = self.config
        return multi_scale(
            self.spec.kind.shape, c.scales, c.checkerboards, c.couplings, mixing=c.mixing, norm=c.norm, net=self._net
        )

    def _net(self, seen: tuple[int, int, int], out: int) -> nn.Module:
        c = self.config
        if c.net == "dense":
            return DenseOnImages(seen, [c.width] * (1 + c.blocks), out)
        return ResidualConv(seen[0], c.width, out, c.blocks)

    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Takes the image of the sliders, and begins with channels of mean 0 and variance 1 before each coupling."""
        for module in self.modules():
            if isinstance(module, ActNorm):
                module.fits = True
        x = data.split("train", _FITTED).x.to(self.device, self.dtype)
        with torch.no_grad():
            self.example.copy_(x[:1])
            self.to_noise(x, torch.Generator(self.device).manual_seed(0))

    # Sampling

    @torch.no_grad()
    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        temperature: float = param(
            1.0, "Temperature T", 0.0, 2.0, step=0.05,
            help="ε ~ N(0, T² I): below 1, noise is nearer to 0 than the model says, and images are plainer.",
        ),
    ) -> Tensor:  # fmt: skip
        """f of noise, (n, c, h, w), data units."""
        return self.from_noise(temperature * self.draw_noise(n, rng=rng))

    # The latent space of the sliders

    @classmethod
    def latent_dim_of(cls, config: Config, spec: DataSpec | None) -> int:
        """Number of directions."""
        return config.sliders if spec is None else min(config.sliders, math.prod(spec.kind.shape))

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z for which the noise along the directions is N(0, I), (n, sliders)."""
        e = torch.randn(n, self.latent_dim, generator=rng, device=self.device, dtype=self.dtype)
        return e - self.principal @ self.code

    def decode_mean(self, z: Tensor) -> Tensor:
        """f(code + z₁v₁ + z₂v₂ + …), (n, sliders) to (n, c, h, w)."""
        return self.from_noise(self.code + z @ self.principal)

    def smooth(self, e: Tensor) -> Tensor:
        """x = f(ε) before pixels are rounded to levels, from 0 to 1; (n, D) to (n, D)."""
        assert self.pixels is not None
        return self.pixels.dequantised(self.flow(e)[0])

    def begin_round(self, progress: Progress) -> None:
        """Lets code and directions follow the weights."""
        if progress.step % _EVERY == 0:
            with torch.no_grad():
                self.code.copy_(self.to_noise(self.example)[0][0])
                self.principal.copy_(refined(self.smooth, self.code, self.principal))


def _halvings(side: int) -> int:
    """How often a side can be halved without a rest."""
    return (side & -side).bit_length() - 1
