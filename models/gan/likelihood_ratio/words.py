"""Wording of the likelihood-ratio lab: what it is about, presets, scenes and suggestions."""

from __future__ import annotations

from models.protocol import Preset, Scene, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT"]

ABOUT = (
    "n₁ data from p_data(x) get y = 1, n₀ samples of the model p_θ(x) get y = 0. "
    "A classifier F(x), a sum of splines, learns y from x with each of five losses."
)
PRESETS = (
    Preset("Equal samples", "", about="Three proper losses agree on log p_data/p_θ; the other two do not show it."),
    Preset(
        "The densities themselves", "", {"exact": True},
        about="Without sampling error: the three proper losses agree with the exact line wherever there is mass.",
    ),
    Preset(
        "Nine data for each sample", "", {"ratio": 9.0},
        about="Every reading is too high by log 9 = 2.197: the slide assumes equal numbers.",
    ),
    Preset("Nine to one, corrected", "", {"ratio": 9.0, "corrected": True}, about="log 9 is subtracted."),
    Preset("Few samples", "", {"n": 100}, about="One hundred of each: the readings scatter, most in the tails."),
    Preset("Two modes of data", "", {"data_mean": 0.0, "data_std": 0.6, "data_gap": 4.0, "model_mean": 0.5},
           about="The ratio has two humps, and classification finds both."),
)  # fmt: skip
SCENES = (
    Scene(
        "Ratios", "Which losses recover log p_data/p_θ?",
        lead="ratios", beside=("densities",), below=("errors",),
    ),
    Scene(
        "Loss at x", "Which F does each loss prefer at one x?",
        lead="risk", beside=("densities",),
    ),
    Scene(
        "Unequal numbers", "What changes with more data than samples?",
        lead="shift", beside=("ratios",),
    ),
    Scene(
        "Calibration", "Is D a probability?",
        lead="calibration", beside=("ratios",),
    ),
)  # fmt: skip
LOOK_AT = (
    "Three losses are proper: with as many data as samples, their readings of the log ratio agree, and D is the "
    "optimal discriminator. With unequal numbers every reading shifts by log(n₁/n₀).\n\n"
    "On few samples the errors differ, because each loss weighs the tails differently. Where one class is rare, a "
    "larger F costs the hinge loss little, so its fit may go beyond ± 1."
)
TRY_NEXT = (
    Try(
        "Fit the densities themselves: three proper losses, one line",
        preset="The densities themselves",
        scene="Ratios",
    ),
    Try(
        "Take nine data for each sample: all readings shift by 2.197",
        preset="Nine data for each sample",
        scene="Unequal numbers",
    ),
    Try("Subtract log(n₁/n₀) again", preset="Nine to one, corrected", scene="Unequal numbers"),
    Try("Take only 100 of each", preset="Few samples", scene="Ratios"),
    Try("Give the data two modes", preset="Two modes of data", scene="Ratios"),
    Try("See the same D* point by point", page="optimal-discriminator"),
)
