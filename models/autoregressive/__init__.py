"""Autoregressive models: a density as a product of conditionals, learned by maximum likelihood."""

import math

from models.protocol.family import Family, Pages

__all__ = ["FAMILY"]

FAMILY = Family("autoregressive", "Autoregressive", Pages(__name__, {
    "coin-flips": "coin_flips:CoinFlipsLab",
    "maximum-likelihood": "maximum_likelihood:MaximumLikelihoodLab",
    "tabular": "tabular:Tabular",
    "pixel-rnn": "pixel_rnn:PixelRNN",
    "row-lstm": "row_lstm:RowLSTM",
    "diagonal-bilstm": "diagonal_bilstm:DiagonalBiLSTM",
    "pixel-cnn": "pixel_cnn:PixelCNN",
    "wavenet": "wavenet:WaveNet",
}),
    about="The chain rule writes p(x) as a product of conditionals, each of one entry of x given those before it. "
    "Sampling draws the entries one after another, with one draw of noise for each.",
    likelihood="exact",
    latent_code="none",
    sample_quality="sharp, errors add up",
    completion="given those before",
    draws=lambda kind: math.prod(kind.shape),
)  # fmt: skip
