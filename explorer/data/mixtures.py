"""Mixtures of Gaussians in the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.data.plane import MixtureSource
from models.protocol import param

__all__ = ["Grid25", "Ring8", "TwoGaussians"]


@dataclass(frozen=True)
class Ring8(MixtureSource):
    """Eight Gaussians on a circle."""

    name, title = "ring8", "Ring of 8 Gaussians"
    about = "Eight equal Gaussians on a circle: the modes that a collapsed GAN loses can be counted."
    origin = "Metz, Poole, Pfau, Sohl-Dickstein, 2016, arXiv:1611.02163"

    radius: float = param(2.0, "Radius", 0.1, 10.0)
    std: float = param(0.2, "Standard deviation", 0.01, 2.0, log=True)

    @property
    def width(self) -> float:
        """Standard deviation of each Gaussian."""
        return self.std

    def centers(self) -> np.ndarray:
        """Counter-clockwise from (radius, 0)."""
        angle = 2 * np.pi * np.arange(8) / 8
        return self.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


@dataclass(frozen=True)
class Grid25(MixtureSource):
    """Twenty-five Gaussians on a square lattice."""

    name, title = "grid25", "Grid of 25 Gaussians"
    about = "Twenty-five narrow Gaussians on a lattice, the usual test of how many modes a generator finds."
    origin = "Dumoulin et al., 2017, arXiv:1606.00704"

    spacing: float = param(2.0, "Spacing", 0.1, 10.0)
    std: float = param(0.05, "Standard deviation", 0.01, 2.0, log=True)

    @property
    def width(self) -> float:
        """Standard deviation of each Gaussian."""
        return self.std

    def centers(self) -> np.ndarray:
        """Row by row from the lower left, the middle one at the origin."""
        line = self.spacing * np.arange(-2, 3)
        y, x = np.meshgrid(line, line, indexing="ij")
        return np.stack([x.ravel(), y.ravel()], axis=1)


@dataclass(frozen=True)
class TwoGaussians(MixtureSource):
    """Two Gaussians side by side."""

    name, title = "two-gaussians", "Two Gaussians"
    about = "Two equal Gaussians; their distance determines whether the density has one mode or two."
    origin = "made for this program"

    distance: float = param(4.0, "Distance of the centres", 0.0, 20.0)
    std: float = param(0.5, "Standard deviation", 0.01, 5.0, log=True)

    @property
    def width(self) -> float:
        """Standard deviation of each Gaussian."""
        return self.std

    def names(self) -> tuple[str, ...]:
        """Left and right."""
        return ("left", "right")

    def centers(self) -> np.ndarray:
        """At -distance/2 and distance/2 on the first axis."""
        return np.array([[-self.distance / 2, 0.0], [self.distance / 2, 0.0]])
