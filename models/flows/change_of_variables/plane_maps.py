"""Smooth invertible maps of the plane with Jacobian determinants in closed form, and areas of images. Float64."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["PLANE_MAPS", "Bulge", "Coupling", "PlaneMap", "RotateAndScale", "Shear", "Twist", "image_area", "outline",
           "plane_map_of"]  # fmt: skip

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


class PlaneMap(ABC):
    """x = f(ε) in the plane.

    Attributes:
        is_linear: All cells are changed alike.
    """

    is_linear: bool = False

    @abstractmethod
    def value(self, e: np.ndarray) -> np.ndarray:
        """f(ε), (…, 2) to the same shape."""

    @abstractmethod
    def inverse(self, x: np.ndarray) -> np.ndarray:
        """f⁻¹(x), (…, 2) to the same shape."""

    @abstractmethod
    def jacobian(self, e: np.ndarray) -> np.ndarray:
        """∂x/∂ε, (…, 2) to (…, 2, 2)."""

    def det(self, e: np.ndarray) -> np.ndarray:
        """det J, (…, 2) to (…)."""
        j = self.jacobian(e)
        return j[..., 0, 0] * j[..., 1, 1] - j[..., 0, 1] * j[..., 1, 0]


def _matrix(rows: list[list[np.ndarray]]) -> np.ndarray:
    """Entries of any one shape as matrices of the last two axes."""
    return np.stack([np.stack(np.broadcast_arrays(*row), -1) for row in rows], -2)


@dataclass(frozen=True)
class Shear(PlaneMap):
    """x₁ = ε₁ + k ε₂, x₂ = ε₂: det J = 1."""

    k: float
    is_linear = True

    def value(self, e: np.ndarray) -> np.ndarray:
        """(ε₁ + k ε₂, ε₂)."""
        return np.stack([e[..., 0] + self.k * e[..., 1], e[..., 1]], -1)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """(x₁ − k x₂, x₂)."""
        return np.stack([x[..., 0] - self.k * x[..., 1], x[..., 1]], -1)

    def jacobian(self, e: np.ndarray) -> np.ndarray:
        """[[1, k], [0, 1]]."""
        return np.broadcast_to(np.array([[1.0, self.k], [0.0, 1.0]]), (*e.shape[:-1], 2, 2))


@dataclass(frozen=True)
class RotateAndScale(PlaneMap):
    """Stretches ε₁ by exp(k/2) and ε₂ by exp(−k), then turns by 30°: det J = exp(−k/2)."""

    k: float
    is_linear = True

    @property
    def _matrix(self) -> np.ndarray:
        c, s = np.sqrt(0.75), 0.5
        return np.array([[c, -s], [s, c]]) @ np.diag(np.exp([0.5 * self.k, -self.k]))

    def value(self, e: np.ndarray) -> np.ndarray:
        """R diag(exp(k/2), exp(−k)) ε."""
        return e @ self._matrix.T

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The inverse matrix times x."""
        return x @ np.linalg.inv(self._matrix).T

    def jacobian(self, e: np.ndarray) -> np.ndarray:
        """The matrix."""
        return np.broadcast_to(self._matrix, (*e.shape[:-1], 2, 2))


@dataclass(frozen=True)
class Coupling(PlaneMap):
    """Real NVP's x₁ = ε₁, x₂ = ε₂ exp(s(ε₁)) + t(ε₁) with s = k sin ε₁ and t = k cos 2ε₁: det J = exp(s(ε₁)).

    Dinh et al., 2017, "Density estimation using Real NVP" (arXiv 1605.08803).
    """

    k: float

    def value(self, e: np.ndarray) -> np.ndarray:
        """(ε₁, ε₂ exp(s(ε₁)) + t(ε₁))."""
        one, two = e[..., 0], e[..., 1]
        return np.stack([one, two * np.exp(self.k * np.sin(one)) + self.k * np.cos(2 * one)], -1)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """(x₁, (x₂ − t(x₁)) exp(−s(x₁)))."""
        one, two = x[..., 0], x[..., 1]
        return np.stack([one, (two - self.k * np.cos(2 * one)) * np.exp(-self.k * np.sin(one))], -1)

    def jacobian(self, e: np.ndarray) -> np.ndarray:
        """[[1, 0], [∂x₂/∂ε₁, exp(s(ε₁))]]: lower triangular."""
        one, two = e[..., 0], e[..., 1]
        scale = np.exp(self.k * np.sin(one))
        slope = two * scale * self.k * np.cos(one) - 2 * self.k * np.sin(2 * one)
        return _matrix([[np.ones_like(one), np.zeros_like(one)], [slope, scale]])


@dataclass(frozen=True)
class Twist(PlaneMap):
    """Turns each point by an angle that grows with its distance from 0, k|ε|: det J = 1, however bent cells become."""

    k: float

    def _turned(self, e: np.ndarray, k: float) -> np.ndarray:
        angle = k * np.hypot(e[..., 0], e[..., 1])
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([c * e[..., 0] - s * e[..., 1], s * e[..., 0] + c * e[..., 1]], -1)

    def value(self, e: np.ndarray) -> np.ndarray:
        """R(k|ε|) ε."""
        return self._turned(e, self.k)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """R(−k|x|) x."""
        return self._turned(x, -self.k)

    def jacobian(self, e: np.ndarray) -> np.ndarray:
        """R + k R′ ε εᵀ/|ε|."""
        one, two = e[..., 0], e[..., 1]
        r = np.hypot(one, two)
        c, s = np.cos(self.k * r), np.sin(self.k * r)
        across = np.stack([-s * one - c * two, c * one - s * two], -1)  # R′ ε
        unit = e / np.maximum(r, 1e-300)[..., None]
        return _matrix([[c, -s], [s, c]]) + self.k * across[..., :, None] * unit[..., None, :]


@dataclass(frozen=True)
class Bulge(PlaneMap):
    """Carries ε away from 0, to ε (1 + c|ε|²), c = |k|/8: det J = (1 + c r²)(1 + 3 c r²)."""

    k: float

    @property
    def _c(self) -> float:
        return abs(self.k) / 8

    def value(self, e: np.ndarray) -> np.ndarray:
        """ε (1 + c|ε|²)."""
        return e * (1 + self._c * (e**2).sum(-1, keepdims=True))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """x r/|x|, with r + c r³ = |x| solved by hyperbolic sines."""
        far = np.hypot(x[..., 0], x[..., 1])[..., None]
        if self._c < 1e-9:
            return x * 1.0
        unit = np.sqrt(1 / (3 * self._c))
        r = 2 * unit * np.sinh(np.arcsinh(1.5 * far / unit) / 3)
        return x * (r / np.maximum(far, 1e-300))

    def jacobian(self, e: np.ndarray) -> np.ndarray:
        """(1 + c r²) I + 2 c ε εᵀ."""
        square = (e**2).sum(-1)[..., None, None]
        return (1 + self._c * square) * np.eye(2) + 2 * self._c * e[..., :, None] * e[..., None, :]


PLANE_MAPS = {
    "coupling": "Coupling (Real NVP)",
    "twist": "Twist",
    "bulge": "Bulge",
    "shear": "Shear",
    "rotate": "Rotate and scale",
}
"""The maps by name, as choices."""
_CLASSES: dict[str, Callable[[float], PlaneMap]] = {
    "coupling": Coupling,
    "twist": Twist,
    "bulge": Bulge,
    "shear": Shear,
    "rotate": RotateAndScale,
}


def plane_map_of(name: str, k: float) -> PlaneMap:
    """A map by its name.

    Args:
        name: Key of `PLANE_MAPS`.
        k: Its strength; with 0, x = ε but for the rotation of `RotateAndScale`.
    """
    return _CLASSES[name](k)


def _corners(middle: np.ndarray, edge: float) -> np.ndarray:
    """Corners of a square, counter-clockwise, (4, 2)."""
    return middle + 0.5 * edge * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def outline(middle: np.ndarray, edge: float, points: int) -> np.ndarray:
    """The outline of a square with so many points an edge, closed, (4 points + 1, 2)."""
    corners = _corners(middle, edge)
    share = np.arange(points)[:, None] / points
    sides = [a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    return np.concatenate([*sides, corners[:1]])


def image_area(f: PlaneMap, middle: np.ndarray, edge: float) -> float:
    """Area of the image of a square: ½ ∮ (x₁ dx₂ − x₂ dx₁) along the images of its edges, by quadrature.

    Args:
        f: The map.
        middle: Middle of the square, (2,).
        edge: Length of its edges.
    """
    corners = _corners(middle, edge)
    half = 0.5 * (np.roll(corners, -1, axis=0) - corners)[:, None]  # (4, 1, 2)
    e = corners[:, None] + half + _NODES[:, None] * half  # (4, nodes, 2)
    x = f.value(e) - f.value(middle)  # the difference saves digits
    dx = np.einsum("snij,sj->sni", f.jacobian(e), half[:, 0])
    return abs(0.5 * float(((x[..., 0] * dx[..., 1] - x[..., 1] * dx[..., 0]) @ _WEIGHTS).sum()))
