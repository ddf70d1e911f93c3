"""Tables of binary conditionals: one entry for each pixel and each value of the pixels on which it depends."""

from models.autoregressive.tabular.model import Tabular

__all__ = ["Tabular"]
