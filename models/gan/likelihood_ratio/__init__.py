"""The lab of likelihood ratios."""

from models.gan.likelihood_ratio.lab import LikelihoodRatioLab

__all__ = ["LikelihoodRatioLab"]
