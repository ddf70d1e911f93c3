"""Wording of the lab: names, what it is about, presets, scenes and suggestions."""

from __future__ import annotations

from models.flows.choosing_d.dependence import K
from models.flows.choosing_d.rows import Rows
from models.protocol import Preset, Scene, Try
from models.views.words import subscript

__all__ = [
    "ABOUT",
    "LOOK_AT",
    "MASKS",
    "PRESETS",
    "SCENES",
    "TRY_NEXT",
    "entry_names",
    "kept_names",
    "masks_word",
    "moved_names",
]

MASKS = {"alternate": "Taking turns", "fixed": "Always the first d", "random": "Random"}


def masks_word(masks: str) -> str:
    """Which entries stay, within a line: "taking turns"."""
    return {**MASKS, "random": "random parts"}[masks].lower()


def entry_names(rows: Rows) -> list[str]:
    """A letter for each entry, with the name of its column where it has one: "x₂ gamma"."""
    return [f"x{subscript(i + 1)}" + (f" {rows.names[i]}" if rows.names else "") for i in range(K)]


def kept_names(d: int) -> str:
    """The first d entries: "x₁", "x₁, x₂", "x₁ to x₃"."""
    return _span(1, d)


def moved_names(d: int) -> str:
    """The entries after the first d."""
    return _span(d + 1, K)


def _span(first: int, last: int) -> str:
    names = [f"x{subscript(i)}" for i in range(first, last + 1)]
    return ", ".join(names) if len(names) < 3 else f"{names[0]} to {names[-1]}"


ABOUT = (
    "Data: rows of six numbers of known density. "
    "Model: x = f_θ(ε) in coupling layers that keep d entries and move the others."
)
PRESETS = (
    Preset("Six marginals", "copula6", about="Skewed, bimodal, bounded: what one layer keeps has none of it."),
    Preset("Correlated Gaussians", "gaussian6", {"d": 3},
           about="Every marginal is normal already; correlations are what has to be learned."),
    Preset("Large d: five kept", "copula6", {"d": 5}, about="s and t see five entries, and move one."),
    Preset("Small d: one kept", "copula6", {"d": 1}, about="Five entries are moved, by functions of one."),
    Preset("Always the first d", "copula6", {"masks": "fixed"}, about="More layers, and still the same entries stay."),
    Preset("Four layers, 600 steps", "gaussian6", {"d": 3, "layers": 4, "steps": 600},
           about="With enough composition every d does well; the fits take longer."),
)  # fmt: skip
SCENES = (
    Scene(
        "One layer", "What does one layer leave as it was?",
        lead="marginals", beside=("divergences",), below=("correlations",),
    ),
    Scene(
        "Over d", "Which d is best?",
        lead="gaps", beside=("sizes",), below=("times_moved",),
    ),
    Scene(
        "Who affects whom", "After how many layers does every entry depend on every other?",
        lead="patterns", beside=("jacobian",), below=("shares",),
    ),
)  # fmt: skip
LOOK_AT = (
    "One layer leaves the first d entries as noise: their marginals are N(0, 1) and independent, exactly. Large d: s "
    "and t see much, little is moved. Small d: much is moved, by functions of little.\n\n"
    "Layers that take turns move all entries. Two layers do best with about equal parts; with more, the choice of d "
    "matters less. Layers that always keep the same entries gain nothing."
)
TRY_NEXT = (
    Try("Keep five entries: only the last marginal is moved", preset="Large d: five kept", scene="One layer"),
    Try("Keep one entry: five marginals are moved", preset="Small d: one kept", scene="One layer"),
    Try("Go to Gaussian columns: no marginal is wrong, correlations are", preset="Correlated Gaussians",
        scene="One layer", card="correlations"),
    Try("Take two layers: a middle d is best", {"layers": 2}, scene="Over d"),
    Try("Always keep the first d: some entries never depend on others", {"masks": "fixed"}, scene="Who affects whom"),
    Try("Keep five entries: two layers are enough for all dependencies", {"d": 5, "layers": 2},
        scene="Who affects whom"),
    Try("Train a Real NVP on data of your choice", page="real-nvp"),
)  # fmt: skip
