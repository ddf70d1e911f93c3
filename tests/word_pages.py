"""Pages that use what few pages use: settings of sampling, declared cost, sequences, parents, a lab with data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from pages import Gauss
from torch import Tensor, nn

from explorer.data import Dataset, Source, Split
from explorer.data.sequences import pad_sequences
from models import Family
from models.frames import Bars, Matrix, Plane, Points
from models.protocol import (
    BadValue,
    Data,
    DataBatch,
    DataPoint,
    DataSpec,
    HasLogProb,
    Lab,
    LossModel,
    Metric,
    Noise,
    Objective,
    Planar,
    Table,
    Term,
    Tokens,
    param,
    settings,
    view,
)

__all__ = ["WORD_PAGES", "Counted", "Grammar", "Heir", "PairsLab", "Student", "Unigram", "letters"]

VOCABULARY = ("a", "b", "c", "·")
LENGTH = 6


@dataclass(frozen=True)
class Grammar(Source):
    """Sequences aⁿbc of different lengths, padded with a dot."""

    name, title, about = "grammar", "Grammar", "Sequences aⁿbc."
    kind = Tokens(LENGTH, len(VOCABULARY))

    n: int = param(60, "Sequences", 1, 1000)

    def load(self, progress=None) -> Dataset:
        splits = []
        for seed, n in enumerate((self.n, self.n // 2, self.n // 3)):
            rng = np.random.default_rng(seed)
            sequences = [[0] * int(rng.integers(1, LENGTH - 1)) + [1, 2] for _ in range(n)]
            x, lengths = pad_sequences(sequences, LENGTH, padding=3)
            splits.append(Split(x, lengths=lengths))
        return Dataset(str(self), self.title, self.kind, *splits)


def letters(x: Tensor) -> list[str]:
    """Sequences of symbols as text."""
    return ["".join(VOCABULARY[symbol] for symbol in row) for row in x.tolist()]


class Unigram(LossModel, HasLogProb):
    """Symbols drawn one by one from one distribution, until the sequence is full."""

    title, accepts = "Unigram", (Tokens,)
    objective = Objective(r"\mathcal{L}", (Term(r"\log p(x)", "log_likelihood"),), Term(r"\mathcal{L}", "loss", -1))
    metrics = (Metric("log_likelihood", "Log-likelihood", "nats", better="higher"),)
    validation = "log_likelihood"

    @dataclass(frozen=True)
    class Config:
        bias: bool = param(False, "Bias")

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        self.logits = nn.Parameter(torch.zeros(spec.kind.vocabulary))

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return kind.length

    @classmethod
    def sampling_passes(cls, config, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        length = spec.kind.length if spec is not None else 1
        return length * (2 if settings["guidance"] != 1.0 else 1)

    def log_prob(self, x: Tensor) -> Tensor:
        return torch.log_softmax(self.logits, 0)[x].sum(dim=1)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        assert batch.x.dtype == torch.int64
        assert batch.mask is not None
        log_prob = torch.log_softmax(self.logits, 0)[batch.x] * batch.mask  # (n, length)
        value = log_prob.sum() / batch.mask.sum()
        return {"loss": -value, "log_likelihood": value}

    @torch.no_grad()
    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        temperature: float = param(1.0, "Temperature", 0.01, 10.0, log=True),
        guidance: float = param(1.0, "Guidance", 0.0, 10.0, more=True),
        first: int = param(-1, "First symbol", -1, 1000, help="-1 for any."),
    ) -> Tensor:
        if first >= len(self.logits):
            raise BadValue("first", f"first takes a symbol below {len(self.logits)}, not {first}")
        p = torch.softmax(guidance * self.logits / temperature, 0)
        x = torch.multinomial(p.expand(n, -1), self.spec.kind.length, replacement=True, generator=rng)
        if first >= 0:
            x[:, 0] = first
        return x

    @settings
    def evaluate(
        self, batch: DataBatch, *, rng: torch.Generator, temperature: float = param(1.0, "Temperature", 0.01, 10.0)
    ) -> dict[str, Tensor]:
        log_prob = torch.log_softmax(self.logits / temperature, 0)[batch.x] * batch.mask
        return {"elbo_nats": log_prob.sum(dim=1)}

    @view("Samples", record=True, samples="n")
    def samples(self, noise: Noise, n: int = param(48, "Sequences", 1, 256), **settings: Any) -> Matrix:
        return Matrix(self.sample(n, rng=noise.rng(), **settings).numpy().astype(float))

    @view("Lengths")
    def lengths(self, batch: DataBatch, datum: DataPoint) -> Bars:
        assert batch.mask is not None
        assert datum.mask is not None
        return Bars(("mean", "datum"), np.array([float(batch.mask.sum(dim=1).mean()), float(datum.mask.sum())]))


class Counted(Gauss):
    """A Gaussian that says its samples and densities cost many passes, and counts what is asked of it."""

    title, presets, try_next = "Counted", (), ()
    drawn: ClassVar[list[int]] = []
    seen: ClassVar[list[int]] = []

    @dataclass(frozen=True)
    class Config(Gauss.Config):
        passes: int = param(1, "Passes", 1, 10_000)

    @classmethod
    def sampling_passes(cls, config, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        return config.passes

    @classmethod
    def log_prob_passes(cls, config, spec: DataSpec | None = None) -> int:
        return config.passes

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        self.drawn.append(n)
        return super().sample(n, rng=rng)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        self.seen.append(len(batch))
        return super().loss(batch, rng=rng)


class Student(LossModel):
    """A Gaussian that learns the mean of another run's; the teacher is kept as a submodule."""

    title, accepts = "Student", (Planar,)
    objective = Objective(r"\mathcal{L}", (Term("d", "distance"),), Term(r"\mathcal{L}", "loss"))
    metrics = (Metric("distance", "Distance", better="lower"),)

    @dataclass(frozen=True)
    class Config:
        teacher: str = param("", "Teacher", run_of=("gauss", "student"), help="A trained Gaussian.")

    def __init__(self, config, spec: DataSpec):
        super().__init__(config, spec)
        self.mean = nn.Parameter(torch.zeros(2))
        self.teacher: nn.Module | None = None

    def prepare(self, data: Data, parents: Mapping[str, Any]) -> None:
        self.teacher = parents.get("teacher")

    @classmethod
    def check(cls, config, kind) -> None:
        if config.teacher == "none":
            raise BadValue("teacher", "teacher takes a run of gauss")

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return 2

    def target(self, n: int, rng: torch.Generator) -> Tensor:
        return torch.zeros(n, 2) if self.teacher is None else self.teacher.sample(n, rng=rng)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        distance = (self.target(len(batch), rng) - self.mean).square().sum(dim=1).mean()
        return {"loss": distance, "distance": distance}

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        return self.mean + torch.randn(n, 2, generator=rng)

    @view("Mean")
    def middle(self) -> Plane:
        return Plane((Points(self.mean.detach().numpy()[None].copy(), role="model"),))

    def evaluate(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        return {"field_error": (self.target(len(batch), rng) - self.mean).norm(dim=1)}


class Heir(Student):
    """Takes one parameter of its teacher and trains a copy of it."""

    title = "Heir"

    def prepare(self, data: Data, parents: Mapping[str, Any]) -> None:
        super().prepare(data, parents)
        self.scale = nn.Parameter(parents["teacher"].log_std.detach().clone())

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        values = super().loss(batch, rng=rng)
        return {**values, "loss": values["loss"] + self.scale.square().sum()}


class PairsLab(Lab):
    """A lab that looks at data."""

    title, accepts = "Pairs", (Planar, Table)

    @dataclass(frozen=True)
    class Config:
        scale: float = param(1.0, "Scale", 0.1, 10.0)

    @view("Data", lead=True, batch=40)
    def points(self, batch: DataBatch) -> Plane:
        return Plane((Points(self.config.scale * batch.x.numpy()),))

    @view("Mean")
    def mean(self, data: Data) -> Bars:
        x = data.split("valid", 100).x
        return Bars(("x", "y"), self.config.scale * x.mean(dim=0).numpy())

    @view("Classes", when=lambda config, spec: spec is not None and len(spec.classes) > 2)
    def classes(self, data: Data) -> Bars:
        return Bars(data.spec.classes, np.ones(len(data.spec.classes)))


WORD_PAGES = Family(
    "words",
    "Words",
    {"unigram": Unigram, "counted": Counted, "student": Student, "heir": Heir, "pairs": PairsLab},
)
