"""The lab of the evidence lower bound."""

from models.vae.elbo.lab import ElboLab

__all__ = ["ElboLab"]
