"""PixelCNN: masked convolutions, in one plain stack or in two gated ones."""

from models.autoregressive.pixel_cnn.model import PixelCNN

__all__ = ["PixelCNN"]
