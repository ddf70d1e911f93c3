"""Variational autoencoders: latent-variable models learned through a lower bound on the log-likelihood."""

from models.protocol.family import Family, Pages

__all__ = ["FAMILY"]

FAMILY = Family("vae", "VAE", Pages(__name__, {
    "vae": "amortised:VAE",
    "vae-per-datapoint": "per_datapoint:PerDatapointVAE",
    "elbo": "elbo:ElboLab",
    "mean-field": "mean_field:MeanFieldLab",
    "reparameterization": "reparameterization:ReparameterizationLab",
}),
    about="A decoder turns a short code z into an image, with noise on every pixel. Code and noise together have more "
    "dimensions than the image, which therefore does not determine them: an encoder approximates p(z|x).",
    likelihood="lower bound",
    latent_code="approximate",
    sample_quality="varied, blurred",
)  # fmt: skip
