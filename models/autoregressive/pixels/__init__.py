"""What the autoregressive models of images have in common: likelihood, drawing pixel by pixel, and their pictures."""

from models.autoregressive.pixels.model import PixelConfig, PixelModel

__all__ = ["PixelConfig", "PixelModel"]
