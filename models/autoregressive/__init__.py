"""Autoregressive models: a density as a product of conditionals, learned by maximum likelihood."""

import math

from models.autoregressive.coin_flips import CoinFlipsLab
from models.autoregressive.diagonal_bilstm import DiagonalBiLSTM
from models.autoregressive.maximum_likelihood import MaximumLikelihoodLab
from models.autoregressive.pixel_cnn import PixelCNN
from models.autoregressive.pixel_rnn import PixelRNN
from models.autoregressive.row_lstm import RowLSTM
from models.autoregressive.tabular import Tabular
from models.autoregressive.wavenet import WaveNet
from models.protocol.family import Family

__all__ = ["FAMILY"]

FAMILY = Family("autoregressive", "Autoregressive", {
    "coin-flips": CoinFlipsLab,
    "maximum-likelihood": MaximumLikelihoodLab,
    "tabular": Tabular,
    "pixel-rnn": PixelRNN,
    "row-lstm": RowLSTM,
    "diagonal-bilstm": DiagonalBiLSTM,
    "pixel-cnn": PixelCNN,
    "wavenet": WaveNet,
},
    about="The chain rule writes p(x) as a product of conditionals, each of one entry of x given those before it. "
    "Sampling draws the entries one after another, with one draw of noise for each.",
    likelihood="exact",
    latent_code="none",
    sample_quality="sharp, errors add up",
    completion="given those before",
    draws=lambda kind: math.prod(kind.shape),
)  # fmt: skip
