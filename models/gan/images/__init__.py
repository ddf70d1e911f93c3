"""GANs of images."""

from models.gan.images.model import ImageGAN

__all__ = ["ImageGAN"]
