"""Every view of a lab depends on the config in force alone, not on what was shown before."""

from __future__ import annotations

import numpy as np
import pytest

import models
from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.frames import arrays_of
from models.protocol import Lab, build, params_of, views_of

pytestmark = pytest.mark.usefixtures("quick_labs")

LABS = {name: page for family in models.FAMILIES for name, page in family.pages.items() if issubclass(page, Lab)}
SMALL = {"seed": 97, "steps": 20, "theta": 0.7}  # of a fit that no other test has trained


def _frames(page: type[Lab], values: dict) -> dict:
    opened = open_lab(page, build(page.Config, values))
    applying = [name for name, view in views_of(page).items() if view.applies(page, opened.config, opened.spec)]
    return {name: opened.viewer.last_frame(Request(name)) for name in applying}


def _further(page: type[Lab], values: dict) -> list[dict]:
    """Configs of which one number each is larger."""
    configs = []
    for name, declared in params_of(page.Config).items():
        if declared.type is int and declared.high is not None and name != "seed":
            value = values.get(name, declared.default)
            configs.append({**values, name: int(min(3 * value + 1, declared.high))})
    return configs


@pytest.mark.parametrize("name", LABS)
def test_a_view_shows_the_config_in_force_whatever_was_shown_before(name) -> None:
    page = LABS[name]
    declared = params_of(page.Config)
    values = {key: max(value, declared[key].low or 0) for key, value in SMALL.items() if key in declared}
    before = _frames(page, values)
    for other in _further(page, values):
        _frames(page, other)
    after = _frames(page, values)
    for view, frame in before.items():
        again = after[view]
        assert (again.subtitle, again.note) == (frame.subtitle, frame.note), view
        arrays = arrays_of(again)
        for path, array in arrays_of(frame).items():
            assert np.array_equal(array, arrays[path], equal_nan=array.dtype.kind == "f"), (view, path)
