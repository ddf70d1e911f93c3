"""The equations of the lab of supports apart; their values are those of `NonOverlapLab.values`."""

from __future__ import annotations

from typing import Any

from models.protocol import Objective, Term

__all__ = ["equations_of"]

_MINIMAX = r"\partial_\theta\,\mathbb{E}[\log(1-D)]"
_RIVAL = r"\partial_\theta\,\mathbb{E}[-\log D]"

_QUADRATURE = "By quadrature, with the noise."
_OVERLAP = "ω: mass of one on the support of the other, 0 if they are apart."
_CLOSED = Objective(
    r"D=\sigma(F),\quad F(x)=a\left(\frac{\theta}{2}-x\right)",
    (
        Term(rf"{_MINIMAX}=a\,\sigma\left(-\frac{{a\theta}}{{2}}\right)", "closed_minimax", role="model"),
        Term(rf"{_RIVAL}=a\,\sigma\left(\frac{{a\theta}}{{2}}\right)", "closed_rival", role="alt"),
    ),
    title="Gradient on θ of each loss, in closed form",
    note="In “Closed form”: data at 0, model at θ, D held fixed. a → ∞ is the optimal D. “Gradient over steps of "
    "D” has the gradients of the trained D.",
)
_NOISY = Objective(
    "",
    (Term(_MINIMAX, "noisy_minimax", role="model"), Term(_RIVAL, "noisy_rival", role="alt")),
    title="Gradient on θ of each loss at D*",
    note="With instance noise the supports overlap, and D* has a slope. By quadrature.",
)


def equations_of(config: Any) -> Objective:
    """Divergences of data and model, and the gradient on θ of each loss."""
    noisy = config.sigma > 0
    if noisy and config.support == "disks":  # their quadrature takes too long while σ is dragged
        return _CLOSED
    return Objective(
        r"L(D^*)=-\log 4+2\,\mathrm{JSD}(p_{\mathrm{data}}\,\Vert\,p_\theta)",
        (
            Term(r"\mathrm{JSD}" if noisy else r"\mathrm{JSD}=(1-\omega)\,\log 2", "jsd"),
            Term(r"D_{\mathrm{KL}}(p_{\mathrm{data}}\,\Vert\,p_\theta)", "kl", role="data"),
            Term(r"\mathrm{TV}" if noisy else r"\mathrm{TV}=1-\omega", "tv", role="prior"),
            Term(r"W_1=|\theta|", "w1", role="model"),
        ),
        title="Divergences of p_data and p_θ",
        unit="nats",
        note=f"{_QUADRATURE if noisy else _OVERLAP} JSD and KL in nats.",
        other=(_NOISY, _CLOSED) if noisy else (_CLOSED,),
    )
