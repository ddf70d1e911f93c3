"""A mixture of Gaussians whose components are split at half time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.frames import Plane, Points
from models.protocol import (
    DataBatch,
    DataSpec,
    HasLogProb,
    Kind,
    LossModel,
    Metric,
    Noise,
    Objective,
    Planar,
    Preset,
    Progress,
    Scene,
    Term,
    param,
    view,
)

__all__ = ["GrowingMixture"]


class GrowingMixture(LossModel, HasLogProb):
    """Round Gaussians of equal weight. At half time each becomes two, moved apart by a tenth of σ."""

    title = "Growing mixture"
    accepts = (Planar,)
    objective = Objective(
        r"\log p_\theta(x)", (Term(r"\log p_\theta(x)", "log_prob"),), total=Term(r"\log p_\theta(x)", "loss", sign=-1)
    )
    metrics = (Metric("log_prob", "log p(x)", "nats", role="model", better="higher"),)
    validation = "log_prob"
    presets = (Preset("Ring", "ring8", {}, {"steps": 300, "lr": 0.05}, about="Four, then eight components."),)
    scenes = (Scene("Train", "Do the parts find the modes?", lead="samples", below=("curves",)),)

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        components: int = param(4, "Components before half time", 1, 16)

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.centers = nn.Parameter(torch.randn(config.components, 2))
        self.log_std = nn.Parameter(torch.zeros(config.components))

    @classmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """One draw for the component, two for the point."""
        return 3

    def stage_at(self, progress: Progress) -> int:
        """Stage 1 begins at half time."""
        return int(progress.share >= 0.5)

    def enter_stage(self, stage: int) -> None:
        """Splits each component in two."""
        if stage == 1 and self.stage == 0:
            std = self.log_std.detach().exp()[:, None]
            step = 0.1 * std * torch.randn(self.centers.shape, dtype=std.dtype).to(std)
            centers = self.centers.detach()
            self.centers = nn.Parameter(torch.cat([centers + step, centers - step]))
            self.log_std = nn.Parameter(self.log_std.detach().repeat(2))
        super().enter_stage(stage)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log density, (n, 2) to (n,), nats."""
        square = (x[:, None] - self.centers).square().sum(-1)  # (n, K)
        each = -0.5 * square * (-2 * self.log_std).exp() - 2 * self.log_std - math.log(2 * math.pi)
        return each.logsumexp(1) - math.log(len(self.centers))

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative log-likelihood, nats."""
        value = self.log_prob(batch.x).mean()
        return {"loss": -value, "log_prob": value}

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Points, (n, 2)."""
        k = torch.randint(len(self.centers), (n,), generator=rng, device=self.device)
        e = torch.randn(n, 2, generator=rng, device=self.device, dtype=self.centers.dtype)
        return self.centers[k] + self.log_std[k].exp()[:, None] * e

    @view("Samples", record=True, lead=True)
    def samples(self, noise: Noise) -> Plane:
        """Samples and the centers of the components."""
        x = self.sample(300, rng=noise.rng(self.device))
        centers = Points(self.centers.numpy(force=True), role="alt", name="centers", size=8.0)
        return Plane((Points(x.numpy(force=True), role="model", name="samples"), centers))
