"""Planar densities: normalised, sampled as they say, and with the entropy they claim."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from explorer.data import SOURCES, source
from explorer.data.plane import PlanarSource

# Half width of a box that holds all but 1e-9 of the mass, and a spacing fine enough for a trapezoidal sum.
BOXES = {
    "ring8": (4.0, 0.05),
    "ring8:radius=1,std=0.6": (6.0, 0.1),
    "grid25": (4.5, 0.02),
    "moons": (3.0, 0.04),
    "moons:noise=0.3": (5.0, 0.1),
    "pinwheel": (7.0, 0.025),
    "pinwheel:arms=3,rate=0.6,tangential=0.3": (7.0, 0.04),
    "spirals": (4.2, 0.04),
    "spirals:noise=0.3,turns=1": (5.0, 0.1),
    "two-gaussians": (6.0, 0.1),
    "two-gaussians:distance=1.3": (6.0, 0.1),
    "segments": (1.5, 0.02),
    "segments:gap=0.2,std=0.1,length=1": (1.5, 0.03),
}
PLANAR = [name for name, declared in SOURCES.items() if issubclass(declared, PlanarSource)]


def planar(text: str) -> PlanarSource:
    found = source(text)
    assert isinstance(found, PlanarSource)
    return found


def grid(half: float, step: float) -> np.ndarray:
    axis = np.arange(-half, half + step / 2, step)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("text", BOXES)
def test_integrates_to_one_and_has_its_entropy(text):
    density, (half, step) = planar(text), BOXES[text]
    log_p = density.log_prob(grid(half, step))
    assert log_p.dtype == np.float64
    assert np.exp(log_p).sum() * step**2 == pytest.approx(1, abs=1e-6)
    assert -(np.exp(log_p) * log_p).sum() * step**2 == pytest.approx(density.entropy(), abs=1e-5)


@pytest.mark.parametrize("squares", [2, 3, 4, 7, 8])
def test_checkerboard_is_uniform_on_half_the_board(squares):
    density = planar(f"checkerboard:squares={squares}")
    step = 8 / squares / 20
    axis = -4 + step * (np.arange(20 * squares) + 0.5)
    x = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    log_p = density.log_prob(x)
    assert np.exp(log_p).sum() * step**2 == pytest.approx(1, abs=1e-9)
    dark = (squares**2 + 1) // 2
    assert density.entropy() == pytest.approx(np.log(dark * (8 / squares) ** 2))
    np.testing.assert_array_equal(density.log_prob(np.array([[-4.01, 0.1], [3.9, 4.2], [9.0, 9.0]])), -np.inf)


@pytest.mark.parametrize("draw", [0.0, np.nextafter(1.0, 0.0)])
def test_rounded_checkerboard_points_stay_on_dark_squares(draw):
    class Extreme:
        """Draws each square in turn, and in it one of the corners."""

        def integers(self, high, size):
            return np.arange(size) % high

        def random(self, shape):
            return np.full(shape, draw)

    for squares in range(2, 9):
        density = planar(f"checkerboard:squares={squares}")
        x, _ = density.sample(64, Extreme())
        assert np.isfinite(density.log_prob(x.astype(np.float32))).all()


def test_entropy_of_separate_and_of_coinciding_gaussians():
    one = np.log(2 * np.pi * np.e)
    assert planar("ring8:std=0.01").entropy() == pytest.approx(np.log(8) + one + 2 * np.log(0.01), abs=1e-10)
    assert planar("grid25:std=0.02").entropy() == pytest.approx(np.log(25) + one + 2 * np.log(0.02), abs=1e-10)
    assert planar("two-gaussians:distance=0,std=0.7").entropy() == pytest.approx(one + 2 * np.log(0.7), abs=1e-10)
    assert planar("ring8").entropy() == pytest.approx(1.698, abs=1e-3)


def test_entropy_of_two_gaussians_by_adaptive_quadrature():
    density = planar("two-gaussians:distance=3,std=0.5")
    along = [stats.norm(-1.5, 0.5), stats.norm(1.5, 0.5)]

    def integrand(x: float) -> float:
        p = 0.5 * (along[0].pdf(x) + along[1].pdf(x))
        return -p * np.log(p)

    first, _ = integrate.quad(integrand, -6, 6, limit=200, points=[-1.5, 0, 1.5], epsabs=1e-11)
    assert density.entropy() == pytest.approx(first + stats.norm(0, 0.5).entropy(), abs=1e-9)


def test_mixture_agrees_with_scipy_near_and_far():
    density = planar("ring8:std=0.3")
    x = np.array([[0.0, 0.0], [2.0, 0.1], [-3.0, 4.0], [60.0, -80.0]])
    angle = np.arange(8) * np.pi / 4
    parts = [
        stats.multivariate_normal([2 * np.cos(a), 2 * np.sin(a)], 0.09 * np.eye(2)).logpdf(x) - np.log(8) for a in angle
    ]
    np.testing.assert_allclose(density.log_prob(x), np.logaddexp.reduce(parts), rtol=1e-12)


def outer(t: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(t), np.sin(t)], axis=-1)


def inner(t: np.ndarray) -> np.ndarray:
    return np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=-1)


def slow_log_moons(x: np.ndarray, noise: float) -> float:
    """The integral over the phase, by adaptive quadrature of the integrand divided by its maximum."""

    def exponent(arc, t):
        return -0.5 * ((arc(t) - x) ** 2).sum(axis=-1) / noise**2

    ts = np.linspace(0, np.pi, 999)
    top = max(exponent(arc, ts).max() for arc in (outer, inner))
    breaks = np.linspace(0, np.pi, 40)[1:-1]
    total = 0.0
    for arc in (outer, inner):
        value, _ = integrate.quad(
            lambda t, arc=arc: np.exp(exponent(arc, t) - top), 0, np.pi, points=breaks, limit=500, epsabs=1e-13
        )
        total += value / (2 * np.pi)
    return np.log(total) + top - np.log(2 * np.pi * noise**2)


@pytest.mark.parametrize("noise", [0.05, 0.1, 0.4])
def test_moons_agree_with_adaptive_quadrature(noise):
    x = np.array([[0.0, 1.0], [1.0, 0.0], [-1.1, -0.2], [0.5, 0.25], [0.0, 0.0], [2.3, 1.1]])
    expected = [slow_log_moons(point, noise) for point in x]
    np.testing.assert_allclose(planar(f"moons:noise={noise}").log_prob(x), expected, atol=1e-6)


def test_segments_agree_with_quadrature_and_hold_in_the_tails():
    density = planar("segments:std=0.1")

    def slow(x: float, y: float) -> float:
        value, _ = integrate.quad(
            lambda s: np.exp(-0.5 * ((x - s) ** 2 - max(0, abs(x) - 1) ** 2) / 0.01),
            -1,
            1,
            points=[x] if abs(x) < 1 else None,
        )
        along = np.log(value / 2) - 0.5 * max(0, abs(x) - 1) ** 2 / 0.01 - np.log(0.1 * np.sqrt(2 * np.pi))
        return along + np.log(0.5 * stats.norm(-0.5, 0.1).pdf(y) + 0.5 * stats.norm(0.5, 0.1).pdf(y))

    points = np.array([[0.0, 0.5], [0.97, -0.4], [-1.3, 0.6], [3.0, 0.0], [-6.0, 0.2]])
    np.testing.assert_allclose(density.log_prob(points), [slow(*x) for x in points], rtol=1e-8)


@pytest.mark.parametrize("name", PLANAR)
def test_samples_follow_the_density(name):
    data = source(name).load()
    nll = -data.log_prob(data.train.x)
    error = nll.std() / np.sqrt(len(nll))
    assert abs(nll.mean() - data.entropy) <= 4 * error + 1e-9
    counts = np.bincount(data.train.y, minlength=len(data.classes))
    assert len(counts) == len(data.classes)
    share = 1 / len(counts)
    assert np.abs(counts / 50_000 - share).max() < 5 * np.sqrt(share * (1 - share) / 50_000)


@pytest.mark.parametrize("name", PLANAR)
def test_splits_are_fixed_and_different(name):
    data, again = source(name).load(), source(name).load()
    assert (len(data.train), len(data.valid), len(data.test)) == (50_000, 2_000, 10_000)
    assert data.train.x.dtype == np.float32
    assert data.train.y.dtype == np.int64
    assert data.digest == again.digest
    rows = {row.tobytes() for split in (data.train, data.valid, data.test) for row in split.x}
    assert len(rows) > 61_990  # float32 coordinates rarely coincide
    assert data.scale == 1
    assert not data.resample


def test_mixtures_know_their_centres_and_label_the_nearest():
    data = source("ring8:std=0.05,radius=3").load()
    np.testing.assert_allclose(np.linalg.norm(data.centers, axis=1), 3)
    assert data.std == 0.05
    nearest = np.linalg.norm(data.test.x[:, None] - data.centers, axis=2).argmin(axis=1)
    np.testing.assert_array_equal(nearest, data.test.y)
    lattice = source("grid25:spacing=1.5").load().centers
    assert {tuple(row) for row in lattice.tolist()} == {(1.5 * i, 1.5 * j) for i in range(-2, 3) for j in range(-2, 3)}
    for name in ("moons", "segments", "pinwheel", "spirals", "checkerboard"):
        assert source(name).load().centers is None
        assert source(name).load().std is None


def test_labels_name_the_curve():
    data = source("segments:gap=2").load()
    np.testing.assert_array_equal(data.train.x[:, 1] > 0, data.train.y == data.classes.index("upper"))
    moons = source("moons:noise=0.02").load()
    to_outer = np.abs(np.linalg.norm(moons.test.x, axis=1) - 1)
    assert to_outer[moons.test.y == 0].max() < 0.12
    assert np.abs(np.linalg.norm(moons.test.x - (1, 0.5), axis=1) - 1)[moons.test.y == 1].max() < 0.12


def test_moments_match_the_density():
    mean, std = source("two-gaussians:distance=4,std=0.5,n=200000").load().moments()
    np.testing.assert_allclose(mean, 0, atol=0.02)
    np.testing.assert_allclose(std, [np.sqrt(4 + 0.25), 0.5], rtol=0.01)


def test_parameters_change_the_data_and_its_size():
    data = source("ring8:n=1000,std=0.1").load()
    assert len(data.train) == 1_000
    assert data.digest != source("ring8:n=1000").load().digest
