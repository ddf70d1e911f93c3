"""The lab of maximum likelihood as a divergence, and of known distributions."""

from models.autoregressive.maximum_likelihood.lab import MaximumLikelihoodLab

__all__ = ["MaximumLikelihoodLab"]
