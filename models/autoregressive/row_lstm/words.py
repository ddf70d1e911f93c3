"""Presentation of the page of the row LSTM: presets, views, scenes and suggestions."""

from __future__ import annotations

from models.autoregressive.pixels import views
from models.autoregressive.row_lstm.triangle import triangle
from models.protocol import Preset, Scene, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

ABOUT = (
    "Data: images x. Model: p_θ(x) = Π p_θ(x_i | x_<i) over the pixels in raster order, with all conditionals from an "
    "LSTM whose steps are rows and whose products are convolutions along a row."
)
_DIGITS = {"steps": 1000, "batch": 25, "lr": 8e-3, "optimiser": "adamw", "weight_decay": 0.01}
PRESETS = (
    Preset(
        "Binary digits", "digits-binary", {"hidden": 24, "kernel": 5, "dropout": 0.3}, _DIGITS,
        about="Eight steps for an image in place of the 64 of a recurrent network over pixels.",
    ),
    Preset(
        "MNIST, binarized", "mnist-binarized", {"hidden": 16}, {"steps": 8000, "batch": 6, "lr": 4e-3},
        about="The data on which log-likelihoods are compared in the literature; minutes on a CPU.",
    ),
    Preset(
        "Digits, 17 grey levels", "digits", {"hidden": 24, "kernel": 5, "dropout": 0.3}, _DIGITS,
        about="A softmax over the levels of each pixel.",
    ),
    Preset(
        "MNIST, binarized, wide", "mnist-binarized",
        {"hidden": 64, "layers": 4},
        {"steps": 20_000, "batch": 64, "lr": 1e-3, "ema": 0.999, "clip": 1.0, "autocast": "bfloat16"},
        device="cuda", about="Four layers, as wide as published ones.",
    ),
)  # fmt: skip
LOOK_AT = (
    "Operate on rows instead of pixels: [o_i, f_i, i_i, g_i] = σ(K^ss * h_{i−1} + K^is * x_i), c_i = f_i · c_{i−1} + "
    "i_i · g_i, h_i = o_i · tanh(c_i), with convolutions * along the row i and products · of entries. The lecture "
    "writes σ for all four; as published, and here, the content g_i is a tanh. K^is is masked, K^ss is not, since all "
    "of the row above is known: a pixel sees a triangle."
)
TRY_NEXT = (
    Try(
        "Go to MNIST: much of what is above a pixel is outside of its triangle",
        preset="MNIST, binarized", scene="Triangle", card="triangle",
    ),
    Try(
        "Begin with a 3×3 convolution: the triangle alone is left", {"first_kernel": 3},
        scene="What it sees", card="influence",
    ),
    Try("Stack two layers: what one leaves out, the next can bring in", {"layers": 2}, scene="Triangle"),
    Try("Open the triangle with a wider kernel", {"kernel": 7}, scene="Triangle", card="triangle"),
)  # fmt: skip
VIEWS = (*views.VIEWS, triangle)
SCENES = (
    *views.SCENES,
    Scene("Triangle", "What does the state bring in?", lead="triangle", beside=("influence",), below=("flipped",)),
)
