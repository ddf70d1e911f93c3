"""The interface of the model, extents and layers, for all views of a GAN in the plane."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from models.exact.modes import mode_names
from models.frames import Grid, Layer, Lines
from models.gan.objectives import Game
from models.gan.planar.units import StandardUnits
from models.protocol import Data
from models.views.words import as_array

__all__ = ["PlanarGAN", "generate", "names_of", "place_noise", "warped_noise"]


class PlanarGAN(Protocol):
    """Interface that the views of a GAN in the plane use; implemented by `models.gan.planar.model.GAN`."""

    @property
    def config(self) -> Any:
        """Config of the page."""

    @property
    def device(self) -> torch.device:
        """Device of the model's parameters."""

    @property
    def units(self) -> StandardUnits:
        """Standard units of the data."""

    @property
    def game(self) -> Game:
        """The current losses."""

    @property
    def generator(self) -> nn.Module:
        """z to points in standard units, (n, latent) to (n, 2)."""

    @property
    def discriminator(self) -> nn.Module:
        """Packs of m points in standard units to F, (n, 2 m) to (n, 1)."""

    @property
    def generator_updates(self) -> Tensor:
        """Updates of the generator so far, a scalar."""

    def judge(self, packs: Tensor) -> Tensor:
        """F of packs of m points in standard units; (n, 2 m) to (n,)."""

    def packs(self, u: Tensor) -> Tensor:
        """Puts m consecutive points side by side; (n, 2) to (n/m, 2 m)."""

    def with_noise(self, u: Tensor, rng: torch.Generator) -> Tensor:
        """Adds the instance noise to points in standard units, (n, 2)."""

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws z, (n, latent)."""

    def decode_mean(self, z: Tensor) -> Tensor:
        """G(z) in data units, (n, latent) to (n, 2)."""

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws points from the model, (n, 2), in data units."""


@torch.no_grad()
def generate(model: PlanarGAN, z: np.ndarray) -> np.ndarray:
    """G(z) in data units, (n, latent) to (n, 2)."""
    return as_array(model.decode_mean(torch.from_numpy(z).to(model.units.center)))


def names_of(data: Data) -> tuple[str, ...]:
    """Short names of the modes of data that have centres."""
    assert data.centers is not None
    return tuple(name.removeprefix("mode ") for name in mode_names(data.centers, data.spec.classes))


def place_noise(model: PlanarGAN, z: np.ndarray) -> np.ndarray:
    """Places z in the plane of the data, (..., latent) to (..., 2): in standard units, a single dimension along x."""
    u = z if z.shape[-1] == 2 else np.concatenate([z, np.zeros_like(z)], axis=-1)
    return as_array(model.units.center) + float(model.units.spread) * u


def warped_noise(model: PlanarGAN, t: float) -> Layer:
    """The points (1 − t) z + t G(z) of a mesh of z in two dimensions, or of a line of z in one."""
    reach = 1.0 if model.config.noise == "uniform" else 2.5
    if model.config.latent == 1:
        line = np.linspace(-reach, reach, 400)[:, None]
        xy = (1.0 - t) * place_noise(model, line) + t * generate(model, line)
        return Lines(xy, np.zeros(1, int), role="prior", width=1.5, name="G(z) for all z")
    axis = np.linspace(-reach, reach, 31)
    mesh = np.stack(np.meshgrid(axis, axis), axis=-1)  # (31, 31, 2)
    image = generate(model, mesh.reshape(-1, 2)).reshape(mesh.shape)
    name = f"z from {-reach:g} to {reach:g}".replace("-", "−")
    return Grid((1.0 - t) * place_noise(model, mesh) + t * image, role="prior", name=name)
