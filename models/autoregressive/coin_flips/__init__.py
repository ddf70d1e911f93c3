"""The lab of coin flips."""

from models.autoregressive.coin_flips.lab import CoinFlipsLab

__all__ = ["CoinFlipsLab"]
