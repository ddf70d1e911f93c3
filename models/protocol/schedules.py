"""Shapes of schedules, for learning rates and for what a model anneals in `begin_round`."""

from __future__ import annotations

import math

__all__ = ["half_cosine"]


def half_cosine(share: float) -> float:
    """Falls from 1 to 0 along half a period of a cosine, as the share of a schedule that is done rises from 0 to 1.

    Source: Loshchilov & Hutter (2017, arXiv 1608.03983).
    """
    return 0.5 * (1 + math.cos(math.pi * share))
