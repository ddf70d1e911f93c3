"""The equations of the lab; their values are those of `RatioPosteriorLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_Q = r"q_\phi(z\mid x)"
_PROBABILITY = Objective(
    rf"p(y=1\mid x,z)=\frac{{{_Q}\,p(x)}}{{p(z)\,p(x)+{_Q}\,p(x)}}=\frac{{1}}{{1+p(z)/{_Q}}}",
    (
        Term(rf"\frac{{p(z)}}{{{_Q}}}", "prior_over_q", role="prior"),
        Term(r"p(y=1\mid x,z)", "probability"),
    ),
    title="Probability that z came from q",
    note="y = 1: z from q; y = 0: z from p(z); as many of each.",
)
_PREIMAGES = Objective(
    rf"{_Q}=\sum_{{\varepsilon:\,f(\phi,\varepsilon,x)=z}}\frac{{s(\varepsilon)}}{{|\partial f/\partial\varepsilon|}}",
    (
        Term(r"\varepsilon", "noise"),
        Term(r"s(\varepsilon)", "noise_density", role="prior"),
        Term(r"\left|\frac{\partial f}{\partial\varepsilon}\right|", "slope"),
        Term(_Q, "q", role="model"),
    ),
    title="Density of q at z, from its preimage",
    note="The lecture's integral of s(ε) over the preimages lacks the Jacobian 1/|∂f/∂ε|. "
    "f = a + s ε + h √max(x, 0) tanh(k ε) rises with ε, so there is one preimage.",
)
_BOUND = Objective(
    r"\mathrm{ELBO}",
    (
        Term(r"\mathbb{E}_q\left[\log p(x\mid z)\right]", "likelihood", role="data"),
        Term(r"-\,\mathbb{E}_q\left[r^*(x,z)\right]", "ratio", sign=-1, role="prior"),
    ),
    total=Term(r"\mathrm{ELBO}", "elbo"),
    title="Bound at x",
    unit="nats",
    note="The classifier puts r_ψ in the place of r*.",
)
_EVIDENCE = Objective(
    r"\log p(x)",
    (
        Term(r"\mathrm{ELBO}", "elbo", role="model"),
        Term(rf"+\,D_{{\mathrm{{KL}}}}\left({_Q}\,\Vert\,p(z\mid x)\right)", "gap", role="alt"),
    ),
    total=Term(r"\log p(x)", "evidence"),
    title="Log-likelihood, bound and gap at x",
    unit="nats",
)
EQUATIONS = Objective(
    r"r^*(x,z)=\log\frac{p(y=1\mid x,z)}{1-p(y=1\mid x,z)}",
    (
        Term(rf"\log {_Q}", "log_q", role="model"),
        Term(r"-\,\log p(z)", "log_prior", sign=-1, role="prior"),
    ),
    total=Term(r"r^*(x,z)", "log_ratio"),
    title="Log odds at x and z",
    unit="nats",
    note="The lecture writes λ for φ and φ for ψ.",
    other=(_PROBABILITY, _PREIMAGES, _BOUND, _EVIDENCE),
)
