"""The evidence lower bound in one dimension, where every term of it is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.protocol import Lab, Objective, Preset, Scene, Try, param
from models.vae.elbo.bound_views import AHEAD, densities, integrand, plane, terms, values_of
from models.vae.elbo.equations import EQUATIONS
from models.vae.elbo.one_latent import OneLatent, Weights
from models.vae.elbo.prior_average import averaging, dimensions

__all__ = ["ElboLab"]

_POSTERIORS = {"gaussian": "Gaussian", "bimodal": "Two modes"}
_FORMS = {"joint": "log p(x, z) − log q", "reconstruction": "log p(x|z) − KL"}


def _form(name: str) -> Callable[[Any], bool]:
    return lambda config: config.form == name


class ElboLab(Lab):
    """log p(x) = ELBO + D_KL(q ‖ p(z|x)) for one x, one z and q = N(m, s²), term by term.

    Jordan et al., 1999, "An introduction to variational methods for graphical models"; the two forms of the bound as in
    Kingma & Welling, 2014 (arXiv 1312.6114).
    """

    title = "Evidence lower bound"
    reference = "https://arxiv.org/abs/1601.00670"
    about = (
        "The model is z ~ N(0, 1), x|z ~ N(a z, σ²), or N(a z², σ²), with one observed x. "
        "q(z) = N(m, s²) approximates the posterior p(z|x): m and s are learned."
    )
    presets = (
        Preset("A bound with a gap", "", about="q is off the posterior: the gap is their divergence."),
        Preset("q is the posterior", "", {"m": 1.6, "s": 0.6}, about="The gap is 0, and the integrand is a constant."),
        Preset(
            "Form 1 without the entropy", "", {"form": "joint", "entropy": False, "steps": 150},
            about="s goes to 0, at the z of greatest p(z|x).",
        ),
        Preset(
            "Form 2 without the KL", "", {"form": "reconstruction", "kl": False, "steps": 150},
            about="s goes to 0, at the z of greatest p(x|z).",
        ),
        Preset(
            "The KL alone", "", {"form": "reconstruction", "reconstruction": False, "steps": 150},
            about="q becomes the prior, whatever x is.",
        ),
        Preset(
            "Two modes", "", {"posterior": "bimodal", "m": 0.8, "s": 0.8, "steps": 150, "rate": 0.02},
            about="The best Gaussian covers one mode, and a gap of about log 2 remains.",
        ),
        Preset(
            "The integral, x in 100-D", "", {"x_dim": 100},
            about="Averaging over the prior misses log p(x) by tens of nats with 100 draws: see “Prior average”.",
        ),
    )  # fmt: skip
    views = (densities, terms, plane, integrand, averaging, dimensions)
    scenes = (
        Scene(
            "The bound", "What makes up log p(x), and what does q change?",
            lead="densities", beside=("terms",), below=("integrand",),
        ),
        Scene("Which q is best?", "Where do the gradient steps lead?", lead="plane", beside=("densities", "terms")),
        Scene(
            "Prior average", "Why not average p(x|z) over the prior?", lead="averaging", beside=("dimensions",)
        ),
    )  # fmt: skip
    look_at = (
        "log p(x) does not depend on q, so a change of q that raises the ELBO lowers KL(q ‖ p(z|x)) by as much: move "
        "m and s and watch the bars. The bound is tight only if q is the posterior; then log p(x, z) − log q(z) is "
        "the same number at every z.\n\n"
        "Switch a term off to see what it does: without the entropy, or without the KL, q shrinks onto the best z."
    )
    try_next = (
        Try("Make 150 gradient steps: q becomes the posterior and the gap closes", {"steps": 150}, scene="The bound"),
        Try(
            "Set q to the posterior: the curve in “Ratio under q” goes flat", preset="q is the posterior",
            scene="The bound",
        ),
        Try(
            "Drop the entropy: s shrinks to 0 at the greatest p(z|x), z = 1.6", preset="Form 1 without the entropy",
            scene="Which q is best?",
        ),
        Try("Drop the KL: s shrinks to 0 at the greatest p(x|z), z = 2.5", preset="Form 2 without the KL",
            scene="Which q is best?"),
        Try("Give the posterior two modes: no m and s close the gap", preset="Two modes", scene="Which q is best?"),
        Try("Average over the prior with x in 100-D: see “Prior average”", preset="The integral, x in 100-D",
            scene="Prior average"),
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        m: float = param(-0.5, "Mean m of q at the start", -4.0, 4.0, step=0.05, live=True)
        s: float = param(1.0, "Std s of q at the start", 0.02, 2.5, step=0.02, live=True)
        steps: int = param(0, "Gradient steps made", 0, 300, live=True, help="Gradient ascent from m and s.")
        rate: float = param(0.05, "Step size", 0.001, 0.5, log=True, live=True, help="The gradient is exact.")
        form: str = param("joint", "Form of the bound", choices=_FORMS, live=True, help="Both add up to the same ELBO.")
        joint: bool = param(True, "Term E[log p(x, z)]", live=True, when=_form("joint"))
        entropy: bool = param(True, "Term −E[log q(z)]", live=True, when=_form("joint"), help="The entropy of q.")
        reconstruction: bool = param(True, "Term E[log p(x|z)]", live=True, when=_form("reconstruction"))
        kl: bool = param(True, "Term −KL(q ‖ p(z))", live=True, when=_form("reconstruction"))
        posterior: str = param(
            "gaussian", "Posterior", choices=_POSTERIORS, live=True, help="x|z ~ N(a z, σ²), or N(a z², σ²)."
        )
        x: float = param(2.5, "Observed x", -4.0, 4.0, step=0.05, live=True)
        a: float = param(1.0, "Slope a", 0.2, 3.0, step=0.05, live=True, help="The mean of x given z is a z.")
        sigma: float = param(0.75, "Noise σ", 0.1, 2.0, step=0.05, live=True, help="Standard deviation of x given z.")
        x_dim: int = param(20, "Dimension of x", 1, 200, live=True, more=True, help="In the cards on prior averages.")
        z_dim: int = param(2, "Dimension of z", 1, 12, live=True, more=True, help="In the card “Prior average”.")
        x_noise: float = param(
            0.3,
            "Noise σ in “Prior average”",
            0.1,
            2.0,
            step=0.05,
            live=True,
            more=True,
            help="In the cards on prior averages.",
        )

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        c = config
        self.model = OneLatent(c.x, c.a, c.sigma, 1 if c.posterior == "gaussian" else 2)
        on = (c.joint, c.joint, c.entropy) if c.form == "joint" else (c.reconstruction, c.kl, c.kl)
        self.weights = Weights(*map(float, on))
        self.path = self.model.ascend(c.m, c.s, self.weights, c.steps + AHEAD, c.rate)

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """log p(x) as bound and gap, and the bound in both forms."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """Every term at q, nats."""
        return values_of(self)

    @property
    def q(self) -> tuple[float, float]:
        """m and s after the gradient steps."""
        m, s = self.path[min(self.config.steps, len(self.path) - 1)].tolist()
        return m, s
