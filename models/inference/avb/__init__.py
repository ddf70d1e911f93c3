"""The page `avb`: adversarial variational Bayes."""

from models.inference.avb.model import AVB

__all__ = ["AVB"]
