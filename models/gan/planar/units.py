"""What the views of a game in the plane have in common: units, noise, maps of the discriminator, probes."""

from __future__ import annotations

from abc import ABC
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.exact.push_forward import Mesh, gaussian_mesh, uniform_mesh
from models.frames import Grid, Layer, Lines
from models.gan.objectives import OBJECTIVES, Game
from models.protocol import Data, DataSpec, GenerativeModel, HasDecoder

__all__ = ["PROBES", "Known", "PlanarGame", "array", "square_of"]

_NEIGHBOURS = 1500  # training data among which the nearest is looked for
PROBES = 120  # samples whose gradient and trail are shown


def array(tensor: Tensor) -> np.ndarray:
    """A tensor as an array of its own."""
    return tensor.detach().cpu().numpy()


def square_of(x: Tensor, margin: float = 0.25) -> tuple[float, float, float, float]:
    """x0, x1, y0, y1 of a square around points, (n, 2), wider by a share of their reach on each side."""
    low, high = x.min(dim=0).values, x.max(dim=0).values
    cx, cy = (0.5 * (low + high)).tolist()
    half = 0.5 * float((high - low).max()) * (1 + 2 * margin)
    return (cx - half, cx + half, cy - half, cy + half)


class Known(dict[Any, np.ndarray]):
    """What was computed of the data and holds for every copy of the model: copies share it."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Known:
        """The same: the data do not change."""
        return self


class PlanarGame(GenerativeModel, HasDecoder, ABC):
    """Generator and discriminator of points, in standard units.

    Attributes:
        generator: z to points, (n, latent) to (n, 2).
        discriminator: Packs of m points to F, (n, 2 m) to (n, 1).
        center: Mean of the data, (2,).
        spread: Root of the mean variance of their coordinates, a scalar.
        moves: Updates of the generator so far.
        known: Masses of the data by raster.
    """

    config: Any
    generator: nn.Module
    discriminator: nn.Module
    center: Tensor
    spread: Tensor
    moves: Tensor

    def __init__(self, config: Any, spec: Any):
        super().__init__(config, spec)
        self.known = Known()

    @classmethod
    def latent_dim_of(cls, config: Any, spec: DataSpec | None) -> int:
        """Dimension of z."""
        return config.latent

    def decode_mean(self, z: Tensor) -> Tensor:
        """G(z) in data units, (n, latent) to (n, 2)."""
        return self.from_units(self.generator(z))

    @property
    def game(self) -> Game:
        """The losses in force."""
        return OBJECTIVES[self.config.objective]

    def to_units(self, x: Tensor) -> Tensor:
        """Points in standard units, (n, 2)."""
        return (x - self.center) / self.spread

    def from_units(self, u: Tensor) -> Tensor:
        """Points in data units, (n, 2)."""
        return self.center + self.spread * u

    def draw_noise(self, n: int, rng: torch.Generator) -> Tensor:
        """z, (n, latent): standard normal, or uniform from −1 to 1."""
        shape, like = (n, self.config.latent), self.center
        if self.config.noise == "uniform":
            return torch.rand(shape, generator=rng, device=like.device, dtype=like.dtype).mul_(2.0).sub_(1.0)
        return torch.randn(shape, generator=rng, device=like.device, dtype=like.dtype)

    def mesh(self, n: int) -> Mesh:
        """The square of a two-dimensional z in n × n cells with their prior masses."""
        return uniform_mesh(n) if self.config.noise == "uniform" else gaussian_mesh(n)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """G(z) in data units, (n, latent) to (n, 2)."""
        with torch.no_grad():
            return array(self.from_units(self.generator(torch.from_numpy(z).to(self.center))))

    def judged(self, u: Tensor, beside: Tensor) -> Tensor:
        """F at points, (n, 2) to (n,), all in standard units; with packing, in packs whose other points are the same.

        Args:
            u: Points.
            beside: The other m − 1 points of each pack, (at least m − 1, 2).
        """
        others = beside[: self.config.pac - 1].reshape(1, -1).expand(len(u), -1)
        return self.discriminator(torch.cat([u, others], dim=1))[:, 0]

    def probes(self) -> Tensor:
        """The fixed noise of arrows and trails, (probes, latent)."""
        return self.draw_noise(PROBES, torch.Generator(self.center.device).manual_seed(0))

    def nearest_class(self, x: Tensor, data: Data) -> tuple[Tensor, tuple[str, ...]]:
        """Class of the training datum that is nearest to each point, (n,), and the names of the classes."""
        real, names = data.train.x[:_NEIGHBOURS], tuple(data.spec.classes) or ("data",)
        classes = data.train.y
        of = torch.zeros(len(real), dtype=torch.long, device=real.device) if classes is None else classes[:_NEIGHBOURS]
        return of[torch.cdist(x, real.to(x)).argmin(dim=1)], names

    def laid_out(self, z: np.ndarray) -> np.ndarray:
        """z in the plane of the data, (..., latent) to (..., 2): in standard units, a single dimension along x."""
        u = z if z.shape[-1] == 2 else np.concatenate([z, np.zeros_like(z)], axis=-1)
        return array(self.center) + float(self.spread) * u

    def warped(self, t: float) -> Layer:
        """The mesh, or the line, of a noise of one or two dimensions at (1 − t) z + t G(z)."""
        reach = 1.0 if self.config.noise == "uniform" else 2.5
        if self.config.latent == 1:
            line = np.linspace(-reach, reach, 400)[:, None]
            xy = (1.0 - t) * self.laid_out(line) + t * self.decode(line)
            return Lines(xy, np.zeros(1, int), role="prior", width=1.5, name="G(z) for all z")
        axis = np.linspace(-reach, reach, 31)
        mesh = np.stack(np.meshgrid(axis, axis), axis=-1)  # (31, 31, 2)
        image = self.decode(mesh.reshape(-1, 2)).reshape(mesh.shape)
        name = f"z from {-reach:g} to {reach:g}".replace("-", "−")
        return Grid((1.0 - t) * self.laid_out(mesh) + t * image, role="prior", name=name)
