"""The optimal discriminator of two known densities, and the value of the objective there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.gan.optimal_discriminator.discriminator_views import (
    EDGE,
    classifier,
    densities,
    error,
    function,
    gradient,
    objective,
    values_of,
)
from models.gan.optimal_discriminator.equations import EQUATIONS
from models.gan.optimal_discriminator.preimage_views import MAPS, density, preimages
from models.protocol import Lab, Objective, Preset, Scene, Try, param

__all__ = ["OptimalDiscriminatorLab"]


class OptimalDiscriminatorLab(Lab):
    """The maximum over D of E[log D(x)] + E[log(1 − D(G(z)))]: pointwise, by quadrature, and by training.

    Goodfellow et al., 2014, "Generative adversarial nets" (arXiv 1406.2661), proposition 1 and theorem 1.
    """

    title = "Optimal discriminator"
    reference = "https://arxiv.org/abs/1406.2661"
    about = (
        "The data have the density p_data(x), the model p_θ(x): one or two Gaussians. "
        "D(x) may be any function; the best one, D*, is known exactly."
    )
    presets = (
        Preset("Two Gaussians", "", about="D* falls from 1 to 0 where the model takes over; L(D*) = −0.540."),
        Preset(
            "Model = data", "", {"model_mean": -0.8, "model_std": 0.6, "d": 0.5},
            about="D* is ½ everywhere, JSD is 0, and the objective is −log 4 = −1.386.",
        ),
        Preset(
            "A mode is missing", "", {"data_mean": 0.0, "data_std": 0.45, "data_gap": 3.0, "model_mean": 1.5,
                                      "model_std": 0.45, "x": -1.5},
            about="The model covers one of two modes: D* is ⅓ on it and 1 on the lost one; JSD = 0.215.",
        ),
        Preset(
            "Hardly any overlap", "", {"data_mean": -2.5, "data_std": 0.4, "model_mean": 2.5, "model_std": 0.4},
            about="JSD has its greatest value, log 2, and L(D*) is 0: D separates all data from all samples.",
        ),
        Preset("Few samples", "", {"n": 50}, about="The classifier learns its 50 samples, not the densities."),
        Preset(
            "Folded noise, sin(3ε)", "", {"map": "sine", "omega": 3.0, "height": 0.5},
            about="Many preimages of one x, and a density that grows without limit at ± 1.",
        ),
    )  # fmt: skip
    views = (densities, function, objective, classifier, error, gradient, preimages, density)
    scenes = (
        Scene(
            "Optimal D", "Which D is best at each x, and what is the objective then?",
            lead="densities", beside=("function",), below=("objective",),
        ),
        Scene(
            "Training", "Does a network trained on samples find D*?",
            lead="classifier", beside=("densities",), below=("error",),
        ),
        Scene(
            "Gradient", "In which direction does D* move a sample?",
            lead="gradient", beside=("densities",),
        ),
        Scene(
            "Preimages", "What is the density of x under a generator?",
            lead="preimages", beside=("density",),
        ),
    )  # fmt: skip
    look_at = (
        "At each x drag D to the top of “Function of D at x”: it is at D*, whatever D is at other x. Inserted into the "
        "objective, D* gives −log 4 + 2 JSD.\n\n"
        "∇log(1 − D) is −∇D/(1 − D): the slide on disjoint supports leaves out the minus (“Gradient in x”). A "
        "generator's density is the sum of s(ε)/|f′(ε)| over the preimages: the slide's ∫ s(ε) dε lacks the Jacobian."
    )
    try_next = (
        Try("Drag D at x = 0 to its top: 0.533", {"x": 0.0, "d": 0.53}, scene="Optimal D"),
        Try("Make the model equal to the data: the objective is −log 4", preset="Model = data", scene="Optimal D"),
        Try("Lose one of two modes", preset="A mode is missing", scene="Optimal D"),
        Try(
            "Move them apart: JSD stops at log 2, wherever the model is", preset="Hardly any overlap", scene="Optimal D"
        ),
        Try("Train on 50 samples: D follows the samples", preset="Few samples", scene="Training"),
        Try("Fold the noise: sin(3ε)", preset="Folded noise, sin(3ε)", scene="Preimages"),
        Try("Ask whether other losses find the same ratio", page="likelihood-ratio"),
        Try("Compare JSD with other divergences", page="divergences"),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        x: float = param(0.0, "Place x", -EDGE, EDGE, step=0.05, live=True)
        d: float = param(0.8, "D at x", 0.01, 0.99, step=0.01, live=True, help="Drag it to the top.")
        data_mean: float = param(-0.8, "Data mean", -4.0, 4.0, step=0.05, live=True)
        data_std: float = param(0.6, "Data std", 0.2, 1.2, step=0.02, live=True)
        data_gap: float = param(0.0, "Data modes apart", 0.0, 5.0, step=0.1, live=True, help="0: one Gaussian.")
        model_mean: float = param(1.0, "Model mean", -4.0, 4.0, step=0.05, live=True)
        model_std: float = param(0.9, "Model std", 0.2, 1.2, step=0.02, live=True)
        model_gap: float = param(0.0, "Model modes apart", 0.0, 5.0, step=0.1, live=True, help="0: one Gaussian.")
        n: int = param(5000, "Samples of each", 20, 50_000, log=True, live=True, help="For the trained classifier.")
        steps: int = param(800, "Training steps", 100, 3000, log=True, live=True, more=True)
        map: str = param("square", "Generator x = f(ε)", choices=MAPS, live=True, help="In the cards on preimages.")
        height: float = param(0.5, "x of the preimages", -6.0, 6.0, step=0.05, live=True)
        a: float = param(1.0, "Scale a of f", 0.1, 2.0, step=0.05, live=True, more=True)
        b: float = param(0.0, "Offset b of f", -2.0, 2.0, step=0.05, live=True, more=True)
        omega: float = param(
            3.0, "Frequency ω of f", 0.5, 6.0, step=0.1, live=True, more=True,
            when=lambda config: config.map == "sine",
        )  # fmt: skip

    config: Config

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """D*, the objective at one x, and the objective at D*."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """D* at x; the terms of the objective at x, nats times density; L(D*) and its parts, nats."""
        return values_of(self.config)
