"""Variational autoencoders: latent-variable models learned through a lower bound on the log-likelihood."""

from models.protocol.family import Family
from models.vae.amortised import VAE
from models.vae.elbo import ElboLab
from models.vae.mean_field import MeanFieldLab
from models.vae.per_datapoint import PerDatapointVAE
from models.vae.reparameterization import ReparameterizationLab

__all__ = ["FAMILY"]

FAMILY = Family("vae", "VAE", {
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
)  # fmt: skip
