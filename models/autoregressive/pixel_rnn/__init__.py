"""Pixel RNN: a recurrent network over the pixels in raster order."""

from models.autoregressive.pixel_rnn.model import PixelRNN

__all__ = ["PixelRNN"]
