"""The equations of the lab; their values are those of `ARIsFlowLab.values`."""

from __future__ import annotations

from typing import Any

from models.protocol import Objective, Term

__all__ = ["equations_of"]


def equations_of(config: Any) -> Objective:
    """log p(x) as a sum of conditionals and by the change of variables, a discrete x, and mixture conditionals."""
    a, b, c = config.order
    total = Term(r"\log p(x)", "log_prob")
    flow = Objective(
        r"\log p(x)",
        (
            Term(r"\log s(f^{-1}(x))", "log_noise", role="prior"),
            Term(r"+\,\log\left|\det\frac{\partial f^{-1}}{\partial x}\right|", "log_det", role="alt"),
        ),
        total=total,
        title="As a flow: noise and Jacobian",
        unit="nats",
        note=r"The lecture writes |df⁻¹/dx| for the determinant. It is 1/(σ₁ σ₂ σ₃).",
    )
    discrete = Objective(
        r"P(x)=\int_{f(\varepsilon)=x}s(\varepsilon)\,d\varepsilon=",
        (Term(r"P(x_1)\,P(x_2|x_1)", "probability", role="model"),),
        title="Discrete x: an area, no Jacobian",
        note="At the uniform noise chosen: the area of its rectangle.",
    )
    mixture = Objective(
        r"\log p(x)",
        (
            Term(r"\log\frac{\partial F(x_1)}{\partial x_1}", "log_first", role="model"),
            Term(r"+\,\log\frac{\partial F(x_2|x_1)}{\partial x_2}", "log_second", role="model"),
        ),
        total=Term(r"\log p(x)", "log_mixture"),
        title="Mixtures: inverse distribution functions",
        unit="nats",
        note="x₁ first, at the uniform noise chosen; s(ε) = 1.",
    )
    return Objective(
        r"\log p(x)",
        (
            Term(rf"\log p(x_{a})", "first", role="model"),
            Term(rf"+\,\log p(x_{b}|x_{a})", "second", role="model"),
            Term(rf"+\,\log p(x_{c}|x_{a},x_{b})", "third", role="model"),
        ),
        total=total,
        title="As a chain: three conditionals",
        unit="nats",
        note="At x = f(ε). Each is N(μᵢ, σᵢ²), with μᵢ and σᵢ from the x before it.",
        other=(flow, discrete, mixture),
    )
