"""The lab of the reparameterization trick."""

from models.vae.reparameterization.lab import ReparameterizationLab

__all__ = ["ReparameterizationLab"]
