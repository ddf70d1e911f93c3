"""Wording of the lab: what it is about, presets, scenes and suggestions."""

from __future__ import annotations

from models.protocol import Preset, Scene, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT"]

ABOUT = (
    "An autoregressive model p(x) of three numbers has normal conditionals. "
    "Two smaller ones have discrete x and mixture conditionals."
)
PRESETS = (
    Preset("x₁, x₂, x₃", "", about="The order of the slides: the Jacobian is lower triangular as it stands."),
    Preset(
        "x₂, x₃, x₁", "", {"order": "231"},
        about="The Jacobian is lower triangular once rows and columns are in this order.",
    ),
    Preset(
        "Independent x", "", {"bend": 0.0, "change": 0.0},
        about="Without dependencies the Jacobian is diagonal: 1, ½, ½.",
    ),
    Preset("Binary x", "", {"levels": 2}, about="Four rectangles of noise: half of all ε₁ give x₁ = 0."),
    Preset(
        "Modes far apart", "", {"apart": 5.0, "mixture_std": 0.35},
        about="Between the modes the quantile is almost a step, and the map stretches the grid.",
    ),
)  # fmt: skip
SCENES = (
    Scene(
        "Derivation", "How do three conditionals become one map of noise?",
        lead="derivation", beside=("noise_plane",), below=("dependencies",),
    ),
    Scene(
        "The map", "What does f do to the noise?",
        lead="image", beside=("noise_plane",),
    ),
    Scene(
        "Two readings", "Do chain and map give the same samples and densities?",
        lead="samples", beside=("slices",), below=("differences",),
    ),
    Scene(
        "Jacobian", "Why is the Jacobian triangular, and in which order?",
        lead="jacobian", beside=("ordered_jacobian",), below=("log_determinant",),
    ),
    Scene(
        "Discrete x", "Is a model of discrete x a flow, too?",
        lead="staircase", beside=("cells",), below=("shares",),
    ),
    Scene(
        "Mixtures", "Which map of noise has mixtures as conditionals?",
        lead="first_order", beside=("second_order",), below=("conditional",),
    ),
    Scene(
        "Direction", "Are density and sampling equally fast?",
        lead="direction", beside=("passes",),
    ),
)  # fmt: skip
LOOK_AT = (
    "A normal conditional is an invertible map of its own noise, so chain and flow are one model: same samples, same "
    "densities, a triangular Jacobian in the order of the chain.\n\n"
    "“Almost”: a discrete x has no inverse and no Jacobian; other conditionals need inverse distribution functions, "
    "one map for each order; and the density takes one pass where a sample takes k."
)
TRY_NEXT = (
    Try("Begin with x₂: rearranged, the Jacobian is triangular again", preset="x₂, x₃, x₁", scene="Jacobian"),
    Try("Remove the dependencies: a diagonal Jacobian", preset="Independent x", scene="Jacobian"),
    Try("Move the noise ε₁ to 2: all three x follow", {"e1": 2.0}, scene="Derivation"),
    Try("Bend the means further: both readings still agree", {"bend": 2.0}, scene="Two readings"),
    Try("Make x binary: half of the noise gives the same x₁", preset="Binary x", scene="Discrete x"),
    Try("Move the modes apart: the map stretches the grid between them", preset="Modes far apart", scene="Mixtures"),
    Try("See what determinants cost", page="jacobian-cost"),
    Try("See a chain of conditionals that is learned", page="tabular"),
    Try("Train a flow that is a chain of conditionals", page="maf"),
)
