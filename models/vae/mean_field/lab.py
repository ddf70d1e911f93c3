"""Mean-field variational inference on a correlated Gaussian posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.exact.normal import normal_log_prob
from models.frames import Bars, Curves, Ellipses, Lines, Plane, Points, Series
from models.protocol import Drag, Lab, Objective, Preset, Scene, Try, param, view
from models.vae.mean_field.equations import EQUATIONS
from models.vae.mean_field.gaussians import Correlated, Factorised
from models.views.words import decimal

__all__ = ["MeanFieldLab"]

_MOST = 40  # updates of coordinate ascent
_RHO = 0.995  # greatest correlation
_FLOOR = 1e-6  # nats below which a divergence that vanishes is not drawn: the axis is logarithmic


class MeanFieldLab(Lab):
    """The best q(z₁) q(z₂) for a correlated Gaussian p(z₁, z₂ | x), in both directions of the divergence.

    Bishop, 2006, "Pattern Recognition and Machine Learning", section 10.1.2; Blei et al., 2017 (arXiv 1601.00670).
    """

    title = "Mean field"
    reference = "https://arxiv.org/abs/1601.00670"
    about = (
        "The posterior p(z₁, z₂|x) is Gaussian: mean 0, deviations σ₁, σ₂, correlation ρ. "
        "q = q₁(z₁) q₂(z₂), in which z₁ and z₂ are independent, approximates it."
    )
    presets = (
        Preset("Strong correlation, ρ = 0.9", "", about="q is 2.3 times narrower than p; the gap is 0.830."),
        Preset("No correlation", "", {"rho": 0.0}, about="p factorises, and one update of each factor reaches it."),
        Preset(
            "Nearly a line, ρ = 0.99", "", {"rho": 0.99, "updates": 40},
            about="The gap is 1.959, and 40 updates do not reach it.",
        ),
        Preset("Unequal scales", "", {"std_2": 0.4}, about="The gap stays 0.830: it depends on ρ alone."),
    )  # fmt: skip
    scenes = (
        Scene(
            "Mean field", "How does a factorised q differ from p?",
            lead="ellipses", beside=("divergences",), below=("slice",),
        ),
        Scene(
            "The gap", "How does the gap grow with the correlation?",
            lead="gap", beside=("ellipses",), below=("divergences",),
        ),
        Scene(
            "Coordinate ascent", "How fast does q converge?",
            lead="ascent", beside=("ellipses",), below=("divergences",),
        ),
    )  # fmt: skip
    look_at = (
        "The best q has the variance of each zᵢ given the other, so it is narrower than the marginals of p. No "
        "optimisation closes the gap that remains.\n\n"
        "The other direction, KL(p ‖ q), is least at the product of the marginals, which covers p and has mass where "
        "p has almost none."
    )
    try_next = (
        Try("Set ρ to 0.99: q shrinks further, and coordinate ascent creeps along the ridge", {"rho": 0.99},
            scene="Mean field"),
        Try("Set ρ to −0.9: the ridge turns, variances and gap stay", {"rho": -0.9}, scene="Mean field"),
        Try("Set ρ to 0: p factorises and the gap closes", {"rho": 0.0}, scene="Mean field"),
        Try("Make 20 updates and see how fast q converges", {"updates": 20}, scene="Coordinate ascent"),
        Try("Go to the bound in one dimension", page="elbo"),
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        rho: float = param(0.9, "Correlation ρ of p", -_RHO, _RHO, step=0.01, live=True)
        updates: int = param(6, "Updates of a factor", 0, _MOST, live=True, help="Coordinate ascent, z₁ first.")
        m1: float = param(-1.5, "m₁ at the start", -3.0, 3.0, step=0.05, live=True)
        m2: float = param(1.5, "m₂ at the start", -3.0, 3.0, step=0.05, live=True)
        start: float = param(
            0.6, "Standard deviations at the start", 0.1, 2.0, step=0.05, live=True, more=True, help="Of both factors."
        )
        std_1: float = param(1.0, "σ₁ of p", 0.3, 1.5, step=0.05, live=True, more=True)
        std_2: float = param(1.0, "σ₂ of p", 0.3, 1.5, step=0.05, live=True, more=True)

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        c = config
        self.p = Correlated(c.rho, c.std_1, c.std_2)
        self.path = self.p.ascend(Factorised(np.array([c.m1, c.m2]), np.full(2, c.start**2)), _MOST)

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The factorised q, its best variances, and its divergence from p in three parts."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """Variances of the best q, in units of z², and KL(q ‖ p) of the q after the updates with its parts, nats."""
        variance = self.p.best().variance.tolist()
        of_means, of_variances, gap = self.p.parts_from_q(self.q)
        return {
            "variance_1": variance[0],
            "variance_2": variance[1],
            "of_means": of_means,
            "of_variances": round(of_variances, 12),
            "gap": gap,
            "divergence": self.p.from_q(self.q),
        }

    @property
    def q(self) -> Factorised:
        """q after the updates."""
        return self.path[self.config.updates]

    @view(
        "Posterior and factorised q", lead=True, drags=(Drag(x="m1", y="m2"),),
        help="Ellipses of 1σ and 2σ: p, the best q of either divergence. Drag the start of the ascent.",
    )  # fmt: skip
    def ellipses(self) -> Plane:
        """p, the best factorised q of both divergences, and the path of coordinate ascent."""
        size, angle = self.p.ellipse()
        best, rival, updates = self.p.best(), self.p.marginals(), self.config.updates
        means = np.array([q.mean for q in self.path[: updates + 1]])
        limit = 3.2
        names = [decimal(v) for v in (*best.variance, *rival.variance)]
        return Plane(
            (
                _rings(rival, "alt", "marginals: least KL(p ‖ q)", dashed=True),
                Ellipses(
                    np.zeros((2, 2)), np.outer([1.0, 2.0], size), np.full(2, angle), ("1σ", "2σ"),
                    role="total", dashed=False, name="p(z|x)",
                ),
                _rings(best, "model", "narrow q: least KL(q ‖ p)"),
                Lines(means, np.zeros(1, int), role="data", width=1.5, name="coordinate ascent on m"),
                Points(means[:-1], role="data", size=4.0),
                Ellipses(
                    self.q.mean[None], np.sqrt(self.q.variance)[None], np.zeros(1), role="data",
                    name=f"q after {updates} updates, 1σ",
                ),
                Points(means[-1:], role="data", size=8.0),
            ),
            x_label="z₁", y_label="z₂", extent=(-limit, limit, -limit, limit),
            subtitle=f"ρ = {decimal(self.config.rho)}, gap {decimal(self.p.gap)} nats; in closed form",
            note=f"Variances of the narrow q: 1/Λ₁₁ = {names[0]}, 1/Λ₂₂ = {names[1]}; of p: {names[2]}, {names[3]}.",
        )  # fmt: skip

    @view("Divergences", help="Both directions, for the best q of each and for the q after the updates.")
    def divergences(self) -> Bars:
        """KL(q ‖ p) and KL(p ‖ q) of the best q of each direction, and of the q after the updates."""
        best, rival = self.p.best(), self.p.marginals()
        rows = (
            ("KL(q ‖ p), narrow q: least", self.p.from_q(best), "model"),
            ("KL(q ‖ p), marginals", self.p.from_q(rival), "alt"),
            ("KL(p ‖ q), narrow q", self.p.to_q(best), "model"),
            ("KL(p ‖ q), marginals: least", self.p.to_q(rival), "alt"),
            (f"KL(q ‖ p), q after {self.config.updates} updates", self.p.from_q(self.q), "data"),
        )
        return Bars(
            tuple(label for label, *_ in rows),
            np.array([max(0.0, value) for _, value, _ in rows]),
            roles=tuple(role for *_, role in rows),
            unit="nats",
            subtitle="narrow q: variances 1/Λᵢᵢ, Λ the inverse covariance of p; marginals: those of p; in closed form",
            note=f"In two dimensions both least values are −½ log(1 − ρ²) = {decimal(self.p.gap)} nats.",
        )

    @view("Gap against ρ", help="The least divergence of a factorised q.")
    def gap(self) -> Curves:
        """The least KL(q ‖ p) and the variance of q against the correlation."""
        rho = np.linspace(-_RHO, _RHO, 399)
        left = 1.0 - rho**2
        return Curves(
            (
                Series("gap", "least KL(q ‖ p) = −½ log(1 − ρ²)", rho, -0.5 * np.log(left), role="model", unit="nats",
                       pane="least KL(q ‖ p), nats"),
                Series("ratio", "variance of q / variance of the marginal", rho, left, role="alt",
                       pane="ratio of variances"),
            ),
            x_label="ρ", marker=self.config.rho, subtitle="in closed form",
            note=f"At ρ = {decimal(self.config.rho)}: {decimal(self.p.gap)} nats, "
            f"variance ratio {decimal(1 - self.config.rho**2)}.",
        )  # fmt: skip

    @view("Updates", help="KL(q ‖ p) after each update of one factor.")
    def ascent(self) -> Curves:
        """How the divergence falls with the updates, and the value it tends to."""
        updates = np.arange(_MOST + 1)
        values = np.array([self.p.from_q(q) for q in self.path])
        excess, gap = values - self.p.gap, np.full(_MOST + 1, self.p.gap)
        series = [
            Series(key, label, updates, np.where(y >= _FLOOR, y, np.nan), role=role, pane=pane, unit="nats",
                   dashed=key == "gap")
            for key, label, y, role, pane in (
                ("kl", "KL(q ‖ p)", values, "data", "KL, nats"),
                ("gap", "its least value", gap, "model", "KL, nats"),
                ("excess", "KL(q ‖ p) above the least", excess, "data", "KL above the least, nats"),
            )
        ]  # fmt: skip
        return Curves(
            tuple(series),
            x_label="updates of a factor", log_y=True, marker=float(self.config.updates),
            subtitle="exact",
            note=f"From the second on, each update multiplies the excess by ρ² = {decimal(self.config.rho**2, 4)}.",
        )  # fmt: skip

    @view("Along z₁", help="Marginal, conditional and q.")
    def slice(self) -> Curves:
        """The first coordinate: marginal of p, p given z₂ = m₂, and the best q."""
        z = np.linspace(-3.5, 3.5, 401)
        best, rival = self.p.best(), self.p.marginals()
        std, wide = float(np.sqrt(best.variance[0])), float(np.sqrt(rival.variance[0]))
        other = float(self.q.mean[1])
        given = self.config.rho * self.config.std_1 / self.config.std_2 * other
        return Curves(
            (
                Series("marginal", "p(z₁|x)", z, np.exp(normal_log_prob(z, 0.0, wide)), role="alt"),
                Series("given", "p(z₁|z₂ = m₂, x)", z, np.exp(normal_log_prob(z, given, std)), dashed=True),
                Series("best", "best q(z₁)", z, np.exp(normal_log_prob(z, 0.0, std)), role="model"),
            ),
            x_label="z₁", y_label="density",
            subtitle=f"standard deviations {decimal(std)} and {decimal(wide)}; m₂ = {decimal(other)}",
            note="q is as wide as z₁ given z₂, and narrower than z₁ by √(1 − ρ²).",
        )  # fmt: skip


def _rings(q: Factorised, role: str, name: str, dashed: bool = False) -> Ellipses:
    sizes = np.outer([1.0, 2.0], np.sqrt(q.variance))
    return Ellipses(np.tile(q.mean, (2, 1)), sizes, np.zeros(2), role=role, dashed=dashed, name=name)
