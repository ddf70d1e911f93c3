"""The kinds of input that a view can ask for, by the annotations of its arguments.

A kind has three table entries under the same key: the dataclass here (`INPUTS`), its default and text form
(`explorer.engine.views.input_kinds.KINDS`) and its editor in the window (`explorer.ui.page.editors.EDITORS`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, ClassVar

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
    "FamilyRuns",
    "Input",
    "Instrument",
    "LatentPoint",
    "MetricCurve",
    "Noise",
    "Pixel",
    "Points",
    "RunHistory",
    "TimeStep",
    "TrainedModel",
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
        mask: 1 where an entry is observed, and 0 where a shorter sequence is padded; (n, *shape), or None for all 1.
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
    """One datum picked in a view, x of shape (1, *shape), and its mask, likewise, or None as in a `DataBatch`."""

    x: Tensor
    y: int | None
    index: int
    split: str = "valid"
    mask: Tensor | None = None


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
class Points(Input):
    """Points that can be dragged in a plane and are no parameters of the page, (k, 2) in data units."""

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
class TimeStep(Input):
    """A time t of a process that runs from 0 to 1."""

    t: float


@dataclass(frozen=True)
class Data(Input):
    """The whole dataset, and what is known of it exactly.

    Attributes:
        spec: What the model is built for.
        split: Returns the first n data of a split ("train", "valid", "test"), all of them where n is None. Tensors are
            made when they are asked for: a view that needs a few hundred data should not ask for all.
        log_prob: Exact log density, (n, *shape) to (n,) nats, or None.
        log_marginal: Exact log density of one column of a table: its number and (n,) to (n,) nats; or None.
        entropy_of: Computes the exact entropy, nats, or None where it is unknown; it can take a second.
        centers: Centers of the modes, (k, 2), or None.
        std: Standard deviation of one mode, or None.
        cache: Holds what views compute from the data alone, so that it is computed once.
    """

    spec: DataSpec
    split: Callable[[str, int | None], DataBatch]
    log_prob: Callable[[Tensor], Tensor] | None = None
    entropy_of: Callable[[], float | None] | None = None
    centers: Tensor | None = None
    std: float | None = None
    cache: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    log_marginal: Callable[[int, np.ndarray], np.ndarray] | None = None

    @property
    def train(self) -> DataBatch:
        """All training data."""
        return self.split("train", None)

    @property
    def valid(self) -> DataBatch:
        """All validation data."""
        return self.split("valid", None)

    @property
    def test(self) -> DataBatch:
        """All test data."""
        return self.split("test", None)


@dataclass(frozen=True)
class MetricCurve:
    """A metric over the steps of a run, each entry a stretch of steps.

    Attributes:
        step: Last step of each stretch, (n,).
        mean, low, high: Mean, least and greatest value in it, (n,); the three are equal for a single step.
    """

    step: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def empty(cls) -> MetricCurve:
        """A metric that was not measured."""
        return cls(np.zeros(0, int), *(np.zeros(0) for _ in range(3)))

    def __len__(self) -> int:
        """Number of stretches."""
        return len(self.step)


@dataclass(frozen=True)
class RunHistory(Input):
    """What a run has measured so far.

    Attributes:
        curve: A metric by its key, "held_out.<key>" for one of held-out data or of samples; empty where there is none.
        changed: Steps after which parameters were changed while the run trained.
    """

    curve: Callable[[str], MetricCurve]
    changed: tuple[int, ...] = ()


@dataclass(frozen=True)
class TrainedModel:
    """A model of a run on disk.

    Attributes:
        title: Title of its page.
        run: Name of its run.
        steps: Rounds for which it was trained.
        load: Reads the model, in eval mode on the device of the page that asks; the second time it is at hand. Raises
            `ValueError` with one sentence where the run cannot be read.
    """

    title: str
    run: str
    steps: int
    load: Callable[[], Any]


@dataclass(frozen=True)
class FamilyRuns(Input):
    """The newest run of each other page of the family that was trained on the same data, in the order of the pages."""

    models: tuple[TrainedModel, ...] = ()


@dataclass(frozen=True)
class Instrument(Input):
    """A fixed ruler that comes with the data, not with a model: a classifier, a chemistry toolkit.

    A view that asks for one is offered only where it exists for the data, as `DataSpec.instruments` says.

    Class attributes:
        name: Name in `DataSpec.instruments`.
        label: What it is called in messages ("classifier").
    """

    name: ClassVar[str]
    label: ClassVar[str]


@dataclass(frozen=True)
class Classifier(Instrument):
    """A classifier of the data, trained beforehand and fixed.

    Attributes:
        features: Activations before the last layer, (n, *shape) to (n, d).
        log_prob: Log probability of each class, (n, *shape) to (n, classes).
        classes: Names of the classes.
        accuracy: Share of the test data that it classifies correctly.
        cache: Holds what views compute from classifier and data alone, so that it is computed once.
    """

    name: ClassVar[str] = "classifier"
    label: ClassVar[str] = "classifier"
    features: Callable[[Tensor], Tensor]
    log_prob: Callable[[Tensor], Tensor]
    classes: tuple[str, ...]
    accuracy: float
    cache: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)


INPUTS: tuple[type[Input], ...] = (
    DataBatch,
    DataPoint,
    LatentPoint,
    Direction,
    Noise,
    Canvas,
    Pixel,
    Points,
    TimeStep,
    Data,
    RunHistory,
    FamilyRuns,
    Classifier,
)
