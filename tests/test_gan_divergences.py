"""Divergences of known pairs, and the lab that fits one Gaussian to two modes, against closed forms and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from explorer.engine import Request, Viewer
from models.exact.divergences import jensen_shannon, kl, masses, total_variation
from models.gan.divergences.lab import DivergencesLab
from models.gan.divergences.missing_atoms import MissingAtoms
from models.gan.divergences.two_modes import DIVERGENCES, TwoModes, optima
from models.gan.divergences.two_modes_views import least, ratio_of, values_under
from models.protocol import build


def lab(**values) -> DivergencesLab:
    return DivergencesLab(build(DivergencesLab.Config, values))


def frame(name: str, **values):
    return Viewer(lab(**values)).last_frame(Request(name))


# Of known pairs, to 1e-8

X = np.linspace(-27.0, 27.0, 400_001)
CELL = X[1] - X[0]


def gaussian(mean: float, std: float) -> np.ndarray:
    return masses(stats.norm.pdf(X, mean, std), CELL)


def test_kl_of_two_gaussians():
    wanted = math.log(1.5 / 0.8) + (0.8**2 + 1.1**2) / (2 * 1.5**2) - 0.5
    assert kl(gaussian(0.3, 0.8), gaussian(1.4, 1.5)) == pytest.approx(wanted, abs=1e-8)


def test_total_variation_of_two_gaussians():
    # With equal widths the densities cross midway: TV = 2 Φ(|μ₁ − μ₂|/2σ) − 1.
    wanted = 2 * stats.norm.cdf(1.3 / (2 * 0.9)) - 1
    assert total_variation(gaussian(0.0, 0.9), gaussian(1.3, 0.9)) == pytest.approx(wanted, abs=1e-8)


def test_jensen_shannon_of_two_gaussians_is_what_adaptive_quadrature_finds():
    def integrand(x: float) -> float:
        p, q = stats.norm.pdf(x, 0.0, 0.9), stats.norm.pdf(x, 1.3, 1.2)
        return 0.5 * p * math.log(2 * p / (p + q)) + 0.5 * q * math.log(2 * q / (p + q))

    wanted, _ = integrate.quad(integrand, -9, 9, epsabs=1e-12, epsrel=1e-12, limit=300)
    assert jensen_shannon(gaussian(0.0, 0.9), gaussian(1.3, 1.2)) == pytest.approx(wanted, abs=1e-8)


def test_overlapping_uniforms():
    # U(0, 2) and U(1, 3): half of each is shared.
    p, q = np.repeat([0.5, 0.5, 0.0], 1000) / 1000, np.repeat([0.0, 0.5, 0.5], 1000) / 1000
    assert total_variation(p, q) == pytest.approx(0.5, abs=1e-8)
    assert jensen_shannon(p, q) == pytest.approx(0.5 * math.log(2), abs=1e-8)
    assert kl(p, q) == kl(q, p) == math.inf
    wider = np.full(3000, 1 / 3000)
    assert kl(p, wider) == pytest.approx(math.log(1.5), abs=1e-8)


def test_two_atoms_apart():
    p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert kl(p, q) == math.inf
    assert jensen_shannon(p, q) == pytest.approx(math.log(2), abs=1e-12)
    assert total_variation(p, q) == pytest.approx(1.0, abs=1e-12)


def test_atoms_by_hand():
    p, q = np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.25, 0.5])
    assert kl(p, q) == pytest.approx(0.25 * math.log(2), abs=1e-12)
    assert total_variation(p, q) == pytest.approx(0.25, abs=1e-12)
    for divergence in (kl, jensen_shannon, total_variation):
        assert divergence(p, p) == pytest.approx(0.0, abs=1e-12)


# One Gaussian, two modes


def scipy_value(name: str, m: float, mean: float, std: float) -> float:
    p, q = gaussian(-m, 1.0) / 2 + gaussian(m, 1.0) / 2, gaussian(mean, std)
    if name == "wasserstein":
        return stats.wasserstein_distance(X, X, p, q)
    if name == "jsd":
        return jensen_shannon(p, q)
    log_p = np.logaddexp(stats.norm.logpdf(X, -m), stats.norm.logpdf(X, m)) - math.log(2)
    log_q = stats.norm.logpdf(X, mean, std)
    return float((p if name == "forward" else q) @ ((log_p - log_q) * (1 if name == "forward" else -1)))


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize(("m", "mean", "std"), [(1.0, 0.3, 0.8), (3.0, 0.0, 3.0), (4.5, 4.0, 1.2)])
def test_values_are_those_of_fine_quadrature(name, m, mean, std):
    wanted = scipy_value(name, m, mean, std)
    found = float(TwoModes(m).value(name, mean, std))
    assert found == pytest.approx(wanted, abs=2e-4 if name == "wasserstein" else 1e-7)


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("m", [1.0, 3.0, 4.5])
def test_the_best_fit_is_what_scipy_finds(name, m):
    modes = TwoModes(m)
    results = [
        optimize.minimize(
            lambda v: float(modes.value(name, v[0], math.exp(v[1]))), start, method="Nelder-Mead",
            options={"xatol": 1e-6, "fatol": 1e-10},
        )
        for start in ([0.1, math.log(1 + m)], [m, 0.1])
    ]  # fmt: skip
    wanted = min(results, key=lambda r: r.fun)
    (best,) = (o for o in optima(m, name) if o.best)
    assert best.value == pytest.approx(wanted.fun, abs=1e-5 if name == "wasserstein" else 1e-7)
    assert best.mean == pytest.approx(abs(wanted.x[0]), abs=1e-2 if name == "wasserstein" else 1e-3)
    assert best.std == pytest.approx(math.exp(wanted.x[1]), rel=1e-2 if name == "wasserstein" else 1e-3)


@pytest.mark.parametrize("m", [0.3, 1.0, 2.5, 6.0])
def test_forward_kl_matches_moments(m):
    p = gaussian(-m, 1.0) / 2 + gaussian(m, 1.0) / 2
    (best,) = optima(m, "forward")
    assert best.mean == pytest.approx(float(p @ X), abs=1e-8)
    assert best.std == pytest.approx(math.sqrt(float(p @ X**2)), abs=1e-8)
    at = [TwoModes(m).value("forward", best.mean + a, best.std + b) for a, b in ((0.01, 0), (0, 0.01), (0, -0.01))]
    assert best.value < min(map(float, at))


def test_dropping_a_mode_costs_log_2_and_three_quarters_of_log_four_thirds():
    for name, cost in (("reverse", math.log(2)), ("jsd", 0.75 * math.log(4 / 3))):
        (best,) = (o for o in optima(6.0, name) if o.best)
        assert not best.covers
        assert (best.mean, best.std) == (pytest.approx(6.0, abs=1e-3), pytest.approx(1.0, abs=1e-3))
        assert best.value == pytest.approx(cost, abs=1e-3)
    assert 0.75 * math.log(4 / 3) == pytest.approx(0.21576, abs=5e-6)


@pytest.mark.parametrize(
    ("m", "covers"), [(1.0, True), (2.0, True), (3.0, True), (4.0, True), (4.5, False), (6.0, False)]
)
def test_jsd_covers_up_to_four_and_drops_from_four_and_a_half(m, covers):
    (best,) = (o for o in optima(m, "jsd") if o.best)
    assert best.covers == covers


def test_reverse_kl_drops_earlier_and_wasserstein_never():
    assert [next(o for o in optima(m, "reverse") if o.best).covers for m in (2.5, 3.0)] == [True, False]
    assert all(o.covers for m in (1.0, 4.0, 7.0) for o in optima(m, "wasserstein"))


@pytest.mark.parametrize("name", ["reverse", "jsd"])
@pytest.mark.parametrize("m", [1.0, 3.0, 6.0])
def test_optima_are_low_points_on_all_sides(name, m):
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    for o in optima(m, name):
        around = TwoModes(m).value(name, o.mean + 0.02 * np.cos(turn), o.std * np.exp(0.02 * np.sin(turn)))
        assert around.min() > o.value


def test_values_and_optima_scale_with_s():
    one, two = (lab(m=3.0 * s, s=s, mu=0.5 * s, sigma=1.5 * s).config for s in (1.0, 2.0))
    for name in DIVERGENCES:
        factor = 2.0 if name == "wasserstein" else 1.0
        assert values_under(two)[name] == pytest.approx(factor * values_under(one)[name], rel=1e-9)
        lowest = [least(each, name, optima(ratio_of(each), name)) for each in (one, two)]
        assert lowest[1] == pytest.approx(factor * lowest[0], rel=1e-9)
    bars = frame("values_of_q", m=4.0, mu=0.0, sigma=math.sqrt(17.0))
    assert bars.values[0] == pytest.approx(bars.reference[0], abs=1e-9)
    assert (bars.values >= bars.reference - 1e-9).all()


def test_the_map_has_its_lowest_cell_at_the_best_fit():
    picture = frame("landscape", m=4.5, divergence="jsd")
    density = picture.layers[0]
    row, column = np.unravel_index(density.values.argmin(), density.values.shape)
    x0, x1, y0, y1 = density.extent
    at = x0 + (column + 0.5) / 40 * (x1 - x0), y0 + (row + 0.5) / 30 * (y1 - y0)
    assert (abs(at[0]), at[1]) == (pytest.approx(4.5, abs=0.3), pytest.approx(1.0, abs=0.25))


# Missing points


@pytest.mark.parametrize("atoms", [2, 10, 100])
def test_a_missing_point_is_infinite_for_forward_kl_alone(atoms):
    case = MissingAtoms(atoms)
    assert case.forward() == math.inf
    assert case.reverse() == pytest.approx(math.log(atoms / (atoms - 1)), abs=1e-12)
    # The missing point adds ½ (1/K) log 2 to JSD; the K − 1 others have masses 1/K and 1/(K − 1).
    p, q = 1 / atoms, 1 / (atoms - 1)
    both = (p + q) / 2
    wanted = 0.5 * p * math.log(2) + (atoms - 1) * 0.5 * (p * math.log(p / both) + q * math.log(q / both))
    assert case.jensen_shannon() == pytest.approx(wanted, abs=1e-12)
    assert case.jensen_shannon() <= math.log(2)


def test_a_share_for_the_missing_point_makes_forward_kl_finite_and_grows_as_it_vanishes():
    values = [MissingAtoms(10).forward(delta) for delta in (1e-3, 1e-6, 1e-12)]
    wanted = [0.1 * math.log(0.1 / d) + 0.9 * math.log(0.9 / (1 - d)) for d in (1e-3, 1e-6, 1e-12)]
    assert values == pytest.approx(wanted, abs=1e-12)
    assert values == sorted(values)


def test_with_equal_supports_all_are_zero():
    case = MissingAtoms(10, 0)
    assert [case.forward(), case.reverse(), case.jensen_shannon()] == pytest.approx([0.0] * 3, abs=1e-12)
    assert all(np.allclose(series.y, 0.0) for series in frame("missing", missing=0).series)
    assert "∞" in frame("missing").note
