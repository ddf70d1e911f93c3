"""What a view can ask for: a closed list of input kinds, found by the annotations of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.protocol.kinds import DataSpec

__all__ = [
    "INPUTS",
    "Canvas",
    "Classifier",
    "Data",
    "DataBatch",
    "DataPoint",
    "Direction",
    "Handles",
    "Input",
    "LatentPoint",
    "Noise",
    "Pixel",
    "Region",
    "TimeStep",
]


class Input:
    """Base of everything a view can ask for."""


@dataclass(frozen=True)
class DataBatch(Input):
    """Some data of one split.

    Attributes:
        x: The data, (n, *shape), float.
        y: Class of each datum, (n,), or None.
        index: Position of each datum in its split, (n,).
        mask: 1 where a datum's entry is observed, (n, *shape), or None for all.
        split: "train", "valid" or "test": where the data really are from, whatever was asked for.
        factors: What each datum was made from, (n, k), as `DataSpec.factors` says, or None. Views have them, training
            does not.
    """

    x: Tensor
    y: Tensor | None
    index: Tensor
    mask: Tensor | None = None
    split: str = "train"
    factors: Tensor | None = None

    def __len__(self) -> int:
        """Number of data."""
        return len(self.x)


@dataclass(frozen=True)
class DataPoint(Input):
    """One datum picked in a view, x of shape (1, *shape)."""

    x: Tensor
    y: int | None
    index: int
    split: str = "valid"


@dataclass(frozen=True)
class LatentPoint(Input):
    """A point in latent space, z of shape (1, latent)."""

    z: Tensor


@dataclass(frozen=True)
class Direction(Input):
    """A direction in latent space that was kept under a name, vector of shape (1, latent); "" and zeros for none."""

    name: str
    vector: Tensor


@dataclass(frozen=True)
class Noise(Input):
    """The same noise each time it is asked for, until a redraw gives another seed."""

    seed: int = 0

    def rng(self, device: torch.device | str = "cpu") -> torch.Generator:
        """A generator at the start of this noise's stream."""
        return torch.Generator(device).manual_seed(self.seed)


@dataclass(frozen=True)
class Handles(Input):
    """Points dragged by hand in a plot, (k, 2)."""

    xy: np.ndarray


@dataclass(frozen=True)
class Canvas(Input):
    """A partly given image: x of shape (1, c, h, w), and a mask that is 1 where it is given."""

    x: Tensor
    mask: Tensor


@dataclass(frozen=True)
class Pixel(Input):
    """One pixel of an image."""

    row: int
    column: int
    channel: int = 0


@dataclass(frozen=True)
class Region(Input):
    """A rectangle in data units."""

    x0: float
    x1: float
    y0: float
    y1: float


@dataclass(frozen=True)
class TimeStep(Input):
    """A moment of a process that runs from 0 to 1."""

    t: float


@dataclass(frozen=True)
class Data(Input):
    """The whole dataset, and what is known of it exactly.

    Attributes:
        spec: What the model was built for.
        train, valid, test: The splits.
        log_prob: Exact log density, (n, *shape) to (n,) nats, or None.
        entropy: Exact entropy, nats, or None.
        centers: Centres of the modes, (k, 2), or None.
        std: Standard deviation of one mode, or None.
    """

    spec: DataSpec
    train: DataBatch
    valid: DataBatch
    test: DataBatch
    log_prob: Callable[[Tensor], Tensor] | None = None
    entropy: float | None = None
    centers: Tensor | None = None
    std: float | None = None


@dataclass(frozen=True)
class Classifier(Input):
    """A classifier of the data, trained beforehand and fixed: a ruler that comes with the data, not with a model.

    A view that asks for it is offered only where there is one for the data.

    Attributes:
        features: What the last layer sees, (n, *shape) to (n, d).
        log_prob: Log probability of each class, (n, *shape) to (n, classes).
        classes: Names of the classes.
        accuracy: Share of the test data that it classifies rightly.
        kept: What views computed of classifier and data alone, which they need not compute again.
    """

    features: Callable[[Tensor], Tensor]
    log_prob: Callable[[Tensor], Tensor]
    classes: tuple[str, ...]
    accuracy: float
    kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)


INPUTS: tuple[type[Input], ...] = (
    DataBatch,
    DataPoint,
    LatentPoint,
    Direction,
    Noise,
    Handles,
    Canvas,
    Pixel,
    Region,
    TimeStep,
    Data,
    Classifier,
)
