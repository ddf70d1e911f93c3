"""`PixelModel`, the base class of the autoregressive models of images."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from models.autoregressive.pixels.words import METRICS, OBJECTIVE, PHASES
from models.likelihoods.levels import BernoulliLevels, CategoricalLevels, Levels, LogisticLevels
from models.nets.raster import NaiveOutputs, RasterOutputs
from models.protocol import (
    BadValue,
    DataBatch,
    DataSpec,
    HasConditional,
    HasLogProb,
    Image,
    Kind,
    LossModel,
    Metric,
    param,
    settings,
)

__all__ = ["PixelConfig", "PixelModel"]


@dataclass(frozen=True)
class PixelConfig:
    """Parameters that all these pages have."""

    output: str = param(
        "softmax", "Grey pixels", choices={"softmax": "Softmax", "logistics": "Logistics"}, more=True,
        help="Distribution of a pixel of a grey image: a softmax with one logit for each level, or a mixture of "
        "logistics integrated over the levels. Pixels of binary images are Bernoulli.",
    )  # fmt: skip
    components: int = param(
        5, "Logistics K", 1, 20, more=True, help="Components of the mixture of logistics.",
        when=lambda config: config.output == "logistics",
    )  # fmt: skip


class PixelModel(LossModel, HasLogProb, HasConditional):
    """log p(x) = Σ log p(x_i | x_{<i}) over the pixels i of an image of one channel, in raster order.

    A subclass has the network, `outputs`, in which the output for a pixel depends on the pixels before it alone, and
    its evaluation pixel by pixel, `raster_outputs`, which caches features of earlier pixels.

    Attributes:
        levels: The distribution of one pixel.
    """

    accepts: ClassVar[tuple[Kind | type[Kind], ...]] = (Image(1, values="binary"), Image(1, values="grey"))
    metrics: ClassVar[tuple[Metric, ...]] = METRICS
    objective, phases = OBJECTIVE, PHASES
    validation = "nll"
    validation_part = 5  # images of 28×28 whose likelihood takes about 30 ms
    validation_size = 200

    config: Any

    def __init__(self, config: PixelConfig, spec: DataSpec):
        super().__init__(config, spec)
        if spec.levels < 2:
            raise BadValue("data", f"{type(self).title} needs images whose values are counted, such as bytes")
        self.levels = _levels(config, spec.levels)

    @abstractmethod
    def outputs(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """Parameters of p(x_i | x_{<i}) for every pixel, (n, 1, h, w) to (n, outputs, h, w).

        Args:
            x: Images, data units.
            rng: Source of dropout in training; None for none.
        """

    @abstractmethod
    def raster_outputs(self, x: Tensor) -> RasterOutputs:
        """The same outputs, one pixel after another, for images that are drawn meanwhile."""

    def sees(self, row: int, column: int) -> Tensor:
        """Which pixels the output for one pixel can depend on, (h, w) bool: by default all that are before it."""
        _, height, width = self.spec.kind.shape
        seen = torch.zeros(height, width, dtype=torch.bool)
        seen.view(-1)[: row * width + column] = True
        return seen

    # Likelihood

    def pixel_log_prob(self, x: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """log p(x_i | x_{<i}) of every pixel, (n, 1, h, w) to (n, h, w), nats."""
        return self.levels.log_prob(self.outputs(x, rng=rng), x[:, 0])

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x), (n, 1, h, w) to (n,), nats."""
        return self.pixel_log_prob(x).sum(dim=(1, 2))

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative log-likelihood of an image, nats, mean over the batch."""
        nll = -self.pixel_log_prob(batch.x, rng=rng if self.training else None).sum(dim=(1, 2)).mean()
        return {"loss": nll, "nll": nll, "bits_per_dim": nll.detach() / (math.log(2) * batch.x[0].numel())}

    def evaluate(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Bits a pixel, of grey images; the engine reports the nats of an image."""
        if self.spec.levels == 2:
            return {}
        return {"bits_per_dim": -self.log_prob(batch.x) / (math.log(2) * batch.x[0].numel())}

    # Drawing

    @torch.no_grad()
    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        temperature: float = param(
            1.0, "Temperature T", 0.05, 3.0, step=0.05,
            help="Probabilities of the levels are raised to the power 1/T: below 1, likely values become more likely.",
        ),
    ) -> Tensor:  # fmt: skip
        """Images, (n, 1, h, w), drawn pixel by pixel."""
        x = torch.zeros(n, *self.spec.kind.shape, device=self.device, dtype=self.dtype)
        for _ in self.drawing(x, torch.zeros_like(x), rng=rng, temperature=temperature):
            pass
        return x

    @torch.no_grad()
    def complete(self, x: Tensor, mask: Tensor, *, rng: torch.Generator) -> Tensor:
        """Draws the pixels whose mask is 0 from their conditionals, (n, 1, h, w) and mask to (n, 1, h, w).

        A pixel is drawn given the pixels before it. Given pixels that come after it have no influence on it.
        """
        x = x.to(self.dtype).clone()
        for _ in self.drawing(x, mask.expand_as(x), rng=rng):
            pass
        return x

    @torch.no_grad()
    def drawing(
        self,
        x: Tensor,
        mask: Tensor,
        *,
        rng: torch.Generator | None = None,
        u: Tensor | None = None,
        temperature: float | Tensor = 1.0,
        naive: bool = False,
    ) -> Iterator[int]:
        """Draws the pixels of x whose mask is 0, in place and in raster order; yields how many pixels are done.

        Each pixel of each image takes one uniform number u: the same numbers give the same images.

        Args:
            x: Images, (n, 1, h, w).
            mask: 1 where a pixel is given, same shape.
            rng: Source of u, where u is not given.
            u: The numbers, (n, h, w).
            temperature: As in `sample`; one for all images, or (n,).
            naive: Each pixel takes a whole pass through the network.
        """
        n, _, height, width = x.shape
        if u is None:
            u = torch.rand(n, height, width, generator=rng, device=x.device, dtype=x.dtype)
        given = mask[:, 0] > 0
        known = given.all(dim=0).tolist()  # read once: a device would be waited for at every pixel
        network = NaiveOutputs(x, self.outputs) if naive else self.raster_outputs(x)
        for row in range(height):
            for column in range(width):
                output = network.at(row, column)
                if not known[row][column]:
                    drawn = self.levels.draw(output, u[:, row, column], temperature)
                    x[:, 0, row, column] = torch.where(given[:, row, column], x[:, 0, row, column], drawn)
                yield row * width + column + 1

    @classmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """One scalar for each pixel."""
        return math.prod(kind.shape)

    @classmethod
    def sampling_passes(cls, config: Any, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """One for each pixel; where the data are unknown, those of an image of 28×28."""
        return 784 if spec is None else math.prod(spec.kind.shape)


def _levels(config: PixelConfig, levels: int) -> Levels:
    if levels == 2:
        return BernoulliLevels()
    if config.output == "logistics":
        return LogisticLevels(levels, config.components)
    return CategoricalLevels(levels)
