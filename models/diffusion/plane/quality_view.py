"""Quality of samples against the number of passes, beside other models and the exact fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.diffusion.plane.model import PlaneModel
from models.diffusion.process import SCHEDULES, STRAIGHT, Moment, Schedule, trajectory
from models.exact.energy import energy_distance
from models.exact.modes import GOOD
from models.frames import Curves, Series
from models.protocol import Data, FamilyRuns, Noise, param, view
from models.views.pause import paused

__all__ = ["quality"]

_PASSES = (1, 2, 3, 4, 6, 8, 12, 20, 32, 50, 100)
_DATA = 1000  # with which samples are compared
_ROLES = ("alt", "prior", "total")

_Way = Callable[[Tensor, int], Iterator[Moment]]


@view(
    "Quality by passes",
    help="Samples of the same noise for each number of passes; also those of the newest runs of the other pages of the "
    "family on the same data, and of the exact fields.",
)  # fmt: skip
def quality(
    model: Any, data: Data, noise: Noise, family: FamilyRuns,
    n: int = param(1000, "Samples", 100, 5000, log=True, more=True),
) -> Iterator[Curves | None]:  # fmt: skip
    """Share of samples near a mode, and the energy distance to data, for 1 to 100 passes."""
    start = model.draw_noise(n, noise.rng(model.device))
    held_out = data.split("test", _DATA).x.to(start)
    done: list[Series] = []
    notes: list[str] = []
    for key, label, role, way, exact in _rows(model, family, notes):
        values: list[tuple[float, float]] = []
        for passes in _PASSES:
            *_, last = yield from paused(way(start, passes))
            x = model.units.from_units(last.x)
            values.append((_near(x, data), energy_distance(x, held_out)[0]))
            yield None
        near, far = np.array(values).T
        at = np.array(_PASSES, float)
        pane = "near a mode"
        if data.centers is not None:
            done.append(Series(f"{key}.near", label, at, near, role=role, unit="%", pane=pane, dashed=exact))
        done.append(Series(f"{key}.energy", label, at, far, role=role, pane="energy distance", dashed=exact))
        yield Curves(
            tuple(done), x_label="passes", log_x=True, log_panes=("energy distance",),
            subtitle=f"{n:,} samples; near: within {GOOD:.0f} std of a mode", note=" ".join(notes),
        )  # fmt: skip


def _near(x: Tensor, data: Data) -> float:
    if data.centers is None or data.std is None:
        return float("nan")
    distance = torch.cdist(x, data.centers.to(x)).min(dim=1).values
    return 100 * float((distance < GOOD * data.std).double().mean())


def _rows(model: Any, family: FamilyRuns, notes: list[str]) -> Iterator[tuple[str, str, str, _Way, bool]]:
    """Key, label, role and way of each curve, and whether it is that of an exact field."""
    first = next(iter(model.samplers.values()))
    yield "model", f"this run, {first}", "model", lambda start, passes: model.way(start, passes=passes), False
    roles = iter(_ROLES)
    for trained in family.models:
        try:
            other = trained.load()
        except ValueError as error:
            notes.append(str(error))
            continue
        if isinstance(other, PlaneModel) and (role := next(roles, None)) is not None:
            name = next(iter(other.samplers.values()))
            yield trained.run, f"{trained.title}, {name}", role, _way_of(other), False
    if not family.models:
        notes.append("Train another page of the family on these data to see it here.")
    if (mixture := model.exact) is not None:
        paths: tuple[tuple[str, str, Schedule, str], ...] = (
            ("ddim", "exact field, linear β, DDIM", SCHEDULES["linear"], "prior"),
            ("straight", "exact field, straight, Euler", STRAIGHT, "data"),
        )
        for key, label, schedule, role in paths:
            sampler = "ddim" if schedule is not STRAIGHT else "euler"
            yield key, label, role, _exact_way(mixture, schedule, sampler), True


def _way_of(other: PlaneModel) -> _Way:
    return lambda start, passes: other.way(start, passes=passes)


def _exact_way(mixture: Any, schedule: Schedule, sampler: str) -> _Way:
    def way(start: Tensor, passes: int) -> Iterator[Moment]:
        scale = schedule.at(start.new_ones(())).scale
        return trajectory(
            lambda x, t, level: mixture.estimate(x, level), schedule, scale * start, sampler=sampler, passes=passes
        )

    return way
