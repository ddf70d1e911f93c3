"""A model that misses some of the data points: F̂ uniform on K points, p uniform on those that are not missed."""

from __future__ import annotations

import numpy as np

from models.frames import Curves, Series
from models.gan.divergences.missing_atoms import MissingAtoms
from models.protocol import Lab, view
from models.views.words import decimal

__all__ = ["missing"]

_DELTAS = (1e-3, 1e-6, 1e-12)


@view("Missing one point", help="Data on K points, the model uniform on K − 1 of them.")
def missing(lab: Lab) -> Curves:
    """Divergences of a model that misses some of K data points, against K."""
    c = lab.config
    j = min(c.missing, c.atoms - 1)  # points missed
    k = np.arange(j + 1, 101)
    cases = [MissingAtoms(int(n), j) for n in k]
    series = [
        Series("reverse", "KL(p ‖ F̂)", k, np.array([a.reverse() for a in cases]), role="model", unit="nats"),
        Series("jsd", "JSD", k, np.array([a.jensen_shannon() for a in cases]), role="alt", unit="nats"),
    ]
    for delta, word in zip(_DELTAS, ("10⁻³", "10⁻⁶", "10⁻¹²"), strict=True):
        if j:
            values = np.array([a.forward(delta) for a in cases])
            series.append(Series(f"forward{delta:g}", f"KL(F̂ ‖ p), δ = {word}", k, values, role="data",
                                 dashed=True, unit="nats", pane="forward"))  # fmt: skip
    if not j:
        series.append(Series("forward", "KL(F̂ ‖ p)", k, np.zeros(len(k)), role="data", dashed=True, unit="nats"))
    here = MissingAtoms(c.atoms, j)
    note = (
        f"K = {c.atoms}, {j} missing: KL(F̂ ‖ p) = ∞ as δ → 0, KL(p ‖ F̂) = log(K/(K − {j})) = "
        f"{decimal(here.reverse(), 4)}, JSD = {decimal(here.jensen_shannon(), 4)}."
        if j else "Nothing is missing: the supports are equal, as the slide's ⊆ allows, and all three are 0."
    )  # fmt: skip
    return Curves(
        tuple(series), x_label="data points K", marker=float(c.atoms), log_x=True,
        subtitle="exact; F̂ uniform on K points, p on the others; δ: what p gives to a missed one", note=note,
    )  # fmt: skip
