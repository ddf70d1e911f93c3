"""The lab of a posterior learned through its log ratio to the prior."""

from models.inference.ratio_posterior.lab import RatioPosteriorLab

__all__ = ["RatioPosteriorLab"]
