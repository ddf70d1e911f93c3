"""The gradient estimators: means and variances against closed forms, sampling and finite populations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import stats

from explorer.engine import Request, Viewer
from models.exact.normal import normal_mean
from models.frames import Points
from models.protocol import Noise, build
from models.vae.reparameterization.estimators import ESTIMATORS, Cosine, GradientOf, LogJoint, Quadratic, SubsampledData
from models.vae.reparameterization.integrands import text_of
from models.vae.reparameterization.lab import ReparameterizationLab
from models.vae.reparameterization.recipe import rounds

INTEGRANDS = [LogJoint(1.5, 0.8), Quadratic(), Cosine(3.0)]
M, S = 0.7, 0.6


def lab(**values) -> ReparameterizationLab:
    return ReparameterizationLab(build(ReparameterizationLab.Config, values))


def frame(name: str, seed: int = 0, **values):
    return Viewer(lab(**values)).last_frame(Request(name, inputs={"noise": Noise(seed)}))


def closed_gradient(f, m: float, s: float) -> tuple[float, float]:
    if isinstance(f, LogJoint):
        precision = 1 / f.sigma**2 + 1
        return f.x / f.sigma**2 - precision * m, -precision * s
    if isinstance(f, Quadratic):
        return 2 * m, 2 * s
    damped = math.exp(-0.5 * f.omega**2 * s**2)  # E cos(ω z) = cos(ω m) exp(−ω² s²/2)
    return -f.omega * math.sin(f.omega * m) * damped, -(f.omega**2) * s * math.cos(f.omega * m) * damped


@pytest.mark.parametrize("f", INTEGRANDS, ids=lambda f: type(f).__name__)
def test_value_and_slope(f):
    z = torch.linspace(-2, 2, 41, dtype=torch.float64)
    step = 1e-6
    wanted = (f.value(z.numpy() + step) - f.value(z.numpy() - step)) / (2 * step)
    assert f.slope(z.numpy()) == pytest.approx(wanted, abs=1e-7)
    if isinstance(f, LogJoint):
        joint = stats.norm.logpdf(z) + stats.norm.logpdf(f.x, z, f.sigma)
        assert f.value(z.numpy()) == pytest.approx(joint, abs=1e-12)


@pytest.mark.parametrize("by", ["m", "s"])
@pytest.mark.parametrize("f", INTEGRANDS, ids=lambda f: type(f).__name__)
def test_exact_gradient_is_the_closed_form(f, by):
    wanted = closed_gradient(f, M, S)["ms".index(by)]
    assert GradientOf(f, M, S, by).exact() == pytest.approx(wanted, abs=1e-11)


@pytest.mark.parametrize("baseline", ["mean", "optimal"])
@pytest.mark.parametrize("by", ["m", "s"])
@pytest.mark.parametrize("f", INTEGRANDS, ids=lambda f: type(f).__name__)
def test_estimators_are_unbiased_and_have_their_variance(f, by, baseline):
    gradient = GradientOf(f, M, S, by, baseline, shift=-2.0)
    noise = np.random.default_rng(11).standard_normal(200_000)
    wanted = closed_gradient(f, M, S)["ms".index(by)]
    for name in ESTIMATORS:
        values = gradient.single(name, noise)
        assert abs(values.mean() - wanted) < 5 * values.std() / math.sqrt(len(values)), name
        away = (values - wanted) ** 2
        assert abs(away.mean() - gradient.variance(name)) < 5 * away.std() / math.sqrt(len(away)), name


def test_variances_in_closed_form():
    m, s = 1.1, 0.4
    quadratic = GradientOf(Quadratic(), m, s)
    assert quadratic.variance("reparameterised") == pytest.approx(4 * s**2, rel=1e-12)
    assert quadratic.variance("score") == pytest.approx(m**4 / s**2 + 14 * m**2 + 15 * s**2, rel=1e-12)
    centred = 4 * m**2 * 3 + 10 * s**2 - 4 * m**2  # E[(2 m ε + s (ε² − 1))² ε²] − (2 m)²
    assert quadratic.variance("baseline") == pytest.approx(centred, rel=1e-12)
    joint = GradientOf(LogJoint(1.5, 0.8), m, s)
    assert joint.variance("reparameterised") == pytest.approx((1 / 0.64 + 1) ** 2 * s**2, rel=1e-12)
    w = 3.0
    wave = GradientOf(Cosine(w), m, s)
    mean_square = 0.5 * w**2 * (1 - math.exp(-2 * w**2 * s**2) * math.cos(2 * w * m))
    wanted = mean_square - closed_gradient(Cosine(w), m, s)[0] ** 2
    assert wave.variance("reparameterised") == pytest.approx(wanted, rel=1e-12)
    # E[cos²(ω z) ε²] from E[cos(a ε + b) ε²] = (1 − a²) exp(−a²/2) cos b
    a = 2 * w * s
    squares = 0.5 * (1 + (1 - a**2) * math.exp(-0.5 * a**2) * math.cos(2 * w * m)) / s**2
    assert wave.variance("score") == pytest.approx(squares - closed_gradient(Cosine(w), m, s)[0] ** 2, rel=1e-12)


def test_a_constant_moves_only_the_score_function_without_baseline():
    plain, shifted = (GradientOf(LogJoint(1.5, 0.8), M, S, shift=c) for c in (0.0, -20.0))
    for name in ("reparameterised", "baseline"):
        assert shifted.variance(name) == pytest.approx(plain.variance(name), rel=1e-9)
    assert shifted.variance("score") > 2 * plain.variance("score")
    assert shifted.exact() == pytest.approx(plain.exact(), abs=1e-12)


@pytest.mark.parametrize("by", ["m", "s"])
def test_no_constant_beats_the_optimal_baseline(by):
    f = LogJoint(1.5, 0.8)
    best = GradientOf(f, M, S, by, "optimal")
    b = best.constant()
    for other in (b - 0.3, b + 0.3):
        moved = GradientOf(f, M, S, by, shift=-other)
        assert moved.variance("score") > best.variance("baseline")


def test_variance_over_all_batches_of_a_small_population():
    x = np.array([0.3, -1.2, 2.0, 0.7, 1.1])
    problem = SubsampledData(x, 0.9, 0.4, 1e-12)  # z is fixed, so that only the batch varies
    for batch in range(1, 6):
        keys = []
        for chosen in itertools.combinations(range(5), batch):
            order = [*chosen, *(i for i in range(5) if i not in chosen)]
            keys.append(np.argsort(order).astype(float))  # the datum at place k of the order gets key k
        values = problem.estimates(np.zeros(len(keys)), np.array(keys))[:, batch - 1]
        assert values.mean() == pytest.approx(problem.exact(), abs=1e-10)
        assert values.var() == pytest.approx(float(problem.variance_of_batch(np.array([batch]))[0]), abs=1e-9)


def test_variance_with_a_random_draw_of_z_and_a_batch():
    rng = np.random.default_rng(5)
    problem = SubsampledData(rng.normal(1.0, 0.8, 40), 0.8, 0.9, 0.2)
    values = problem.estimates(rng.standard_normal(40_000), rng.random((40_000, 40)))
    for batch in (1, 10, 40):
        found = values[:, batch - 1]
        assert abs(found.mean() - problem.exact()) < 5 * found.std() / 200
        away = (found - problem.exact()) ** 2
        wanted = problem.variance_of_draw() + float(problem.variance_of_batch(np.array([batch]))[0])
        assert abs(away.mean() - wanted) < 5 * away.std() / 200
    assert problem.variance_of_batch(np.array([40])) == pytest.approx([0.0], abs=1e-9)
    ratio = problem.variance_of_batch(np.array([1, 2]))
    assert ratio[0] / ratio[1] == pytest.approx((1 - 1 / 40) / (1 / 2 - 1 / 40))


def test_the_full_gradient_is_that_of_the_elbo_of_all_data():
    x = torch.tensor([0.5, 1.5, -0.2], dtype=torch.float64)
    m = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    sigma = 0.7
    # E_q of a quadratic in z: its value at m plus a term without m
    log_joint = -0.5 * m**2 - 0.5 * ((x - m) ** 2).sum() / sigma**2
    (wanted,) = torch.autograd.grad(log_joint, m)
    assert SubsampledData(x.numpy(), sigma, 0.3, 0.5).exact() == pytest.approx(float(wanted), abs=1e-12)


def test_a_round_of_the_recipe_is_autograd_on_the_same_draws():
    f, rate = LogJoint(1.5, 0.8), 0.05
    noise = np.random.default_rng(2).standard_normal((2, 4))
    first, second = rounds(f, -0.5, 0.9, noise, rate)
    m, s = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (-0.5, 0.9))
    z = m + s * torch.from_numpy(noise[0])
    normal = torch.distributions.Normal
    joint = normal(0.0, 1.0).log_prob(z) + normal(z, 0.8).log_prob(torch.tensor(1.5, dtype=torch.float64))
    by_m, by_s = torch.autograd.grad(joint.mean() + normal(m, s).entropy(), (m, s))
    assert (first.by_m, first.by_s) == pytest.approx((float(by_m), float(by_s)), abs=1e-12)
    assert (first.next_m, first.next_s) == pytest.approx((-0.5 + rate * float(by_m), 0.9 + rate * float(by_s)))
    assert (second.m, second.s) == (first.next_m, first.next_s)
    exact = closed_gradient(f, -0.5, 0.9)
    assert (first.exact_m, first.exact_s) == pytest.approx((exact[0], exact[1] + 1 / 0.9))


def test_the_recipe_arrives_at_the_posterior():
    shown = {series.key: series for series in frame("history", draws=50, rate=0.05).series}
    assert shown["m"].y[-50:].mean() == pytest.approx(0.75, abs=0.05)
    assert shown["s"].y[-50:].mean() == pytest.approx(math.sqrt(0.5), abs=0.05)
    assert (shown["elbo"].y <= shown["evidence"].y + 1e-12).all()


def test_a_rate_that_is_too_high_keeps_s_positive():
    made = rounds(LogJoint(1.5, 0.2), -1.0, 1.0, np.random.default_rng(0).standard_normal((30, 2)), 0.05)
    assert all(r.next_s > 0 for r in made)
    assert any(r.next_s == 0.5 * r.s for r in made)


def test_a_divergence_is_said_and_drawn():
    values = {"rate": 0.5, "sigma": 0.2, "rounds": 100}
    for name in ("recipe", "history"):
        shown = frame(name, **values)
        assert shown.warning
        assert "diverge" in shown.note
        assert not frame(name).warning


@pytest.mark.parametrize("values", [{}, {"f": "quadratic", "by": "s"}, {"f": "cosine", "shift": 5.0}])
def test_measured_spread_agrees_with_the_exact_one(values):
    series = {s.key: s for s in frame("spread", **values).series}
    for name in ESTIMATORS:
        measured, exact = series[name], series[f"{name}.exact"]
        error = (measured.high - measured.y) / 2
        assert (np.abs(measured.y - exact.y) < 5 * error).all(), name
        assert exact.y * np.sqrt(exact.x) == pytest.approx(np.full(len(exact.x), exact.y[0]), rel=1e-12)


def test_measured_variance_of_minibatches_agrees_with_the_exact_one():
    series = {s.key: s for s in frame("minibatches").series}
    total, exact = series["total"], series["exact"]
    assert (np.abs(total.y - exact.y) < 2.5 * (total.high - total.y)).all()


def test_estimates_surround_the_exact_line_and_depend_on_the_seed():
    shown, again, other = (frame("estimates", seed) for seed in (0, 0, 1))
    exact = closed_gradient(LogJoint(1.5, 1.0), -1.0, 0.6)[0]
    assert shown.series[-1].y == pytest.approx(np.full(len(shown.series[0].x), exact))
    for one, same, third in zip(shown.series[:-1], again.series, other.series, strict=False):
        assert np.array_equal(one.y, same.y)
        assert not np.array_equal(one.y, third.y)
        assert one.low[-1] < exact < one.high[-1]


@pytest.mark.parametrize("stage", ["model", "q", "sample", "gradient", "step"])
def test_every_stage_of_the_recipe_says_its_numbers(stage):
    shown = frame("recipe", stage=stage)
    order = ["model", "q", "sample", "gradient", "step"].index(stage)
    assert len(shown.layers) == (1, 2, 4, 6, 7)[order]
    assert any(character.isdigit() for character in shown.note)


@pytest.mark.parametrize("f", INTEGRANDS, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize(("m", "s"), [(0.7, 0.6), (-1.2, 0.3)])
def test_expectation_and_gradient_are_those_of_quadrature(f, m, s):
    assert f.expectation(m, s) == pytest.approx(normal_mean(lambda e: f.value(m + s * e)), rel=1e-10)
    by = [GradientOf(f, m, s, name).exact() for name in ("m", "s")]
    assert f.gradient(m, s) == pytest.approx(by, rel=1e-9, abs=1e-12)
    assert f.gradient(m, s) == pytest.approx(closed_gradient(f, m, s), rel=1e-12)


CHOSEN = [{"f": "joint"}, {"f": "quadratic"}, {"f": "cosine", "omega": 4.0}, {"f": "cosine", "shift": -20.0}]


@pytest.mark.parametrize("values", CHOSEN)
def test_the_recipe_draws_the_chosen_function(values):
    page = lab(m=0.3, s=0.5, stage="step", **values)
    picture = frame("recipe", m=0.3, s=0.5, stage="step", **values)
    curve, *_ = picture.layers
    f, c = page.gradient.f, page.config.shift
    z, y = curve.xy.T
    assert y == pytest.approx(f.value(z) + c)
    assert curve.name == text_of(page.config)
    (draws,) = (layer for layer in picture.layers if isinstance(layer, Points))
    assert draws.xy[:, 1] == pytest.approx(f.value(draws.xy[:, 0]) + c)
    left, right, low, high = picture.extent
    inside = (z >= left) & (z <= right)
    if values["f"] != "joint":
        assert low < y[inside].min()
        assert y[inside].max() < high


@pytest.mark.parametrize("values", CHOSEN)
def test_rounds_ascend_the_chosen_function(values):
    page = lab(rate=0.02, draws=50, **values)
    curves = {one.key: one.y for one in frame("history", rate=0.02, draws=50, **values).series}
    total = curves["elbo" if values["f"] == "joint" else "mean"]
    assert total[30] > total[0]
    if values["f"] != "joint":
        f, c = page.gradient.f, page.config.shift
        assert total[0] == pytest.approx(f.expectation(page.config.m, page.config.s) + c)


@pytest.mark.parametrize(("by", "score"), [("m", "f(z) ε/s"), ("s", "f(z) (ε² − 1)/s")])
def test_the_estimators_are_written_down(by, score):
    note = frame("estimates", by=by).note
    assert score in note
    assert "f′(z)" in note
    names = ("reparameterised", "score function", "score function, baseline")
    assert all(f"{name} " in frame("spread", by=by).note for name in names)
