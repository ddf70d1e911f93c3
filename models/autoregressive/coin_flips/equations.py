"""The equations of the coin-flip lab; their values are those of `CoinFlipsLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_GRADIENT = Objective(
    r"\nabla_\theta\mathcal{L}",
    (Term(r"\sum_i x_i", "ones", role="data"), Term(r"-\,n\,\sigma(\theta)", "expected", sign=-1, role="model")),
    total=Term(r"\nabla_\theta\mathcal{L}", "gradient"),
    title="Gradient",
    note="It is 0 where σ(θ) is the frequency of heads.",
)
_DIVERGENCE = Objective(
    r"-\mathcal{L}",
    (
        Term(r"n\,D_{\mathrm{KL}}(\hat{F}\,\Vert\,p_\theta)", "divergence", role="model"),
        Term(r"+\,n\,H(\hat{F})", "entropy", role="data"),
    ),
    total=Term(r"-\mathcal{L}", "log_likelihood", sign=-1),
    title="Maximum likelihood minimises a divergence",
    unit="nats",
    note="F̂: the empirical distribution. Its entropy H does not depend on θ.",
)
_INFORMATION = Objective(
    r"I=-\,\mathbb{E}\left[\nabla^2\mathcal{L}\right]",
    (
        Term(r"I(\theta)=n\,p(1-p)", "information", role="model"),
        Term(r"I(p)=\frac{n}{p(1-p)}", "information_in_p", role="alt"),
    ),
    title="Fisher information, at p = σ(θ)",
    note="1/√I is the width of the likelihood, and about the standard deviation of the estimate.",
)
EQUATIONS = Objective(
    r"\mathcal{L}",
    (
        Term(r"\theta\sum_i x_i", "of_data", role="data"),
        Term(r"-\,n\log\left(1+e^\theta\right)", "of_model", sign=-1, role="model"),
    ),
    total=Term(r"\mathcal{L}", "log_likelihood"),
    title="Log-likelihood, at θ after the steps",
    unit="nats",
    note="xᵢ is 1 for heads and 0 for tails; p_θ(1) = σ(θ).",
    other=(_GRADIENT, _DIVERGENCE, _INFORMATION),
)
