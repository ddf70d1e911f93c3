"""Adversarial inference: posteriors that can only be drawn from, learned by likelihood-ratio estimation."""

from models.protocol.family import Family, Pages

__all__ = ["FAMILY"]

FAMILY = Family("inference", "Adversarial inference", Pages(__name__, {
    "avb": "avb:AVB",
    "implicit": "implicit:ImplicitModel",
    "ratio-posterior": "ratio_posterior:RatioPosteriorLab",
}),
    about="A network of a datum and of noise draws z from q(z|x), whose density is unknown. A classifier estimates the "
    "likelihood ratio that the lower bound needs.",
    likelihood="estimate",
    latent_code="approximate",
    sample_quality="varied, joined modes",
)  # fmt: skip
