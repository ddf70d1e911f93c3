"""Presentation of the page of the diagonal BiLSTM: presets, views, scenes and suggestions."""

from __future__ import annotations

from models.autoregressive.diagonal_bilstm.skewed import diagonals
from models.autoregressive.pixels import views
from models.protocol import Preset, Scene, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

ABOUT = (
    "Data: images x. Model: p_θ(x) = Π p_θ(x_i | x_<i) over the pixels in raster order, with all conditionals from two "
    "LSTMs whose steps are diagonals, one from left to right and one from right to left."
)
_DIGITS = {"steps": 1500, "batch": 16, "lr": 8e-3, "optimiser": "adamw", "weight_decay": 0.01}
PRESETS = (
    Preset(
        "Binary digits", "digits-binary", {"hidden": 24, "dropout": 0.2}, _DIGITS,
        about="15 steps for the 64 pixels of an image, in both directions at once.",
    ),
    Preset(
        "Digits, 17 grey levels", "digits", {"hidden": 24, "dropout": 0.2}, _DIGITS,
        about="A softmax over the levels of each pixel.",
    ),
    Preset(
        "MNIST, binarized", "mnist-binarized",
        {"hidden": 16}, {"steps": 5000, "batch": 16, "lr": 3e-3, "clip": 1.0},
        device="cuda", about="55 steps in sequence for an image: minutes on a GPU, too slow to watch on a CPU.",
    ),
)  # fmt: skip
LOOK_AT = (
    "The state of a pixel comes from that of the pixel on its left and that of the pixel above, so that all pixels of "
    "a diagonal are computed at once. States from right to left move down by one row before they are added: together "
    "both directions see every pixel before x_i, and none after it. Receptive field, computation and flexibility are "
    "traded against each other: PixelCNN takes one step, the row LSTM one for each row, the diagonal BiLSTM one for "
    "each diagonal."
)
TRY_NEXT = (
    Try(
        "Follow the steps from diagonal to diagonal, on grey digits",
        preset="Digits, 17 grey levels", scene="Diagonals", card="diagonals",
    ),
    Try(
        "Begin with a 3×3 convolution: every earlier pixel is still seen", {"first_kernel": 3},
        scene="What it sees", card="influence",
    ),
    Try("Stack two layers", {"layers": 2}, scene="Train"),
    Try("Train without dropout: held-out digits become less likely", {"dropout": 0.0}, scene="Train"),
)  # fmt: skip
VIEWS = (*views.VIEWS, diagonals)
SCENES = (
    *views.SCENES,
    Scene("Diagonals", "What is computed at once?", lead="diagonals", beside=("influence",)),
)
