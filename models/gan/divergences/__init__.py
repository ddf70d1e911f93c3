"""The lab of divergences."""

from models.gan.divergences.lab import DivergencesLab

__all__ = ["DivergencesLab"]
