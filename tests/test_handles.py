"""Handles in the pictures of labs: in sight, on the curve they belong to, and the same as the fields they set."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import models
from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.frames import Lines, Plane
from models.protocol import Lab, Param, build, params_of, views_of

LABS = {name: page for family in models.FAMILIES for name, page in family.pages.items() if issubclass(page, Lab)}
WITH = [(name, view) for name, page in LABS.items() for view, one in views_of(page).items() if one.drags]
DENSITIES = [("optimal-discriminator", "densities"), ("likelihood-ratio", "densities"), ("divergences", "data")]


def _plane(page: type[Lab], config: Any, view: str) -> Plane:
    frame = next(iter(open_lab(page, config).viewer.frames(Request(view))))
    assert isinstance(frame, Plane)
    return frame


def _configs(page: type[Lab], view: str) -> list[Any]:
    """The config that the page begins with, and for each field that a handle sets those near its limits."""
    first = build(page.Config, {**(page.presets[0].config if page.presets else {})})
    names = {name for drag in views_of(page)[view].drags for name in (drag.x, drag.y) if name is not None}
    declared = params_of(page.Config)
    return [first, *(replace(first, **{n: _near(declared[n], share)}) for n in sorted(names) for share in (0.1, 0.9))]


def _near(declared: Param, share: float) -> float:
    assert declared.low is not None
    assert declared.high is not None
    return round(declared.low + share * (declared.high - declared.low), 3)


@pytest.mark.parametrize(("name", "view"), WITH)
def test_a_handle_is_in_sight_and_stands_for_its_fields(name, view) -> None:
    page = LABS[name]
    for config in _configs(page, view):
        left, right, low, high = _plane(page, config, view).extent
        for drag in views_of(page)[view].drags:
            if drag.when is not None and not drag.when(config):
                continue
            x, y = drag.position(config)
            assert left <= x <= right, f"{drag.x} under {config}"
            assert low <= y <= high, f"{drag.y} under {config}"
            for field, value in drag.values(config, x, y).items():
                assert math.isclose(value, getattr(config, field), abs_tol=1e-9)


@pytest.mark.parametrize(("name", "view"), DENSITIES)
def test_handles_of_a_density_lie_on_its_curve(name, view) -> None:
    page = LABS[name]
    for config in _configs(page, view):
        lines = [layer.xy for layer in _plane(page, config, view).layers if isinstance(layer, Lines)]
        for drag in views_of(page)[view].drags:
            if drag.y is not None:
                continue
            x, y = drag.position(config)
            heights = [np.interp(x, xy[:, 0], xy[:, 1]) for xy in lines if np.all(np.diff(xy[:, 0]) > 0)]
            assert min(abs(height - y) for height in heights) < 0.01, f"{drag.x} floats"


def test_handles_of_mean_and_deviation_are_one_deviation_apart() -> None:
    page = LABS["divergences"]
    mean, flank = views_of(page)["data"].drags
    config = build(page.Config, {"mu": 1.5, "sigma": 0.8})
    assert abs(mean.position(config)[0] - flank.position(config)[0]) == pytest.approx(0.8)
    assert flank.position(config)[1] / mean.position(config)[1] == pytest.approx(math.exp(-0.5))
    assert flank.values(config, 0.5, 0.0) == {"sigma": pytest.approx(1.0)}


def test_a_handle_follows_the_pointer_where_its_field_is_a_share_of_the_axis() -> None:
    page = LABS["change-of-variables"]
    middle, _ = views_of(page)["pushed"].drags
    config = build(page.Config, {"place": 0.3})
    left, *_ = _plane(page, config, "pushed").extent
    x, y = middle.position(config)
    there = left + 2 * (x - left)  # twice as far from the left edge
    (value,) = middle.values(config, there, y).values()
    assert value == pytest.approx(0.6)
    assert middle.position(replace(config, place=value))[0] == pytest.approx(there)
