"""Colours of figures: the same roles and classes as in the window, on light and dark paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from explorer.figures.style import FigureError

__all__ = ["DARK", "LIGHT", "PALETTES", "Palette", "mix", "rgb"]

REAL_FAKE_DEPTH = 0.62
"""How far the ends of a discriminator's map go from paper to the colours of data and model."""
HEAT_DEPTH = 0.72


def rgb(color: str) -> np.ndarray:
    """A "#rrggbb" as (3,) floats from 0 to 1."""
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def mix(first: str, second: str, amount: float) -> str:
    """The colour `amount` of the way from the first to the second."""
    red, green, blue = np.round(255 * (rgb(first) * (1 - amount) + rgb(second) * amount)).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


@dataclass(frozen=True)
class Palette:
    """Colours of one theme.

    Attributes:
        paper: Background.
        text1, text2, text3: Titles and values; labels; captions, axis numbers and grid lines.
        warn: A note that is a warning.
        middle: 0.5 on the map of a discriminator.
        roles: Colour by role.
        classes: Colours of classes 0 to 9, told apart in normal and colour-blind sight.
    """

    paper: str
    text1: str
    text2: str
    text3: str
    warn: str
    middle: str
    roles: Mapping[str, str]
    classes: tuple[str, ...]

    @property
    def grid(self) -> str:
        """Grid lines: captions at 16 % on paper."""
        return mix(self.paper, self.text3, 0.16)

    def role(self, name: str) -> str:
        """The colour of a role.

        Raises:
            FigureError: Where there is no such role.
        """
        try:
            return self.roles[name]
        except KeyError:
            raise FigureError(f"no colour is known for the role {name!r}, only for {', '.join(self.roles)}") from None

    def tint(self, name: str, rank: int) -> str:
        """The colour of the rank-th series of a role: the role itself, then darker and lighter ones."""
        base = self.role(name)
        steps = ((self.paper, 0.0), (self.paper, 0.45), (self.text1, 0.45), (self.paper, 0.66))
        toward, amount = steps[rank % len(steps)]
        return mix(base, toward, amount)

    def of_class(self, label: int) -> str:
        """The colour of a class; grey for -1, no class."""
        return self.text3 if label < 0 else self.classes[label % len(self.classes)]

    def stops(self, role: str) -> tuple[str, ...]:
        """Colours of a ramp at equal distances, from low to high."""
        if role == "real-fake":
            ends = [mix(self.paper, self.role(end), REAL_FAKE_DEPTH) for end in ("model", "data")]
            return ends[0], self.middle, ends[1]
        return self.paper, mix(self.paper, self.role(role), HEAT_DEPTH)

    def shade(self, fractions: np.ndarray, stops: tuple[str, ...]) -> np.ndarray:
        """Colours of fractions (…) along a ramp, (…, 4) bytes; transparent where not finite."""
        known = np.isfinite(fractions)
        at = np.clip(np.where(known, fractions, 0.0), 0.0, 1.0) * (len(stops) - 1)
        table = np.array([rgb(stop) for stop in stops])
        channels = [np.interp(at, np.arange(len(stops)), table[:, i]) for i in range(3)]
        return np.round(255 * np.stack([*channels, known.astype(float)], axis=-1)).astype(np.uint8)


LIGHT = Palette(
    paper="#ffffff",
    text1="#16191f",
    text2="#4a515e",
    text3="#646c7a",
    warn="#8a6400",
    middle="#f5f6f8",
    roles={"data": "#0a78a6", "model": "#a85a00", "prior": "#b5327f", "alt": "#0b7a67", "total": "#22262e"},
    classes=(
        *("#207ba1", "#631068", "#b11555", "#8089ff", "#684dce"),
        *("#a7a51a", "#d68b9c", "#152ea3", "#770d01", "#b2640c"),
    ),
)

DARK = Palette(
    paper="#1a1d24",
    text1="#eceef2",
    text2="#aeb5c1",
    text3="#8a92a0",
    warn="#e8b931",
    middle="#1f232b",
    roles={"data": "#45bce6", "model": "#f2a541", "prior": "#e483bc", "alt": "#4fd1b5", "total": "#dde1e8"},
    classes=(
        *("#1389b8", "#db7d2c", "#d9486a", "#adbffe", "#957ef9"),
        *("#e0be01", "#0be0a0", "#fffd6c", "#53b0aa", "#affefe"),
    ),
)

PALETTES: Mapping[str, Palette] = {"light": LIGHT, "dark": DARK}
