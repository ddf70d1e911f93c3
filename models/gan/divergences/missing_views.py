"""A model that misses some data points: p_data is uniform on K points, p_θ on those that are not missed."""

from __future__ import annotations

import numpy as np

from models.frames import Curves, Series
from models.gan.divergences.missing_atoms import MissingAtoms
from models.protocol import Lab, view
from models.views.words import decimal

__all__ = ["missing"]

_FINITE = "KL(p_θ ‖ p_data) and JSD, nats"  # name of a pane
_MISSED = (1e-3, 1e-6, 1e-12)  # masses of p_θ at each missed point


@view("Missing one point", help="Data on K points, the model uniform on K − 1 of them.")
def missing(lab: Lab) -> Curves:
    """Divergences of a model that misses some of K data points, against K."""
    c = lab.config
    here = MissingAtoms.of(c)
    j = here.missing
    k = np.arange(j + 1, 101)
    cases = [MissingAtoms(int(n), j) for n in k]
    series = [
        Series(
            "reverse",
            "KL(p_θ ‖ p_data)",
            k,
            np.array([a.reverse() for a in cases]),
            role="model",
            unit="nats",
            pane=_FINITE,
        ),
        Series("jsd", "JSD", k, np.array([a.jensen_shannon() for a in cases]), role="alt", unit="nats", pane=_FINITE),
    ]
    for mass, word in zip(_MISSED, ("10⁻³", "10⁻⁶", "10⁻¹²"), strict=True):
        if j:
            values = np.array([a.forward(mass) for a in cases])
            series.append(Series(f"forward{mass:g}", f"KL(p_data ‖ p_θ), {word} there", k, values, role="data",
                                 dashed=True, unit="nats", pane="KL(p_data ‖ p_θ), nats"))  # fmt: skip
    if not j:
        series.append(
            Series(
                "forward", "KL(p_data ‖ p_θ)", k, np.zeros(len(k)), role="data", dashed=True, unit="nats", pane=_FINITE
            )
        )
    note = (
        f"K = {c.atoms}, {j} missing: KL(p_data ‖ p_θ) = ∞; KL(p_θ ‖ p_data) = log(K/(K − {j})) = "
        f"{decimal(here.reverse(), 4)}; JSD = {decimal(here.jensen_shannon(), 4)}."
        if j else "Nothing is missing: the supports are equal, as the slide's ⊆ allows, and all three are 0."
    )  # fmt: skip
    return Curves(
        tuple(series), x_label="data points K", marker=float(c.atoms), log_x=True,
        subtitle="dashed: smoothed, missed points have mass; solid: exact; p_data uniform on K points, p_θ on K − j",
        note=note,
    )  # fmt: skip
