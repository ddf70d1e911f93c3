"""GANs in the plane."""

from models.gan.planar.model import GAN

__all__ = ["GAN"]
