"""Maximum likelihood as the least divergence from the data to the model, and known distributions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from models.autoregressive.maximum_likelihood.bin_views import histogram, model_of, narrow, over_mean, terms
from models.autoregressive.maximum_likelihood.bins import EDGE, Binned
from models.autoregressive.maximum_likelihood.equations import EQUATIONS
from models.autoregressive.maximum_likelihood.plane_views import KINDS, fits, learning, plane
from models.autoregressive.maximum_likelihood.reward_views import DEVIATION, between, rewards, shapes
from models.exact.densities_1d import LineMixture
from models.protocol import Lab, Objective, Preset, Scene, Try, param

__all__ = ["MaximumLikelihoodLab"]

_POINTS = (
    (-2.3, -1.2), (-1.9, -0.8), (-1.7, -1.5), (-1.4, -0.4), (-1.2, -0.9), (-1.0, -0.2), (-0.8, -0.6), (-0.5, 0.1),
    (0.9, 1.7), (1.2, 1.3), (1.4, 2.1), (1.6, 1.0), (1.8, 1.6), (2.0, 0.8), (2.2, 1.2), (2.4, 0.5),
)  # fmt: skip


class MaximumLikelihoodLab(Lab):
    """The maximum-likelihood objective as −n KL(F̂ ‖ p_θ) + C, on bins and with densities, and what it rewards.

    Kullback and Leibler, 1951, "On information and sufficiency"; Akaike, 1973, "Information theory and an extension of
    the maximum likelihood principle".
    """

    title = "Maximum likelihood"
    reference = "https://doi.org/10.1214/aoms/1177729694"
    about = (
        "The data are n numbers from a density with one or two modes. "
        "The model p_θ is a normal distribution or a mixture of two."
    )
    points = _POINTS
    presets = (
        Preset("Two modes, one normal", "", about="The best normal lies between the modes and is as wide as both."),
        Preset(
            "Two modes, two normals", "", {"std": 0.5, "gap": 3.0}, about="A family that holds the density of the data."
        ),
        Preset("One mode", "", {"apart": 0.0, "std": 0.5, "mean": 0.0}, about="The normal is the right family."),
        Preset("Narrow bins", "", {"bins": 2048}, about="The divergence of atoms from a density is infinite."),
        Preset("Few data", "", {"n": 5}, about="F̂ is far from the density of the data, and so is the best model."),
        Preset("Mixture of three", "", {"kind": "mixture", "components": 3}, about="Three ellipses for the points."),
    )  # fmt: skip
    views = (histogram, terms, over_mean, narrow, shapes, rewards, between, plane, fits, learning)
    scenes = (
        Scene(
            "Divergence", "What does maximum likelihood minimise?",
            lead="histogram", beside=("terms",), below=("over_mean",),
        ),
        Scene("Narrow bins", "What remains of it where x is continuous?", lead="narrow", beside=("histogram",)),
        Scene(
            "Reward and cost", "What does high probability on the data reward?",
            lead="shapes", beside=("rewards",), below=("between",),
        ),
        Scene(
            "Known distributions", "How far do known distributions go?",
            lead="plane", beside=("fits",), below=("learning",),
        ),
    )  # fmt: skip
    look_at = (
        "On bins, −𝓛/n is KL(F̂ ‖ p_θ) plus a number that θ does not change: the best θ is that of least divergence. "
        "Between atoms and a density the divergence is infinite, and so is C; only their difference can be learned "
        "from.\n\n"
        "A datum where p_θ is almost 0 costs very much, mass where there are no data costs little: a normal covers "
        "both modes."
    )
    try_next = (
        Try("Drag the normal onto one mode: the divergence grows", {"mean": 1.5, "std": 0.6}, scene="Divergence"),
        Try("Give the model two modes", preset="Two modes, two normals", scene="Divergence"),
        Try("Make the bins narrow: divergence and C grow together", preset="Narrow bins", scene="Narrow bins"),
        Try("Move the modes apart: one mode alone costs ever more", {"apart": 6.0}, scene="Reward and cost",
            card="rewards"),
        Try("Fit three normals to the points, and drag a point away", preset="Mixture of three",
            scene="Known distributions"),
        Try("Assume that x₁ and x₂ are independent", {"kind": "independent"}, scene="Known distributions"),
        Try("Go to one parameter: coin flips", page="coin-flips"),
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        mean: float = param(0.0, "Model mean", -4.0, 4.0, step=0.05, live=True)
        std: float = param(1.6, "Model std", 0.2, 3.0, step=0.02, live=True)
        gap: float = param(0.0, "Model modes apart", 0.0, 6.0, step=0.1, live=True, help="0: one normal.")
        bins: int = param(48, "Bins", 2, 4096, log=True, live=True, help="Between −6 and 6.")
        n: int = param(60, "Data n", 2, 2000, log=True, live=True)
        apart: float = param(3.0, "Data modes apart", 0.0, 6.0, step=0.1, live=True, help="0: one mode.")
        draw: int = param(0, "Seed of the data", 0, 99, live=True, more=True, help="Another seed: other data.")
        kind: str = param("normal", "Density in the plane", choices=KINDS, live=True)
        components: int = param(
            2, "Components", 2, 6, live=True, when=lambda config: config.kind == "mixture", help="Of the mixture."
        )
        em: int = param(20, "Steps of EM", 0, 100, live=True, more=True, when=lambda config: config.kind == "mixture")

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        rng = torch.Generator().manual_seed(config.draw)
        drawn = LineMixture.about(0.0, DEVIATION, config.apart).sample(config.n, rng=rng)
        self.x = np.clip(drawn, -0.999 * EDGE, 0.999 * EDGE)
        self.binned = Binned.of(self.x, model_of(config), config.bins)
        self.mean_log_density = float(model_of(config).log_prob(self.x).mean())

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The objective as a divergence and a constant, the cross-entropy, and the limit of narrow bins."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """The objective a datum and its parts on the bins, and the mean log density without bins, nats."""
        binned = self.binned
        return {
            "objective": binned.objective,
            "divergence": binned.divergence,
            "constant": binned.constant,
            "entropy": binned.entropy,
            "cross_entropy": binned.cross_entropy,
            "mean_log_density": self.mean_log_density,
        }
