"""One Gaussian fitted to two modes by four divergences."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np

from models.exact.normal import normal_log_prob
from models.frames import Bars, Curves, Density, Frame, Lines, Plane, Points, Series
from models.gan.divergences.two_modes import DIVERGENCES, Optimum, TwoModes, searching
from models.protocol import Drag, Lab, param, view
from models.views.density_handles import density_handles
from models.views.words import decimal

__all__ = ["cost", "data", "landscape", "least", "optima", "ratio_of", "values_of_q", "values_under"]

_EDGE = 9.0
_ROLES = {"forward": "data", "reverse": "model", "jsd": "alt", "wasserstein": "prior"}
_WORDS = {"mean": "mean/m", "std": "std/s", "value": "divergence"}
_SWEEP = np.arange(0.5, 7.01, 0.25)
_DROPS = {"reverse": math.log(2.0), "jsd": 0.75 * math.log(4.0 / 3.0)}
_COARSE = 121
_BELOW = 0.07  # room for the numbers below the curves, as a share of their height
_MOST_COST = 1.2  # nats at which the curves of the cost end
_SEARCHING = "being searched …"

Found: TypeAlias = tuple[Optimum, ...]
_F = TypeVar("_F", bound=Frame)


def ratio_of(config: Any) -> float:
    """m/s: half the distance of the modes, in units of their standard deviation."""
    return round(config.m / config.s, 9)


def values_under(c: Any) -> dict[str, float]:
    """The four divergences of data and model, nats; Wasserstein-1 in the units of x."""
    modes = TwoModes(ratio_of(c))
    values = {name: float(modes.value(name, c.mu / c.s, c.sigma / c.s)) for name in DIVERGENCES}
    return values | {"wasserstein": values["wasserstein"] * c.s}


def least(c: Any, name: str, optima: Sequence[Optimum]) -> float:
    """The least value of a divergence among its optima, in the units of `values_under`."""
    (value, *_) = [o.value for o in optima if o.best]
    return value * (c.s if name == "wasserstein" else 1.0)


def _with_optima(c: Any, names: Iterable[str], draw: Callable[[Any, Mapping[str, Found]], _F]) -> Iterator[_F]:
    """Frames drawn with the optima of each divergence that are known so far; the last has all of them."""
    done: dict[str, Found] = {}
    frame: _F | None = None
    for name in names:
        for optima in searching(ratio_of(c), name):
            if optima is not None:
                done[name], frame = optima, None
                continue
            frame = draw(c, done) if frame is None else frame
            yield frame
    yield draw(c, done)


def _model_density(config: Any, x: float) -> float:
    return float(np.exp(normal_log_prob(np.array(x), config.mu, config.sigma)))


_HANDLES = density_handles("mu", "sigma", _model_density)


@view(
    "Data and model", lead=True, help="Drag the Gaussian: its handles are at the mean, and a deviation beside it.",
    drags=_HANDLES,
)  # fmt: skip
def data(lab: Lab) -> Iterator[Plane]:
    """p_data with its two modes, p_θ, and every best fit by the chosen divergence."""
    return _with_optima(lab.config, (lab.config.divergence,), _data)


def _data(c: Any, known: Mapping[str, Found]) -> Plane:
    x, start = np.linspace(-_EDGE, _EDGE, 721), np.zeros(1, int)
    p = np.exp(TwoModes(ratio_of(c)).log_p(x / c.s)) / c.s
    q = np.exp(normal_log_prob(x, c.mu, c.sigma))
    top = 1.15 * max(float(p.max()), float(q.max()))
    layers: list[Lines | Points] = [
        Lines(np.stack([x, p], 1), start, role="data", width=2.0, name="p_data"),
        Lines(np.stack([x, q], 1), start, role="model", width=2.0, name="p_θ"),
    ]
    fits = known.get(c.divergence, ())
    for o in fits:
        for sign in (1.0,) if o.covers else (1.0, -1.0):
            mean, std = sign * o.mean * c.s, o.std * c.s
            fit = np.exp(normal_log_prob(x, mean, std))
            layers.append(Lines(
                np.stack([x, fit], 1), start, role="alt" if o.best else "total", dashed=True, width=1.5,
                name="" if sign < 0 else "best fit" if o.best else "local optimum",
            ))  # fmt: skip
    layers.append(Points(np.array([handle.position(c) for handle in _HANDLES]), role="model", size=10.0))
    words = "; ".join(
        f"{'best' if o.best else 'local'}: mean {'0' if o.covers else '± ' + decimal(o.mean * c.s, 2)}, "
        f"std {decimal(o.std * c.s, 2)}" for o in fits
    )  # fmt: skip
    return Plane(
        tuple(layers), x_label="x", y_label="p(x)", extent=(-_EDGE, _EDGE, -_BELOW * top, top), square=False,
        subtitle=f"exact; m/s = {decimal(ratio_of(c), 2)}",
        note=f"{DIVERGENCES[c.divergence]}: {words or _SEARCHING}.",
    )  # fmt: skip


@view("Four divergences", help="Divergences of p_data and p_θ; dashed: the least that any Gaussian reaches.")
def values_of_q(lab: Lab) -> Iterator[Bars]:
    """Four divergences of data and model beside their least values."""
    return _with_optima(lab.config, DIVERGENCES, _values_of_q)


def _values_of_q(c: Any, known: Mapping[str, Found]) -> Bars:
    values = values_under(c)
    lowest = np.array([least(c, name, known[name]) if name in known else np.nan for name in DIVERGENCES])
    words = ", ".join(decimal(v) if np.isfinite(v) else "…" for v in lowest)
    return Bars(
        tuple(DIVERGENCES.values()), np.array([values[name] for name in DIVERGENCES]),
        roles=tuple(_ROLES.values()), reference=lowest if len(known) == len(DIVERGENCES) else None,
        subtitle="by quadrature; nats, Wasserstein-1 in units of x; dashed: the least value",
        note=f"Least values: {words}.",
    )  # fmt: skip


@view("Optima over m/s", help="Every local optimum of each divergence, large where it is the best.")
def optima(lab: Lab, show: str = param("mean", "Show", choices=_WORDS)) -> Iterator[Plane]:
    """Means, standard deviations or values of all local optima against m/s."""
    ratio = ratio_of(lab.config)
    rows: dict[str, list[tuple[float, float, bool]]] = {name: [] for name in DIVERGENCES}
    frame: Plane | None = None
    ends = {"mean": (-1.25, 1.25), "std": (0.0, 7.5), "value": (-0.05, 2.0)}[show]
    for place, at in enumerate(_SWEEP.tolist()):
        for name in DIVERGENCES:
            for o in (yield from _slices(at, name, frame)):
                y = {"mean": o.mean / at, "std": o.std, "value": o.value}[show]
                rows[name].append((at, y, o.best))
                if show == "mean" and not o.covers:
                    rows[name].append((at, -y, o.best))
        layers: list[Lines | Points] = [
            Lines(np.array([[ratio, ends[0]], [ratio, ends[1]]]), np.zeros(1, int), dashed=True)
        ]
        if show == "std":
            r = np.linspace(0.0, _SWEEP[-1], 100)
            layers.append(Lines(np.stack([r, np.sqrt(1 + r**2)], 1), np.zeros(1, int), role="data", dashed=True,
                                name="√(m² + s²)/s"))  # fmt: skip
        for rank, (name, points) in enumerate(rows.items()):
            for best in (False, True):
                apart = 0.07 * (rank - 1.5) if show == "mean" else 0.0  # many are at the same place
                xy = np.array([(x, y + apart) for x, y, b in points if b == best]).reshape(-1, 2)
                layers.append(Points(xy, role=_ROLES[name], size=7.0 if best else 4.0,
                                     name=DIVERGENCES[name] if best else ""))  # fmt: skip
        units = " (nats, Wasserstein-1 in s)" if show == "value" else ""
        frame = Plane(
            tuple(layers), x_label="m/s", y_label="", extent=(0.0, _SWEEP[-1] + 0.25, *ends), square=False,
            subtitle=f"{_WORDS[show]}{units}; large: the best, small: local; {place + 1} of {len(_SWEEP)} m/s",
            note="0 covers both modes, ± 1 drops one (set apart a little). JSD changes between 4 and 4.5."
            if show == "mean"
            else "Forward KL takes the moments of the data: √(m² + s²)." if show == "std"
            else "Reverse KL levels off at log 2 = 0.693, JSD at ¾ log(4/3) = 0.216.",
        )  # fmt: skip
        yield frame


@view("Cost of covering", help="What it costs to cover both modes, and to drop one.")
def cost(lab: Lab) -> Iterator[Curves]:
    """Values of the covering and the dropping optimum of reverse KL and JSD against m/s."""
    rows: dict[tuple[str, bool], list[tuple[float, float]]] = {(n, c): [] for n in _DROPS for c in (True, False)}
    frame: Curves | None = None
    for place, at in enumerate(_SWEEP.tolist()):
        for name in _DROPS:
            for o in (yield from _slices(at, name, frame)):
                rows[name, o.covers].append((at, o.value))
        series = []
        for name, limit in _DROPS.items():
            for covers, word in ((True, "covers"), (False, "drops")):
                xy = np.array(rows[name, covers]).reshape(-1, 2)
                if len(xy):
                    series.append(Series(
                        f"{name}.{word}", f"{DIVERGENCES[name]} covers" if covers else word,
                        xy[:, 0], np.where(xy[:, 1] <= _MOST_COST, xy[:, 1], np.nan),
                        pane=_pane_of(name), unit="nats",
                        role=_ROLES[name] if covers else "total",
                    ))  # fmt: skip
            label = "log 2" if name == "reverse" else "¾ log(4/3)"
            series.append(Series(f"{name}.limit", label, np.array([0.5, 7.0]), np.full(2, limit),
                                 role=_ROLES[name], pane=_pane_of(name), unit="nats", dashed=True))  # fmt: skip
        frame = Curves(
            tuple(series), x_label="m/s", marker=ratio_of(lab.config),
            subtitle="" if place + 1 == len(_SWEEP) else f"{place + 1} of {len(_SWEEP)} m/s",
            note="Where the curves cross, the best fit jumps from the middle onto one mode.",
        )  # fmt: skip
        yield frame


def _pane_of(name: str) -> str:
    return f"{DIVERGENCES[name]}, nats"


@view(
    "Landscape",
    help="The chosen divergence over mean and std of p_θ.",
    drags=(Drag("mu", "sigma"),),
)
def landscape(lab: Lab) -> Iterator[Plane]:
    """The divergence over (μ, σ), its optima, and the chosen p_θ."""
    return _with_optima(lab.config, (lab.config.divergence,), _landscape)


def _landscape(c: Any, known: Mapping[str, Found]) -> Plane:
    fits = known.get(c.divergence, ())
    values, extent = _divergence_map(ratio_of(c), c.divergence)
    box = (extent[0] * c.s, extent[1] * c.s, extent[2] * c.s, extent[3] * c.s)
    unit = c.s if c.divergence == "wasserstein" else 1.0
    values = values * unit
    low = float(values.min())
    high = low + (3.0 * unit if c.divergence == "wasserstein" else 0.5 if c.divergence == "jsd" else 2.0)
    layers: list[Density | Points] = [
        Density(values, box, low=low, high=high, role="model", name="value"),
        Density(values, box, role="total", contours=tuple(np.linspace(low, high, 9)[1:-1].tolist())),
    ]
    for best in (False, True):
        at = [
            (sign * o.mean * c.s, o.std * c.s)
            for o in fits if o.best == best
            for sign in ((1.0,) if o.covers else (1.0, -1.0))
        ]  # fmt: skip
        if at:
            layers.append(Points(np.array(at), role="prior", size=10.0 if best else 6.0,
                                 name="best" if best else "local optimum"))  # fmt: skip
    layers.append(Points(np.array([[c.mu, c.sigma]]), role="data", size=9.0, name="p_θ"))
    return Plane(
        tuple(layers), x_label="μ", y_label="σ", extent=_including(box, c.mu, c.sigma), square=False,
        subtitle=f"{DIVERGENCES[c.divergence]}, by quadrature; m/s = {decimal(ratio_of(c), 2)}",
        note=f"At p_θ {decimal(values_under(c)[c.divergence])}, at best "
        f"{decimal(least(c, c.divergence, fits)) if fits else _SEARCHING}.",
    )  # fmt: skip


def _including(box: tuple[float, float, float, float], x: float, y: float) -> tuple[float, float, float, float]:
    """The box, widened with a margin where a point lies outside it."""
    left, right, low, high = box
    across, upwards = 0.05 * (right - left), 0.05 * (high - low)
    return (
        left if x >= left else x - across,
        right if x <= right else x + across,
        low if y >= low else y - upwards,
        high if y <= high else y + upwards,
    )


def _slices(m: float, name: str, frame: _F | None) -> Generator[_F, None, Found]:
    """Returns the optima of one divergence; yields the last frame again after each slice of the search."""
    for optima in searching(m, name):
        if optima is not None:
            return optima
        if frame is not None:
            yield frame
    raise AssertionError("a search ends with its optima")


@functools.lru_cache(maxsize=8)
def _divergence_map(ratio: float, name: str) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """A divergence over mean and standard deviation in units of s, (30, 40), and the edges of the picture."""
    wide, high = max(2.0, 1.4 * ratio), max(2.0, 1.5 * ratio)
    mean = ((np.arange(40) + 0.5) / 40 * 2 - 1) * wide
    low = 0.2
    std = low + (np.arange(30) + 0.5) / 30 * (high - low)
    values = TwoModes(ratio, _COARSE).value(name, mean[None, :], std[:, None])
    return values, (-wide, wide, low, high)
