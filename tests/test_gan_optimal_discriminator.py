"""The lab of the optimal discriminator: densities, D*, objective and preimages against closed forms and scipy."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

from explorer.engine import Request, Viewer
from models.exact.densities_1d import LineMixture, Pair, log_sigmoid
from models.exact.preimages import Affine, Sine, Square
from models.gan.optimal_discriminator.discriminator_views import classifier, error, function, optimum, pair_of
from models.gan.optimal_discriminator.fit import Course
from models.gan.optimal_discriminator.lab import OptimalDiscriminatorLab
from models.protocol import Noise, build, views_of

GAUSSIANS = Pair(LineMixture.about(-0.8, 0.6), LineMixture.about(1.0, 0.9))
MIXTURES = Pair(LineMixture.about(0.3, 0.5, 2.6), LineMixture.about(1.1, 0.4, 1.0))
PAIRS = [pytest.param(GAUSSIANS, id="gaussians"), pytest.param(MIXTURES, id="mixtures")]


def lab(**values) -> OptimalDiscriminatorLab:
    return OptimalDiscriminatorLab(build(OptimalDiscriminatorLab.Config, values))


def frame(name: str, **values):
    return Viewer(lab(**values)).last_frame(Request(name))


def normal(mean: float, std: float) -> torch.distributions.Normal:
    return torch.distributions.Normal(*(torch.tensor(v, dtype=torch.float64) for v in (mean, std)))


def density(mixture: LineMixture, x):
    return np.mean([stats.norm.pdf(x, mean, mixture.std) for mean in mixture.means], axis=0)


@pytest.mark.parametrize("pair", PAIRS)
def test_densities_and_their_slopes(pair):
    x = np.linspace(-4, 4, 41)
    for part in (pair.data, pair.model):
        assert np.exp(part.log_prob(x)) == pytest.approx(density(part, x), rel=1e-12)
        t = torch.tensor(x, requires_grad=True)
        parts = [normal(mean, part.std).log_prob(t) for mean in part.means]
        torch.logsumexp(torch.stack(parts), 0).sum().backward()
        assert part.score(x) == pytest.approx(t.grad.numpy(), abs=1e-12)


@pytest.mark.parametrize("pair", PAIRS)
def test_draws_have_the_density(pair):
    for part in (pair.data, pair.model):
        draws = part.sample(20_000, rng=torch.Generator().manual_seed(4))

        def cdf(x, part=part):
            return np.mean([stats.norm.cdf(x, mean, part.std) for mean in part.means], axis=0)

        assert stats.kstest(draws, cdf).pvalue > 1e-3


@pytest.mark.parametrize("pair", PAIRS)
def test_the_objective_at_the_optimum_is_minus_log_4_plus_two_jsd(pair):
    def integrand(x: float) -> float:
        p, q = float(density(pair.data, x)), float(density(pair.model, x))
        return p * math.log(p / (p + q)) + q * math.log(q / (p + q))

    wanted, _ = integrate.quad(integrand, -9, 9, epsabs=1e-13, epsrel=1e-12, limit=400)
    x, cell = pair.grid()
    found = pair.objective(pair.log_ratio(x), x, cell)
    assert found == pytest.approx(wanted, abs=1e-9)
    assert found == pytest.approx(-math.log(4) + 2 * pair.jensen_shannon(), abs=1e-12)


@pytest.mark.parametrize("pair", PAIRS)
def test_no_other_discriminator_does_better(pair):
    x, cell = pair.grid()
    best = pair.objective(pair.log_ratio(x), x, cell)
    rng = np.random.default_rng(0)
    for _ in range(20):
        other = pair.log_ratio(x) + rng.normal() * np.sin(rng.uniform(0.3, 3) * x + rng.uniform(0, 6))
        assert pair.objective(other, x, cell) < best


def test_bars_add_up_to_the_objective_and_presets_keep_their_promises():
    for preset in OptimalDiscriminatorLab.presets:
        value, constant, twice, first, second, jsd = frame("objective", **preset.config).values
        assert value == pytest.approx(constant + twice, abs=1e-10)
        assert [twice, first + second] == pytest.approx([2 * jsd] * 2, abs=1e-12)
    by_title = {p.title: frame("objective", **p.config).values for p in OptimalDiscriminatorLab.presets}
    assert by_title["Model = data"][0] == pytest.approx(-math.log(4), abs=1e-12)
    assert by_title["Hardly any overlap"][5] == pytest.approx(math.log(2), abs=1e-6)
    assert by_title["A mode is missing"][5] == pytest.approx(0.75 * math.log(4 / 3), abs=2e-3)
    assert by_title["Two Gaussians"][0] == pytest.approx(-0.540, abs=5e-4)


@pytest.mark.parametrize("x", [-1.2, 0.0, 1.7])
def test_the_function_of_d_is_highest_at_the_optimum(x):
    p, q = float(density(GAUSSIANS.data, x)), float(density(GAUSSIANS.model, x))
    found = optimize.minimize_scalar(
        lambda d: -p * math.log(d) - q * math.log(1 - d), bounds=(1e-9, 1 - 1e-9), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    page = lab(x=x, d=0.3)
    assert float(optimum(pair_of(page.config), np.array(x))) == pytest.approx(found.x, abs=1e-6)
    _, curve, top, mine = function(page).layers
    assert top.xy[0] == pytest.approx([p / (p + q), -found.fun], abs=1e-9)
    assert mine.xy[0] == pytest.approx([0.3, p * math.log(0.3) + q * math.log(0.7)], abs=1e-12)
    assert curve.xy[:, 1].max() <= -found.fun + 1e-12


def test_handles_stand_where_their_points_are_drawn():
    page = lab(x=-0.4, d=0.3, height=0.8)
    for name in ("densities", "function", "preimages"):
        where = [drag.position(page.config) for drag in views_of(OptimalDiscriminatorLab)[name].drags]
        assert where
        drawn = np.concatenate([layer.xy for layer in views_of(OptimalDiscriminatorLab)[name](page).layers])
        for point in where:
            assert np.abs(drawn - point).max(axis=1).min() < 1e-9, name


def test_the_gradient_in_x_carries_a_minus():
    series = {s.key: s for s in frame("gradient").series}
    x = torch.tensor(series["right"].x, requires_grad=True)
    p, q = (normal(m.means[0], m.std).log_prob(x).exp() for m in (GAUSSIANS.data, GAUSSIANS.model))
    torch.log1p(-p / (p + q)).sum().backward()
    inside = np.abs(series["right"].x) < 2.0  # further out 1 − D is lost to rounding
    assert series["right"].y[inside] == pytest.approx(x.grad.numpy()[inside], abs=1e-8)
    assert series["printed"].y == pytest.approx(-series["right"].y)


def test_a_classifier_on_samples_comes_to_the_optimum():
    x = np.linspace(-10, 10, 801)
    p, q = (density(part, x) * (x[1] - x[0]) for part in (GAUSSIANS.data, GAUSSIANS.model))

    def lost(n: int) -> tuple[float, float]:
        training = Course(GAUSSIANS, n, 400, 0, x)
        while not training.finished:
            training.advance()
        best, values = GAUSSIANS.log_ratio(x), []
        for f in (training.recorded[0], training.recorded[-1]):
            values.append(p @ (log_sigmoid(best) - log_sigmoid(f)) + q @ (log_sigmoid(-best) - log_sigmoid(-f)))
        return values[0], values[-1]

    start, end = lost(20_000)
    assert 0 < end < 5e-3 < start
    assert lost(30)[1] > 5 * end  # few samples are not enough


def test_pictures_of_the_training_agree_with_it():
    page = lab(n=500, steps=100)
    frames = list(classifier(page, Noise(3)))
    assert [f.subtitle.split(";")[0] for f in (frames[0], frames[-1])] == ["step 0 of 100", "step 100 of 100"]
    trained, best = frames[-1].series
    pair = pair_of(page.config)
    assert best.y == pytest.approx(
        density(pair.data, best.x) / sum(density(d, best.x) for d in (pair.data, pair.model))
    )
    away, _ = next(iter(error(page, Noise(3)))).series
    x = np.linspace(-10, 10, 20_001)
    weight = 0.5 * (density(pair.data, x) + density(pair.model, x)) * (x[1] - x[0])
    difference = np.interp(x, trained.x, np.abs(trained.y - best.y))
    assert away.y[-1] == pytest.approx(float(weight @ difference), abs=2e-4)
    again = list(classifier(page, Noise(3)))[-1].series[0].y
    assert again == pytest.approx(trained.y, abs=0)
    assert np.abs(list(classifier(page, Noise(4)))[-1].series[0].y - trained.y).max() > 1e-4


def test_density_of_affine_and_squared_noise():
    x = np.linspace(-3, 5, 101)
    assert Affine(0.7, -0.4).sum_over_preimages(x) == pytest.approx(stats.norm.pdf(x, -0.4, 0.7), abs=1e-13)
    x = x[np.abs(x - 0.3) > 1e-6]
    assert Square(0.5, 0.3).sum_over_preimages(x) == pytest.approx(stats.chi2(1, loc=0.3, scale=0.5).pdf(x), abs=1e-12)


@pytest.mark.parametrize("omega", [0.5, 3.0, 6.0])
def test_density_of_a_sine_of_noise_has_the_masses_of_its_preimage(omega):
    f = Sine(0.8, 0.2, omega)
    edges = np.array([-0.55, -0.2, 0.2, 0.7, 0.95])
    e = np.linspace(-9, 9, 500_001)
    weight = stats.norm.pdf(e) * (e[1] - e[0])
    for low, high in pairwise(edges):
        x = f.value(e)
        wanted = weight[(x > low) & (x < high)].sum()
        found, _ = integrate.quad(lambda t: float(f.sum_over_preimages(np.array([t]))[0]), low, high, epsabs=1e-10)
        assert found == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("f", [Affine(1.3, 0.5), Square(1.3, -0.5), Sine(1.3, 0.5, 4.0)])
def test_preimages_are_led_to_x_and_none_is_forgotten(f):
    x = f.value(np.array([-2.0, -0.6, 0.37, 1.9]))
    found = f.preimages(x)
    assert f.value(found)[~np.isnan(found)] == pytest.approx(
        np.broadcast_to(x, found.shape)[~np.isnan(found)], abs=1e-9
    )
    e = np.linspace(-9, 9, 100_001)
    crossings = [(np.diff(np.sign(f.value(e) - value)) != 0).sum() for value in x + 1e-7]
    assert (~np.isnan(f.preimages(x + 1e-7))).sum(axis=0).tolist() == crossings
    slope = (f.value(e + 1e-6) - f.value(e - 1e-6)) / 2e-6
    assert f.slope(e) == pytest.approx(slope, abs=1e-6)


def test_outside_the_range_of_f_the_density_is_zero():
    assert Square(1.0, 0.0).sum_over_preimages(np.array([-0.1]))[0] == 0
    assert Sine(1.0, 0.0, 3.0).sum_over_preimages(np.array([1.1]))[0] == 0
    picture = frame("preimages", height=-2.0)
    assert "no preimage" in picture.subtitle


def test_the_band_of_the_histogram_holds_the_exact_density():
    for name in ("affine", "square", "sine"):
        series = {s.key: s for s in frame("density", map=name).series}
        draws = series["draws"]
        exact, bare = (series[key].y.reshape(80, 15).mean(axis=1) for key in ("exact", "bare"))
        low, high = draws.low[::2], draws.high[::2]  # two corners a bin
        smooth = (exact > 0.05) & (exact < 0.9)
        assert smooth.sum() >= 20
        assert ((exact >= low) & (exact <= high))[smooth].mean() > 0.85  # 0.95 is expected of ± 2 standard errors
        if name != "affine":  # where the slope is 1 nothing is missing
            assert ((bare >= low) & (bare <= high))[smooth].mean() < 0.5
