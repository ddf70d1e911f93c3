"""Generative adversarial networks: a generator without a density, and the games by which it learns."""

from models.protocol.family import Family, Pages

__all__ = ["FAMILY"]

FAMILY = Family("gan", "GAN", Pages(__name__, {
    "gan": "planar:GAN",
    "gan-images": "images:ImageGAN",
    "non-overlap": "non_overlap:NonOverlapLab",
    "dirac-gan": "dirac:DiracGanLab",
    "optimal-discriminator": "optimal_discriminator:OptimalDiscriminatorLab",
    "likelihood-ratio": "likelihood_ratio:LikelihoodRatioLab",
    "divergences": "divergences:DivergencesLab",
    "discrete-gan": "discrete:DiscreteGanLab",
}),
    about="A network maps noise to a datum without adding noise at the end, so the noise may have "
    "fewer dimensions than the data; the model then has no density. A second network learns to tell samples from data, "
    "and the first learns to fool it.",
    likelihood="none",
    latent_code="none",
    sample_quality="sharp, modes can be lost",
)  # fmt: skip
