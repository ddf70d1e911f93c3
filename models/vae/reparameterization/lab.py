"""Gradients of expectations: reparameterised and score-function estimators, and the recipe that uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.protocol import Lab, Objective, Preset, Scene, Try, param
from models.vae.reparameterization.equations import equations_of
from models.vae.reparameterization.estimate_views import estimates, histograms, minibatches, spread
from models.vae.reparameterization.estimators import ESTIMATORS, GradientOf
from models.vae.reparameterization.integrands import INTEGRANDS, integrand_of
from models.vae.reparameterization.recipe import MOST_ROUNDS, STAGES, history, recipe

__all__ = ["ReparameterizationLab"]

_BASELINES = {"mean": "b = E_q[f]", "optimal": "b of least variance"}


class ReparameterizationLab(Lab):
    """Two estimators of the gradient of E_q[f(z)] from draws z ~ q = N(m, s²), and their use in variational inference.

    Mohamed et al., 2020, "Monte Carlo gradient estimation in machine learning" (arXiv 1906.10652); the recipe as in
    Ranganath et al., 2014 (arXiv 1401.0118), with the gradients of Kingma & Welling, 2014 (arXiv 1312.6114).
    """

    title = "Reparameterization"
    reference = "https://arxiv.org/abs/1906.10652"
    about = (
        "z is drawn from q(z) = N(m, s²), and f(z) is log p(x, z), z² or cos(ω z). "
        "In log p(x, z) the model is z ~ N(0, 1), x|z ~ N(z, σ²) with one observed x."
    )
    presets = (
        Preset("The recipe, one round", "", about="Model, q, sample, gradient, step: one round with its numbers."),
        Preset(
            "The recipe, 60 rounds on", "", {"rounds": 60},
            about="q has reached the posterior and fluctuates around it.",
        ),
        Preset(
            "Quadratic", "", {"f": "quadratic", "m": 1.0, "s": 0.5},
            about="Variance 4 s² = 1 when reparameterised, m⁴/s² + 14 m² + 15 s² = 21.75 with the score function.",
        ),
        Preset(
            "A constant subtracted from f", "", {"shift": -20.0},
            about="The gradient is the same; it affects only the score function without a baseline.",
        ),
        Preset(
            "A wave", "", {"f": "cosine", "omega": 4.0, "m": 0.3, "s": 0.5},
            about="With a rapidly changing f the slopes are large, and the score function has the smaller variance.",
        ),
    )  # fmt: skip
    views = (recipe, history, estimates, spread, histograms, minibatches)
    scenes = (
        Scene("The recipe", "What is one step of variational inference?", lead="recipe", beside=("history",)),
        Scene(
            "Estimators",
            "Which estimator varies less?",
            lead="estimates",
            beside=("spread",),
            below=("recipe", "histograms"),
        ),
        Scene("Subsampling", "How much variance does a small batch add?", lead="minibatches", beside=("spread",)),
    )
    look_at = (
        "Both estimators average to the same gradient, the dashed line; they differ in how far single draws are from "
        "it. The reparameterised one uses the slope of f at z = m + s ε, the score function only its values.\n\n"
        "On a smooth log-joint the standard deviations differ by a factor of several, and the score function needs the "
        "square of that factor in draws to be as precise."
    )
    try_next = (
        Try(
            "Walk through the recipe up to the gradient, with its numbers",
            {"stage": "gradient"},
            scene="The recipe",
        ),
        Try("Make 60 rounds: q reaches the posterior", preset="The recipe, 60 rounds on", scene="The recipe"),
        Try(
            "Subtract 20 from f: the gradient stays, the score function's spread grows",
            preset="A constant subtracted from f", scene="Estimators",
        ),
        Try("Take a rapid wave, where the score function wins", preset="A wave", scene="Estimators"),
        Try("Differentiate by s instead of m", {"by": "s"}, scene="Estimators"),
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        stage: str = param(
            "step", "Step of the recipe", choices=STAGES, live=True, help="The steps up to this one are drawn."
        )
        rounds: int = param(
            0,
            "Rounds made before",
            0,
            MOST_ROUNDS,
            live=True,
            help="Complete rounds of the recipe before the one shown.",
        )
        draws: int = param(5, "Draws in a round", 1, 50, live=True, help="Draws of z for one gradient.")
        rate: float = param(0.1, "Step size", 0.005, 0.5, log=True, live=True)
        m: float = param(-1.0, "Mean m of q", -3.0, 3.0, step=0.05, live=True)
        s: float = param(0.6, "Std s of q", 0.05, 2.0, step=0.05, live=True)
        f: str = param(
            "joint", "f in E_q[f(z)]", choices=INTEGRANDS, live=True, help="Of log p(x, z) the recipe ascends the ELBO."
        )
        omega: float = param(
            3.0, "Frequency ω", 0.5, 10.0, step=0.5, live=True, when=lambda config: config.f == "cosine"
        )
        shift: float = param(0.0, "Constant added to f", -50.0, 50.0, step=1.0, live=True)
        by: str = param("m", "Derivative by", choices={"m": "m", "s": "s"}, live=True)
        baseline: str = param("mean", "Baseline", choices=_BASELINES, live=True, help="Computed exactly.")
        x: float = param(1.5, "Observed x", -4.0, 4.0, step=0.05, live=True, more=True)
        sigma: float = param(
            1.0, "Noise σ", 0.2, 2.0, step=0.05, live=True, more=True, help="Standard deviation of x given z."
        )

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        c = config
        self.gradient = GradientOf(integrand_of(c), c.m, c.s, c.by, c.baseline, c.shift)
        self.exact = self.gradient.exact()

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The gradient in both forms, and the variances of the estimates."""
        return equations_of(config)

    def values(self) -> Mapping[str, float]:
        """The gradient, E_q[f], the baseline b (in units of f; nats of log p(x, z)), and variances of one draw."""
        c = self.config
        return {
            "gradient": self.exact,
            "expectation": self.gradient.f.expectation(c.m, c.s) + c.shift,
            "b": self.gradient.constant(),
            **{name: self.gradient.variance(name) for name in ESTIMATORS},
        }
