"""A fully visible sigmoid belief network on 8×8 binary digits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.frames import Film, Images
from models.protocol import (
    Canvas,
    DataBatch,
    DataSpec,
    HasConditional,
    HasLogProb,
    Image,
    Kind,
    LossModel,
    Metric,
    Noise,
    Objective,
    Pixel,
    Preset,
    Scene,
    Term,
    param,
    settings,
    view,
)
from models.views.drawing import drawing

__all__ = ["BeliefNetwork"]


class BeliefNetwork(LossModel, HasLogProb, HasConditional):
    """p(x) = Π p(xᵢ | x₁, …, xᵢ₋₁) with logistic regressions in raster order.

    Frey, 1998, Graphical Models for Machine Learning and Digital Communication.
    """

    title = "Sigmoid belief network"
    accepts = (Image(1, 8, 8, "binary"),)
    objective = Objective(
        r"\log p_\theta(x)", (Term(r"\sum_i \log p_\theta(x_i \mid x_{<i})", "log_prob"),),
        total=Term(r"\log p_\theta(x)", "loss", sign=-1),
    )  # fmt: skip
    metrics = (Metric("log_prob", "log p(x)", "nats", role="model", better="higher"),)
    validation = "log_prob"
    presets = (Preset("Digits", "digits-binary", {}, {"steps": 300, "lr": 0.01}, about="Readable digits."),)
    scenes = (
        Scene("Train", "Does it learn?", lead="drawn", below=("curves",)),
        Scene("Complete", "What follows from a part?", "drawing", ("completion", "weights"), share=0.58),
    )

    views = (drawing,)

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        start: float = param(0.0, "Initial bias", -5.0, 5.0)

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        d = math.prod(spec.kind.shape)
        self.weight = nn.Parameter(torch.zeros(d, d))
        self.bias = nn.Parameter(torch.full((d,), config.start))
        self.register_buffer("before", torch.tril(torch.ones(d, d), diagonal=-1))

    before: Tensor

    @classmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """One scalar for each pixel."""
        return math.prod(kind.shape)

    @classmethod
    def sampling_passes(cls, config: Any, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """One pass for each pixel."""
        return 64

    def logits(self, x: Tensor) -> Tensor:
        """Logit of each pixel given those before it, (n, d) to (n, d)."""
        return x @ (self.weight * self.before).T + self.bias

    def log_prob(self, x: Tensor) -> Tensor:
        """Log probability, (n, 1, 8, 8) to (n,), nats."""
        flat = x.flatten(1)
        return -nn.functional.binary_cross_entropy_with_logits(self.logits(flat), flat, reduction="none").sum(1)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative log-likelihood, nats."""
        value = self.log_prob(batch.x).mean()
        return {"loss": -value, "log_prob": value}

    def states(self, x: Tensor, mask: Tensor, rng: torch.Generator, temperature: float) -> Iterator[Tensor]:
        """The images, (n, 1, 8, 8), as unknown pixels are drawn one after another; each pixel takes one pass."""
        shape, flat, known = x.shape, (x * mask).flatten(1), mask.expand_as(x).flatten(1) > 0
        for pixel in range(flat.shape[1]):
            p = (self.logits(flat)[:, pixel] / temperature).sigmoid()
            drawn = torch.bernoulli(p, generator=rng)
            flat = flat.clone()
            flat[:, pixel] = torch.where(known[:, pixel], flat[:, pixel], drawn)
            yield flat.reshape(shape)

    @torch.no_grad()
    def complete(self, x: Tensor, mask: Tensor, *, rng: torch.Generator) -> Tensor:
        """Draws the pixels whose mask is 0 given those before them, (n, 1, 8, 8)."""
        *_, last = self.states(x, mask, rng, 1.0)
        return last

    @torch.no_grad()
    @settings
    def sample(
        self, n: int, *, rng: torch.Generator, temperature: float = param(1.0, "Temperature", 0.01, 5.0)
    ) -> Tensor:
        """Images, (n, 1, 8, 8)."""
        blank = torch.zeros(n, *self.spec.kind.shape, device=self.device, dtype=self.bias.dtype)
        *_, last = self.states(blank, torch.zeros_like(blank), rng, temperature)
        return last

    @view("Samples, pixel by pixel", record=True, lead=True, samples="n")
    def drawn(self, noise: Noise, n: int = param(16, "Images", 1, 64)) -> Iterator[Film]:
        """Images as their pixels are drawn, a frame for each row of pixels."""
        blank = torch.zeros(n, *self.spec.kind.shape, device=self.device, dtype=self.bias.dtype)
        frames: list[Images] = []
        for pixel, x in enumerate(self.states(blank, torch.zeros_like(blank), noise.rng(self.device), 1.0), start=1):
            if pixel % 8 == 0:
                frames.append(Images(x.numpy(force=True), subtitle=f"{n} samples"))
                yield Film(tuple(frames), np.arange(8, pixel + 1, 8, dtype=float), "pixels drawn")

    @view("Completions", help="The pixels of a canvas that are not given, drawn several times.")
    def completion(self, canvas: Canvas, noise: Noise, n: int = param(8, "Images", 1, 64)) -> Images:
        """Draws of the unknown part of a canvas."""
        x = canvas.x.to(self.bias).expand(n, -1, -1, -1)
        drawn = self.complete(x, canvas.mask.to(self.bias), rng=noise.rng(self.device))
        return Images(drawn.numpy(force=True), subtitle=f"{n} completions of one canvas")

    @view("Weights of a pixel", sets=Pixel, help="What one pixel depends on. A click chooses another pixel.")
    def weights(self, pixel: Pixel) -> Images:
        """Influence of each earlier pixel on the chosen one, scaled from 0 to 1 with 0.5 for none."""
        _, height, width = self.spec.kind.shape
        row = (self.weight * self.before)[pixel.row * width + pixel.column]
        scaled = 0.5 + 0.5 * row / row.abs().max().clamp_min(1e-12)
        image = scaled.reshape(1, 1, height, width)
        return Images(image.numpy(force=True), columns=1, subtitle=f"pixel {pixel.row}, {pixel.column}")
