"""The equations of the reparameterization lab; their values are those of `ReparameterizationLab.values`."""

from __future__ import annotations

from typing import Any

from models.protocol import Objective, Term

__all__ = ["equations_of"]

_INTEGRANDS = {"joint": r"\log p_\theta(x,z)", "quadratic": "z^2", "cosine": r"\cos\omega z"}


def equations_of(config: Any) -> Objective:
    """The gradient, the estimates from one draw with their variances, and f."""
    by_m = config.by == "m"
    score = r"\frac{\varepsilon}{s}" if by_m else r"\frac{\varepsilon^2-1}{s}"
    slope = "f'(z)" if by_m else r"f'(z)\,\varepsilon"
    estimates = Objective(
        r"z=m+s\,\varepsilon,\quad \varepsilon\sim\mathcal{N}(0,1)",
        (
            Term(rf"\mathrm{{Var}}\left[{slope}\right]", "reparameterised", role="model"),
            Term(rf"\mathrm{{Var}}\left[f(z)\,{score}\right]", "score", role="alt"),
            Term(rf"\mathrm{{Var}}\left[(f(z)-b)\,{score}\right]", "baseline", role="prior"),
        ),
        title="Variances of estimates from one draw",
        note="In this order: reparameterised, score function, score function with the baseline b. The recipe uses the "
        "reparameterised one. An average of n draws has 1/n of the variance.",
    )
    f = Objective(
        rf"f(z)={_INTEGRANDS[config.f]}+c",
        (Term(r"\mathbb{E}_q\left[f(z)\right]", "expectation"), Term("b", "b", role="prior")),
        title="f and its mean",
        note="c: the constant added to f."
        + (" Of log p(x, z) the recipe climbs the ELBO: the entropy of q is added." if config.f == "joint" else ""),
    )
    return Objective(
        rf"\frac{{\partial}}{{\partial {config.by}}}\,\mathbb{{E}}_q\left[f(z)\right]=",
        (
            Term(rf"\mathbb{{E}}_\varepsilon\left[{slope}\right]", "gradient", role="model"),
            Term(rf"\mathbb{{E}}_q\left[f(z)\,{score}\right]", "gradient", role="alt"),
        ),
        title="One gradient, two forms",
        other=(estimates, f),
    )
