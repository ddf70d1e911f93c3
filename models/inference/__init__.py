"""Adversarial inference: posteriors without a density, learned by classifiers."""

from models.inference.ratio_posterior import RatioPosteriorLab
from models.protocol.family import Family

__all__ = ["FAMILY"]

FAMILY = Family("inference", "Adversarial inference", {
    "ratio-posterior": RatioPosteriorLab,
},
    about="An encoder turns a datum and noise into a code, z = f(φ, ε, x), so its density q_φ(z|x) is unknown. "
    "A classifier that tells pairs of datum and code apart learns the log ratio that the bound needs.",
)  # fmt: skip
