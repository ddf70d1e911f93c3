"""Independent pixels distilled from a trained sigmoid belief network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.frames import Images
from models.protocol import (
    Data,
    DataBatch,
    DataSpec,
    GenerativeModel,
    HasLogProb,
    Image,
    Kind,
    LossModel,
    Metric,
    Objective,
    Preset,
    Scene,
    Term,
    param,
    view,
)

__all__ = ["Student"]


class Student(LossModel, HasLogProb):
    """Bernoulli pixels q(x) = Π q(xᵢ), fitted to samples of a teacher: it minimises KL(p_teacher ‖ q)."""

    title = "Student"
    accepts = (Image(1, 8, 8, "binary"),)
    objective = Objective(
        r"\mathbb{E}_{p_T}\log q(x)", (Term(r"\mathbb{E}_{p_T}\log q(x)", "log_prob"),),
        total=Term(r"\mathbb{E}_{p_T}\log q(x)", "loss", sign=-1),
    )  # fmt: skip
    metrics = (Metric("log_prob", "log q of the teacher's samples", "nats", role="model", better="higher"),)
    presets = (Preset("Digits", "digits-binary", {}, {"steps": 100, "lr": 0.05, "batch": 32}, about="A grey mean."),)
    scenes = (Scene("Train", "What do independent pixels keep?", lead="mean", below=("curves",)),)

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        teacher: str = param("", "Teacher", run_of=("toy-belief-network",), help="Run of a sigmoid belief network.")

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.logits = nn.Parameter(torch.zeros(spec.kind.shape))
        self._parents: Mapping[str, GenerativeModel] = {}

    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Takes the teacher."""
        self._parents = parents

    @classmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """One scalar for each pixel."""
        return math.prod(kind.shape)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log probability, (n, 1, 8, 8) to (n,), nats."""
        logits = self.logits.expand_as(x)
        return -nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative log-likelihood of samples of the teacher, or of data where there is none; nats."""
        teacher = self._parents.get("teacher")
        x = batch.x if teacher is None else teacher.sample(len(batch), rng=rng)
        value = self.log_prob(x).mean()
        return {"loss": -value, "log_prob": value}

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Images, (n, 1, 8, 8)."""
        return torch.bernoulli(self.logits.sigmoid().expand(n, -1, -1, -1), generator=rng)

    @view("Mean image", record=True, lead=True)
    def mean(self) -> Images:
        """Probability of ink of each pixel."""
        return Images(self.logits.sigmoid()[None].numpy(force=True), columns=1)
