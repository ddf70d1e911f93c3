"""Presets, scenes and texts of the change of variables."""

from __future__ import annotations

from models.protocol import Preset, Scene, Try

__all__ = ["LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT"]

PRESETS = (
    Preset("Gaussian through softplus", "", about="f flattens towards 0: there x is squeezed, and p(x) rises."),
    Preset(
        "Logistic noise through σ", "", {"f": "logistic", "noise": "logistic"},
        about="σ is the distribution function of this noise: p(x) is uniform, and s(ε) = |df/dε|.",
    ),
    Preset("Two modes through sinh", "", {"f": "sinh", "noise": "mixture"}, about="Stretched far from 0."),
    Preset(
        "Descending", "", {"f": "softplus", "mirrored": True},
        about="f′ < 0: the ends of the interval change places, and the density needs |df⁻¹/dx|.",
    ),
    Preset("The lecture's x^x", "", {"f": "power", "place": 0.3}, about="ε > 1, from 1 + Exp(1)."),
    Preset("Folded noise, ε²", "", {"fold": "square", "height": 1.0}, about="Each x > 0 has two preimages."),
    Preset(
        "Twist", "", {"plane_map": "twist", "cell_x": 1.2, "cell_y": 0.6, "edge": 1.0},
        about="Cells bend, and keep their area: det J = 1.",
    ),
)  # fmt: skip
SCENES = (
    Scene(
        "The map", "What is the density of x = f(ε)?", lead="pushed", beside=("formula", "stretching")
    ),
    Scene(
        "Easy forward, hard inverse", "How much harder is f⁻¹ than f?",
        lead="there_and_back", beside=("convergence",), below=("timings", "agreement")
    ),
    Scene(
        "Not invertible", "What if several ε lead to one x?",
        lead="branches", beside=("branch_density", "branch_areas")
    ),
    Scene("In the plane", "What does the determinant measure?", lead="image", beside=("cell", "ratio"),
          share=0.6),
    Scene("Your own f", "Which f makes the density you want?", lead="own", beside=("own_density",)),
)  # fmt: skip
LOOK_AT = (
    "Move the interval: its area under s(ε) and that of its image under p(x) stay equal. Where f is steep, the image "
    "is wide and p(x) low; |df⁻¹/dx| is the factor.\n\n"
    "The formula needs f⁻¹: x = ε^ε is one power, its inverse an iteration. Where several ε lead to one x, it needs a "
    "sum over all of them."
)
TRY_NEXT = (
    Try("Move the interval to the right, where softplus is almost ε", {"place": 0.8}, scene="The map"),
    Try("Make the noise logistic and f = σ: x is uniform", preset="Logistic noise through σ", scene="The map"),
    Try("Turn f around: the area stays, the ends change places", preset="Descending", scene="The map"),
    Try("Take the lecture's x^x", preset="The lecture's x^x", scene="The map"),
    Try("Invert x^x at ε = 6", {"e": 6.0}, scene="Easy forward, hard inverse"),
    Try("Move x out of the fold: one preimage is left", {"height": 0.6}, scene="Not invertible"),
    Try("Take noise above 1, where even ε³ − ε is invertible", {"noise": "exponential"}, scene="Not invertible",
        card="branch_areas"),
    Try("Twist the plane: bent cells of the same area", preset="Twist", scene="In the plane", card="image"),
    Try("Shrink the cell to 0.1: the ratio tends to 1", {"edge": 0.1}, scene="In the plane", card="ratio"),
    Try("Draw a map of your own with mixture noise", {"noise": "mixture"}, scene="Your own f"),
)  # fmt: skip
