"""The lab of the optimal discriminator."""

from models.gan.optimal_discriminator.lab import OptimalDiscriminatorLab

__all__ = ["OptimalDiscriminatorLab"]
