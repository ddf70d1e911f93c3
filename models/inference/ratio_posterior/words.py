"""Wording of the lab: what it is about, presets, scenes and suggestions."""

from __future__ import annotations

from models.protocol import Preset, Scene, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT"]

ABOUT = (
    "z ~ N(0, 1) and x|z ~ N(z², σ²); q_φ(z|x) is given by its draws, z = f(φ, ε, x). "
    "A classifier T_ψ learns r_ψ(x, z), an estimate of r* = log q_φ(z|x) − log p(z)."
)
_NARROW = {"shift": 2.5, "width": 0.003, "split": 0.008, "steepness": 3.0, "z": 2.5}
PRESETS = (
    Preset("Two wide modes", "", about="A smooth ratio of half a nat: the classifier finds it."),
    Preset(
        "One mode", "", {"shift": 1.4, "width": 0.1, "split": 0.0},
        about="q keeps to one of the two modes of the posterior.",
    ),
    Preset(
        "Two modes that fit", "", {"width": 0.13, "split": 0.916, "steepness": 25.0},
        about="q is 0.6 nats from the posterior at x = 2: the ratio has sharp ridges, which are hard to learn.",
    ),
    Preset(
        "Narrow q", "", _NARROW,
        about="KL(q ‖ p) = 7.5 nats at x = 2: hardly any draw of the prior comes near q, and the estimate is too low.",
    ),
    Preset(
        "Narrow q, adaptive contrast", "", {**_NARROW, "contrast": "adaptive"},
        about="Compared with a Gaussian of its own moments, the same q gets nearly the right divergence.",
    ),
    Preset("Few samples", "", {"n": 100}, about="One hundred pairs of each kind: the classifier memorises them."),
    Preset("Few updates", "", {"steps": 40}, about="After forty updates the ratio is still too flat."),
    Preset(
        "q is the prior", "", {"shift": 0.0, "width": 1.0, "split": 0.0},
        about="r* = 0 everywhere: what r_ψ shows is its own error.",
    ),
)  # fmt: skip
SCENES = (
    Scene(
        "Ratio", "Does a classifier find log q − log p(z)?",
        lead="ratio", beside=("pairs", "posterior"),
    ),
    Scene(
        "Far ratios", "What happens if q and the prior hardly overlap?",
        lead="far", beside=("ratio",),
    ),
    Scene(
        "Samples", "How many pairs does the classifier need?",
        lead="error", beside=("ratio", "pairs"),
    ),
    Scene(
        "Zero gradient", "Why may the classifier be held fixed?",
        lead="zero", beside=("posterior",),
    ),
)  # fmt: skip
LOOK_AT = (
    "E_q[r*] is the KL of the bound, so only the places where q puts its draws count. The classifier is near r* where "
    "it sees both kinds of pairs, and only guesses elsewhere.\n\n"
    "If q is far from the prior, the classifier soon separates almost every pair, and the estimate of the KL stays too "
    "small. Adaptive contrast leaves it only what the moments of q do not explain."
)
TRY_NEXT = (
    Try("Make q narrow: 7.5 nats come out as about four", preset="Narrow q", scene="Ratio"),
    Try("Take adaptive contrast: the estimate is nearly right", preset="Narrow q, adaptive contrast", scene="Ratio"),
    Try("Narrow q step by step: see where the plain estimate leaves the diagonal", preset="Narrow q",
        scene="Far ratios"),
    Try("Train on 100 pairs only", preset="Few samples", scene="Samples", card="ratio"),
    Try("Stop after 40 updates", preset="Few updates", scene="Ratio"),
    Try("Fit both modes of the posterior: the mean of ∇_φ r* is still 0", preset="Two modes that fit",
        scene="Zero gradient"),
    Try("See the same estimate for two densities of x", page="likelihood-ratio"),
)  # fmt: skip
