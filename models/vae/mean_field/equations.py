"""The equations of the mean-field lab; their values are those of `MeanFieldLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_BEST = Objective(
    r"v_i=\frac{1}{\Lambda_{ii}},\quad \Lambda=\Sigma^{-1}",
    (
        Term(r"\frac{1}{\Lambda_{11}}=(1-\rho^2)\,\sigma_1^2", "variance_1", role="model"),
        Term(r"\frac{1}{\Lambda_{22}}=(1-\rho^2)\,\sigma_2^2", "variance_2", role="model"),
    ),
    title="Variances of the best q",
    note="Σ: covariance of p, with variances σ₁² and σ₂². 1/Λᵢᵢ is the variance of zᵢ given the other.",
)
_DIVERGENCE = Objective(
    r"D_{\mathrm{KL}}(q\,\Vert\,p)",
    (
        Term(r"\frac{1}{2}\,m^\top\Lambda\,m", "of_means", role="data"),
        Term(r"+\,\frac{1}{2}\sum_i\left(v_i\Lambda_{ii}-1-\log v_i\Lambda_{ii}\right)", "of_variances", role="alt"),
        Term(r"-\,\frac{1}{2}\log(1-\rho^2)", "gap", role="model"),
    ),
    total=Term(r"D_{\mathrm{KL}}(q\,\Vert\,p)", "divergence"),
    title="Divergence of q after the updates",
    unit="nats",
    note="The best q has m = 0 and vᵢ = 1/Λᵢᵢ: only the last term, the gap, remains.",
)
EQUATIONS = Objective(
    r"q(z)=\prod_i q_i(z_i)",
    (),
    title="Mean field",
    note="qᵢ(zᵢ) = N(mᵢ, vᵢ). p is short for p(z₁, z₂|x).",
    other=(_BEST, _DIVERGENCE),
)
