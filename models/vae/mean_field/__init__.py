"""The lab of mean-field inference."""

from models.vae.mean_field.lab import MeanFieldLab

__all__ = ["MeanFieldLab"]
