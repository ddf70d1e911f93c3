"""Presentation of the page of PixelCNN: presets, views, scenes and suggestions."""

from __future__ import annotations

from models.autoregressive.pixels.views import SCENES
from models.protocol import Preset, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT"]

ABOUT = (
    "Data: images x. Model: p_θ(x) = Π p_θ(x_i | x_<i) over the pixels in raster order, with all conditionals from one "
    "network of masked convolutions."
)
PRESETS = (
    Preset(
        "Binary digits", "digits-binary", {"channels": 32, "layers": 4, "dropout": 0.2},
        {
            "steps": 1000, "batch": 50, "micro_batches": 2, "lr": 2e-3, "schedule": "constant", "ema": 0.99,
            "optimiser": "adamw", "weight_decay": 0.01,
        },
        about="Two gated stacks without a blind spot. Readable digits within half a minute.",
    ),
    Preset(
        "Binary digits, plain stack", "digits-binary", {"stack": "plain", "channels": 32, "layers": 4, "dropout": 0.2},
        {"steps": 2000, "batch": 50, "lr": 2e-3, "optimiser": "adamw", "weight_decay": 0.01},
        about="One stack of masked convolutions, with a blind spot, at a third of the cost of a step.",
    ),
    Preset(
        "MNIST, binarized", "mnist-binarized", {"channels": 16, "layers": 6},
        {"steps": 12_000, "batch": 4, "micro_batches": 2, "lr": 2e-3},
        about="The data on which log-likelihoods are compared in the literature; minutes on a CPU.",
    ),
    Preset(
        "Digits, 17 grey levels", "digits", {"stack": "plain", "channels": 32, "layers": 4, "dropout": 0.2},
        {"steps": 2000, "batch": 50, "lr": 3e-3, "optimiser": "adamw", "weight_decay": 0.01},
        about="A softmax over the levels of each pixel.",
    ),
    Preset(
        "MNIST, grey, logistics", "mnist", {"channels": 16, "layers": 6, "output": "logistics"},
        {"steps": 12_000, "batch": 4, "micro_batches": 2, "lr": 2e-3},
        about="A mixture of five logistics, integrated over each of 256 levels.",
    ),
    Preset(
        "MNIST, binarized, wide", "mnist-binarized", {"channels": 64, "layers": 12},
        {"steps": 60_000, "batch": 64, "lr": 1e-3, "ema": 0.999, "autocast": "bfloat16"},
        device="cuda", about="A network near the size of published ones.",
    ),
)  # fmt: skip
LOOK_AT = (
    "Images are drawn from the top left to the bottom right, each pixel from its conditional given all before it. In "
    "training nothing has to wait: the pixels before each one are known, and one pass gives all conditionals. x_<i are "
    "the pixels before x_i in raster order: the rows above, and what is left of it in its row."
)
TRY_NEXT = (
    Try(
        "Compare the stacks: the plain one never sees part of what is above",
        preset="Binary digits, plain stack",
        scene="What it sees",
        card="influence",
    ),
    Try("Use a single layer after the first: a small receptive field", {"layers": 1}, scene="What it sees"),
    Try("Train without dropout: the likelihood of held-out digits falls", {"dropout": 0.0}, scene="Train"),
    Try(
        "Model grey levels, each with a probability of its own",
        preset="Digits, 17 grey levels",
        scene="Conditionals",
        card="conditional_levels",
    ),
    Try(
        "Go to MNIST, draw the upper half of a digit, and let it be completed",
        preset="MNIST, binarized",
        scene="Complete",
    ),
)
