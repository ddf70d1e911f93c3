"""Minus the log-likelihood as n KL(F̂ ‖ p_θ) + n H(F̂)."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.frames import Bars, Curves, Series
from models.protocol import view
from models.views.words import decimal

__all__ = ["decomposition", "divergence"]

_EDGE, _POINTS = 6.0, 601  # θ goes from −6 to 6


@view("Divergence over θ", lead=True, help="−𝓛/n, the divergence from the flips to the model, and their entropy.")
def divergence(lab: Any) -> Curves:
    """−𝓛/n over θ, KL(F̂ ‖ p_θ), and H(F̂), the constant between them."""
    data, theta = lab.flips, np.linspace(-_EDGE, _EDGE, _POINTS)
    return Curves(
        (
            Series("loss", "−𝓛/n", theta, -data.log_likelihood(theta) / data.n, unit="nats"),
            Series("kl", "KL(F̂ ‖ p_θ)", theta, data.divergence(theta), role="model", unit="nats"),
            Series(
                "entropy", "H(F̂)", theta[[0, -1]], np.full(2, data.entropy), role="data", unit="nats", dashed=True
            ),
        ),
        x_label="θ", y_label="nats a flip", marker=lab.theta, subtitle="exact",
        note="Both are least at the same θ: they differ by H(F̂).",
    )  # fmt: skip


@view("Sum", help="Both sides of −𝓛 = n KL + n H, computed apart.")
def decomposition(lab: Any) -> Bars:
    """−𝓛 at θ after the steps, and its two parts."""
    data, theta = lab.flips, np.array(lab.theta)
    loss, kl, entropy = (
        -float(data.log_likelihood(theta)),
        data.n * float(data.divergence(theta)),
        data.n * data.entropy,
    )
    rows = (("−𝓛", loss, "total"), ("n KL(F̂ ‖ p_θ)", kl, "model"), ("n H(F̂)", entropy, "data"))
    return Bars(
        tuple(label for label, *_ in rows), np.array([value for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows), unit="nats", subtitle=f"θ = {decimal(lab.theta)}",
        note=f"{decimal(loss)} = {decimal(kl)} + {decimal(entropy)}, to rounding.",
    )  # fmt: skip
