"""The equations of the maximum-likelihood lab; their values are those of `MaximumLikelihoodLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_CROSS = Objective(
    r"H(\hat{F},\,p_\theta)",
    (
        Term(r"D_{\mathrm{KL}}(\hat{F}\,\Vert\,p_\theta)", "divergence", role="model"),
        Term(r"+\,H(\hat{F})", "entropy", role="data"),
    ),
    total=Term(r"H(\hat{F},\,p_\theta)", "cross_entropy"),
    title="Cross-entropy, on the bins",
    unit="nats",
    note="F̂ gives each datum the probability 1/n. −E[log p_θ(bin)] over the data is all that learning needs.",
)
_DENSITY = Objective(
    "",
    (Term(r"\frac{1}{n}\sum_i\log p_\theta(x_i)", "mean_log_density", role="model"),),
    title="With the density, without bins",
    note="The limit of 𝓛/n for narrow bins.",
)
EQUATIONS = Objective(
    r"\frac{1}{n}\mathcal{L}",
    (
        Term(r"-\,D_{\mathrm{KL}}(\hat{F}\,\Vert\,p_\theta)", "divergence", sign=-1, role="model"),
        Term(r"+\,\frac{1}{n}C", "constant", role="data"),
    ),
    total=Term(r"\frac{1}{n}\mathcal{L}", "objective"),
    title="Objective, on bins of width h",
    unit="nats",
    note="C/n = E[log F̂(x)/h] over the data does not depend on θ. It and the divergence grow without limit as h → 0.",
    other=(_CROSS, _DENSITY),
)
