"""The variational autoencoder with a posterior of its own for each datum."""

from models.vae.per_datapoint.model import PerDatapointVAE

__all__ = ["PerDatapointVAE"]
