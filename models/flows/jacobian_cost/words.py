"""Wording of the lab: what it is about, presets, scenes and suggestions."""

from __future__ import annotations

from models.protocol import Preset, Scene, Try

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT"]

ABOUT = (
    "A flow x = f(ε) of k numbers needs the log-determinant of ∂x/∂ε. "
    "f is a dense network, an autoregressive map, or a coupling layer."
)
PRESETS = (
    Preset("Up to k = 1,024", "", about="Determinants of full matrices up to 1,024 × 1,024."),
    Preset("Up to k = 256", "", {"largest": "256"}, about="A shorter measurement: the exponent is smaller."),
    Preset("Most entries copied", "", {"kept": 0.8}, about="A large d: few entries change, by functions of many."),
    Preset("Few entries copied", "", {"kept": 0.2}, about="A small d: many entries change, by functions of few."),
)  # fmt: skip
SCENES = (
    Scene(
        "Determinant", "What does a determinant cost?",
        lead="times", beside=("exponents",),
    ),
    Scene(
        "Operations", "How many operations are these?",
        lead="operations", beside=("table",),
    ),
    Scene(
        "Jacobian", "What does forming the Jacobian cost?",
        lead="forming_times", beside=("forming_at",),
    ),
    Scene(
        "Cheap Jacobians", "Which Jacobians are cheap?",
        lead="patterns", beside=("entries",), below=("determinant_values",),
    ),
)  # fmt: skip
LOOK_AT = (
    "A full determinant takes ⅔ k³ operations; its measured exponent approaches 3 only at large k. The sum over a "
    "diagonal takes 2k, and a flow that computes the diagonal anyway needs no matrix.\n\n"
    "Before a full determinant, the Jacobian must be formed: k backward passes, each as expensive as a forward pass."
)
TRY_NEXT = (
    Try("Measure up to k = 256 only: the exponent of the full determinant falls", preset="Up to k = 256",
        scene="Determinant"),
    Try("Copy 80 % of the entries: fewer are scaled", preset="Most entries copied", scene="Cheap Jacobians"),
    Try("Copy 20 %: the functions s and t see less", preset="Few entries copied", scene="Cheap Jacobians"),
    Try("Count the operations at k = 256", {"largest": "256"}, scene="Operations"),
    Try("See a triangular Jacobian come from a chain of conditionals", page="ar-is-flow"),
    Try("Train a flow of coupling layers", page="real-nvp"),
)  # fmt: skip
