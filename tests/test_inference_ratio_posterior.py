"""The lab of the posterior by ratio: densities, gradients and bounds against scipy and autograd, and the classifier."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from explorer.engine import Request, Viewer
from models.inference.ratio_posterior.classifier import Training
from models.inference.ratio_posterior.estimate_views import average_kl, far, measure, widths_for
from models.inference.ratio_posterior.exact import bound, draw_x, log_evidence, log_prior, log_ratio_at
from models.inference.ratio_posterior.lab import RatioPosteriorLab
from models.inference.ratio_posterior.q import PHI, MappedPosterior
from models.protocol import Noise, build

SIGMA = 0.25
WIDE = MappedPosterior(0.3, 0.4, 0.8, 3.0)
SHAPES = {
    "wide": WIDE,
    "steep": MappedPosterior(0.0, 0.1, 0.95, 25.0),
    "one mode": MappedPosterior(-1.2, 0.6, 0.0, 3.0),
    "narrow": MappedPosterior(2.5, 0.003, 0.008, 3.0),
}
SHAPE = pytest.mark.parametrize("q", SHAPES.values(), ids=SHAPES.keys())
DATUM = pytest.mark.parametrize("x", [-0.5, 0.4, 6.0])


def lab(**values) -> RatioPosteriorLab:
    return RatioPosteriorLab(build(RatioPosteriorLab.Config, values))


def frame(name: str, config: dict, **params):
    return Viewer(lab(**config)).last_frame(Request(name, params=params))


def trained(q: MappedPosterior, n: int, steps: int, *, adaptive: bool = False, seed: int = 0) -> Training:
    fit = Training(q, SIGMA, n, steps, adaptive, seed)
    while not fit.finished:
        fit.advance()
    return fit


def noises(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


# q


@SHAPE
@DATUM
def test_the_preimage_is_mapped_back(q, x):
    z = np.concatenate([np.linspace(-3.5, 3.5, 401), q.value(np.linspace(-5, 5, 401), np.array(x)), [q.shift]])
    e = q.preimage(z, np.array(x))
    assert q.value(e, np.array(x)) == pytest.approx(z, abs=1e-12)
    assert np.sign(e).tolist() == np.sign(z - q.shift).tolist()


@SHAPE
@DATUM
def test_the_density_integrates_to_one_and_its_moments_are_those_of_the_draws(q, x):
    at = q.value(np.linspace(-6, 6, 25), np.array(x))
    whole, mean, square = (
        sum(
            integrate.quad(lambda z, k=k: (z - q.shift) ** k * math.exp(q.log_prob(z, x)), low, high, epsabs=1e-10)[0]
            for low, high in pairwise(at)
        )
        for k in (0, 1, 2)
    )
    assert whole == pytest.approx(1.0, abs=1e-6)
    assert mean == pytest.approx(0.0, abs=1e-6)
    assert math.sqrt(square) == pytest.approx(float(q.std(np.array(x))), rel=1e-5)


def test_draws_have_the_density():
    e, x = noises(20_000), np.array(2.0)
    grid = np.linspace(-4, 4, 4001)
    cdf = np.cumsum(np.exp(WIDE.log_prob(grid, x))) * (grid[1] - grid[0])
    assert stats.kstest(WIDE.value(e, x), lambda z: np.interp(z, grid, cdf)).pvalue > 1e-3


@SHAPE
@DATUM
def test_the_score_is_the_slope_of_the_density_at_a_fixed_z(q, x):
    e, here = np.linspace(-2.2, 2.2, 9), np.array(x)
    z, score = q.value(e, here), q.score_at(e, here)
    for k, name in enumerate(PHI):
        if name == "split" and q.split == 0:
            continue  # h ≥ 0: there is no value on the other side
        size = 1e-5 * (q.width if name == "shift" else getattr(q, name))
        ahead, behind = (replace(q, **{name: getattr(q, name) + s}).log_prob(z, here) for s in (size, -size))
        assert score[k] == pytest.approx((ahead - behind) / (2 * size), rel=1e-5, abs=1e-6 * np.abs(score[k]).max())


def test_the_score_is_that_of_autograd():
    x, e = 2.0, torch.linspace(-2, 2, 7, dtype=torch.float64)
    phi = torch.tensor([getattr(WIDE, name) for name in PHI], dtype=torch.float64, requires_grad=True)

    def value(e):
        return phi[0] + phi[1] * e + phi[2] * math.sqrt(x) * torch.tanh(phi[3] * e)

    def slope(e):
        return phi[1] + phi[2] * math.sqrt(x) * phi[3] / torch.cosh(phi[3] * e) ** 2

    moving = e - (value(e) - value(e).detach()) / slope(e).detach()  # the preimage of a fixed z, to first order in φ
    log_q = -0.5 * moving**2 - torch.log(slope(moving))
    wanted = torch.stack([torch.autograd.grad(each, phi, retain_graph=True)[0] for each in log_q])
    assert WIDE.score_at(e.numpy(), np.array(x)) == pytest.approx(wanted.numpy().T, abs=1e-10)


@SHAPE
def test_the_mean_of_the_gradient_at_fixed_z_is_zero(q):
    nodes = np.linspace(-10, 10, 4001)
    weight = np.exp(log_prior(nodes)) * (nodes[1] - nodes[0])
    score = q.score_at(nodes, np.array(2.0))
    spread = np.sqrt(score**2 @ weight)
    assert score @ weight == pytest.approx(np.zeros(4), abs=1e-9 * max(1.0, spread.max()))
    drawn = q.score_at(noises(5000), np.array(2.0))
    assert np.all(np.abs(drawn.mean(axis=1)) <= 4 * spread / math.sqrt(5000))
    assert spread[0] > 0.1


# The model


@pytest.mark.parametrize(("x", "sigma"), [(-0.5, 0.25), (0.0, 0.1), (2.0, 0.25), (8.0, 0.1), (1.0, 1.0)])
def test_log_p_x_and_the_posterior_are_those_of_scipy(x, sigma):
    def joint(z):
        return stats.norm.pdf(z) * stats.norm.pdf(x, z**2, sigma)

    mode = math.sqrt(max(x, 0.0))
    wanted = 2 * sum(
        integrate.quad(joint, low, high, epsabs=1e-14, epsrel=1e-12)[0]
        for low, high in ((0.0, mode), (mode, mode + 0.5), (mode + 0.5, 7.0))
    )
    assert log_evidence(x, sigma) == pytest.approx(math.log(wanted), abs=1e-9)
    shown = frame("posterior", {"x": x, "sigma": sigma}).series
    (posterior,) = (each for each in shown if each.key == "posterior")
    assert posterior.y == pytest.approx(joint(posterior.x) / wanted, rel=1e-8, abs=1e-12)


@SHAPE
@DATUM
def test_log_p_x_is_bound_plus_gap(q, x):
    terms = bound(q, x, SIGMA)
    assert terms.evidence == pytest.approx(terms.elbo + terms.gap, abs=1e-8 * max(1.0, terms.gap))
    at = q.value(np.linspace(-6, 6, 25), np.array(x))

    def ratio(z):
        log_q = float(q.log_prob(z, x))
        return math.exp(log_q) * (log_q - stats.norm.logpdf(z))

    wanted = sum(integrate.quad(ratio, low, high, epsabs=1e-9)[0] for low, high in pairwise(at))
    assert terms.ratio == pytest.approx(wanted, abs=1e-5)


def test_the_average_divergence_is_that_of_draws():
    x = draw_x(40_000, SIGMA, rng=torch.Generator().manual_seed(2))
    ratio = log_ratio_at(WIDE, noises(40_000), x)
    assert average_kl(WIDE, SIGMA) == pytest.approx(ratio.mean(), abs=4 * ratio.std() / 200)


def test_a_gaussian_has_the_divergence_of_the_formula():
    q = MappedPosterior(1.5, 0.2, 0.0, 3.0)
    wanted = 0.5 * (0.04 + 2.25 - 1) - math.log(0.2)
    assert bound(q, 2.0, SIGMA).ratio == pytest.approx(wanted, abs=1e-10)
    assert average_kl(q, SIGMA) == pytest.approx(wanted, abs=1e-9)


def test_narrower_posteriors_have_the_divergences_that_are_promised():
    factors, exact = widths_for(WIDE, SIGMA)
    assert exact[-1] == pytest.approx(8.0, abs=1e-3)
    assert np.all(np.diff(factors) < 0)
    for factor, kl in zip(factors, exact, strict=True):
        assert average_kl(WIDE.scaled(float(factor)), SIGMA) == pytest.approx(kl, abs=1e-5)


# The classifier


@pytest.mark.parametrize("adaptive", [False, True])
def test_a_classifier_finds_the_log_ratio_and_its_error_falls_with_samples(adaptive):
    q = MappedPosterior(0.5, 0.5, 0.0, 3.0)  # r* is a parabola
    few, many = (measure(trained(q, n, 400, adaptive=adaptive), SIGMA, 0) for n in (200, 20_000))
    assert many[1] < 0.12
    assert many[1] < 0.4 * few[1]
    assert many[0] == pytest.approx(bound(q, 2.0, SIGMA).ratio, abs=0.05)


def test_where_q_is_the_prior_the_ratio_is_near_zero():
    fit = trained(MappedPosterior(0.0, 1.0, 0.0, 3.0), 20_000, 300)
    assert np.abs(fit.log_ratio(np.full(41, 1.0), np.linspace(-1.5, 1.5, 41))).max() < 0.2


def test_a_far_divergence_is_underestimated_and_adaptive_contrast_finds_it():
    q = SHAPES["narrow"]
    exact = average_kl(q, SIGMA)
    plain, adaptive = (measure(trained(q, 2000, 300, adaptive=each), SIGMA, 0)[0] for each in (False, True))
    assert 7.0 < exact < 8.5
    assert plain < exact - 1.5
    assert abs(adaptive - exact) < 0.3


def test_pictures_do_not_change_the_training():
    alone, watched = Training(WIDE, SIGMA, 300, 30, False, 3), Training(WIDE, SIGMA, 300, 30, False, 3)
    place = np.linspace(-2, 2, 9)
    while not alone.finished:
        alone.advance()
    while not watched.finished:
        watched.advance()
        watched.log_ratio(np.full(9, 1.0), place)
    assert alone.log_ratio(np.full(9, 1.0), place).tolist() == watched.log_ratio(np.full(9, 1.0), place).tolist()


# Presets and pictures


def test_presets_keep_their_promises():
    values = {preset.title: lab(**preset.config).values() for preset in RatioPosteriorLab.presets}
    assert values["Two wide modes"]["ratio"] == pytest.approx(0.57, abs=0.01)
    assert values["Two modes that fit"]["gap"] == pytest.approx(0.57, abs=0.01)
    assert values["Narrow q"]["ratio"] == pytest.approx(7.52, abs=0.01)
    assert values["q is the prior"]["log_ratio"] == pytest.approx(0.0, abs=1e-12)
    assert values["q is the prior"]["probability"] == pytest.approx(0.5, abs=1e-12)


def test_the_sweep_begins_at_the_diagonal_and_ends_below_it():
    frames = far(lab(n=1000), Noise(0), updates=100)  # 14 trainings
    last = [each for each in frames if each is not None][-1]
    plain, adaptive, exact = (each.y for each in last.series)
    assert exact.tolist() == last.series[2].x.tolist()
    assert abs(plain[0] - exact[0]) < 0.5
    assert plain[-1] < exact[-1] - 3.0
    assert np.all(np.abs(adaptive - exact) < 0.5)


def test_the_equations_are_those_of_the_pictures():
    config = {"x": 1.3, "z": -0.9, "n": 300, "steps": 20}
    values = lab(**config).values()
    odds = values["log_ratio"]
    assert values["q"] == pytest.approx(values["noise_density"] / values["slope"], rel=1e-12)
    assert values["probability"] == pytest.approx(1 / (1 + values["prior_over_q"]), rel=1e-12)
    assert math.log(values["probability"] / (1 - values["probability"])) == pytest.approx(odds, abs=1e-10)
    shown = frame("ratio", config, window="prior")
    exact = next(each for each in shown.series if each.key == "exact")
    assert np.interp(-0.9, exact.x, exact.y) == pytest.approx(odds, abs=1e-3)
    assert f"E_q[r*] = {values['ratio']:.2f}" in shown.note
    assert f"{values['elbo']:.3f}".replace("-", "−") in frame("posterior", config).note


def test_the_map_of_the_difference_is_estimate_minus_exact():
    config = {"n": 300, "steps": 20}
    estimate, exact, error = (
        frame("pairs", config, shown=shown).layers[1].values for shown in ("estimate", "exact", "error")
    )
    assert error == pytest.approx(estimate - exact, abs=1e-9)


@pytest.mark.parametrize("config", [{}, {"split": 0.0}, {"x": -0.5}])
def test_the_bars_of_the_gradient_are_zero_within_their_errors(config):
    bars = frame("zero", config, draws=4000)
    assert np.all(np.abs(bars.values) <= 4 * bars.errors)
    fixed = sum(not error for error in bars.errors)
    assert fixed == {(): 0, ("split",): 1, ("x",): 2}[tuple(config)]
