"""Presentation of the page of the pixel RNN: presets, views, scenes and suggestions."""

from __future__ import annotations

from models.autoregressive.pixel_rnn.state_views import memory, units
from models.autoregressive.pixels import views
from models.protocol import Preset, Scene, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

ABOUT = (
    "Data: images x. Model: p_θ(x) = Π p_θ(x_i | x_<i) over the pixels in raster order, with p_θ(x_i | x_<i) = p(x_i | "
    "h_i) and the state h_i = f_θ(h_{i−1}, x_{i−1}) of a recurrent network."
)
_TRAINING = {"steps": 1200, "batch": 50, "lr": 1e-2, "optimiser": "adamw", "weight_decay": 0.01}
_PRESET = {"hidden": 64, "above": True, "position": True, "dropout": 0.2}
PRESETS = (
    Preset(
        "Binary digits", "digits-binary", _PRESET, _TRAINING,
        about="f_θ also gets the pixel above and the position; beyond some 1,000 steps the 1,300 images are learned by "
        "heart.",
    ),
    Preset(
        "Binary digits, the previous pixel alone", "digits-binary", {"hidden": 64, "dropout": 0.2}, _TRAINING,
        about="h_i = f_θ(h_{i−1}, x_{i−1}) and nothing else: the state has to count columns and to remember a row; "
        "held-out digits take some 4 nats more.",
    ),
    Preset(
        "Digits, 17 grey levels", "digits", _PRESET, _TRAINING,
        about="A softmax over the levels of each pixel.",
    ),
    Preset(
        "MNIST, binarized", "mnist-binarized",
        {"hidden": 256, "above": True, "position": True},
        {"steps": 10_000, "batch": 64, "lr": 1e-3, "clip": 1.0, "autocast": "bfloat16"},
        device="cuda", about="784 steps for an image: slow on a CPU, minutes on a GPU.",
    ),
)  # fmt: skip
LOOK_AT = (
    "h_i = f_θ(h_{i−1}, x_{i−1}) and p_θ(x_i | x_<i) = p(x_i | h_i): the state h_i has information about all the "
    "previous x_<i, and θ is the same at every pixel. Long-range dependencies are hard: the pixel above is next to x_i "
    "in the image, but a whole row of steps back along the raster."
)
TRY_NEXT = (
    Try(
        "Give f_θ the previous pixel alone: the one above is a row of steps back",
        {"above": False, "position": False}, scene="What it sees", card="distance",
    ),
    Try("Make the state small: 8 units remember less of a flipped pixel", {"hidden": 8}, scene="State", card="memory"),
    Try("Use a GRU in place of the LSTM", {"cell": "gru"}, scene="Train"),
    Try("Stack three layers, and see what drawing costs", {"layers": 3}, scene="Trade-off", card="speed"),
)  # fmt: skip
VIEWS = (*views.VIEWS, memory, units)
SCENES = (
    *views.SCENES,
    Scene("State", "How long does the state remember?", lead="memory", beside=("units",), below=("nats",)),
)
