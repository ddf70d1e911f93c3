"""The variational autoencoder with an amortised posterior."""

from models.vae.amortised.model import VAE

__all__ = ["VAE"]
