"""Tables of conditionals, fitted by counting or by gradient descent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.autoregressive.pixels import PixelModel
from models.autoregressive.tabular.contexts import entries_in_all
from models.autoregressive.tabular.tables import ContextTables, log_odds
from models.autoregressive.tabular.words import (
    ABOUT,
    LOOK_AT,
    METRICS,
    OBJECTIVE,
    PHASES,
    PRESETS,
    SCENES,
    SMOOTHED_OBJECTIVE,
    TRY_NEXT,
    VIEWS,
)
from models.nets.raster import RasterOutputs
from models.protocol import BadValue, Data, DataBatch, DataSpec, GenerativeModel, Image, Kind, Objective, param

__all__ = ["Tabular"]

_LARGEST = 2**22  # entries: 16 MB


class Tabular(PixelModel):
    """p(x_i = 1 | x_{<i}) = σ(θ_i[context of i]): an entry for each pixel and each value of the pixels it depends on.

    Counting gives the maximum of the likelihood in closed form: each entry is a Bernoulli variable of its own.
    Ranganath, lecture on deep generative models; the chain rule without sharing of parameters.

    Attributes:
        tables: Which entry holds where.
        theta: The entries, logits, (size,).
        counted: With gradient descent, the entries that counting gives, (size,).
    """

    title = "Tables"
    reference = "https://www.jmlr.org/papers/v3/bengio03a.html"
    about = ABOUT
    accepts = (Image(1, values="binary"),)
    metrics, phases = METRICS, PHASES
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        context: int = param(8, "Context m", 0, 16, help="Pixels on which a conditional depends: 2^m entries each.")
        neighbours: str = param(
            "causal", "Neighbours", choices={"causal": "In the image", "raster": "Along the raster"},
            help="The m pixels before a pixel that are nearest in the image, or the last m in raster order.",
        )  # fmt: skip
        smoothing: float = param(
            0.3, "Smoothing α", 0.0, 10.0, step=0.05,
            help="Added to the number of zeros and of ones of each entry; 0: what was never seen is impossible.",
        )  # fmt: skip
        fit: str = param(
            "count", "Fit", choices={"count": "Counting", "gradient": "Gradient"},
            help="Counting is exact and takes one pass. Gradient descent on the same objective gets there in steps.",
        )  # fmt: skip
        shared: bool = param(
            False, "One table for all pixels", more=True,
            help="A conditional then cannot know where in the image it is, which costs much more than it saves.",
        )  # fmt: skip

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)  # type: ignore[arg-type]
        _, height, width = spec.kind.shape
        self.tables = ContextTables(height, width, config.context, config.neighbours, config.shared)
        gradient = not self.fitted(config)
        self.theta = nn.Parameter(torch.zeros(self.tables.size), requires_grad=gradient)
        if gradient:
            self.counted: Tensor
            self.register_buffer("counted", torch.zeros(self.tables.size))

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses tables that do not fit into memory."""
        pixels = math.prod(kind.shape)
        size = entries_in_all(pixels, config.context, config.shared)
        if size > _LARGEST:
            raise BadValue(
                "context", f"{config.context} pixels of context take {size:,} entries for {pixels} pixels; "
                f"the most is {_LARGEST:,}: choose a smaller context",
            )  # fmt: skip

    @classmethod
    def fitted(cls, config: Config) -> str:
        """By counting, unless gradient descent is chosen."""
        return "counting" if config.fit == "count" else ""

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The log-likelihood, with smoothing and the log density of the entries."""
        return SMOOTHED_OBJECTIVE if config.smoothing > 0 else OBJECTIVE

    @torch.no_grad()
    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Counts the training data."""
        counted = log_odds(self.tables.counts(data.train.x), self.config.smoothing)
        (self.theta if self.fitted(self.config) else self.counted).copy_(counted)

    def outputs(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """Logits of all pixels, (n, 1, h, w) to (n, 1, h, w)."""
        return self.theta[self.tables.entries(x)].reshape(x.shape)

    def raster_outputs(self, x: Tensor) -> RasterOutputs:
        """The logits pixel by pixel."""
        return _Entries(x, self)

    def sees(self, row: int, column: int) -> Tensor:
        """The context of a pixel, (h, w) bool."""
        _, height, width = self.spec.kind.shape
        seen = torch.zeros(height * width + 1, dtype=torch.bool)
        seen[self.tables.places[row * width + column].cpu()] = True
        return seen[:-1].reshape(height, width)

    def pixel_log_prob(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """log p(x_i | x_{<i}) of every pixel, (n, 1, h, w) to (n, h, w), nats; −∞ where an entry excludes it."""
        return _log_prob(self.outputs(x), x)[:, 0]

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative log-likelihood of an image and, with smoothing, the density of the entries; nats."""
        values = super().loss(batch, rng=rng)
        if self.config.smoothing > 0:  # each entry counts α zeros and α ones more, in all images together
            pairs = F.logsigmoid(self.theta) + F.logsigmoid(-self.theta)
            prior = self.config.smoothing / self.spec.n * pairs.sum()
            values |= {"loss": values["loss"] - prior, "log_prior": prior}
        if not self.fitted(self.config):
            with torch.no_grad():
                counted = self.counted[self.tables.entries(batch.x)].reshape(batch.x.shape)
                values["counted_nll"] = -_log_prob(counted, batch.x).flatten(1).sum(dim=1).mean()
        return values


class _Entries(RasterOutputs):
    """The logit of one pixel after another."""

    def __init__(self, x: Tensor, model: Tabular):
        super().__init__(x)
        self._model = model

    def at(self, row: int, column: int) -> Tensor:
        """Logit for one pixel of each image, (n, 1)."""
        pixel = row * self.x.shape[-1] + column
        return self._model.theta[self._model.tables.entry(self.x, pixel)][:, None]


def _log_prob(logits: Tensor, x: Tensor) -> Tensor:
    """log p of binary pixels, which infinite logits may exclude."""
    return F.logsigmoid((2 * x - 1) * logits)
