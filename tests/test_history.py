"""History: what merged buckets say equals what NumPy says of the full series; memory stays bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Gauss, TinyGAN

from explorer.engine import History
from explorer.engine.runs.curves import loss_curves

VALUES = st.lists(st.floats(-1e6, 1e6, allow_nan=False, width=32), min_size=1, max_size=400)


def filled(values, capacity: int, key: str = "loss", first: int = 1) -> History:
    history = History(capacity)
    for step, value in enumerate(values, first):
        history.add(step, {key: value})
    return history


@given(values=VALUES, half=st.integers(1, 16), gap=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_buckets_are_the_full_series_cut_at_their_last_steps(values, half, gap):
    history = History(2 * half)
    steps = gap * np.arange(1, len(values) + 1)
    for step, value in zip(steps, values, strict=True):
        history.add(int(step), {"loss": value})
    curve = history.curve("loss")
    assert len(curve.step) <= 2 * half
    assert curve.step[-1] == steps[-1]
    assert curve.last == values[-1]
    ends = np.searchsorted(steps, curve.step, side="right")
    parts = np.split(np.array(values), ends[:-1])
    assert sum(map(len, parts)) == len(values)
    widths = {len(part) for part in parts[:-1]}
    assert len(widths) <= 1  # equal runs, the last one perhaps shorter
    assert not widths or len(parts[-1]) <= max(widths)
    np.testing.assert_allclose(curve.mean, [part.mean() for part in parts], rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(curve.low, [part.min() for part in parts])
    np.testing.assert_array_equal(curve.high, [part.max() for part in parts])


def test_few_values_are_kept_as_they_are():
    curve = filled([3.0, 1.0, 2.0], 4).curve("loss")
    assert curve.step.tolist() == [1, 2, 3]
    for part in (curve.mean, curve.low, curve.high):
        assert part.tolist() == [3.0, 1.0, 2.0]


def test_a_spike_survives_in_bounded_memory():
    values = np.zeros(10_000)
    values[6_543], values[1_234] = 9.0, -7.0
    curve = filled(values, 64).curve("loss")
    assert 32 <= len(curve.step) <= 64
    assert curve.high.max() == 9.0
    assert curve.low.min() == -7.0
    at = int(curve.high.argmax())
    assert curve.step[at - 1] < 6_544 <= curve.step[at]


def test_metrics_come_when_they_come():
    history = filled([1.0, 2.0, 3.0], 4)
    history.add(2, {"held_out.loss": 5.0})
    assert history.keys() == ["loss", "held_out.loss"]
    assert history.last() == {"loss": 3.0, "held_out.loss": 5.0}
    assert history.curve("held_out.loss").step.tolist() == [2]


@pytest.mark.parametrize("capacity", [0, 1, 7])
def test_a_capacity_is_even(capacity):
    with pytest.raises(ValueError, match="even"):
        History(capacity)


def test_curves_show_declared_metrics_held_out_values_and_equilibria():
    history = filled([-1.0, -2.0], 4, "log_likelihood")
    history.add(2, {"undeclared": 1.0, "held_out.log_likelihood": -3.0, "held_out.modes": 8.0, "held_out.recall": 0.5})
    series = {s.key: s for s in loss_curves(Gauss, history, Gauss.Config()).series}
    assert list(series) == ["log_likelihood", "held_out.log_likelihood", "held_out.modes", "held_out.recall"]
    assert series["log_likelihood"].y.tolist() == [-1.0, -2.0]
    assert series["held_out.log_likelihood"].pane == series["log_likelihood"].pane
    game = {s.key: s for s in loss_curves(TinyGAN, filled([0.0, -1.0, -1.2], 4, "value"), TinyGAN.Config()).series}
    np.testing.assert_allclose(game["value.equilibrium"].y, -np.log(4))
    assert game["value.equilibrium"].dashed
    assert game["value.equilibrium"].x.tolist() == [0.0, 3.0]
