"""The equations of the optimal discriminator; their values are those of `discriminator_views.values_of`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_DATA, _MEAN = r"p_{\mathrm{data}}", r"\bar{p}"

_AT_X = Objective(
    r"\ell(D)",
    (
        Term(rf"{_DATA}(x)\log D", "at_data", role="data"),
        Term(r"+\,p_\theta(x)\log(1-D)", "at_model", role="model"),
    ),
    total=Term(r"\ell(D)", "at_x"),
    title="Objective at x, for the D chosen there",
    unit="nats",
)
_AT_OPTIMUM = Objective(
    r"\mathcal{L}(D^*)",
    (Term(r"-\log 4", "log_4"), Term(rf"+\,2\,\mathrm{{JSD}}({_DATA}\,\Vert\,p_\theta)", "two_jsd", role="alt")),
    total=Term(r"\mathcal{L}(D^*)", "objective"),
    title="Objective at D*, over all x",
    unit="nats",
    note="𝓛(D) = E[log D(x)] over the data + E[log(1 − D(x))] over the model. A later slide writes JSD + C, without "
    "the 2.",
)
_JSD = Objective(
    r"2\,\mathrm{JSD}",
    (
        Term(rf"D_{{\mathrm{{KL}}}}({_DATA}\,\Vert\,{_MEAN})", "kl_data", role="data"),
        Term(rf"+\,D_{{\mathrm{{KL}}}}(p_\theta\,\Vert\,{_MEAN})", "kl_model", role="model"),
    ),
    total=Term(r"2\,\mathrm{JSD}", "two_jsd"),
    title="Jensen–Shannon divergence",
    unit="nats",
    note="p̄ = ½ p_data + ½ p_θ.",
)
EQUATIONS = Objective(
    r"D^*(x)=",
    (Term(rf"\frac{{{_DATA}(x)}}{{{_DATA}(x)+p_\theta(x)}}", "d_star"),),
    title="Best D at x",
    note="The lecture writes p_model for p_θ.",
    other=(_AT_X, _AT_OPTIMUM, _JSD),
)
