"""The variational autoencoder with a separate posterior for each datum."""

from models.vae.per_datapoint.model import PerDatapointVAE

__all__ = ["PerDatapointVAE"]
