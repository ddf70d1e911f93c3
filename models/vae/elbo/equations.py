"""The equations of the lab of the bound; their values are those of `bound_views.values_of`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_FORM_1 = Objective(
    r"\mathrm{ELBO}",
    (
        Term(r"\mathbb{E}_q\left[\log p_\theta(x,z)\right]", "joint", role="data"),
        Term(r"-\,\mathbb{E}_q\left[\log q(z)\right]", "entropy", role="model"),
    ),
    total=Term(r"\mathrm{ELBO}", "elbo"),
    title="Form 1: joint and entropy",
    unit="nats",
)
_FORM_2 = Objective(
    r"\mathrm{ELBO}",
    (
        Term(r"\mathbb{E}_q\left[\log p_\theta(x\mid z)\right]", "reconstruction", role="data"),
        Term(r"-\,D_{\mathrm{KL}}\left(q(z)\,\Vert\,p(z)\right)", "prior", role="prior"),
    ),
    total=Term(r"\mathrm{ELBO}", "elbo"),
    title="Form 2: likelihood and KL",
    unit="nats",
    note="The lecture writes λ for m and s, the parameters of q.",
)
EQUATIONS = Objective(
    r"\log p_\theta(x)",
    (
        Term(r"\mathrm{ELBO}", "elbo", role="model"),
        Term(r"+\,D_{\mathrm{KL}}\left(q(z)\,\Vert\,p_\theta(z\mid x)\right)", "gap", role="alt"),
    ),
    total=Term(r"\log p_\theta(x)", "log_evidence"),
    title="Log-likelihood, bound and gap",
    unit="nats",
    note="q is that after the gradient steps, which leave out a term that is switched off.",
    other=(_FORM_1, _FORM_2),
)
