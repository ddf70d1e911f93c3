"""The common part of the autoregressive models of images: likelihood, sampling pixel by pixel, and views."""

from models.autoregressive.pixels.model import PixelConfig, PixelModel

__all__ = ["PixelConfig", "PixelModel"]
