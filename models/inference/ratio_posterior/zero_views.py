"""Why the classifier may be held fixed in the gradient: E_q[∇_φ r*(x, z)] = 0 with z held fixed."""

from __future__ import annotations

import math

import numpy as np

from models.exact.normal import normal_mean, standard_normal
from models.frames import Bars
from models.inference.ratio_posterior.q import posterior_of
from models.protocol import Lab, Noise, param, view
from models.views.words import decimal

__all__ = ["zero"]

_LABELS = ("∂r*/∂a", "∂r*/∂s", "∂r*/∂h", "∂r*/∂k")


@view(
    "Mean of ∇_φ r*",
    help="Mean over draws of z from q of the derivative of r* = log q − log p(z) by each parameter of q, z held fixed.",
)  # fmt: skip
def zero(lab: Lab, noise: Noise, draws: int = param(2000, "Draws of z", 20, 50_000, log=True)) -> Bars:
    """The mean of the four derivatives over draws, in units of the standard deviation of one draw, ± one error."""
    q, x = posterior_of(lab.config), np.array(lab.config.x)
    score = q.score_at(standard_normal(draws, rng=noise.rng()), x)  # (4, draws)
    spread = np.sqrt([normal_mean(lambda e, k=k: q.score_at(e, x)[k] ** 2) for k in range(len(_LABELS))])  # type: ignore[misc]
    used = spread > 0  # r* does not depend on h and k where x ≤ 0, nor on k where h = 0
    means = np.divide(score.mean(axis=1), spread, out=np.zeros(4), where=used)
    error = used / math.sqrt(draws)
    scale = 4 / math.sqrt(draws)
    worst = int(np.abs(means).argmax())
    mean = f"{score[worst].mean():.2g}".replace("-", "−")
    return Bars(
        _LABELS, means, errors=error, roles=("model",) * 4, reference=np.zeros(4), extent=(-scale, scale), unit="sd",
        subtitle=f"x = {decimal(lab.config.x, 2)}; {draws:,} draws; sd: standard deviation of one draw; ± 1 s.e.",
        note=f"∫ ∇_φ q dz = 0. Farthest: {_LABELS[worst]}, whose mean {mean} is "
        f"{decimal(float(means[worst]), 3)} sd, {decimal(abs(float(means[worst])) * math.sqrt(draws), 1)} s.e. from 0.",
    )  # fmt: skip
