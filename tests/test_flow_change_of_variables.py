"""The lab of the change of variables: densities, inverses, areas and branches against quadrature and closed forms."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, special, stats

from explorer.engine import Request, Viewer
from models.flows.change_of_variables import ChangeOfVariablesLab, self_power
from models.flows.change_of_variables.cell_views import cell_values
from models.flows.change_of_variables.folds import branch_masses, fold_of
from models.flows.change_of_variables.line_views import interval_of, line_values, map_of, noise_of
from models.flows.change_of_variables.maps import (
    MAPS,
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
from models.flows.change_of_variables.noises import NOISES, Logistic, Noise1D
from models.flows.change_of_variables.own_views import KNOTS, own, own_density, read_knots
from models.flows.change_of_variables.plane_maps import PLANE_MAPS, image_area, outline, plane_map_of
from models.frames import Lines
from models.protocol import Noise, Points, build

EXPONENTIAL = NOISES["exponential"][1]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
ON_THE_LINE = [Affine(0.7, -0.4), Cubic(), Softplus(), Sinh(), Sigmoid(), Mirrored(Softplus()), Mirrored(Cubic())]
PAIRS = [(f, noise) for f in ON_THE_LINE for _, noise in NOISES.values()]
PAIRS += [(SelfPower(), EXPONENTIAL), (Mirrored(SelfPower()), EXPONENTIAL)]
REFERENCES = {
    "gaussian": stats.norm(),
    "uniform": stats.uniform(-2, 4),
    "logistic": stats.logistic(),
    "exponential": stats.expon(1, 1),
}


def lab(**values) -> ChangeOfVariablesLab:
    return ChangeOfVariablesLab(build(ChangeOfVariablesLab.Config, values))


def frame(name: str, **values):
    return Viewer(lab(**values)).last_frame(Request(name))


def curves(shown) -> dict:
    return {series.key: series for series in shown.series}


def area(density, ends) -> float:
    """The integral of a density of x, by Gauss–Legendre quadrature of 16 nodes between any two neighbouring ends."""
    ends = np.sort(ends)
    half, middle = 0.5 * np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
    return float(half @ (density((middle[:, None] + half[:, None] * NODES).ravel()).reshape(-1, 16) @ WEIGHTS))


def named(pair: tuple[Invertible, Noise1D]) -> str:
    return f"{type(pair[1]).__name__} through {pair[0].words}"


# Noise


@pytest.mark.parametrize("name", REFERENCES)
def test_a_noise_is_the_distribution_of_its_name(name) -> None:
    noise, reference = NOISES[name][1], REFERENCES[name]
    e = np.linspace(-5, 6, 111)
    assert noise.log_prob(e) == pytest.approx(reference.logpdf(e), abs=1e-12)
    assert noise.cdf(e) == pytest.approx(reference.cdf(e), abs=1e-14)
    assert noise.quantile(0.23) == pytest.approx(reference.ppf(0.23), abs=1e-12)
    draws = noise.sample(20_000, rng=torch.Generator().manual_seed(0))
    assert stats.kstest(draws, reference.cdf).pvalue > 1e-3


def test_the_mixture_is_the_mean_of_two_gaussians() -> None:
    noise, parts = NOISES["mixture"][1], [stats.norm(-1.2, 0.5), stats.norm(1.2, 0.5)]
    e = np.linspace(-4, 4, 81)
    assert noise.prob(e) == pytest.approx(np.mean([part.pdf(e) for part in parts], axis=0), rel=1e-12)
    assert noise.cdf(e) == pytest.approx(np.mean([part.cdf(e) for part in parts], axis=0), abs=1e-14)
    draws = noise.sample(20_000, rng=torch.Generator().manual_seed(0))
    assert stats.kstest(draws, noise.cdf).pvalue > 1e-3


# Maps of the line


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_the_density_of_x_integrates_to_one(pair) -> None:
    f, noise = pair
    low, high = (max(min(end, 30.0), -30.0) for end in noise.support)
    ends = f.value(np.linspace(low, high, 500))  # finer where f is steep
    assert area(lambda x: np.exp(log_density(x, f, noise)), ends) == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("f", [*ON_THE_LINE, SelfPower(), Mirrored(SelfPower())], ids=lambda f: f.words)
def test_the_inverse_leads_back(f) -> None:
    e = np.linspace(1.0001, 9.0, 300) if f.domain[0] == 1.0 else np.linspace(-6, 6, 301)
    assert f.inverse(f.value(e)) == pytest.approx(e, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("f", [*ON_THE_LINE, SelfPower()], ids=lambda f: f.words)
def test_the_slope_is_the_derivative_of_torch(f) -> None:
    t = torch.linspace(1.1, 5.0, 60, dtype=torch.float64, requires_grad=True)
    written = {
        "a ε + b": 0.7 * t - 0.4, "ε³ + ε": t**3 + t, "log(1 + exp ε)": torch.nn.functional.softplus(t),
        "sinh ε": torch.sinh(t), "σ(ε)": torch.sigmoid(t), "ε^ε": t**t,
        "−log(1 + exp ε)": -torch.nn.functional.softplus(t), "−(ε³ + ε)": -(t**3 + t),
    }[f.words]  # fmt: skip
    written.sum().backward()
    e = t.detach().numpy()
    assert f.value(e) == pytest.approx(written.detach().numpy(), rel=1e-13)
    assert f.slope(e) == pytest.approx(t.grad.numpy(), rel=1e-12)


def test_densities_have_their_closed_forms() -> None:
    x = np.linspace(0.01, 0.99, 99)
    gaussian, uniform = NOISES["gaussian"][1], NOISES["uniform"][1]
    assert np.exp(log_density(x, Sigmoid(), Logistic())) == pytest.approx(np.ones(99), rel=1e-13)
    assert np.exp(log_density(x, Affine(0.7, -0.4), gaussian)) == pytest.approx(stats.norm.pdf(x, -0.4, 0.7), rel=1e-13)
    johnson = stats.johnsonsu(0, 1)  # sinh of a normal variable
    assert np.exp(log_density(x, Sinh(), gaussian)) == pytest.approx(johnson.pdf(x), rel=1e-12)
    logit_uniform = 0.25 / (x * (1 - x))
    inside = np.abs(special.logit(x)) < 2
    assert np.exp(log_density(x, Sigmoid(), uniform)) == pytest.approx(np.where(inside, logit_uniform, 0), rel=1e-12)
    assert (log_density(np.array([-0.5, 0.0, 1.5]), Sigmoid(), gaussian) == -np.inf).all()


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_an_interval_and_its_image_have_one_area(pair) -> None:
    f, noise = pair
    for a, b in ((0.02, 0.1), (0.3, 0.5), (0.45, 0.95)):
        low, high = noise.quantile(a), noise.quantile(b)
        assert probability_of_x(low, high, f, noise) == pytest.approx(b - a, abs=1e-10)


@pytest.mark.parametrize("f", MAPS)
def test_areas_and_terms_of_explain_agree(f) -> None:
    for noise, place, width, mirrored in itertools.product(NOISES, (0.05, 0.6, 0.95), (0.02, 0.5), (False, True)):
        config = lab(f=f, noise=noise, place=place, width=width, mirrored=mirrored).config
        values, (low, high) = line_values(config), interval_of(config)
        assert noise_of(config).support[0] <= low < high <= noise_of(config).support[1]
        assert values["area_x"] == pytest.approx(values["area_noise"], abs=1e-10)
        assert values["log_s"] + values["log_stretch"] == pytest.approx(values["log_p"], abs=1e-9)


def test_the_lectures_map_has_noise_above_one() -> None:
    config = lab(f="power", noise="gaussian").config
    assert noise_of(config) == EXPONENTIAL
    assert isinstance(map_of(config), SelfPower)
    assert interval_of(lab(f="power", place=0.05, width=0.5).config)[0] == 1.0


def test_areas_of_the_picture_are_those_of_the_note() -> None:
    shown = frame("pushed", f="cubic", place=0.6, width=0.2)
    prior, model = (layer for layer in shown.layers if isinstance(layer, Lines) and layer.filled)
    noise_area, x_area = (shoelace(list(layer.pieces())[1]) for layer in (prior, model))
    whole = {layer.name: layer.xy for layer in shown.layers if isinstance(layer, Lines) and layer.name}
    s, p = whole["s(ε)"], whole["p(x)"]
    base = min(list(model.pieces())[1][:, 0])
    floor = min(list(prior.pieces())[1][:, 1])
    config = lab(f="cubic", place=0.6, width=0.2).config
    values, seen = line_values(config), NOISES["gaussian"][1].between(s[0, 0], s[-1, 0])
    assert noise_area / np.trapezoid(s[:, 1] - floor, s[:, 0]) * seen == pytest.approx(values["area_noise"], rel=1e-3)
    assert x_area / np.trapezoid(p[:, 0] - base, p[:, 1]) * seen == pytest.approx(values["area_x"], rel=1e-3)
    assert f"{values['area_noise']:.3f}" in shown.note


def shoelace(xy: np.ndarray) -> float:
    return 0.5 * abs(float(np.sum(xy[:, 0] * np.roll(xy[:, 1], -1) - xy[:, 1] * np.roll(xy[:, 0], -1))))


def test_the_formula_is_within_the_errors_of_the_histogram() -> None:
    shown = curves(frame("formula", f="softplus"))
    x, p = shown["formula"].x, shown["formula"].y
    draws = shown["draws"]
    middle = 0.5 * (draws.x[::2] + draws.x[1::2])
    expected = np.interp(middle, x, p)
    outside = (expected < draws.low[::2] - 0.01) | (expected > draws.high[::2] + 0.01)
    assert outside.mean() < 0.15
    wrong = np.interp(middle, x, shown["bare"].y)
    assert ((wrong < draws.low[::2] - 0.01) | (wrong > draws.high[::2] + 0.01)).mean() > 0.4


# The lecture's x^x


def test_newton_and_lambert_agree_from_close_to_one_to_huge_x() -> None:
    log_x = np.concatenate([np.geomspace(1e-12, 1.0, 200), np.geomspace(1.0, 1e8, 400)])
    found, steps = self_power.newton(log_x)
    assert found == pytest.approx(np.exp(special.lambertw(log_x).real), rel=1e-12)
    assert self_power.by_lambert(log_x) == pytest.approx(found, rel=1e-12)
    assert steps <= 10
    assert float(self_power.newton(np.array(0.0))[0]) == 1.0


def test_both_inverses_recover_the_noise() -> None:
    e = 1 + np.geomspace(1e-9, 140, 500)
    x = self_power.forward(e)
    assert np.isfinite(x).all()
    assert self_power.newton(e * np.log(e))[0] == pytest.approx(e, rel=1e-12)
    assert self_power.by_lambert(np.log(x)) == pytest.approx(e, rel=1e-12)
    slow = [
        optimize.brentq(lambda t, log_x=log_x: t * math.log(t) - log_x, 1, 200, xtol=1e-14) for log_x in np.log(x[::50])
    ]
    assert self_power.newton(np.log(x[::50]))[0] == pytest.approx(slow, rel=1e-11)


def test_newton_converges_with_the_square_of_the_error() -> None:
    for e in (1.3, 3.0, 7.5):
        path = self_power.newton_path(e * math.log(e), 8)
        assert (path[1:] >= e * (1 - 1e-15)).all(), "all steps after the first come from above"
        errors = path[1:] - e
        curvature = 1 / e / (2 * (1 + math.log(e)))  # g″/2g′ of ε log ε
        quadratic = [(a, b) for a, b in itertools.pairwise(errors) if a < 0.3 and b > 1e-11]
        assert quadratic
        for before, after in quadratic:
            assert after == pytest.approx(curvature * before**2, rel=0.35)
        halved = self_power.bisection(np.array([e * math.log(e)]), 30)[:, 0]
        assert (np.abs(halved - e) <= e * math.log(e) * 0.5 ** np.arange(1, 32) + 1e-15).all()


def test_newton_on_the_power_itself_takes_more_steps() -> None:
    log_x = 6 * math.log(6)
    logs, direct = (self_power.newton_path(log_x, 40, logarithm=flag) for flag in (True, False))
    count = [int(np.argmax(np.abs(path / 6 - 1) < 1e-12)) for path in (logs, direct)]
    assert 0 < count[0] < 8 < 3 * count[0] < count[1]


# Not invertible


@pytest.mark.parametrize("fold", ["wave", "square"])
@pytest.mark.parametrize("noise", NOISES)
def test_the_sum_over_preimages_integrates_to_one_and_a_branch_to_its_mass(fold, noise) -> None:
    (f, turns), source = fold_of(fold), NOISES[noise][1]
    masses = branch_masses(source, turns)
    assert sum(masses) == pytest.approx(1, abs=1e-14)
    places = (-math.inf, *turns, math.inf)
    total = 0.0
    for k, (low, high) in enumerate(itertools.pairwise(places)):
        low, high = max(low, source.support[0], -24.0), min(high, source.support[1], 24.0)
        if low >= high:
            continue

        def pulled(e: np.ndarray, k: int = k) -> np.ndarray:  # x = f(ε) takes away the poles at the folds
            return f.terms(f.value(e), source.prob)[k] * np.abs(f.slope(e))

        found = area(pulled, np.linspace(low, high, 400))
        assert found == pytest.approx(masses[k], abs=1e-8)
        total += found
    assert total == pytest.approx(1, abs=1e-8)


def test_preimages_of_the_wave_are_all_roots_in_order() -> None:
    f, _ = fold_of("wave")
    for x in (-3.0, -0.3849, -0.2, 0.0, 0.2, 0.3849, 5.0):
        found = f.preimages(np.array([x]))[:, 0]
        roots = np.roots([1, 0, -1, -x])
        real = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
        assert np.sort(found[np.isfinite(found)]) == pytest.approx(real, abs=1e-9)
        assert f.value(found[np.isfinite(found)]) == pytest.approx(np.full(len(real), x), abs=1e-13)
    left, between, right = f.preimages(np.linspace(-0.38, 0.38, 9))
    assert (left < between).all()
    assert (between < right).all()


def test_one_branch_is_a_density_where_the_noise_is_on_one_branch() -> None:
    assert branch_masses(EXPONENTIAL, fold_of("wave")[1]) == [0.0, 0.0, 1.0]
    assert "Here f is invertible" in frame("branch_density", noise="exponential").note
    assert "Here f is invertible" not in frame("branch_density").note


# In the plane


@pytest.mark.parametrize("name", PLANE_MAPS)
@pytest.mark.parametrize("k", [-0.8, 0.35, 1.0])
def test_maps_of_the_plane_have_their_inverse_and_jacobian(name, k) -> None:
    f, e = plane_map_of(name, k), np.random.default_rng(0).normal(size=(40, 2))
    assert f.inverse(f.value(e)) == pytest.approx(e, abs=1e-12)
    h = 1e-5
    columns = [(f.value(e + h * step) - f.value(e - h * step)) / (2 * h) for step in np.eye(2)]
    assert f.jacobian(e) == pytest.approx(np.stack(columns, -1), abs=1e-8)


@pytest.mark.parametrize(("name", "det"), [
    ("shear", lambda e, k: 1.0), ("twist", lambda e, k: 1.0), ("rotate", lambda e, k: math.exp(-k / 2)),
    ("coupling", lambda e, k: np.exp(k * np.sin(e[:, 0]))),
    ("bulge", lambda e, k: (1 + k / 8 * (e**2).sum(1)) * (1 + 3 * k / 8 * (e**2).sum(1))),
])  # fmt: skip
def test_determinants_have_their_closed_forms(name, det) -> None:
    e, k = np.random.default_rng(1).normal(size=(30, 2)), 0.7
    assert plane_map_of(name, k).det(e) == pytest.approx(np.broadcast_to(det(e, k), 30), rel=1e-12)


@pytest.mark.parametrize("name", PLANE_MAPS)
def test_the_area_of_an_image_is_the_integral_of_the_determinant(name) -> None:
    f, middle, edge = plane_map_of(name, 0.8), np.array([0.9, -0.6]), 1.1
    found = image_area(f, middle, edge)
    (x0, y0), (x1, y1) = middle - edge / 2, middle + edge / 2
    exact, _ = integrate.dblquad(lambda y, x: abs(float(f.det(np.array([x, y])))), x0, x1, y0, y1, epsabs=1e-11)
    assert found == pytest.approx(exact, abs=1e-9)
    assert found == pytest.approx(shoelace(f.value(outline(middle, edge, 400))[:-1]), rel=1e-4)


@pytest.mark.parametrize("name", ["coupling", "bulge"])
def test_the_ratio_of_areas_tends_to_the_determinant_with_the_square_of_the_edge(name) -> None:
    f, middle = plane_map_of(name, 0.6), np.array([0.75, 0.75])
    det = abs(float(f.det(middle)))
    off = [abs(image_area(f, middle, h) / (det * h**2) - 1) for h in (0.4, 0.2, 0.1, 0.05)]
    orders = [math.log2(a / b) for a, b in itertools.pairwise(off)]
    assert orders == pytest.approx([2, 2, 2], abs=0.02)


@pytest.mark.parametrize("name", ["shear", "rotate", "twist"])
def test_where_the_determinant_is_constant_the_ratio_is_one_for_large_cells(name) -> None:
    values = cell_values(lab(plane_map=name, edge=2.0, k=0.9).config)
    assert values["area_ratio"] == pytest.approx(values["det"], rel=1e-12)
    assert "same everywhere" in frame("ratio", plane_map=name).note


def test_the_density_in_the_plane_integrates_to_one() -> None:
    for name in PLANE_MAPS:
        heat = frame("image", plane_map=name).layers[0]
        x0, x1, y0, y1 = heat.extent
        cells = heat.values.size
        assert heat.values.sum() * (x1 - x0) * (y1 - y0) / cells == pytest.approx(1, abs=0.01)


# Your own f


def spline(*knots: tuple[float, float]):
    return read_knots(np.array(knots))


def test_the_spline_goes_through_its_knots_and_its_density_integrates_to_one() -> None:
    f, warning = spline(*KNOTS)
    assert warning == ""
    assert f.is_invertible
    e, x = np.array(KNOTS).T
    assert f.value(e) == pytest.approx(x, abs=1e-13)
    inside = np.linspace(-6, 6, 401)
    assert (f.slope(inside) > 0).all()
    assert np.nansum(f.preimages(f.value(inside)), axis=0) == pytest.approx(inside, abs=1e-12)
    ends = f.value(np.sort(np.concatenate([e, np.linspace(-9, 9, 400)])))
    assert area(lambda x: f.sum_over_preimages(x, NOISES["gaussian"][1].prob), ends) == pytest.approx(1, abs=1e-8)


def test_the_slope_of_the_spline_is_its_derivative() -> None:
    for knots in (KNOTS, [(-1, 2), (0, -1), (1, 0.5), (2, -2)]):
        f, _ = spline(*knots)
        e = np.linspace(-4, 4, 333)
        assert f.slope(e) == pytest.approx((f.value(e + 1e-6) - f.value(e - 1e-6)) / 2e-6, abs=2e-5)


def test_knots_that_turn_around_are_said_and_summed_over() -> None:
    f, warning = spline((-2, -2), (-0.5, 1), (0.5, -1), (2, 2))
    assert not f.is_invertible
    assert f.turns == (-0.5, 0.5)
    assert "f turns at ε = −0.50, 0.50" in warning
    assert np.isfinite(f.preimages(np.array([0.0]))).sum() == 3
    assert np.isfinite(f.preimages(np.array([1.5]))).sum() == 1
    noise = NOISES["gaussian"][1]
    total = 0.0
    for k, (low, high) in enumerate(itertools.pairwise([-9.0, -2.0, -0.5, 0.5, 2.0, 9.0])):

        def pulled(e: np.ndarray, k: int = k) -> np.ndarray:  # x = f(ε) takes away the poles at the turns
            return f.terms(f.value(e), noise.prob)[k] * np.abs(f.slope(e))

        total += area(pulled, np.linspace(low, high, 40))
    assert total == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("f", [fold_of("wave")[0], spline((-2, -2), (-0.5, 1), (0.5, -1), (2, 2))[0]])
def test_the_sum_over_preimages_has_the_probability_of_the_noise_that_falls_there(f) -> None:
    noise, low, high = NOISES["mixture"][1], -0.3, 0.3
    found = area(lambda x: f.sum_over_preimages(x, noise.prob), np.linspace(low, high, 30))
    e = np.linspace(-4, 4, 400_001)
    there = (f.value(e) > low) & (f.value(e) < high)
    assert found == pytest.approx(float(noise.prob(e[there]).sum() * (e[1] - e[0])), abs=2e-5)


def test_falling_knots_are_invertible_too() -> None:
    f, warning = spline((1, -1), (-1, 2), (0, 0.5))
    assert warning == ""
    assert f.is_invertible
    assert (f.slope(np.linspace(-3, 3, 50)) < 0).all()
    e = np.linspace(-3, 3, 61)
    assert np.nansum(f.preimages(f.value(e)), axis=0) == pytest.approx(e, abs=1e-12)


@pytest.mark.parametrize(("knots", "words"), [
    ([(0, 0)], "One knot makes no map"),
    ([(0, 0), (1, 1), (1.005, 2)], "Two knots stand at ε = 1.0"),
    ([(0, 0), (1, 0.01), (2, 2)], "f is constant from ε = 0.00 to 1.00"),
])  # fmt: skip
def test_knots_without_a_density_are_refused_in_a_sentence(knots, words) -> None:
    f, warning = spline(*knots)
    assert f is None
    assert words in warning
    shown = own(lab(), Points(np.array(knots, float)))
    assert shown.warning
    assert words in shown.note
    beside = own_density(lab(), Points(np.array(knots, float)), Noise(0))
    assert beside.warning
    assert beside.series == ()
