"""Cost of Jacobians: operations counted by an instrumented number, determinants in two ways, fits of exponents."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest
import torch

from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.flows import timing
from models.flows.jacobian_cost import JacobianCostLab
from models.flows.jacobian_cost.counts import backward_passes, coupling, forward_pass, full, triangular
from models.flows.jacobian_cost.examples import copies, examples
from models.flows.jacobian_cost.sweeps import determinants, forming, slope
from models.flows.jacobians import jacobian_of_copies, jacobians
from models.flows.small_maps import CouplingMap, DenseMap, MaskedMap
from models.flows.timing import Sweep, Timed, TimedPasses
from models.protocol import build

MAPS = {"dense": DenseMap(6), "masked": MaskedMap(6), "coupling": CouplingMap(6, 2)}


class Counted:
    """A number that counts the operations on it."""

    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self, value: float):
        self.value = value

    def _made(self, kind: str, value: float) -> Counted:
        Counted.tally[kind] += 1
        return Counted(value)

    def __add__(self, other: Counted) -> Counted:
        return self._made("sums", self.value + other.value)

    def __sub__(self, other: Counted) -> Counted:
        return self._made("sums", self.value - other.value)

    def __mul__(self, other: Counted) -> Counted:
        return self._made("products", self.value * other.value)

    def __truediv__(self, other: Counted) -> Counted:
        return self._made("products", self.value / other.value)

    def apply(self, function) -> Counted:
        return self._made("functions", float(function(self.value)))


def counted(values: np.ndarray) -> np.ndarray:
    return np.vectorize(Counted, otypes=[object])(values)


def total(numbers: list[Counted]) -> Counted:
    result = numbers[0]
    for number in numbers[1:]:
        result = result + number
    return result


def product(matrix: np.ndarray, vector: list[Counted]) -> list[Counted]:
    return [total([a * x for a, x in zip(row, vector, strict=True)]) for row in matrix]


@pytest.fixture(autouse=True)
def _from_zero() -> None:
    Counted.tally.clear()


def tallied() -> tuple[int, int, int]:
    return Counted.tally["sums"], Counted.tally["products"], Counted.tally["functions"]


@pytest.mark.parametrize("k", [1, 2, 3, 7, 12])
def test_a_determinant_takes_the_operations_that_are_stated(k) -> None:
    values = np.random.default_rng(k).normal(size=(k, k)) + 3 * np.eye(k)
    a = counted(values)
    for j in range(k):
        for i in range(j + 1, k):
            factor = a[i, j] / a[j, j]
            for m in range(j + 1, k):
                a[i, m] = a[i, m] - factor * a[j, m]
    found = total([a[i, i].apply(lambda v: np.log(abs(v))) for i in range(k)])
    assert found.value == pytest.approx(np.linalg.slogdet(values).logabsdet, abs=1e-9)
    count = full(k)
    assert (count.sums, count.products, count.functions) == tallied()
    assert count.total == pytest.approx(2 / 3 * k**3 - k**2 / 2 + 11 / 6 * k - 1, rel=1e-12)


@pytest.mark.parametrize("k", [2, 5, 12])
def test_cheap_determinants_take_the_operations_that_are_stated(k) -> None:
    diagonal = list(counted(np.arange(1.0, k + 1)))
    total([number.apply(np.log) for number in diagonal])
    count = triangular(k)
    assert (count.sums, count.products, count.functions) == tallied()
    assert count.total == 2 * k - 1
    Counted.tally.clear()
    total(diagonal[1:])  # s, of a layer that copies one entry
    assert (coupling(k, 1).sums, 0, 0) == tallied()


@pytest.mark.parametrize("k", [2, 5])
def test_passes_take_the_operations_that_are_stated(k) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, k, k))
    w1, w2 = counted(first), counted(second)
    at = rng.normal(size=k)
    hidden = [number.apply(np.tanh) for number in product(w1, list(counted(at)))]
    product(w2, hidden)
    count = forward_pass(k)
    assert (count.sums, count.products, count.functions) == tallied()
    assert count.total == 4 * k * k - k
    Counted.tally.clear()
    slopes = [Counted(1.0) - h * h for h in hidden]
    rows = []
    for i in range(k):
        unit = list(counted(np.eye(k)[i]))
        back = [g * s for g, s in zip(product(w2.T, unit), slopes, strict=True)]
        rows.append([number.value for number in product(w1.T, back)])
    count = backward_passes(k)
    assert (count.sums, count.products, count.functions) == tallied()
    assert count.total == 4 * k**3 - k**2 + 2 * k
    exact = second @ np.diag(1 - np.tanh(first @ at) ** 2) @ first
    assert np.array(rows) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("name", MAPS)
def test_jacobians_are_those_of_finite_differences(name) -> None:
    flow, h = MAPS[name], 1e-5
    at = torch.randn(1, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    steps = h * torch.eye(6, dtype=torch.float64)
    expected = ((flow(at + steps) - flow(at - steps)) / (2 * h)).T.numpy()
    assert jacobian_of_copies(flow, at).numpy() == pytest.approx(expected, abs=1e-8)
    assert jacobians(flow, at)[0].numpy() == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("k", [3, 8, 12])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_determinants_agree_in_two_ways(k, seed) -> None:
    d = copies(k, 0.4)
    made = examples(k, d, seed)
    for name, example in made.items():
        assert example.log_det == pytest.approx(example.other, abs=1e-10 if name == "full" else 1e-12), name
    assert np.triu(made["triangular"].matrix, 1).any() == 0
    assert (np.tril(made["triangular"].matrix, -1) != 0).sum() == k * (k - 1) // 2
    assert np.array_equal(made["coupling"].matrix[:d], np.eye(k)[:d])
    moved = made["coupling"].matrix[d:, d:]
    assert np.array_equal(moved, np.diag(np.diag(moved)))
    assert (made["full"].matrix != 0).all()


def test_a_share_of_copies_leaves_something_to_copy_and_to_move() -> None:
    assert [copies(3, share) for share in (0.1, 0.5, 0.9)] == [1, 2, 2]
    assert copies(1024, 0.5) == 512


@pytest.mark.parametrize("power", [1.0, 2.7])
def test_the_fitted_exponent_is_that_of_a_power_law_over_the_last_two_octaves(power) -> None:
    k = np.array([2, 64, 128, 192, 256])
    seconds = np.where(k < 64, 9.0, 1e-9 * k**power)
    value, low, high = slope(k, seconds)
    assert value == pytest.approx(power, abs=1e-9)
    assert (low, high) == (64, 256)
    seconds[-1] = np.nan
    assert np.isnan(slope(k, seconds)[0])


def test_a_measurement_is_the_least_time_of_a_call(monkeypatch) -> None:
    now = 0.0
    durations = iter([5e-3, 3e-3, 4e-3])

    def call() -> None:
        nonlocal now
        now += next(durations)

    monkeypatch.setattr("models.flows.timing.time.perf_counter", lambda: now)
    timed = Timed(lambda: call)
    assert np.isnan(timed.seconds)
    found = []
    for _ in range(3):
        timed.measure()
        found.append(timed.seconds)
    assert found == pytest.approx([5e-3, 3e-3, 3e-3])


def test_short_calls_are_timed_together(monkeypatch) -> None:
    now, calls = 0.0, 0

    def call() -> None:
        nonlocal now, calls
        now, calls = now + 1e-6, calls + 1

    monkeypatch.setattr("models.flows.timing.time.perf_counter", lambda: now)
    timed = Timed(lambda: call)
    timed.measure()
    assert timed.seconds == pytest.approx(1e-6)
    assert calls > 1000  # a measurement lasts 1.5 ms


def test_passes_are_timed_one_by_one(monkeypatch) -> None:
    now = 0.0
    durations = iter([[1.0, 5.0, 2.0], [3.0, 1.0, 2.0]])

    def passes() -> Iterator[None]:
        nonlocal now
        for took in next(durations):
            now += took
            yield

    monkeypatch.setattr("models.flows.timing.time.perf_counter", lambda: now)
    timed = TimedPasses(lambda: passes)
    timed.measure()
    assert timed.seconds == pytest.approx(8.0)
    timed.measure()
    assert timed.seconds == pytest.approx(1.0 + 1.0 + 2.0)


def test_a_sweep_measures_every_computation_and_multiplies_by_its_factors(monkeypatch) -> None:
    monkeypatch.setattr(timing, "_ROUNDS", 2)
    made: list[tuple[str, int]] = []

    def prepare(name: str, k: int):
        return functools.partial(made.append, (name, k))

    ways = {name: {k: Timed(functools.partial(prepare, name, k)) for k in (2, 4)} for name in "ab"}
    sweep = Sweep(ways, {"b": {2: 10, 4: 100}})
    assert np.isnan(sweep.times("a")[1]).all()
    for _ in range(4):
        assert not sweep.finished
        sweep.advance()
    assert sweep.progress == "round 2 of 2"
    for _ in range(4):
        sweep.advance()
    assert sweep.finished
    assert set(made) == {("a", 2), ("a", 4), ("b", 2), ("b", 4)}
    k, seconds = sweep.times("b")
    raw = [ways["b"][size].seconds for size in (2, 4)]
    assert (k.tolist(), seconds.tolist()) == ([2, 4], [10 * raw[0], 100 * raw[1]])


def test_pictures_stream_and_a_large_full_determinant_is_the_dearest(monkeypatch) -> None:
    monkeypatch.setattr(timing, "_ROUNDS", 1)
    for measured in (determinants, forming):
        measured.cache_clear()
    opened = open_lab(JacobianCostLab, build(JacobianCostLab.Config, {"largest": "256"}))
    shown = {series.key: series for series in opened.viewer.last_frame(Request("times")).series}
    assert shown["full"].x[-1] == 256
    at = {name: float(np.interp(256, shown[name].x, shown[name].y)) for name in ("full", "triangular", "coupling")}
    assert at["full"] > 5 * max(at["triangular"], at["coupling"])
    ruler = shown["full.ruler"]
    assert np.diff(np.log(ruler.y)) / np.diff(np.log(ruler.x)) == pytest.approx([3.0])
    assert ruler.y[-1] == shown["full"].y[-1]
    bars = opened.viewer.last_frame(Request("forming_at"))
    values = dict(zip(bars.labels, bars.values.tolist(), strict=True))
    assert values["forward pass"] == 1
    assert values["Jacobian row by row"] > values["forward pass"]
    for measured in (determinants, forming):
        measured.cache_clear()
