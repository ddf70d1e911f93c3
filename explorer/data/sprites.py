"""Sprites: simple shapes with known factors of variation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Dataset, Split
from explorer.data.source import Progress, Source
from models.protocol import Factor, Image, param

__all__ = ["SHAPES", "Sprites", "SpritesColour", "draw_sprites"]

SHAPES = ("square", "ellipse", "triangle", "cross")
FACTORS = (
    Factor("shape", values=SHAPES),
    Factor("size"),
    Factor("rotation", period=np.pi / 2),  # a square and a cross have a symmetry of a quarter turn
    Factor("x"),
    Factor("y"),
)
_SEED = 5717
_SIZE, _ROTATION, _PLACE = (0.2, 0.36), (0.0, np.pi / 2), (0.32, 0.68)
_VALID, _TEST = 1_000, 2_000
_SATURATION = 0.85
_CHUNK = 1_000


def _square(u: np.ndarray, v: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(u), np.abs(v)) - size / 2


def _ellipse(u: np.ndarray, v: np.ndarray, size: np.ndarray) -> np.ndarray:
    minor = size / np.sqrt(2 * np.pi, dtype=np.float32)
    major = 2 * minor
    level = np.hypot(u / major, v / minor)
    slope = np.hypot(u / major**2, v / minor**2)
    return level * (level - 1) / np.maximum(slope, 1e-6)  # distance to first order


def _triangle(u: np.ndarray, v: np.ndarray, size: np.ndarray) -> np.ndarray:
    inradius = size / np.float32(np.sqrt(3 * np.sqrt(3)))
    half = np.float32(np.sqrt(0.75))
    return np.maximum(-v, np.abs(u) * half + v / 2) - inradius


def _cross(u: np.ndarray, v: np.ndarray, size: np.ndarray) -> np.ndarray:
    arm = size / np.float32(np.sqrt(5)) / 2  # half the width of a bar three times as long
    u, v = np.abs(u), np.abs(v)
    return np.minimum(np.maximum(u - 3 * arm, v - arm), np.maximum(u - arm, v - 3 * arm))


_DISTANCE = {"square": _square, "ellipse": _ellipse, "triangle": _triangle, "cross": _cross}


def draw_sprites(factors: np.ndarray, pixels: int) -> np.ndarray:
    """Draws sprites, antialiased.

    Args:
        factors: (n, 5): index in `SHAPES`, size (side of the square of equal area), rotation in radians, and the
            position of the centroid, x to the right and y downwards. Lengths are relative to the width of the picture.
        pixels: Width and height of the picture.

    Returns:
        Covered share of each pixel, (n, pixels, pixels) float32.
    """
    centre = (np.arange(pixels, dtype=np.float32) + 0.5) / pixels
    covered = np.empty((len(factors), pixels, pixels), dtype=np.float32)
    for index, name in enumerate(SHAPES):
        (chosen,) = np.nonzero(factors[:, 0] == index)
        for start in range(0, len(chosen), _CHUNK):
            part = chosen[start : start + _CHUNK]
            size, rotation, x, y = factors[part, 1:, None, None].astype(np.float32).swapaxes(0, 1)  # (m, 1, 1) each
            right, down = centre - x, centre[:, None] - y
            c, s = np.cos(rotation), np.sin(rotation)
            distance = _DISTANCE[name](c * right + s * down, c * down - s * right, size)
            covered[part] = np.clip(0.5 - pixels * distance, 0, 1)
    return covered


def _factors(n: int, rng: np.random.Generator, coloured: bool) -> np.ndarray:
    shape = rng.integers(len(SHAPES), size=n)
    limits = (_SIZE, _ROTATION, _PLACE, _PLACE, *(((0.0, 1.0),) if coloured else ()))
    return np.column_stack([shape, *(rng.uniform(low, high, n) for low, high in limits)])


def _rgb(hue: np.ndarray) -> np.ndarray:
    """Colours of full value, (n,) hues from 0 to 1 to (n, 3)."""
    pure = np.clip(np.abs((6 * hue[:, None] + (0, 4, 2)) % 6 - 3) - 1, 0, 1)
    return (1 - _SATURATION + _SATURATION * pure).astype(np.float32)


@dataclass(frozen=True)
class Sprites(Source):
    """White shapes on black."""

    name, title = "sprites", "Sprites 28×28"
    about = "Four shapes that vary in size, rotation and position: five known factors to find in a latent space."
    kind = Image(1, 28, 28, "grey")
    origin = "after dSprites, Matthey et al., 2017"
    factors: ClassVar[tuple[Factor, ...]] = FACTORS

    n: int = param(10_000, "Training images", 1_000, 100_000, log=True, more=True)

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, uint8 with scale 1/255; rotations are below a quarter turn, so that all differ."""
        train, valid, test = (self._split(seed, n) for seed, n in enumerate((self.n, _VALID, _TEST)))
        return Dataset(
            str(self),
            self.title,
            self.kind,
            train,
            valid,
            test,
            classes=SHAPES,
            scale=1 / 255,
            factors=self.factors,
        )

    def _split(self, seed: int, n: int) -> Split:
        c, pixels, _ = self.kind.shape
        factors = _factors(n, np.random.default_rng([_SEED, seed]), coloured=c == 3)
        x = 255 * draw_sprites(factors[:, :5], pixels)[:, None]  # (n, 1, h, w)
        if c == 3:
            x = x * _rgb(factors[:, 5])[:, :, None, None]  # (n, 3, h, w)
        return Split(np.rint(x).astype(np.uint8), factors[:, 0].astype(np.int64), factors)


@dataclass(frozen=True)
class SpritesColour(Sprites):
    """Coloured shapes on black."""

    name, title = "sprites-colour", "Coloured sprites 32×32"
    about = "The sprites in colour: hue is the sixth known factor."
    kind = Image(3, 32, 32, "colour")
    factors: ClassVar[tuple[Factor, ...]] = (*FACTORS, Factor("hue", period=1.0))
