"""The equations of the lab of divergences; their values are those of `DivergencesLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_DATA, _MEAN = r"p_{\mathrm{data}}", r"\bar{p}"
_KL = r"D_{\mathrm{KL}}"
_FORWARD, _REVERSE = rf"{_KL}({_DATA}\,\Vert\,p_\theta)", rf"{_KL}(p_\theta\,\Vert\,{_DATA})"
_JSD = rf"\mathrm{{JSD}}=\frac{{1}}{{2}}{_KL}({_DATA}\,\Vert\,{_MEAN})+\frac{{1}}{{2}}{_KL}(p_\theta\,\Vert\,{_MEAN})"

_MISSING = Objective(
    r"p_{\mathrm{data}}=\frac{1}{K},\quad p_\theta=\frac{1}{K-j}\ \mathrm{or}\ 0",
    (
        Term(_FORWARD, "missing_forward", role="data"),
        Term(rf"{_REVERSE}=\log\frac{{K}}{{K-j}}", "missing_reverse", role="model"),
        Term(r"\mathrm{JSD}", "missing_jsd", role="alt"),
    ),
    title="K points, of which the model misses j",
    unit="nats",
    note="In “Missing one point”. The slide writes F̂ for this p_data; its ⊆ includes equality, where all three are 0, "
    "so ⊊ is meant.",
)
EQUATIONS = Objective(
    rf"{_MEAN}=\frac{{1}}{{2}}{_DATA}+\frac{{1}}{{2}}p_\theta",
    (
        Term(
            rf"{_FORWARD}=\mathbb{{E}}_{{{_DATA}}}\left[\log\frac{{{_DATA}}}{{p_\theta}}\right]", "forward", role="data"
        ),
        Term(
            rf"{_REVERSE}=\mathbb{{E}}_{{p_\theta}}\left[\log\frac{{p_\theta}}{{{_DATA}}}\right]",
            "reverse",
            role="model",
        ),
        Term(_JSD, "jsd", role="alt"),
        Term(r"W_1=\int\left|P_{\mathrm{data}}(x)-P_\theta(x)\right|dx", "wasserstein", role="prior"),
    ),
    title="Divergences of p_data and p_θ",
    unit="nats",
    note="By quadrature over all x; W₁ is in units of x, and P is a distribution function. Maximum likelihood "
    "minimises the first.",
    other=(_MISSING,),
)
