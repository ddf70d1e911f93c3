"""Presentation of the page of the inverse autoregressive flow."""

from __future__ import annotations

from models.flows.flow.views import SCENES, VIEWS
from models.protocol import Preset, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

ABOUT = (
    "Data: points or rows x. Model: x_i = (ε_i − t_i(ε_<i)) exp(−s_i(ε_<i)), layer upon layer: the layers of MAF with "
    "their directions exchanged."
)
_TRAINING = {"steps": 4000, "batch": 256, "lr": 2e-3, "clip": 5.0}
PRESETS = (
    Preset("Two moons", "moons", {}, _TRAINING, about="Trained by maximum likelihood, the slow direction."),
    Preset("Ring", "ring8", {}, _TRAINING, about="Eight modes."),
    Preset("Six columns", "gaussian6", {"layers": 4}, {**_TRAINING, "steps": 1500},
           about="A table of known density; each step takes six passes of every layer."),
)  # fmt: skip
LOOK_AT = (
    "Every entry depends on the noise before it, which is known: a sample takes one pass. To find the noise of a datum "
    "one entry has to wait for the others, and maximum likelihood needs that direction in every step."
)
TRY_NEXT = (
    Try("Compare the times of density and sampling on six columns", preset="Six columns", scene="Directions"),
    Try("Go to the same layers the other way round", page="maf"),
)
