"""Maximum likelihood for the probability of heads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.autoregressive.coin_flips.ascent_views import ascent, gradient, likelihood, log_likelihood
from models.autoregressive.coin_flips.bernoulli import Flips, flip, sigmoid
from models.autoregressive.coin_flips.data_views import counts, estimates, flips, information
from models.autoregressive.coin_flips.divergence_views import decomposition, divergence
from models.autoregressive.coin_flips.equations import EQUATIONS
from models.protocol import Lab, Objective, Preset, Scene, Try, param

__all__ = ["CoinFlipsLab"]

_OVER = {"theta": "θ", "p": "p = σ(θ)"}


class CoinFlipsLab(Lab):
    """A Bernoulli model p = σ(θ) of coin flips: likelihood, gradient ascent, divergence and Fisher information.

    Fisher, 1922, "On the mathematical foundations of theoretical statistics", Phil. Trans. A 222; Ranganath, lecture
    on deep generative models.
    """

    title = "Coin flips"
    reference = "https://doi.org/10.1098/rsta.1922.0009"
    about = (
        "The data are n flips of a coin that shows heads with probability p*. "
        "The model: heads with probability p = σ(θ), fitted to the flips."
    )
    presets = (
        Preset("A biased coin, p* = 0.7", "", about="Twenty flips; the maximum is the frequency of heads."),
        Preset(
            "All heads", "", {"p": 1.0, "steps": 100},
            about="The likelihood has no maximum: θ grows for ever, ever more slowly.",
        ),
        Preset("Many flips", "", {"n": 2000}, about="The likelihood is ten times as narrow as with twenty flips."),
        Preset("A step that is too long", "", {"n": 200, "rate": 12.0, "steps": 40},
               about="θ jumps over the maximum and back: the curvature of 𝓛/n is p(1 − p)."),
        Preset("One flip", "", {"n": 1, "p": 0.5}, about="The maximum is 0 or 1: what was seen once is certain."),
    )  # fmt: skip
    views = (
        log_likelihood, likelihood, gradient, ascent, divergence, decomposition, flips, counts, information, estimates,
    )  # fmt: skip
    scenes = (
        Scene(
            "Likelihood", "Which θ makes the flips most probable?",
            lead="log_likelihood", beside=("likelihood", "gradient"),
        ),
        Scene(
            "Gradient ascent", "How does learning get there?",
            lead="ascent", beside=("log_likelihood",), below=("gradient",),
        ),
        Scene(
            "Divergence", "What does maximum likelihood minimise?",
            lead="divergence", beside=("decomposition",), below=("counts",),
        ),
        Scene(
            "Fisher information", "How well do the flips determine θ and p?",
            lead="information", beside=("estimates", "likelihood"),
        ),
        Scene("Flips", "What do the flips say of the coin?", lead="flips", beside=("counts",), below=("estimates",)),
    )  # fmt: skip
    look_at = (
        "The maximum of 𝓛 is where σ(θ) equals the frequency of heads: there the gradient is 0 and KL(F̂ ‖ p_θ), too. "
        "−𝓛 is n times this divergence, plus a number that θ does not change.\n\n"
        "If all flips are heads, no θ is best: the gradient n σ(−θ) is positive for every θ, however small it gets."
    )
    try_next = (
        Try("Make 50 steps: σ(θ) reaches the frequency of heads", {"steps": 50}, scene="Gradient ascent"),
        Try("Step too far: θ jumps over the maximum", preset="A step that is too long", scene="Gradient ascent"),
        Try("See heads only: the gradient never vanishes", preset="All heads", scene="Gradient ascent", card="ascent"),
        Try("Look at p in place of θ", {"over": "p"}, scene="Likelihood"),
        Try("Take 2,000 flips: the likelihood gets narrow", preset="Many flips", scene="Likelihood"),
        Try("Move p* to ½: θ is known best where p is known least", {"p": 0.5}, scene="Fisher information"),
        Try("See the same divergence on bins and with densities", page="maximum-likelihood"),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        p: float = param(0.7, "Probability p* of heads", 0.0, 1.0, step=0.01, live=True, help="Of the coin.")
        n: int = param(20, "Flips n", 1, 2000, log=True, live=True)
        draw: int = param(0, "Seed of the flips", 0, 99, live=True, help="Another seed: other flips.")
        theta: float = param(-2.0, "θ at the start", -6.0, 6.0, step=0.05, live=True, help="The handle in 𝓛.")
        rate: float = param(1.0, "Step size", 0.1, 16.0, log=True, live=True, help="Of gradient ascent on 𝓛/n.")
        steps: int = param(6, "Steps", 0, 200, live=True)
        over: str = param("theta", "Horizontal axis", choices=_OVER, live=True)

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        self.x = flip(config.p, config.n, config.draw)
        self.flips = Flips(config.n, int(self.x.sum()))
        self.path = self.flips.ascend(config.theta, config.rate, config.steps)

    @property
    def theta(self) -> float:
        """θ after the steps."""
        return float(self.path[-1])

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The log-likelihood, its gradient, the divergence that it measures, and the Fisher information."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """At θ after the steps: 𝓛 and its terms, nats; its gradient; n KL and n H, nats; the Fisher information."""
        data, theta = self.flips, np.array(self.theta)
        p = float(sigmoid(theta))
        return {
            "of_data": data.ones * self.theta,
            "of_model": data.n * float(np.logaddexp(0.0, theta)),
            "log_likelihood": float(data.log_likelihood(theta)),
            "ones": float(data.ones),
            "expected": data.n * p,
            "gradient": float(data.gradient(theta)),
            "divergence": data.n * float(data.divergence(theta)),
            "entropy": data.n * data.entropy,
            "information": float(data.information(theta)),
            "information_in_p": data.n / (p * float(sigmoid(-theta))) if p < 1.0 else math.inf,
        }
