"""Coin flips: likelihood, gradient, divergence, information and ascent against enumeration, autograd and limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.autoregressive.coin_flips import CoinFlipsLab
from models.autoregressive.coin_flips.bernoulli import Flips, flip, logit, sigmoid

CASES = [(20, 12), (1, 0), (1, 1), (7, 7), (2000, 1), (2000, 1400)]


def _lab(**values: object) -> CoinFlipsLab:
    return CoinFlipsLab(CoinFlipsLab.Config(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize(("n", "ones"), CASES)
def test_likelihood_and_gradient_are_those_of_the_single_flips(n: int, ones: int) -> None:
    flips = torch.cat([torch.ones(ones), torch.zeros(n - ones)]).double()
    for value in (-5.0, -0.3, 0.0, 2.0):
        theta = torch.tensor(value, dtype=torch.float64, requires_grad=True)
        single = (flips * theta - torch.log1p(theta.exp())).sum()
        (slope,) = torch.autograd.grad(single, theta, create_graph=True)
        data, at = Flips(n, ones), np.array(value)
        assert float(data.log_likelihood(at)) == pytest.approx(single.item(), rel=1e-12)
        assert float(data.gradient(at)) == pytest.approx(slope.item(), abs=1e-12 * n)
        (curvature,) = torch.autograd.grad(slope, theta)
        assert float(data.information(at)) == pytest.approx(-curvature.item(), rel=1e-12)
        p = float(sigmoid(at))
        assert float(data.gradient_in_p(np.array(p))) == pytest.approx(slope.item() / (p * (1 - p)), abs=1e-9 * n)
        # the information about p is that about θ times (dθ/dp)²
        assert float(data.information_in_p(np.array(p))) == pytest.approx(-curvature.item() / (p * (1 - p)) ** 2)


@pytest.mark.parametrize(("n", "ones"), CASES)
def test_minus_the_log_likelihood_is_n_divergences_and_n_entropies(n: int, ones: int) -> None:
    data, theta = Flips(n, ones), np.linspace(-30, 30, 241)
    loss = -data.log_likelihood(theta)
    assert np.abs(n * data.divergence(theta) + n * data.entropy - loss) == pytest.approx(0, abs=1e-12 * n)


@pytest.mark.parametrize(("n", "ones"), [case for case in CASES if 0 < case[1] < case[0]])
def test_the_greatest_likelihood_is_at_the_frequency(n: int, ones: int) -> None:
    data = Flips(n, ones)
    assert float(sigmoid(np.array(data.best))) == pytest.approx(ones / n, rel=1e-14)
    assert float(data.gradient(np.array(data.best))) == pytest.approx(0, abs=1e-12 * n)
    assert float(data.divergence(np.array(data.best))) == pytest.approx(0, abs=1e-15)
    assert float(data.log_likelihood(np.array(data.best))) == pytest.approx(data.greatest, rel=1e-12)
    around = data.log_likelihood(np.linspace(data.best - 3, data.best + 3, 601))
    assert around.argmax() == 300


def test_all_heads_have_a_gradient_that_is_positive_for_ever() -> None:
    data = Flips(50, 50)
    theta = np.array([0.0, 37.0, 100.0, 700.0])  # from 37 on σ(θ) is 1 in float64, and Σx − n σ(θ) would be 0
    slope = data.gradient(theta)
    assert (slope > 0).all()
    assert slope == pytest.approx(50 * np.exp(-np.logaddexp(0, theta)), rel=1e-12)
    path = data.ascend(0.0, 1.0, 200)
    assert (np.diff(path) > 0).all()
    # dθ/dt = σ(−θ) has the solution θ + e^θ = t + 1; steps of 1 are below it by little
    t = path + np.exp(path) - 1
    assert t[-1] == pytest.approx(200, rel=0.02)
    assert (data.best, Flips(50, 0).best, float(logit(np.array(0.5)))) == (math.inf, -math.inf, 0.0)


def test_ascent_reaches_the_frequency_and_a_long_step_jumps_over_it() -> None:
    lab = _lab(n=200, rate=1.0, steps=200)
    assert sigmoid(lab.path[-1]) == pytest.approx(lab.flips.frequency, abs=1e-9)
    assert (np.diff(lab.flips.log_likelihood(lab.path)) >= -1e-12).all()
    far = _lab(n=200, rate=12.0, steps=40)  # the curvature p(1 − p) = 0.21 times 12 is above 2
    assert abs(far.path[-1] - far.flips.best) > 0.1
    assert (np.diff(far.flips.log_likelihood(far.path)) < 0).any()


def test_fewer_flips_are_the_first_of_more_and_their_frequency_is_near_that_of_the_coin() -> None:
    many = flip(0.7, 2000, 5)
    assert flip(0.7, 20, 5).tolist() == many[:20].tolist()
    assert many.mean() == pytest.approx(0.7, abs=4 * math.sqrt(0.21 / 2000))
    assert flip(1.0, 9, 0).tolist() == [1] * 9
    assert flip(0.0, 9, 0).tolist() == [0] * 9


def _series(view: str, **values: object) -> dict[str, object]:
    opened = open_lab(CoinFlipsLab, CoinFlipsLab.Config(**values))  # type: ignore[arg-type]
    frame = opened.viewer.last_frame(Request(view))
    return {each.key: each for each in frame.series}


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (20, 0.7), (300, 0.02)])
def test_estimates_have_the_mean_and_the_deviation_of_the_information(n: int, p: float) -> None:
    exact = _series("estimates", n=n, p=p)["exact"]
    assert exact.y.sum() == pytest.approx(1, abs=2e-3)
    mean = exact.x @ exact.y
    assert mean == pytest.approx(p, abs=2e-3)
    if n == 20:  # all frequencies are drawn
        deviation = math.sqrt((exact.x - mean) ** 2 @ exact.y)
        assert deviation == pytest.approx(1 / math.sqrt(n / (p * (1 - p))), rel=5e-3)


@pytest.mark.parametrize("over", ["theta", "p"])
def test_the_gaussian_beside_the_likelihood_has_its_curvature(over: str) -> None:
    series = _series("likelihood", n=2000, over=over)
    likelihood, gaussian = series["likelihood"], series["gaussian"]
    assert likelihood.y.max() == pytest.approx(1, abs=1e-3)
    assert np.abs(likelihood.y - gaussian.y).max() < 0.03  # of 2,000 flips


@pytest.mark.parametrize("over", ["theta", "p"])
def test_the_handle_lies_on_the_curve_and_only_over_theta(over: str) -> None:
    config = CoinFlipsLab.Config(over=over)
    (drag,) = open_lab(CoinFlipsLab, config).viewer.view("log_likelihood").drags
    x, y = drag.position(config)
    assert drag.when(config) == (over == "theta")
    assert (x, y) == (-2.0, pytest.approx(float(CoinFlipsLab(config).flips.log_likelihood(np.array(-2.0)))))
