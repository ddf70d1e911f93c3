"""Diagonal BiLSTM: an LSTM that steps from diagonal to diagonal, in two directions."""

from models.autoregressive.diagonal_bilstm.model import DiagonalBiLSTM

__all__ = ["DiagonalBiLSTM"]
