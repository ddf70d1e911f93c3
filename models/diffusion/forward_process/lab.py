"""The forward process: data dissolve in noise, and all that is known of it in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from models.diffusion.forward_process import words
from models.diffusion.forward_process.marginal_views import REACH, marginal, posterior_at
from models.diffusion.forward_process.memory_views import by_time, images_memorised, memorised
from models.diffusion.forward_process.noising_views import images_noised, points_noised, schedules
from models.diffusion.forward_process.posterior_views import images_posterior, weights
from models.diffusion.forward_process.smooth_views import between, images_smoothed, smoothed
from models.diffusion.process import SCHEDULES, Schedule
from models.protocol import Image, Lab, Objective, Planar, param

__all__ = ["ForwardProcessLab"]


class ForwardProcessLab(Lab):
    """x_t = α x₀ + σ ε: schedules, marginals with their scores, posteriors, and the optimal denoiser of n data.

    Ho et al., 2020 (arXiv 2006.11239); Song et al., 2021 (arXiv 2011.13456); Kingma et al., 2021 (arXiv 2107.00630).
    """

    title = "Forward process"
    reference = "https://arxiv.org/abs/2011.13456"
    accepts = (Planar, Image)
    about = words.ABOUT
    presets, scenes, look_at, try_next = words.PRESETS, words.SCENES, words.LOOK_AT, words.TRY_NEXT
    views = (
        points_noised, images_noised, schedules, marginal, images_posterior, posterior_at, weights, memorised,
        images_memorised, by_time, smoothed, images_smoothed, between,
    )  # fmt: skip
    time = 0.15

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        schedule: str = param(
            "linear", "Schedule", choices={name: each.title for name, each in SCHEDULES.items()}, live=True,
            help="How α and σ depend on t.",
        )  # fmt: skip
        n: int = param(50, "Training data n", 2, 500, log=True, live=True, help="The data of the optimal denoiser.")
        smoothing: float = param(
            0.5, "Smoothing", 0.0, 3.0, live=True,
            help="Width over which the smooth denoiser averages, in distances from a datum to the nearest other one.",
        )  # fmt: skip
        passes: int = param(50, "Steps back", 2, 200, log=True, live=True, more=True, help="Of DDIM, from the noise.")
        x1: float = param(0.9, "x₁ of x_t", -REACH, REACH, live=True, more=True, help="Place of the posterior.")
        x2: float = param(0.5, "x₂ of x_t", -REACH, REACH, live=True, more=True, help="Place of the posterior.")

    config: Config

    @property
    def schedule(self) -> Schedule:
        """The schedule of the config."""
        return SCHEDULES[self.config.schedule]

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The process, and what the best network predicts."""
        return words.EQUATIONS

    def values(self) -> Mapping[str, float]:
        """α, σ and the log-SNR, nats, at t = ½."""
        level = self.schedule.at(torch.tensor(0.5, dtype=torch.float64))
        return {"alpha": float(level.alpha), "sigma": float(level.sigma), "log_snr": float(level.log_snr)}
