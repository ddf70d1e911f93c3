"""The flips themselves, and how well they determine the probability of heads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.autoregressive.coin_flips.bernoulli import sigmoid
from models.exact.normal import normal_log_prob
from models.frames import Bars, Curves, Series
from models.protocol import view
from models.views.words import decimal, plural

__all__ = ["counts", "estimates", "flips", "information"]

_ENDS = 0.01  # p at the ends of the curves of information, which is infinite at 0 and 1
_REACH = 4.0  # standard deviations of the frequencies that are drawn


@view("Flips", lead=True, help="The frequency of heads among the first flips.")
def flips(lab: Any) -> Curves:
    """The frequency of heads against the number of flips, and the range in which 95 % of frequencies are."""
    n, p = lab.config.n, lab.config.p
    count = np.arange(1, n + 1)
    frequency = np.cumsum(lab.x) / count
    spread = 1.96 * np.sqrt(p * (1.0 - p) / count)
    low, high = np.maximum(p - spread, 0.0), np.minimum(p + spread, 1.0)
    return Curves(
        (
            Series("frequency", "frequency of heads", count, frequency, role="data"),
            Series("p", "p*, and p* ± 1.96 σ", count, np.full(n, p), role="total", dashed=True, low=low, high=high),
        ),
        x_label="flips", y_label="share of heads", log_x=True,
        subtitle=f"{plural(n, 'flip')}, draw {lab.config.draw}",
        note=f"{lab.flips.ones:,} heads in {plural(n, 'flip')}: {decimal(lab.flips.frequency)}. "
        "σ² = p*(1 − p*)/n shrinks with the number of flips.",
    )  # fmt: skip


@view("Heads and tails", help="How many there are, and how many the model expects.")
def counts(lab: Any) -> Bars:
    """Numbers of heads and tails, with those that the model and the coin expect."""
    data, n = lab.flips, lab.flips.n
    p = float(sigmoid(np.array(lab.theta)))
    rows = (
        ("heads", data.ones, "data"),
        ("tails", data.zeros, "data"),
        ("heads, n σ(θ)", n * p, "model"),
        ("tails, n (1 − σ(θ))", n * float(sigmoid(np.array(-lab.theta))), "model"),
    )
    coin = lab.config.p * n
    return Bars(
        tuple(label for label, *_ in rows), np.array([float(value) for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows), reference=np.array([coin, n - coin, coin, n - coin]),
        subtitle="dashed: what the coin gives on average",
        note="At the maximum the model expects as many heads as there are.",
    )  # fmt: skip


@view("Fisher information", help="How sharply n flips determine θ and p, for every p.")
def information(lab: Any) -> Curves:
    """n p(1 − p), the information about θ, and n/(p(1 − p)), that about p, and the widths 1/√I."""
    data, here = lab.flips, float(sigmoid(np.array(lab.theta)))
    p = np.linspace(_ENDS, 1.0 - _ENDS, 393)
    of_theta, of_p = data.n * p * (1.0 - p), data.information_in_p(p)
    series = (
        Series("of_theta", "I(θ) = n p(1 − p)", p, of_theta, role="model", pane="information"),
        Series("of_p", "I(p) = n/(p(1 − p))", p, of_p, role="alt", pane="information"),
        Series("width_theta", "1/√I(θ)", p, 1.0 / np.sqrt(of_theta), role="model", pane="width"),
        Series("width_p", "1/√I(p)", p, 1.0 / np.sqrt(of_p), role="alt", pane="width"),
    )
    return Curves(
        series, x_label="p = σ(θ)", marker=here, log_panes=("information",),
        subtitle=f"exact; {plural(data.n, 'flip')}",
        note="p is known worst at ½, where θ is known best: dθ = dp/(p(1 − p)).",
    )  # fmt: skip


@view("Estimates", help="The frequencies that n flips of this coin can give, and the Gaussian with the width 1/√I(p).")
def estimates(lab: Any) -> Curves:
    """The exact distribution of the estimated p over repeated flips, and the Gaussian of the Fisher information."""
    n, p = lab.flips.n, lab.config.p
    std = math.sqrt(p * (1.0 - p) / n)
    low, high = (round(n * min(max(p + side * _REACH * std, 0.0), 1.0)) for side in (-1, 1))
    heads = np.arange(max(0, low - 1), min(n, high + 1) + 1)
    share = heads / n
    series = [Series("exact", "frequency of heads, exact", share, _binomial(n, p, heads), role="data")]
    if std > 0:
        series.append(
            Series(
                "gaussian", "Gaussian, 1/√I(p)", share, np.exp(normal_log_prob(share, p, std)) / n, role="alt",
                dashed=True,
            )
        )  # fmt: skip
    return Curves(
        tuple(series), x_label="frequency", y_label="probability", marker=lab.flips.frequency,
        subtitle=f"{plural(n, 'flip')} of the coin, repeated",
        note=f"Standard deviation √(p*(1 − p*)/n) = {decimal(std)}, which is 1/√I(p) at p*.",
    )  # fmt: skip


def _binomial(n: int, p: float, heads: np.ndarray) -> np.ndarray:
    """Probability of so many heads in n flips; any shape to the same shape."""
    if p in (0.0, 1.0):
        return (heads == n * p).astype(float)
    ways = np.array([math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in heads.tolist()])
    return np.exp(ways + heads * math.log(p) + (n - heads) * math.log1p(-p))
