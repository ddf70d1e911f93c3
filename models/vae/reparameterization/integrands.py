"""The functions f whose expectation under q is differentiated, by the names of the config."""

from __future__ import annotations

from typing import Any

from models.vae.reparameterization.estimators import Cosine, Integrand, LogJoint, Quadratic

__all__ = ["INTEGRANDS", "integrand_of", "text_of"]

INTEGRANDS = {"joint": "log p(x, z)", "quadratic": "z²", "cosine": "cos(ω z)"}
"""Functions f, as choices."""


def integrand_of(config: Any) -> Integrand:
    """f of a config, without the constant that is added to it."""
    if config.f == "joint":
        return LogJoint(config.x, config.sigma)
    return Quadratic() if config.f == "quadratic" else Cosine(config.omega)


def text_of(config: Any) -> str:
    """f with the constant as text: "log p(x, z) − 20"."""
    c = config.shift
    return INTEGRANDS[config.f] + (f" + {c:g}" if c > 0 else f" − {-c:g}" if c < 0 else "")
