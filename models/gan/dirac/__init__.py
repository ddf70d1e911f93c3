"""The Dirac-GAN lab."""

from models.gan.dirac.lab import DiracGanLab

__all__ = ["DiracGanLab"]
