"""Deep generative models in PyTorch, and the catalogue of pages that the explorer shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.gan.dirac import DiracGanLab
from models.gan.discrete_gan import DiscreteGanLab
from models.gan.divergences import DivergencesLab
from models.gan.gan import GAN
from models.gan.images import ImageGAN
from models.gan.likelihood_ratio import LikelihoodRatioLab
from models.gan.non_overlap import NonOverlapLab
from models.gan.optimal_discriminator import OptimalDiscriminatorLab
from models.protocol import BadValue, GenerativeModel, Lab
from models.vae.elbo import ElboLab
from models.vae.mean_field import MeanFieldLab
from models.vae.per_datapoint import PerDatapointVAE
from models.vae.reparameterization import ReparameterizationLab
from models.vae.vae import VAE

__all__ = ["FAMILIES", "Family", "page"]


@dataclass(frozen=True)
class Family:
    """The pages of one tab.

    Attributes:
        id: Name of the folder.
        title: Of the tab.
        pages: Models and labs by name.
        about: How noise becomes data here, in two or three short sentences.
        likelihood: What can be had of log p(x), in two or three words.
        sampling: What a sample costs, likewise.
        latent_code: What leads from a datum to its code, likewise.
    """

    id: str
    title: str
    pages: Mapping[str, type[GenerativeModel] | type[Lab]]
    about: str = ""
    likelihood: str = ""
    sampling: str = ""
    latent_code: str = ""


FAMILIES: tuple[Family, ...] = (
    Family("vae", "VAE", {
        "vae": VAE,
        "vae-per-datapoint": PerDatapointVAE,
        "elbo": ElboLab,
        "mean-field": MeanFieldLab,
        "reparameterization": ReparameterizationLab,
    },
        about="A short code, decoded, and noise on every pixel. The two together outnumber the pixels, so no image "
        "tells which noise it came from: an encoder approximates the code.",
        likelihood="lower bound",
        sampling="1 pass",
        latent_code="approximate",
    ),
    Family("gan", "GAN", {
        "gan": GAN,
        "non-overlap": NonOverlapLab,
        "dirac-gan": DiracGanLab,
        "optimal-discriminator": OptimalDiscriminatorLab,
        "likelihood-ratio": LikelihoodRatioLab,
        "divergences": DivergencesLab,
        "discrete-gan": DiscreteGanLab,
        "gan-images": ImageGAN,
    },
        about="Noise goes through one network and is a datum: no noise is added at the end, so there may be less noise "
        "than data have dimensions, and then no density. A second network tells samples from data, the first learns to "
        "fool it.",
        likelihood="none",
        sampling="1 pass",
        latent_code="none",
    ),
)  # fmt: skip


def page(name: str) -> type[GenerativeModel] | type[Lab]:
    """The page of a name.

    Raises:
        BadValue: No page has that name.
    """
    pages = {name: found for family in FAMILIES for name, found in family.pages.items()}
    if name not in pages:
        raise BadValue("page", f"there is no page {name}; there are {', '.join(pages)}")
    return pages[name]
