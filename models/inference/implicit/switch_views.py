"""What q(x) does to the objective, in closed form; and θ over the steps of a run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.frames import Curves, Series
from models.inference.implicit.interface import Implicit
from models.protocol import RunHistory, param, view
from models.simulators import Regression
from models.views.words import as_array, decimal

__all__ = ["CHOICES", "Line", "switch", "theta_line"]

CHOICES = {"data": "the data's density", "model": "p(x) of the model", "broad": "a broad Gaussian"}
_BROAD = 3.0  # standard deviation of each entry of the broad q(x)


@dataclass(frozen=True)
class Line:
    """The conjugate regression with a wrong θ, and a Gaussian q(z|x) whose mean is moved off that of the posterior.

    q(z|x) = N(m(x) + s u, Σ) with a shift s; m(x) and Σ are those of the posterior under θ, and u is one standard
    deviation of the slope. The data come from the truth. All expectations of quadratic forms are closed.

    Attributes:
        simulator: The regression.
        theta: θ of the model.
    """

    simulator: Regression
    theta: float

    def _moments(self, theta: float) -> tuple[Tensor, Tensor]:
        """Mean (d,) and covariance (d, d) of x under a θ, read from the simulator's mean of given unknowns."""
        design, offset = self._linear(theta)
        noise = self.simulator.sigma**2 * torch.eye(len(offset), dtype=torch.float64)
        return offset, noise + design @ design.T

    def _linear(self, theta: float) -> tuple[Tensor, Tensor]:
        """A (d, 2) and b (d,) of E x = A z + b."""
        corners = torch.cat([torch.zeros(1, 2), torch.eye(2)]).double()
        means = self.simulator.mean(corners, theta)  # (3, d)
        return (means[1:] - means[0]).T, means[0]

    def terms(self, shift: Tensor) -> dict[str, Tensor]:
        """E over data and q of log p(x|z), log p(z) and −log q(z|x), nats, for each of some shifts, (k,)."""
        design, offset = self._linear(self.theta)
        d, sigma = len(offset), self.simulator.sigma
        first, covariance = self.simulator.posterior(torch.zeros(1, d, dtype=torch.float64), self.theta)
        basis, _ = self.simulator.posterior(torch.eye(d, dtype=torch.float64), self.theta)
        gain = (basis - first).T  # m(x) = gain x + first, (2, d)
        unit = torch.tensor([0.0, float(covariance[1, 1].sqrt())], dtype=torch.float64)
        mean, spread = self._moments(self.simulator.truth)
        center = gain @ mean + first[0] + shift[:, None] * unit  # of z, (k, 2)
        codes = gain @ spread @ gain.T + covariance  # covariance of z over data and q
        away = mean - center @ design.T - offset  # (k, d)
        left = torch.eye(d, dtype=torch.float64) - design @ gain
        residual = left @ spread @ left.T + design @ covariance @ design.T  # covariance of x − A z − b
        squares = away.square().sum(dim=1) + residual.trace()
        entropy = 0.5 * torch.logdet(covariance) + 1.0 + LOG_2PI
        return {
            "likelihood": -0.5 * squares / sigma**2 - d * (math.log(sigma) + 0.5 * LOG_2PI),
            "prior": -0.5 * (center.square().sum(dim=1) + codes.trace()) - LOG_2PI,
            "entropy": entropy.expand(len(shift)),
        }

    def cross_entropy(self, choice: str) -> float:
        """−E log q(x) over the data, nats."""
        mean, spread = self._moments(self.simulator.truth)
        if choice == "broad":
            other, covariance = torch.zeros_like(mean), _BROAD**2 * torch.eye(len(mean), dtype=torch.float64)
        else:
            other, covariance = self._moments(self.simulator.truth if choice == "data" else self.theta)
        precision = torch.linalg.inv(covariance)
        away = mean - other
        quadratic = float((precision * spread).sum() + away @ precision @ away)
        return 0.5 * (quadratic + float(torch.logdet(covariance)) + len(mean) * LOG_2PI)

    def objective(self, shift: Tensor, choice: str | None) -> Tensor:
        """E over data and q of log p(x, z) − log q(z|x) − log q(x), nats, (k,); None leaves q(x) out: the ELBO."""
        elbo = torch.stack(list(self.terms(shift).values())).sum(dim=0)
        return elbo if choice is None else elbo + self.cross_entropy(choice)


@view(
    "Objective and q(x)", when=lambda config, spec: config.estimator == "adversarial",
    help="The objective of a Gaussian q on the regression, exactly, while its mean moves off that of the posterior.",
)  # fmt: skip
def switch(
    model: Implicit,
    theta: float = param(-0.5, "θ of the model", -1.0, 1.0, step=0.1, help="The data have θ = 0.5."),
) -> Curves:
    """The objective for three choices of q(x): parallel curves with one maximum."""
    line = Line(Regression(), theta)
    shift = torch.linspace(-2.0, 2.0, 81, dtype=torch.float64)
    at, roles = as_array(shift), {"data": "data", "model": "model", "broad": "alt"}
    names = {**CHOICES, "model": f"{CHOICES['model']}, θ = {decimal(theta, 1)}"}
    series = [
        Series(choice, f"q(x): {words}", at, as_array(line.objective(shift, choice)), role=roles[choice],
               dashed=choice == "model")
        for choice, words in names.items()
    ]  # fmt: skip
    elbo = as_array(line.objective(shift, None))
    series.append(Series("elbo", "ELBO: without q(x)", at, elbo, role="total"))
    levels = {choice: line.cross_entropy(choice) for choice in CHOICES}
    evidence = float(elbo.max())
    return Curves(
        tuple(series), x_label="shift of the mean of q(z|x), in its standard deviations", y_label="nats",
        subtitle="linear regression, closed form: E over data and q of log p(x, z) − log q(z|x) − log q(x)",
        note=f"For every q(z|x): data − model {decimal(levels['data'] - levels['model'])}, broad − data "
        f"{decimal(levels['broad'] - levels['data'])} nats. Mean log p_θ(x) of the data: {decimal(evidence)}.",
    )  # fmt: skip


@view(
    "θ", record=True, when=lambda config, spec: config.estimator == "adversarial",
    help="The coefficient of the simulator over the steps, and the θ that made the data.",
)  # fmt: skip
def theta_line(model: Implicit, history: RunHistory) -> Curves:
    """θ after each round, the truth dashed."""
    simulator = model.simulator
    if model.theta is None:
        ends = np.array([0.0, 1.0])
        return Curves(
            (Series("truth", "θ of the data", ends, np.full(2, simulator.truth), role="data", dashed=True),),
            y_label=simulator.coefficient, y_ranges=(("", simulator.truth - 1, simulator.truth + 1),),
            subtitle="given: choose Learned to learn it",
        )  # fmt: skip
    curve, now = history.curve("theta"), float(model.theta.detach())
    step = curve.step if len(curve) else np.zeros(1)
    path = curve.mean if len(curve) else np.array([simulator.start])
    ends = np.array([0.0, max(1.0, float(step[-1]))])
    return Curves(
        (
            Series("theta", "θ", step, path, role="model"),
            Series("truth", "θ of the data", ends, np.full(2, simulator.truth), role="data", dashed=True),
        ),
        y_label=simulator.coefficient, changes=tuple(map(float, history.changed)),
        subtitle=f"from {decimal(simulator.start, 1)}; data made with {decimal(simulator.truth, 1)}",
        note=f"θ = {decimal(now)}, {decimal(abs(now - simulator.truth))} from the truth; "
        f"{int(model.simulations):,} simulations.",
    )  # fmt: skip
