"""Presentation of the page of the masked autoregressive flow."""

from __future__ import annotations

from dataclasses import replace

from models.flows.flow.image_views import image_samples
from models.flows.flow.views import SCENES as FLOW_SCENES
from models.flows.flow.views import VIEWS as FLOW_VIEWS
from models.protocol import Preset, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

VIEWS = (*FLOW_VIEWS, image_samples)
SCENES = tuple(
    replace(scene, beside=("image_samples", "samples", "columns_pair")) if scene.name == "Train" else scene
    for scene in FLOW_SCENES
)

ABOUT = (
    "Data: points, rows or images x. Model: x_i = t_i(x_<i) + exp(s_i(x_<i)) ε_i, layer upon layer, each with all t "
    "and s from one masked network."
)
_TRAINING = {"steps": 6000, "batch": 256, "lr": 2e-3, "clip": 5.0}
PRESETS = (
    Preset("Two moons", "moons", {}, _TRAINING, about="Eight masked layers that go back and forth."),
    Preset("Ring", "ring8", {}, _TRAINING, about="Eight modes."),
    Preset("Pinwheel", "pinwheel", {}, _TRAINING, about="Five curved arms."),
    Preset("One order in all layers", "moons", {"order": "fixed"}, _TRAINING,
           about="The Jacobian of the whole flow is lower triangular."),
    Preset("Six columns", "gaussian6", {"layers": 4}, _TRAINING,
           about="A table of known density: −log p_θ approaches its entropy."),
    Preset("Digits", "digits", {"layers": 5, "width": 256, "hidden": 1, "alpha": 0.05},
           {"steps": 1500, "batch": 64, "lr": 1e-3, "clip": 5.0, "weight_decay": 1e-2, "optimiser": "adamw"},
           about="Images of 64 pixels, flattened, dequantised and taken to logits."),
)  # fmt: skip
LOOK_AT = (
    "Each layer is an autoregressive model with Gaussian conditionals, read as a map of noise. In the density every "
    "x_<i is known, and one pass is enough; a sample has to be made entry by entry.\n\n"
    "The Jacobian of a layer is lower triangular in its order of the entries."
)
TRY_NEXT = (
    Try("Compare the times of density and sampling for images of 64 pixels", preset="Digits", scene="Directions"),
    Try("Use one order in all layers: the whole Jacobian is triangular", preset="One order in all layers",
        scene="Jacobian"),
    Try("Go to the same layers the other way round", page="iaf"),
    Try("See how an autoregressive model and a flow are one", page="ar-is-flow"),
)  # fmt: skip
