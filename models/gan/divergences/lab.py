"""The preferences of divergences for a model that is too simple, or misses a datum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.gan.divergences.equations import EQUATIONS
from models.gan.divergences.missing_atoms import MissingAtoms
from models.gan.divergences.missing_views import missing
from models.gan.divergences.two_modes import DIVERGENCES
from models.gan.divergences.two_modes_views import cost, data, landscape, optima, values_of_q, values_under
from models.protocol import Lab, Objective, Preset, Scene, Try, param

__all__ = ["DivergencesLab"]


class DivergencesLab(Lab):
    """One Gaussian fitted to two modes by four divergences, and a model that misses some of the data.

    Minka, 2005, "Divergence measures and message passing"; Theis et al., 2016 (arXiv 1511.01844).
    """

    title = "Divergences"
    reference = "https://arxiv.org/abs/1511.01844"
    about = (
        "The data are two Gaussian modes: p_data(x) = ½ N(−m, s²) + ½ N(m, s²). "
        "The model is one Gaussian, p_θ(x) = N(μ, σ²), and θ = (μ, σ)."
    )
    presets = (
        Preset("Between the two: m/s = 3", "", about="Reverse KL has dropped a mode, at 0.689 nats; JSD still covers."),
        Preset("Near: m/s = 1", "", {"m": 1.0, "mu": 0.0, "sigma": 1.4}, about="One mode is enough: all four agree."),
        Preset("JSD still covers: m/s = 4", "", {"m": 4.0}, about="Covering costs 0.201 nats, dropping a mode 0.216."),
        Preset(
            "JSD drops: m/s = 4.5", "", {"m": 4.5, "mu": 4.5, "sigma": 1.0},
            about="Now covering costs 0.230 nats: the mode is dropped.",
        ),
        Preset(
            "Far: m/s = 6", "", {"m": 6.0, "mu": 6.0, "sigma": 1.0, "divergence": "reverse"},
            about="A dropped mode costs reverse KL log 2 = 0.693, and JSD ¾ log(4/3) = 0.216.",
        ),
        Preset("One point missing of 100", "", {"atoms": 100}, about="KL(p_data ‖ p_θ) is still ∞."),
        Preset("No point missing", "", {"missing": 0}, about="The slide's ⊆ includes equality, where all are 0."),
    )  # fmt: skip
    views = (data, values_of_q, optima, cost, landscape, missing)
    scenes = (
        Scene(
            "Fit", "Which Gaussian does each divergence prefer?",
            lead="data", beside=("landscape",), below=("values_of_q",),
        ),
        Scene(
            "Covers or drops", "When does the best fit drop a mode?",
            lead="optima", beside=("cost",), below=("data",),
        ),
        Scene(
            "Missing point", "What does it cost to miss a data point?",
            lead="missing", beside=("data",), below=("values_of_q",),
        ),
    )  # fmt: skip
    look_at = (
        "Maximum likelihood takes the mean and variance of the data, whatever lies between the modes. Reverse KL "
        "prefers a single mode from m/s ≈ 2.8 on: that costs log 2, however far away the other is. JSD covers up to "
        "m/s = 4 and drops from 4.5; Wasserstein-1 covers always.\n\n"
        "If a datum has no probability under the model, KL(p_data ‖ p_θ) is infinite, and JSD is not. In practice the "
        "training game drops modes too, not the divergence alone: a GAN with a KL objective shows it."
    )
    try_next = (
        Try("Bring the modes together: the four agree", preset="Near: m/s = 1", scene="Covers or drops"),
        Try("Set m/s = 4: JSD covers, at 0.201", preset="JSD still covers: m/s = 4", scene="Fit"),
        Try("Set m/s = 4.5: JSD drops a mode, at 0.216", preset="JSD drops: m/s = 4.5", scene="Fit"),
        Try("Set m/s = 6: reverse KL pays log 2 for a mode", preset="Far: m/s = 6", scene="Covers or drops"),
        Try(
            "Miss one datum of 100: KL(p_data ‖ p_θ) stays infinite",
            preset="One point missing of 100",
            scene="Missing point",
        ),
        Try("Miss nothing: all divergences are 0", preset="No point missing", scene="Missing point"),
        Try("See where 2 JSD comes from", page="optimal-discriminator"),
        Try("Train a GAN with a KL objective: modes drop there too", page="gan"),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        mu: float = param(0.0, "Mean μ of p_θ", -8.0, 8.0, step=0.05, live=True)
        sigma: float = param(2.0, "Std σ of p_θ", 0.2, 8.0, step=0.05, live=True)
        m: float = param(3.0, "Modes at ± m", 0.2, 6.0, step=0.05, live=True)
        s: float = param(1.0, "Their std s", 0.8, 2.0, step=0.05, live=True)
        divergence: str = param(
            "jsd", "Divergence", choices=DIVERGENCES, live=True, help="Divergence of the fit and the landscape."
        )
        atoms: int = param(10, "Data points K", 2, 100, log=True, live=True, help="In the card “Missing one point”.")
        missing: int = param(1, "Points the model misses", 0, 5, live=True, help="At most K − 1 of them.")

    config: Config

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The four divergences, and those of a model that misses points."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """The divergences, nats; Wasserstein-1 in units of x. Infinite where a point that is missed has no mass."""
        atoms = MissingAtoms.of(self.config)
        return {
            **values_under(self.config),
            "missing_forward": atoms.forward(),
            "missing_reverse": atoms.reverse(),
            "missing_jsd": atoms.jensen_shannon(),
        }
