"""Supports that do not overlap: the generator's gradient vanishes, and training works nevertheless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.gan.non_overlap.critic import MOST
from models.gan.non_overlap.critic_views import LOSSES, closed_form, discriminator, gradient, logit_gradients, profile
from models.gan.non_overlap.dimension_views import instance_noise, manifolds
from models.gan.non_overlap.equations import equations_of
from models.gan.non_overlap.noisy import overlapping
from models.gan.non_overlap.overlap_views import descent, divergences_of, ratio, slope, sweep
from models.gan.non_overlap.supports import SUPPORTS
from models.gan.non_overlap.training import supports_of
from models.protocol import Lab, Objective, Preset, Scene, Try, param

__all__ = ["NonOverlapLab"]


class NonOverlapLab(Lab):
    """Data and model on disjoint supports: gradients in closed form, of trained discriminators, and of divergences.

    Arjovsky & Bottou, 2017, "Towards principled methods for training generative adversarial networks"
    (arXiv 1701.04862); Arjovsky et al., 2017 (arXiv 1701.07875), example 1.
    """

    title = "Supports apart"
    reference = "https://arxiv.org/abs/1701.04862"
    about = (
        "The data are a point, segment or disk at 0; the model is the same, moved by θ. "
        "D = σ(F), a small network, is trained for t steps while θ is fixed."
    )
    presets = (
        Preset(
            "Does something bad happen?", "", {"support": "points", "steps": 200},
            about="Two points: in “Closed form” a sharper D lowers the minimax gradient and raises the other.",
        ),
        Preset(
            "The discriminator is optimal", "", {"steps": MOST},
            about="5,000 steps: D is right and flat on both segments, and the minimax gradient has vanished.",
        ),
        Preset("The gradient on the way", "", {"steps": 50}, about="After 50 steps it is greater than at the start."),
        Preset(
            "Low-dimensional manifolds", "", {"d": 1000, "steps": 500},
            about="The same segments in 1,000 dimensions: “Manifolds” shows how likely supports miss each other.",
        ),
        Preset(
            "Can the cost be discontinuous?", "", {"theta": 0.5, "steps": 500},
            about="In “Sweep” JSD jumps from 0 to log 2 at θ = 0; Wasserstein-1 is |θ|.",
        ),
        Preset(
            "Where supports are as wide as space", "", {"support": "disks", "theta": 0.5, "steps": 500},
            about="Disks overlap while θ < 1, and JSD has no jump; beyond, it is log 2 as well.",
        ),
        Preset(
            "Why does it work? D stopped early", "", {"steps": 30},
            about="After 30 steps D is smooth: θ has a gradient because the estimate is wrong. See “Ratio”, “Descent”.",
        ),
        Preset(
            "Is this a good idea? Noise instead", "", {"sigma": 0.5, "steps": 1000},
            about="With instance noise the supports overlap, and the optimal D has a gradient.",
        ),
        Preset(
            "A critic with a weak penalty", "", {"support": "points", "penalty": 0.1, "steps": 200},
            about="Slope 1 + θ/(2λ) = 6 instead of 1: its value is not Wasserstein-1.",
        ),
    )  # fmt: skip
    views = (
        discriminator, gradient, profile, closed_form, ratio, sweep, slope, descent, instance_noise, manifolds,
    )  # fmt: skip
    scenes = (
        Scene(
            "Vanishing gradient", "How large is the generator's gradient when D is good?",
            lead="discriminator", beside=("closed_form",), below=("gradient", "profile"),
        ),
        Scene(
            "Divergences", "Which divergences tell the model where to go?",
            lead="sweep", beside=("descent",), below=("slope",),
        ),
        Scene(
            "Why it works", "Why does training work although the supports do not overlap?",
            lead="ratio", beside=("discriminator",), below=("descent",),
        ),
        Scene(
            "Noise and dimension", "When do supports overlap?",
            lead="instance_noise", beside=("manifolds",),
        ),
    )  # fmt: skip
    look_at = (
        "Disjoint supports can be told apart without error. Then D is 1 on the data, 0 on the model, flat on "
        "both, and ∇log(1 − D) = −∇D/(1 − D) is 0: with the minimax loss θ stays. The non-saturating loss divides "
        "by D instead: its gradient grows without bound.\n\n"
        "Training works in practice because D is never optimal: a D that was stopped early is smooth. The supports "
        "remain disjoint; only noise on data and samples makes them overlap."
    )
    try_next = (
        Try(
            "Train D to the end: the minimax gradient is gone", preset="The discriminator is optimal",
            scene="Vanishing gradient",
        ),
        Try(
            "Stop D after 30 steps and see where θ ends in “Descent”", preset="Why does it work? D stopped early",
            scene="Why it works", card="descent",
        ),
        Try(
            "Take the non-saturating loss: the arrows grow as D gets better", {"loss": "non-saturating"},
            scene="Vanishing gradient",
        ),
        Try("See JSD jump from 0 to log 2 at θ = 0", preset="Can the cost be discontinuous?", scene="Divergences"),
        Try("Take disks, as wide as the plane: JSD has no jump", preset="Where supports are as wide as space",
            scene="Divergences"),
        Try("Add instance noise", preset="Is this a good idea? Noise instead", scene="Noise and dimension"),
        Try("Weaken the penalty to λ = 0.1: its slope is six times too large", {"penalty": 0.1},
            scene="Divergences", card="slope"),
        Try("Go to 1,000 dimensions", preset="Low-dimensional manifolds", scene="Noise and dimension"),
        Try("Let both players learn: the Dirac-GAN", page="dirac-gan"),
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        support: str = param("segments", "Supports", choices=SUPPORTS, live=True, help="Of data and model.")
        theta: float = param(1.0, "Shift θ of the model", 0.0, 2.0, step=0.05, live=True)
        d: int = param(
            2,
            "Dimension d of the space",
            2,
            1000,
            log=True,
            live=True,
            help="The plane of the supports is rotated into it.",
        )
        loss: str = param(
            "minimax", "Loss of the generator", choices=LOSSES, live=True, help="The arrows show its gradient."
        )
        a: float = param(
            5.0, "Sharpness a in “Closed form”", 0.01, 1e4, log=True, live=True,
            help="Slope of the logit a(θ/2 − x); no other card uses it.",
        )  # fmt: skip
        steps: int = param(
            200,
            "Steps t of D",
            1,
            MOST,
            log=True,
            live=True,
            help="Steps of Adam, rate 1e−3; trained once, then stored.",
        )
        sigma: float = param(0.0, "Instance noise σ", 0.0, 1.0, step=0.05, live=True, help="Added to data and samples.")
        penalty: float = param(
            1.0,
            "Penalty weight λ",
            0.1,
            10.0,
            log=True,
            live=True,
            more=True,
            help="Weight of the gradient penalty λ(‖∇F‖ − 1)².",
        )
        clip: float = param(
            0.1, "Clip c", 0.01, 0.5, log=True, live=True, more=True, help="Greatest size of each weight of a critic."
        )
        seed: int = param(0, "Seed of the networks", 0, 99, live=True, more=True)

    config: Config

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """Divergences of data and model, and the gradient on θ of each loss."""
        return equations_of(config)

    def values(self) -> Mapping[str, float]:
        """JSD and KL, nats, TV, W₁ in units of x; gradients on θ, nats per unit of x, in closed form and at D*.

        Divergences of disks with noise, and gradients of trained discriminators, take too long and are left out.
        """
        c = self.config
        minimax, rival = logit_gradients(np.array(c.a), c.theta)
        values = {"closed_minimax": float(minimax), "closed_rival": float(rival)}
        if c.sigma and c.support == "disks":
            return values
        now = divergences_of(c)
        values |= {"jsd": now.jensen_shannon, "kl": now.kl, "tv": now.total_variation, "w1": now.wasserstein}
        if c.sigma:
            exact = overlapping(supports_of(c), c.theta, c.sigma)
            values |= {"noisy_minimax": exact.minimax, "noisy_rival": exact.non_saturating}
        return values
