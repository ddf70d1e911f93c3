"""What the page of image GANs says of itself: objective, metrics, presets, and what to look at and to try."""

from __future__ import annotations

from typing import Any

from models.gan.objectives import OBJECTIVES
from models.protocol import Metric, Objective, Preset, Term, Try

__all__ = ["LOOK_AT", "METRICS", "OBJECTIVE", "PRESETS", "TRY_NEXT"]


def _rest_discriminator(config: Any) -> float | None:
    return OBJECTIVES[config.objective].rest_discriminator


def _rest_generator(config: Any) -> float | None:
    return OBJECTIVES[config.objective].rest_generator


OBJECTIVE = Objective(
    r"\mathcal{L}_D",
    (
        Term(r"\mathbb{E}\left[\ell_1(F(x)) + \ell_0(F(G(z)))\right]", "game"),
        Term(r"\lambda\,\mathrm{penalty}", "penalty"),
    ),
    total=Term(r"\mathcal{L}_D", "discriminator_loss"),
    maximised=False,
    note="F is D before squashing. Non-saturating: ℓ₁(F) = log(1 + e⁻ᶠ) and ℓ₀(F) = log(1 + eᶠ), and G descends "
    "ℓ₁(F(G(z))). Wasserstein: ℓ₁(F) = −F, ℓ₀(F) = F.",
)
METRICS = (
    Metric("game", "Loss of D", role="data", equilibrium=_rest_discriminator),
    Metric("generator_loss", "Loss of G", role="model", equilibrium=_rest_generator),
    Metric("penalty", "Penalty", role="alt"),
    Metric("discriminator_loss", "Loss of D with penalty", role="total"),
    Metric("score_real", "F on data", role="data", pane="score"),
    Metric("score_fake", "F on samples", role="model", pane="score"),
)
PRESETS = (Preset("MNIST", "mnist", {}, {"steps": 9000, "batch": 64, "lr_g": 1e-3, "lr_d": 1e-3, "beta1": 0.5}),)
LOOK_AT = ""
TRY_NEXT: tuple[Try, ...] = ()
