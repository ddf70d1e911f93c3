"""Presentation of the page of Real NVP: presets, views, scenes and suggestions."""

from __future__ import annotations

from models.flows.flow.views import SCENES, VIEWS
from models.protocol import Preset, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

ABOUT = (
    "Data: points or rows x. Model: x = f_θ(ε) in coupling layers: each keeps d entries, and scales and shifts the "
    "others by functions of these."
)
_TRAINING = {"steps": 6000, "batch": 256, "lr": 2e-3, "clip": 5.0}
PRESETS = (
    Preset("Two moons", "moons", {}, _TRAINING, about="Eight affine couplings that take turns."),
    Preset("Ring", "ring8", {}, _TRAINING, about="Eight modes: bridges of density remain between them."),
    Preset("Pinwheel", "pinwheel", {}, _TRAINING, about="Five curved arms."),
    Preset("Ring, splines", "ring8", {"coupling": "spline"}, _TRAINING,
           about="Monotone splines instead of scale and shift: a much better fit with as many layers."),
    Preset("Moons, splines", "moons", {"coupling": "spline"}, _TRAINING, about="The same on two moons."),
    Preset("Pinwheel, splines", "pinwheel", {"coupling": "spline"}, _TRAINING, about="The same on five arms."),
    Preset("One layer: an axis that stays", "moons", {"layers": 1, "affine": False}, _TRAINING,
           about="x₁ keeps the distribution of the noise exactly, whatever the data."),
    Preset("Uniform noise", "moons", {"noise": "uniform"}, _TRAINING,
           about="Noise between 0 and 1: f begins with a logit, and f⁻¹ ends in a sigmoid."),
    Preset("Six columns", "gaussian6", {"d": 3, "layers": 4}, _TRAINING,
           about="A table of known density: −log p_θ approaches its entropy."),
    Preset("Six marginals, splines", "copula6", {"d": 3, "layers": 6, "coupling": "spline"}, _TRAINING,
           about="Columns with tails, bounds and two modes, correlated."),
    Preset("Dense layers", "moons", {"layers": 4, "dense": True}, _TRAINING,
           about="A full matrix after each coupling, with its determinant in every pass."),
)  # fmt: skip
LOOK_AT = (
    "The density is exact at every place, and its integral is 1. In one layer the first d entries of x are those "
    "of ε: axes that do not move. Layers that take turns move all entries.\n\n"
    "f is continuous and has a continuous inverse. The plane of the noise is in one piece, so the places with density "
    "are in one piece: between separate modes there are always bridges, and each costs samples where there are no data."
)
TRY_NEXT = (
    Try("Take three layers, and watch each of them warp the plane of the noise", {"layers": 3}, scene="Layers"),
    Try("Keep the same entry in every layer: one axis is never moved", {"masks": "fixed"}, scene="Layers",
        card="moves"),
    Try("Look for the bridges between eight modes", preset="Ring", scene="Bridges"),
    Try("Replace scale and shift by splines", preset="Ring, splines", scene="Train"),
    Try("Go to a table of six columns whose entropy is known", preset="Six columns", scene="Likelihood"),
    Try("Add dense layers, and pay a determinant in each pass", preset="Dense layers", scene="Directions"),
    Try("Compare every d, layer by layer", page="choosing-d"),
)  # fmt: skip
