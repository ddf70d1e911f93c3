"""Measured times of determinants and of Jacobians."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.flows.jacobian_cost.sweeps import determinants, forming, slope
from models.flows.timing import Sweep, threads
from models.frames import Bars, Curves, Series
from models.protocol import Noise, view
from models.views.words import decimal

__all__ = ["exponents", "forming_at", "forming_times", "times"]

_DETERMINANTS = {
    "full": ("full: LU decomposition", "alt"),
    "triangular": ("triangular: Σ log aᵢᵢ", "model"),
    "coupling": ("coupling layer: Σ s", "prior"),
}
_FORMING = {
    "rows": ("Jacobian row by row", "alt"),
    "batch": ("Jacobian as a batch", "prior"),
    "determinant": ("its determinant, LU", "data"),
    "forward": ("forward pass", "model"),
    "coupling": ("coupling layer, log|det|", "total"),
}
_RULED = 16  # a ruler begins at 1/16 of the largest k of its curve


@view(
    "Time of log|det|", lead=True,
    help="Measured on this machine, float32. Diagonal and s are at hand: a flow computes them with x. Dashed: slopes "
    "of k³ and k through the last points.",
)  # fmt: skip
def times(lab: Any, noise: Noise) -> Iterator[Curves]:
    """Times of the three log-determinants against k, while they are measured."""
    for sweep in determinants(lab.largest, noise.seed).steps():
        series = _series(sweep, _DETERMINANTS)
        for name, power, label in (("full", 3, "k³"), ("triangular", 1, "k")):
            series += _ruler(sweep, name, power, label)
        yield Curves(
            tuple(series), x_label="k", y_label="ms", log_x=True, log_y=True, subtitle=_subtitle(sweep),
            note=_fitted(sweep),
        )  # fmt: skip


def _series(sweep: Sweep, names: dict[str, tuple[str, str]]) -> list[Series]:
    made = []
    for name, (label, role) in names.items():
        k, seconds = sweep.times(name)
        if np.isfinite(seconds).any():
            made.append(Series(name, label, k, 1e3 * seconds, role=role, unit="ms"))
    return made


def _ruler(sweep: Sweep, name: str, power: int, label: str) -> list[Series]:
    """A dashed line of a slope through the last point of a curve; none before that is measured."""
    k, seconds = sweep.times(name)
    if not math.isfinite(seconds[-1]):
        return []
    ends = np.array([k[-1] / _RULED, k[-1]])
    return [Series(f"{name}.ruler", label, ends, 1e3 * seconds[-1] * (ends / k[-1]) ** power, dashed=True, unit="ms")]


def _subtitle(sweep: Sweep) -> str:
    return f"{sweep.progress}; {threads()}"


def _fitted(sweep: Sweep) -> str:
    """The fitted exponents and the ranges of k."""
    found = {name: slope(*sweep.times(name)) for name in _DETERMINANTS}
    if any(math.isnan(value) for value, *_ in found.values()):
        return "Measuring."
    (full, low, high), (triangular, near, far), (coupling, *_) = found.values()
    return (
        f"Exponents: full {decimal(full, 2)} for k from {low:,} to {high:,}; triangular {decimal(triangular, 2)} and "
        f"coupling {decimal(coupling, 2)} for k from {near:,} to {far:,}."
    )


@view(
    "Exponent of k",
    help="½ log₂ of the ratio of the times at 2k and k/2, drawn at k.",
)  # fmt: skip
def exponents(lab: Any, noise: Noise) -> Iterator[Curves]:
    """½ log₂ t(2k)/t(k/2) of each computation, and the exponents 3 and 1."""
    for sweep in determinants(lab.largest, noise.seed).steps():
        series = []
        for name, (label, role) in _DETERMINANTS.items():
            k, seconds = sweep.times(name)
            octaves = np.isin(k, 2 ** np.arange(32))
            k, seconds = k[octaves], seconds[octaves]
            exponent = 0.5 * np.log2(seconds[2:] / seconds[:-2])
            if np.isfinite(exponent).any():
                series.append(Series(name, label, k[1:-1], exponent, role=role))
        ends = np.array([2.0, float(sweep.times("triangular")[0][-1])])
        series += [Series(f"{p}", f"exponent {p}", ends, np.full(2, float(p)), dashed=True) for p in (3, 1)]
        yield Curves(
            tuple(series), x_label="k", y_label="exponent", log_x=True, subtitle=_subtitle(sweep),
            note="Operations have the exponents 3 and 1; times of small k are those of a call.",
        )  # fmt: skip


@view(
    "Time to form the Jacobian",
    help="Of the network W₂ tanh(W₁ ε) at one ε, float32, beside a coupling layer that gives its log-determinant.",
)  # fmt: skip
def forming_times(lab: Any, noise: Noise) -> Iterator[Curves]:
    """Times of a forward pass, of the Jacobian, and of its determinant against k, while they are measured."""
    for sweep in forming(lab.largest, noise.seed).steps():
        series = _series(sweep, _FORMING)
        yield Curves(
            tuple(series), x_label="k", y_label="ms", log_x=True, log_y=True, subtitle=_subtitle(sweep),
            note=_compared(sweep),
        )  # fmt: skip


def _compared(sweep: Sweep) -> str:
    last = {name: float(sweep.times(name)[1][-1]) for name in _FORMING}
    if any(map(math.isnan, last.values())):
        return "Measuring."
    k = int(sweep.times("forward")[0][-1])
    rows, batch, determinant = (last[name] / last["forward"] for name in ("rows", "batch", "determinant"))
    return (
        f"At k = {k:,}, in forward passes: {decimal(rows, 0)} row by row, {decimal(batch, 0)} as a batch; "
        f"{decimal(determinant, 0)} for the determinant."
    )


@view("In forward passes", help="The last points of the curves, as multiples of a forward pass of the network.")
def forming_at(lab: Any, noise: Noise) -> Iterator[Bars]:
    """Times at the largest k, as multiples of that of a forward pass."""
    for sweep in forming(lab.largest, noise.seed).steps():
        last = np.array([sweep.times(name)[1][-1] for name in _FORMING]) / sweep.times("forward")[1][-1]
        yield Bars(
            tuple(label for label, _ in _FORMING.values()), last, roles=tuple(role for _, role in _FORMING.values()),
            unit="×", pending=bool(np.isnan(last).any()),
            subtitle=f"k = {int(sweep.times('forward')[0][-1]):,}; {sweep.progress}",
            note="A coupling layer never forms its Jacobian: its log-determinant is a sum that it computes anyway.",
        )  # fmt: skip
