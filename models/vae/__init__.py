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
    about="A decoder turns a short code z into an image, with noise on every pixel. Code and noise together have more "
    "dimensions than the image, which therefore does not determine them: an encoder approximates p(z|x).",
    likelihood="lower bound",
    latent_code="approximate",
    sample_quality="varied, blurred",
)  # fmt: skip
