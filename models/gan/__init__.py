"""Generative adversarial networks: a generator without a density, and the games by which it learns."""

from models.gan.dirac import DiracGanLab
from models.gan.discrete import DiscreteGanLab
from models.gan.divergences import DivergencesLab
from models.gan.images import ImageGAN
from models.gan.likelihood_ratio import LikelihoodRatioLab
from models.gan.non_overlap import NonOverlapLab
from models.gan.optimal_discriminator import OptimalDiscriminatorLab
from models.gan.planar import GAN
from models.protocol.family import Family

__all__ = ["FAMILY"]

FAMILY = Family("gan", "GAN", {
    "gan": GAN,
    "gan-images": ImageGAN,
    "non-overlap": NonOverlapLab,
    "dirac-gan": DiracGanLab,
    "optimal-discriminator": OptimalDiscriminatorLab,
    "likelihood-ratio": LikelihoodRatioLab,
    "divergences": DivergencesLab,
    "discrete-gan": DiscreteGanLab,
},
    about="A network maps noise to a datum without adding noise at the end, so the noise may have "
    "fewer dimensions than the data; the model then has no density. A second network learns to tell samples from data, "
    "and the first learns to fool it.",
    likelihood="none",
    latent_code="none",
    sample_quality="sharp, modes can be lost",
)  # fmt: skip
