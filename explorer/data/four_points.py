"""Four images of one pixel each: the smallest data on which a Gaussian posterior is not enough."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Dataset, Split
from explorer.data.source import Progress, Source
from models.protocol import Image, param

__all__ = ["FourPoints"]


@dataclass(frozen=True)
class FourPoints(Source):
    """The four one-hot points, as images of 2×2 pixels with one white pixel."""

    name, title = "four-points", "Four one-hot points"
    about = "Four images of 2×2 pixels, one of them white: no model can exceed log p(x) = −log 4 on all of them."
    kind = Image(1, 2, 2, "binary")
    origin = "Mescheder, Nowozin, Geiger, 2017, arXiv:1701.04722, section 6.1"
    classes: ClassVar[tuple[str, ...]] = ("top left", "top right", "bottom left", "bottom right")

    copies: int = param(256, "Copies of each", 1, 10_000, log=True, more=True, help="In the training data.")

    def load(self, progress: Progress | None = None) -> Dataset:
        """Training data hold each point several times, the other splits once."""
        x, y = np.eye(4, dtype=np.uint8).reshape(4, 1, 2, 2), np.arange(4)
        train = Split(np.tile(x, (self.copies, 1, 1, 1)), np.tile(y, self.copies))
        return Dataset(
            str(self), self.title, self.kind, train, Split(x, y), Split(x.copy(), y.copy()), classes=self.classes,
            entropy_of=lambda: math.log(4.0),
        )  # fmt: skip
