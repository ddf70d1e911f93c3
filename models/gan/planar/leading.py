"""Which mode holds the samples, over the steps of a run."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from models.frames import Curves, Series
from models.gan.planar.layers import PlanarGAN, names_of
from models.protocol import Data, MetricCurve, RunHistory, view

__all__ = ["LEADING", "Stretch", "is_hopping", "leads", "stretches"]

LEADING = "leading_mode"
"""Key of the metric: number of the mode nearest to at least 70 % of the samples of G's last update, or -1."""
_SPREAD = -1
_RECENT = 500  # rounds in which the samples of a hopping generator have changed their mode at least twice
_SHORT = 40  # rounds; between two modes the samples are spread for less


@dataclass(frozen=True)
class Stretch:
    """Successive rounds in which one mode leads, or -1 where none does.

    Attributes:
        start, stop: First and last round.
        mode: Number of the mode.
    """

    start: int
    stop: int
    mode: int


def stretches(curve: MetricCurve) -> list[Stretch]:
    """The stretches of a run, in order; a spread of fewer than 40 rounds counts for the mode before it.

    Where the history has merged rounds in which different modes led, the greatest number among them stands for all.
    """
    if not len(curve):
        return []
    mode = np.round(curve.high).astype(int)
    ends = np.append(np.flatnonzero(np.diff(mode)), len(mode) - 1)
    stops = curve.step[ends].astype(int)
    starts = np.concatenate([[1], stops[:-1] + 1])
    smoothed: list[Stretch] = []
    for each in map(Stretch, starts.tolist(), stops.tolist(), mode[ends].tolist()):
        brief = each.mode == _SPREAD and each.stop - each.start + 1 < _SHORT and bool(smoothed)
        smoothed.append(Stretch(each.start, each.stop, smoothed[-1].mode) if brief else each)
    return _merged(smoothed)


def _merged(parts: list[Stretch]) -> list[Stretch]:
    """The same stretches, neighbours of one mode as one."""
    merged: list[Stretch] = []
    for each in parts:
        if merged and merged[-1].mode == each.mode:
            merged[-1] = Stretch(merged[-1].start, each.stop, each.mode)
        else:
            merged.append(each)
    return merged


def is_hopping(history: RunHistory) -> bool:
    """Whether another mode has come to lead at least twice in the last 500 rounds."""
    parts = stretches(history.curve(LEADING))
    recent = [each.mode for each in parts if each.stop > parts[-1].stop - _RECENT and each.mode != _SPREAD]
    return sum(a != b for a, b in itertools.pairwise(recent)) >= 2


@view(
    "Which mode over time", record=True,
    help="The mode that is nearest to at least 70 % of the samples at each step; “several” where no single one is. On "
    "a ring the last name is the neighbour of the first.",
)  # fmt: skip
def leads(model: PlanarGAN, data: Data, history: RunHistory) -> Curves:
    """The leading mode as a level at each step."""
    names = () if data.centers is None else names_of(data)
    parts = stretches(history.curve(LEADING)) if names else []
    x = np.array([at for each in parts for at in (each.start - 1, each.stop)], dtype=float)
    y = np.array([place for each in parts for place in 2 * (each.mode + 1,)], dtype=float)
    hops = sum(a.mode != b.mode and _SPREAD not in (a.mode, b.mode) for a, b in itertools.pairwise(parts))
    note = "" if names else "These data are not made of modes that could be counted."
    return Curves(
        (Series(LEADING, "nearest to ≥ 70 % of the samples", x, y, role="model", levels=True),),
        y_label="mode",
        y_names=("several", *names),
        subtitle=f"{hops} hop{'' if hops == 1 else 's'}" if parts else "from the first step on",
        note=note,
        changes=tuple(map(float, history.changed)),
    )
