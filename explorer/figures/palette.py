"""Colours of figures: the roles and classes of the window, on light and dark paper."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from explorer import palette
from explorer.figures.style import FigureError
from explorer.palette import REAL_FAKE_DEPTH, Colors, mix

__all__ = ["DARK", "LIGHT", "PALETTES", "Palette", "rgb"]

HEAT_DEPTH = 0.72


def rgb(color: str) -> np.ndarray:
    """A "#rrggbb" as (3,) floats from 0 to 1."""
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255


class Palette(Colors):
    """The colours of one theme, with the tints, ramps and shades that figures derive from them."""

    @property
    def roles(self) -> Mapping[str, str]:
        """Colour by role."""
        return {"data": self.data, "model": self.model, "prior": self.prior, "alt": self.alt, "total": self.total}

    @property
    def grid(self) -> str:
        """Grid lines: captions at 16 % on paper."""
        return mix(self.paper, self.text3, 0.16)

    def role(self, name: str) -> str:
        """The colour of a role.

        Raises:
            FigureError: There is no such role.
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
        finite = np.isfinite(fractions)
        at = np.clip(np.where(finite, fractions, 0.0), 0.0, 1.0) * (len(stops) - 1)
        table = np.array([rgb(stop) for stop in stops])
        channels = [np.interp(at, np.arange(len(stops)), table[:, i]) for i in range(3)]
        return np.round(255 * np.stack([*channels, finite.astype(float)], axis=-1)).astype(np.uint8)


LIGHT = Palette(**vars(palette.LIGHT))
DARK = Palette(**vars(palette.DARK))

PALETTES: Mapping[str, Palette] = {"light": LIGHT, "dark": DARK}
