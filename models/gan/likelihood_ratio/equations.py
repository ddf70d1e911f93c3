"""The equations of the lab of likelihood ratios; their values are those of `LikelihoodRatioLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_DATA = r"p_{\mathrm{data}}"
_PROBABILITY = Objective(
    r"D^*(x)=\sigma(F^*(x))=",
    (
        Term(
            rf"\frac{{n_1\,{_DATA}(x)}}{{n_1\,{_DATA}(x)+n_0\,p_\theta(x)}}",
            "probability",
        ),
    ),
    title="Probability of y = 1 at x",
)
_BEST = Objective(
    r"\arg\min_F\ \mathbb{E}_{y\mid x}\left[\ell(F,y)\right]",
    (
        Term(r"\mathrm{log}:\ F^*", "best_log", role="model"),
        Term(r"\mathrm{Brier}:\ F^*", "best_brier", role="prior"),
        Term(r"\mathrm{exponential}:\ \frac{1}{2}F^*", "best_exponential", role="alt"),
        Term(r"\mathrm{hinge}:\ \mathrm{sign}\,F^*", "best_hinge", role="data"),
        Term(r"\mathrm{absolute}:\ \mathbf{1}[F^*>0]", "best_absolute"),
    ),
    title="Best F of each loss at x",
    note="The first three are proper: F gives the ratio. The other two only tell which class is likelier.",
)
EQUATIONS = Objective(
    r"F^*(x)",
    (
        Term(rf"\log\frac{{{_DATA}(x)}}{{p_\theta(x)}}", "log_ratio"),
        Term(r"+\,\log\frac{n_1}{n_0}", "log_numbers", role="data"),
    ),
    total=Term(r"F^*(x)", "F_star"),
    title="Best logit at x",
    unit="nats",
    note="log P(y = 1|x)/P(y = 0|x). The slide assumes n₁ = n₀. “Risk at x” shows this x.",
    other=(_PROBABILITY, _BEST),
)
