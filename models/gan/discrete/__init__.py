"""The lab of discrete data."""

from models.gan.discrete.lab import DiscreteGanLab

__all__ = ["DiscreteGanLab"]
