"""The equations of the discrete lab; their values are those of `DiscreteGanLab.values`."""

from __future__ import annotations

from typing import Any

from models.protocol import Objective, Term

__all__ = ["equations_of"]


def equations_of(config: Any) -> Objective:
    """The generator, its loss, the exact gradient by one θ, and the estimates of it."""
    i = min(config.bit, config.bits)
    step = rf"x_{i}-\sigma(\theta_{i})"
    loss = r"\log(1-D(x))" if config.loss == "minimax" else r"-\log D(x)"
    objective = Objective(
        rf"f(x)={loss},\quad D=\frac{{p_{{\mathrm{{data}}}}}}{{p_{{\mathrm{{data}}}}+p_\theta}}",
        (
            Term(r"\mathbb{E}_{p_\theta}\left[f(x)\right]", "loss", role="model"),
            Term(r"\mathrm{JSD}\left(p_{\mathrm{data}}\,\Vert\,p_\theta\right)", "jsd"),
        ),
        title="Generator's loss f on one string",
        unit="nats",
        note="In nats, by enumeration.",
    )
    gradient = Objective(
        rf"\frac{{\partial}}{{\partial\theta_{i}}}\,\mathbb{{E}}_{{p_\theta}}\left[f(x)\right]=",
        (Term(rf"\sum_x p_\theta(x)\,f(x)\left({step}\right)", "gradient"),),
        title=f"Exact gradient by θ{'₁₂₃₄'[i - 1]}",
        note="The sum is over all strings x, with D fixed.",
    )
    unbiased = Objective(
        "",
        (
            Term(rf"\mathrm{{Var}}\left[f(x)\left({step}\right)\right]", "score_variance", role="alt"),
            Term(rf"\mathrm{{Var}}\left[(f(x)-b)\left({step}\right)\right]", "baseline_variance", role="prior"),
        ),
        title="Score function, variance of one draw",
        note="Without and with the baseline b = E[f(x)]. The mean of both is the exact gradient.",
    )
    relaxed = Objective(
        rf"\frac{{\partial}}{{\partial\theta_{i}}}f(\tilde{{x}}),\quad"
        r"\tilde{x}_j=\sigma\left(\frac{\theta_j+\varepsilon_j}{\tau}\right)",
        (),
        title="Gumbel-softmax",
        note="Its mean is no finite sum: “Gradient by one θ” has it from draws.",
    )
    straight = Objective(
        "",
        (
            Term(
                rf"\mathbb{{E}}\left[\frac{{\partial f}}{{\partial x_{i}}}\,\sigma'(\theta_{i})\right]",
                "straight_mean",
                role="data",
            ),
        ),
        title="Straight-through, its mean",
    )
    return Objective(
        rf"x_{i}=\mathbf{{1}}\left[\theta_{i}+\varepsilon_{i}>0\right]",
        (Term(rf"p(x_{i}=1)=\sigma(\theta_{i})", "chance", role="model"),),
        title="The generator",
        note="The indicator 1[…] is 1 if its condition holds, else 0. ε is logistic noise.",
        other=(objective, gradient, unbiased, relaxed, straight),
    )
