"""A map of a line: both densities and the map between, the formula beside samples, and the stretching."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from models.flows.change_of_variables.maps import (
    Affine,
    Cubic,
    Invertible,
    Mirrored,
    SelfPower,
    Sigmoid,
    Sinh,
    Softplus,
    log_density,
    probability_of_x,
)
from models.flows.change_of_variables.noises import NOISES, Noise1D
from models.flows.change_of_variables.panel import ONE, Panel
from models.flows.change_of_variables.samples import histogram_series
from models.frames import Curves, Lines, Plane, Points, Series
from models.protocol import Drag, Lab, Noise, param, view
from models.views.words import decimal

__all__ = ["formula", "interval_of", "line_values", "map_of", "noise_of", "pushed", "shown_range", "stretching"]

_POINTS = 401
_MARGIN = 0.05  # what pictures show beyond the hidden share of the noise, as a share of the width
_FIXED = {"cubic": Cubic(), "softplus": Softplus(), "sinh": Sinh(), "logistic": Sigmoid(), "power": SelfPower()}


def map_of(config: Any) -> Invertible:
    """The map that a config describes."""
    f = Affine(config.a, config.b) if config.f == "affine" else _FIXED[config.f]
    return Mirrored(f) if config.mirrored else f


def noise_of(config: Any) -> Noise1D:
    """The noise that a config describes: 1 + Exp(1) where f is ε^ε, which needs ε > 1."""
    return NOISES["exponential" if config.f == "power" else config.noise][1]


@functools.lru_cache(maxsize=64)
def shown_range(noise: Noise1D, hidden: tuple[float, float] = (0.001, 0.001)) -> tuple[float, float]:
    """Ends of ε in pictures, which leave out a share of the noise on each side."""
    low, high = noise.quantile(hidden[0]), noise.quantile(1.0 - hidden[1])
    room = _MARGIN * (high - low)
    return low - room, high + room


def _range_of(config: Any) -> tuple[float, float]:
    f = map_of(config)
    low, high = shown_range(noise_of(config), f.hidden)
    return max(low, f.domain[0]), high


def _middle(config: Any) -> float:
    """Middle of the interval of ε."""
    low, high = _range_of(config)
    return low + config.place * (high - low)


def interval_of(config: Any) -> tuple[float, float]:
    """Ends of the interval of ε, within the picture and the support of the noise."""
    (low, high), support = _range_of(config), noise_of(config).support
    half = 0.5 * config.width * (high - low)
    return max(_middle(config) - half, low, support[0]), min(_middle(config) + half, high, support[1])


def _panel(config: Any) -> Panel:
    f, noise, (low, high) = map_of(config), noise_of(config), _range_of(config)
    e = np.linspace(low, high, _POINTS)
    x = f.value(e)
    p = np.exp(log_density(x, f, noise))
    return Panel((low, high), (float(x.min()), float(x.max())), float(noise.prob(e).max()), float(p.max()))


def line_values(config: Any) -> dict[str, float]:
    """log s(ε), log |df⁻¹/dx| and log p(x) at the middle of the interval, nats; both areas over the interval."""
    f, noise, e = map_of(config), noise_of(config), np.array(_middle(config))
    low, high = interval_of(config)
    return {
        "log_s": float(noise.log_prob(e)),
        "log_stretch": -float(np.log(np.abs(f.slope(e)))),
        "log_p": float(log_density(f.value(e)[None], f, noise)[0]),
        "area_noise": noise.between(low, high),
        "area_x": probability_of_x(low, high, f, noise),
    }


def _on_s(config: Any, e: float) -> float:
    """Height of s(ε) in the picture."""
    return float(_panel(config).below(np.array([e]), noise_of(config).prob(np.array([e])))[0, 1])


_HANDLES = (
    Drag(
        "place",
        at=lambda config: _on_s(config, _middle(config)),
        offset=lambda config: _range_of(config)[0],
        side=lambda config: _range_of(config)[1] - _range_of(config)[0],
    ),
    Drag(
        "width",
        at=lambda config: _on_s(config, interval_of(config)[1]),
        offset=_middle,
        side=lambda config: 0.5 * (_range_of(config)[1] - _range_of(config)[0]),
    ),
)


@view(
    "Map and densities", lead=True, drags=_HANDLES,
    help="s(ε) below, the map x = f(ε), and p(x) on the right. Drag the interval of ε and its end.",
)  # fmt: skip
def pushed(lab: Lab) -> Plane:
    """The map with the density of the noise below and that of x beside it; an interval and its image."""
    c = lab.config
    f, noise, panel = map_of(c), noise_of(c), _panel(c)
    e = np.linspace(*panel.e, _POINTS)
    x = f.value(e)
    p = np.exp(log_density(x, f, noise))
    low, high = interval_of(c)
    inside = np.linspace(low, high, 120)
    image = f.value(inside)
    there = np.stack([inside, image], 1)
    up = np.concatenate([[[low, panel.floor]], there, [[high, panel.floor]]])
    across = np.concatenate([there, [[panel.wall, image[-1]], [panel.wall, image[0]]]])
    s_inside, p_inside = noise.prob(inside), np.exp(log_density(image, f, noise))
    values = line_values(c)
    return Plane(
        (
            Lines(np.concatenate([up, panel.area_below(inside, s_inside)]), np.array([0, len(up)]), role="prior",
                  width=0.0, filled=True),
            Lines(np.concatenate([across, panel.area_beside(image, p_inside)]), np.array([0, len(across)]),
                  role="model", width=0.0, filled=True),
            panel.bases(),
            Lines(panel.below(e, noise.prob(e)), ONE, role="prior", width=2.0, name="s(ε)"),
            Lines(np.stack([e, x], 1), ONE, width=2.5, name="f(ε)"),
            Lines(panel.beside(x, p), ONE, role="model", width=2.0, name="p(x)"),
            Points(np.array([handle.position(c) for handle in _HANDLES]), role="prior", size=9.0),
        ),
        x_label="ε", y_label="x", extent=panel.extent, square=False,
        subtitle=f"ε ~ {noise.words}, x = {f.words}; exact",
        note=f"Area under s {decimal(values['area_noise'])}, under p {decimal(values['area_x'])}. ε: "
        f"{decimal(low, 2)} to {decimal(high, 2)}; x: {decimal(float(image[0]), 2)} to {decimal(float(image[-1]), 2)}.",
    )  # fmt: skip


@view("Density of x", help="The formula, a histogram of f(ε), and s(f⁻¹(x)) without the factor |df⁻¹/dx|.")
def formula(lab: Lab, noise: Noise, draws: int = param(20_000, "Draws", 100, 200_000, log=True)) -> Curves:
    """p(x) by the formula, a histogram of pushed samples, and s(f⁻¹(x)) alone."""
    c = lab.config
    f, source, (low, high) = map_of(c), noise_of(c), _panel(c).x
    x = np.linspace(low, high, 2 * _POINTS)
    p, bare = np.exp(log_density(x, f, source)), _bare(x, f, source)
    samples = f.value(source.sample(draws, rng=noise.rng()))
    area = float(np.trapezoid(bare, x))
    return Curves(
        (
            histogram_series(samples, low, high),
            Series("formula", "p(x)", x, p, role="model"),
            Series("bare", "s(f⁻¹)", x, bare, role="alt", dashed=True),
        ),
        x_label="x", y_label="density", marker=float(f.value(np.array(_middle(c)))),
        subtitle=f"exact, and {draws:,} draws ± 2 s.e.",
        note=f"Without |df⁻¹/dx| the area shown is {decimal(area, 2)}.",
    )  # fmt: skip


def _bare(x: np.ndarray, f: Invertible, source: Noise1D) -> np.ndarray:
    """s(f⁻¹(x)), 0 where no ε leads to x; (n,) to (n,)."""
    inside = f.reaches(x)
    out = np.zeros_like(x)
    out[inside] = source.prob(f.inverse(x[inside]))
    return out


@view("Stretching", help="The two factors of p(x): where f stretches, |df⁻¹/dx| is small and x less dense than ε.")
def stretching(lab: Lab) -> Curves:
    """|df⁻¹/dx| and s(f⁻¹(x)), the factors of p(x), over x."""
    c = lab.config
    f, source, (low, high) = map_of(c), noise_of(c), _panel(c).x
    x = np.linspace(low, high, _POINTS)
    x = x[f.reaches(x)]
    e = f.inverse(x)
    here = np.array(_middle(c))
    slope, s = abs(float(f.slope(here))), float(source.prob(here))
    word = "wider" if slope > 1 else "narrower"
    return Curves(
        (
            Series("stretch", "|df⁻¹/dx|", x, 1 / np.abs(f.slope(e)), role="total", pane="|df⁻¹/dx|"),
            Series("noise", "s(f⁻¹(x))", x, source.prob(e), role="prior", pane="s(f⁻¹(x))"),
        ),
        x_label="x", marker=float(f.value(here)), log_panes=("|df⁻¹/dx|",), subtitle="exact",
        note=f"At ε = {decimal(float(here), 2)} f makes a short interval {_times(slope)} {word}: "
        f"p = {decimal(s)} · {decimal(1 / slope)} = {decimal(s / slope)}.",
    )  # fmt: skip


def _times(slope: float) -> str:
    return f"{decimal(max(slope, 1 / slope), 2)} times"
