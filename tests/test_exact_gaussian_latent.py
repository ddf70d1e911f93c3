"""Quadrature and importance sampling of the evidence against linear-Gaussian models, whose evidence is closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from models.exact.gaussian_latent import posterior_on_grid
from models.exact.importance import importance_sample


class Linear:
    """x = W z + b + σ ε in `size` dimensions, z ~ N(0, I) in `dim`."""

    def __init__(self, dim: int, size: int, sigma: float, seed: int = 0, n: int = 3):
        rng = np.random.default_rng(seed)
        self.w, self.b, self.sigma = rng.normal(size=(size, dim)), rng.normal(size=size), sigma
        self.x = rng.normal(size=(n, dim)) @ self.w.T + self.b + sigma * rng.normal(size=(n, size))
        precision = np.eye(dim) + self.w.T @ self.w / sigma**2
        self.covariance = np.linalg.inv(precision)
        self.means = (self.x - self.b) @ self.w @ self.covariance / sigma**2

    @property
    def evidence(self) -> np.ndarray:
        cov = self.w @ self.w.T + self.sigma**2 * np.eye(len(self.b))
        return np.atleast_1d(stats.multivariate_normal(self.b, cov).logpdf(self.x))

    def log_likelihood(self, z: torch.Tensor) -> torch.Tensor:
        """(…, n, d) to (…, n)."""
        out = z @ torch.from_numpy(self.w).T + torch.from_numpy(self.b)
        return torch.distributions.Normal(out, self.sigma).log_prob(torch.from_numpy(self.x)).sum(-1)

    def of(self, i: int):
        return lambda z: self.log_likelihood(z[:, None].expand(-1, len(self.x), -1))[:, i]


@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize(("size", "sigma"), [(1, 3.0), (5, 0.5), (20, 0.3), (50, 0.01), (300, 0.002)])
def test_quadrature_gives_the_closed_form(dim, size, sigma):
    model = Linear(dim, size, sigma)
    for i, wanted in enumerate(model.evidence):
        found = posterior_on_grid(model.of(i), dim, tolerance=1e-9)
        assert found.converged
        assert found.log_prob == pytest.approx(wanted, abs=1e-8 * max(1.0, abs(wanted) / 100))
        mean, covariance = found.moments()
        scale = math.sqrt(model.covariance.diagonal().max())
        np.testing.assert_allclose(mean, model.means[i], atol=1e-6 * scale)
        np.testing.assert_allclose(covariance, model.covariance, atol=1e-6 * scale**2)
        assert float(found.mass.sum()) == pytest.approx(1.0, abs=1e-12)


def test_quadrature_finds_both_modes_and_what_lies_far_out():
    def two(z):
        return torch.distributions.Normal(z[:, 0] ** 2, 0.05).log_prob(torch.tensor(4.0, dtype=torch.float64))

    wanted, _ = integrate.quad(
        lambda z: stats.norm.pdf(z) * stats.norm.pdf(4.0, z * z, 0.05), -4, 4, points=[-2, 2], epsabs=0, epsrel=1e-11
    )
    assert posterior_on_grid(two, 1, tolerance=1e-10).log_prob == pytest.approx(math.log(wanted), abs=1e-8)

    def far(z):
        return -0.5 * ((z - torch.tensor([30.0, -20.0])) / 0.01).square().sum(1)

    found = posterior_on_grid(far, 2, tolerance=1e-9)
    variance = 1 / (1 + 1e4)
    wanted = -0.5 * (30**2 + 20**2) / (1 + 1e-4) + math.log(variance)
    assert found.log_prob == pytest.approx(wanted, abs=1e-6)


def test_a_mode_that_the_coarse_grid_misses_is_found_near_the_given_point():
    place, decoy = (torch.tensor(at, dtype=torch.float64) for at in ([1.234, -0.777], [-1.0, 1.0]))

    def log_likelihood(z):  # nothing of the narrow peak is to be seen beyond ten of its widths
        narrow = 30 - 0.5 * ((z - place) / 0.002).square().sum(1)
        narrow[narrow < -20] = -math.inf
        return torch.logaddexp(narrow, -0.5 * ((z - decoy) / 0.03).square().sum(1))

    def integral(at, width, height):
        total = 1 + width**2  # prior and peak are Gaussians
        return math.exp(height - 0.5 * float(at.square().sum()) / total) * width**2 / total

    both, one = integral(place, 0.002, 30) + integral(decoy, 0.03, 0), integral(decoy, 0.03, 0)
    found = posterior_on_grid(log_likelihood, 2, near=place, tolerance=1e-9)
    assert found.log_prob == pytest.approx(math.log(both), abs=1e-8)
    assert posterior_on_grid(log_likelihood, 2, tolerance=1e-9).log_prob == pytest.approx(math.log(one), abs=1e-8)


def test_memory_is_bounded_and_dimensions_are_refused():
    model, widest = Linear(2, 5, 0.5), 0

    def counted(z):
        nonlocal widest
        widest = max(widest, len(z))
        return model.of(0)(z)

    posterior_on_grid(counted, 2, at_once=100)
    assert widest == 100
    with pytest.raises(ValueError, match="1 or 2 dimensions, not 3"):
        posterior_on_grid(counted, 3)


def q_of(model: Linear, widen: float = 1.0):
    variances = torch.from_numpy(model.covariance.diagonal().copy()).expand(len(model.x), -1)
    return torch.from_numpy(model.means), (variances * widen**2).log()


def test_at_the_exact_posterior_every_weight_is_the_evidence():
    model = Linear(1, 5, 0.5)
    weights = []
    found = importance_sample(
        model.log_likelihood, *q_of(model), 500, rng=torch.Generator().manual_seed(0),
        each=lambda _, log_weight: weights.append(log_weight),
    )  # fmt: skip
    np.testing.assert_allclose(found.log_prob, model.evidence, atol=1e-10)
    np.testing.assert_allclose(torch.cat(weights).std(0), 0, atol=1e-10)  # log p(x, z) − log q(z) does not vary
    np.testing.assert_allclose(found.ess, 500, rtol=1e-9)
    assert (found.error < 1e-6).all()


@pytest.mark.parametrize("proposal", ["posterior", "defensive", "fitted"])
@pytest.mark.parametrize("widen", [0.9, 1.4])
def test_the_mean_of_the_weights_is_unbiased_and_its_error_is_as_stated(proposal, widen):
    model = Linear(2, 5, 1.0)
    runs = [
        importance_sample(
            model.log_likelihood, *q_of(model, widen), 400, rng=torch.Generator().manual_seed(s),
            proposal=proposal, fitted=q_of(model, 0.8) if proposal == "fitted" else None, at_once=500,
        )
        for s in range(300)
    ]  # fmt: skip
    evidence = torch.from_numpy(model.evidence)
    ratios = torch.stack([(run.log_prob - evidence).exp() for run in runs])  # (300, n), mean 1
    assert ((ratios.mean(0) - 1).abs() < 4.5 * ratios.std(0) / 300**0.5).all()
    spread = torch.stack([run.log_prob for run in runs]).std(0)
    stated = torch.stack([run.error for run in runs]).mean(0)
    np.testing.assert_allclose(stated, spread, rtol=0.25)
    z = torch.stack([(run.log_prob - evidence) / run.error for run in runs])
    assert (z.abs() < 2).double().mean() > 0.9


def test_the_defensive_proposal_bounds_the_weights_of_a_q_that_is_too_narrow():
    model = Linear(2, 3, 1.0, n=20)
    narrow = q_of(model, 0.3)
    rng = torch.Generator().manual_seed(1)
    plain = importance_sample(model.log_likelihood, *narrow, 1000, rng=rng)
    defended = importance_sample(model.log_likelihood, *narrow, 1000, rng=rng, proposal="defensive")
    evidence = torch.from_numpy(model.evidence)
    assert (defended.ess > plain.ess).double().mean() > 0.7
    assert (defended.log_prob - evidence).abs().mean() < 0.5 * (plain.log_prob - evidence).abs().mean()
    with pytest.raises(ValueError, match="posterior or defensive"):
        importance_sample(model.log_likelihood, *narrow, 10, rng=rng, proposal="prior")
    with pytest.raises(ValueError, match="needs a second approximation"):
        importance_sample(model.log_likelihood, *narrow, 10, rng=rng, proposal="fitted")


@pytest.mark.parametrize("proposal", ["posterior", "defensive", "fitted"])
@pytest.mark.parametrize("K", [400, 403])
def test_sobol_points_leave_the_mean_unbiased_make_the_error_smaller_and_state_it(proposal, K):
    model = Linear(2, 5, 1.0)

    def estimates(sobol):
        runs = [
            importance_sample(
                model.log_likelihood, *q_of(model, 1.4), K, rng=torch.Generator().manual_seed(s),
                proposal=proposal, fitted=q_of(model, 0.8) if proposal == "fitted" else None, sobol=sobol,
                at_once=450,
            )
            for s in range(200)
        ]  # fmt: skip
        return torch.stack([run.log_prob for run in runs]), torch.stack([run.error for run in runs])

    evidence = torch.from_numpy(model.evidence)
    (even, error), (plain, _) = estimates(True), estimates(False)
    ratios = (even - evidence).exp()  # (200, n), mean 1
    assert ((ratios.mean(0) - 1).abs() < 4.5 * ratios.std(0) / 200**0.5).all()
    assert even.std(0).mean() < 0.5 * plain.std(0).mean()
    np.testing.assert_allclose(error.square().mean(0).sqrt(), even.std(0), rtol=0.3)
    # Five sets: an error of four degrees of freedom, whose 95 % are at ± 2.78.
    covered = ((even - evidence).abs() < 2.78 * error).double().mean()
    assert 0.92 < covered < 0.98


def test_sobol_draws_come_from_the_generator_alone_and_only_where_they_help(untouched_generators):
    for dim, K, even in ((2, 50, True), (2, 49, False), (3, 50, True), (4, 50, False)):
        model = Linear(dim, 6, 1.0)
        with untouched_generators():
            first, same, other, plain = (
                importance_sample(
                    model.log_likelihood, *q_of(model, 1.3), K, rng=torch.Generator().manual_seed(s), sobol=sobol
                ).log_prob
                for s, sobol in ((0, True), (0, True), (1, True), (0, False))
            )  # fmt: skip
        assert torch.equal(first, same)
        assert not torch.equal(first, other)
        assert torch.equal(first, plain) != even
