"""Adversarial inference: posteriors that can only be drawn from, learned by likelihood-ratio estimation."""

from models.inference.avb import AVB
from models.inference.implicit import ImplicitModel
from models.inference.ratio_posterior import RatioPosteriorLab
from models.protocol.family import Family

__all__ = ["FAMILY"]

FAMILY = Family("inference", "Adversarial inference", {
    "avb": AVB,
    "implicit": ImplicitModel,
    "ratio-posterior": RatioPosteriorLab,
},
    about="A network of a datum and of noise draws z from q(z|x), whose density is unknown. A classifier estimates the "
    "likelihood ratio that the lower bound needs.",
    likelihood="estimate",
    latent_code="approximate",
    sample_quality="varied, joined modes",
)  # fmt: skip
