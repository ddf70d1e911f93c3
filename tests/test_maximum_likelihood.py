"""Maximum likelihood: bins against quadrature, sums to rounding, limits, moments, and EM against an own gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.autoregressive.maximum_likelihood import MaximumLikelihoodLab
from models.autoregressive.maximum_likelihood.bins import EDGE, Binned, log_masses
from models.autoregressive.maximum_likelihood.plane_fits import FLOOR, fit_mixture, fit_normal
from models.autoregressive.maximum_likelihood.reward_views import fits_of
from models.exact.densities_1d import LineMixture
from models.protocol import Points

DENSITIES = [LineMixture((0.3,), 0.7), LineMixture.about(-1.0, 0.2, 5.0), LineMixture((4.0,), 0.2)]


def _data(n: int = 60, seed: int = 0) -> np.ndarray:
    return LineMixture.about(0.0, 0.5, 3.0).sample(n, rng=torch.Generator().manual_seed(seed))


def _cloud(n: int = 40) -> np.ndarray:
    rng = np.random.default_rng(1)
    centers = np.array([[-1.5, -1.0], [1.5, 1.0]])[rng.integers(2, size=n)]
    return centers + rng.normal(size=(n, 2)) @ np.array([[0.6, 0.3], [0.0, 0.4]])


@pytest.mark.parametrize("density", DENSITIES)
def test_masses_of_bins_are_those_of_quadrature_and_sum_to_one(density: LineMixture) -> None:
    edges = np.linspace(-EDGE, EDGE, 25)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = (edges[1] - edges[0]) / 2
    x = (edges[:-1] + half)[:, None] + half * nodes  # (bins, nodes)
    expected = half * np.exp(density.log_prob(x)) @ weights
    assert np.exp(log_masses(density, edges)) == pytest.approx(expected, rel=1e-9, abs=1e-300)
    edges[[0, -1]] = -math.inf, math.inf
    assert np.exp(log_masses(density, edges)).sum() == pytest.approx(1, abs=1e-12)


def test_a_mass_far_away_does_not_round_to_zero() -> None:
    (mass,) = log_masses(LineMixture((0.0,), 0.2), np.array([9.9, 10.0]))
    # an asymptotic series of the normal tail: Φ(−z) ≈ φ(z)/z (1 − 1/z²)
    z = 9.9 / 0.2
    tail = -0.5 * z**2 - 0.5 * math.log(2 * math.pi) - math.log(z) + math.log1p(-1 / z**2)
    assert mass == pytest.approx(tail, abs=1e-4)


@pytest.mark.parametrize("bins", [2, 7, 48, 4096])
@pytest.mark.parametrize("density", DENSITIES)
def test_divergence_entropy_and_constant_add_up(density: LineMixture, bins: int) -> None:
    binned = Binned.of(_data(), density, bins)
    assert binned.divergence + binned.entropy == pytest.approx(binned.cross_entropy, abs=1e-12)
    assert binned.constant - binned.divergence == pytest.approx(binned.objective, abs=1e-12)
    assert binned.divergence >= 0
    assert binned.shares.sum() == pytest.approx(1, abs=1e-15)


def test_divergence_and_constant_grow_by_log_2_a_halving_and_their_difference_has_a_limit() -> None:
    x, density = _data(), LineMixture((0.1,), 1.6)
    coarse, fine = (Binned.of(x, density, bins) for bins in (2**15, 2**16))
    assert fine.entropy == pytest.approx(math.log(len(x)), abs=1e-12)  # each datum has a bin of its own
    assert fine.divergence - coarse.divergence == pytest.approx(math.log(2), abs=1e-3)
    assert fine.constant - coarse.constant == pytest.approx(math.log(2), abs=1e-12)
    assert fine.objective == pytest.approx(float(density.log_prob(x).mean()), abs=1e-3)


def test_the_best_normal_has_the_moments_of_the_data() -> None:
    x = _data(400)
    best, one_mode, mixture = fits_of(x)
    assert (best.means[0], best.std) == (pytest.approx(x.mean()), pytest.approx(x.std()))
    value = best.log_prob(x).mean()
    for mean, std in ((0.05, 0.0), (0.0, 0.05), (-0.05, -0.05)):
        assert LineMixture((best.means[0] + mean,), best.std + std).log_prob(x).mean() < value
    assert one_mode.log_prob(x).mean() < value < mixture.log_prob(x).mean()


@pytest.mark.parametrize("correlated", [False, True])
def test_the_normal_in_the_plane_is_that_of_greatest_likelihood(correlated: bool) -> None:
    xy = _cloud()
    fit = fit_normal(xy, correlated=correlated)
    mean = torch.tensor(fit.means[0], requires_grad=True)
    root = torch.tensor(np.linalg.cholesky(fit.covariances[0]), requires_grad=True)
    normal = torch.distributions.MultivariateNormal(mean, scale_tril=root.tril())
    value = normal.log_prob(torch.from_numpy(xy)).mean()
    assert float(fit.log_prob(xy).mean()) == pytest.approx(value.item(), abs=1e-12)
    of_mean, of_root = torch.autograd.grad(value, (mean, root))
    assert of_mean.abs().max() < 1e-12
    assert of_root.diagonal().abs().max() < 1e-10
    assert (abs(float(of_root[1, 0])) < 1e-10) == correlated  # independent normals lack the correlation


@pytest.mark.parametrize("k", [2, 3, 5])
def test_em_never_lowers_the_likelihood_and_ends_where_it_is_greatest(k: int) -> None:
    xy = _cloud()
    path = fit_mixture(xy, k, 60)
    values = np.array([fit.log_prob(xy).mean() for fit in path])
    assert (np.diff(values) > -1e-9).all()
    assert values[-1] > fit_normal(xy, correlated=True).log_prob(xy).mean()
    assert all(fit.weights.sum() == pytest.approx(1) for fit in path)
    assert min(np.linalg.eigvalsh(fit.covariances).min() for fit in path) >= FLOOR**2 - 1e-12
    assert path[-1].parameters == 6 * k - 1


def test_the_density_of_a_mixture_integrates_to_one() -> None:
    fit = fit_mixture(_cloud(), 3, 20)[-1]
    line = np.linspace(-8, 8, 801)
    grid = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    assert np.exp(fit.log_prob(grid)).sum() * (line[1] - line[0]) ** 2 == pytest.approx(1, abs=1e-6)


def test_the_points_of_the_plane_are_at_first_those_of_the_lab_and_their_fit_follows_them() -> None:
    opened = open_lab(MaximumLikelihoodLab, MaximumLikelihoodLab.Config())
    own, away = np.array(MaximumLikelihoodLab.points), np.array([1.0, -0.5])
    first = opened.viewer.last_frame(Request("plane"))
    assert first.layers[-1].centers[0] == pytest.approx(own.mean(axis=0))
    moved = opened.viewer.last_frame(Request("plane", {"points": Points(own + away)}))
    assert moved.layers[-1].centers[0] == pytest.approx(own.mean(axis=0) + away)
    one = opened.viewer.last_frame(Request("plane", {"points": Points(np.array([[9.0, 0.0]]))}))
    assert one.layers[-1].axes == pytest.approx(FLOOR)  # a single point has no width of its own
    assert one.extent[1] > 9


def test_mass_between_the_modes() -> None:
    opened = open_lab(MaximumLikelihoodLab, MaximumLikelihoodLab.Config(apart=6.0, n=2000))
    frame = opened.viewer.last_frame(Request("between"))
    shares = dict(zip(frame.labels, frame.values.tolist(), strict=True))
    assert shares["normal, fitted"] > 45  # the interval reaches ±2 of a normal with σ = 3
    assert shares["source of the data"] == pytest.approx(100 * 0.0455 / 2, abs=0.01)  # Φ(−2), of both modes
    near = open_lab(MaximumLikelihoodLab, MaximumLikelihoodLab.Config(apart=1.0))
    assert near.viewer.last_frame(Request("between")).values.max() == 0
