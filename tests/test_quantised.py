"""Quantised sound: the µ-law grid, and distributions over its levels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

from models.likelihoods.quantised import MixtureOfLogistics, MuLaw, Softmax


def output_of(components: int, n: int = 5, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    logits, mean, log_scale = torch.randn(3, n, components, generator=rng, dtype=torch.float64)
    return torch.cat([logits, mean, log_scale - 2], dim=-1)


@pytest.mark.parametrize("levels", [2, 3, 256, 65_536])
def test_companding_is_that_of_the_formula(levels):
    grid, mu = MuLaw(levels), levels - 1
    x = np.linspace(-1, 1, 101)
    expected = np.sign(x) * np.log(1 + mu * np.abs(x)) / np.log(1 + mu)
    u = grid.compand(torch.from_numpy(x))
    np.testing.assert_allclose(u.numpy(), expected, atol=1e-14)
    np.testing.assert_allclose(grid.expand(u).numpy(), x, atol=1e-14)


@pytest.mark.parametrize("levels", [2, 3, 256, 65_536])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_level_is_its_own_quantisation(levels, dtype):
    grid, every = MuLaw(levels), torch.arange(levels)
    assert torch.equal(grid.quantise(grid.amplitude(every, dtype)), every)


def test_a_sound_is_quantised_to_the_nearest_companded_level():
    grid = MuLaw(256)
    x = torch.linspace(-1, 1, 999, dtype=torch.float64)
    error = (grid.companded(grid.quantise(x), torch.float64) - grid.compand(x)).abs()
    assert float(error.max()) <= 1 / 255 + 1e-12
    assert grid.quantise(torch.tensor([-3.0, 0.0, 3.0])).tolist() == [0, 128, 255]


@pytest.mark.parametrize("levels", [2, 3, 256, 4096])
@pytest.mark.parametrize("components", [1, 4])
def test_masses_of_a_mixture_of_logistics_add_up_to_one(levels, components):
    distribution = MixtureOfLogistics(levels, components)
    total = distribution.log_probs(output_of(components)).exp().sum(-1)
    np.testing.assert_allclose(total.numpy(), 1.0, atol=1e-10)


def test_a_mass_is_the_difference_of_distribution_functions():
    distribution, levels = MixtureOfLogistics(16, 2), 16
    output = output_of(2, n=1)
    logits, mean, log_scale = (part.numpy() for part in output[0].chunk(3))
    weight, scale, half = np.exp(logits) / np.exp(logits).sum(), np.exp(log_scale), 1 / (levels - 1)
    edges = np.concatenate([[-np.inf], np.linspace(-1, 1, levels)[:-1] + half, [np.inf]])
    cdf = sum(w * stats.logistic.cdf(edges, m, s) for w, m, s in zip(weight, mean, scale, strict=True))
    np.testing.assert_allclose(distribution.log_probs(output)[0].exp().numpy(), np.diff(cdf), atol=1e-12)


def test_log_mass_stays_finite_where_masses_vanish():
    distribution = MixtureOfLogistics(256, 1)
    for mean, log_scale in ((50.0, -6.0), (0.0, -40.0), (-1.0, 3.0)):
        output = torch.tensor([[0.0, mean, log_scale]], requires_grad=True)
        values = distribution.log_probs(output)
        assert torch.isfinite(values).all()
        (gradient,) = torch.autograd.grad(values.sum(), output)
        assert torch.isfinite(gradient).all()


def test_log_mass_can_be_differentiated_with_respect_to_the_sound():
    distribution = MixtureOfLogistics(256, 3)
    u = torch.tensor([-0.4, 0.1, 0.9], dtype=torch.float64, requires_grad=True)
    output = output_of(3, n=3).requires_grad_()
    assert torch.autograd.gradcheck(lambda value, at: distribution.log_mass(at, value), (u, output))


@pytest.mark.parametrize("distribution", [Softmax(8), MixtureOfLogistics(8, 3)], ids=["softmax", "logistics"])
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_arrays_and_tensors_draw_the_same_levels(distribution, temperature):
    rng = torch.Generator().manual_seed(1)
    output = torch.randn(4000, distribution.outputs, generator=rng, dtype=torch.float64)
    uniform = torch.rand(4000, distribution.draws, generator=rng, dtype=torch.float64)
    one = distribution.draw(output, uniform, temperature)
    two = distribution.draw_array(output.numpy(), uniform.numpy(), temperature)
    np.testing.assert_array_equal(one.numpy(), two)


@pytest.mark.parametrize("distribution", [Softmax(8), MixtureOfLogistics(8, 3)], ids=["softmax", "logistics"])
def test_draws_have_the_probabilities_of_the_levels(distribution):
    rng = torch.Generator().manual_seed(2)
    n = 50_000
    output = torch.randn(1, distribution.outputs, generator=rng, dtype=torch.float64)
    uniform = torch.rand(n, distribution.draws, generator=rng, dtype=torch.float64)
    levels = distribution.draw(output.expand(n, -1), uniform, 1.0)
    p = distribution.log_probs(output)[0].exp().numpy()
    counts = np.bincount(levels.numpy(), minlength=8)
    chi2 = ((counts - n * p) ** 2 / (n * p)).sum()
    assert chi2 < stats.chi2.ppf(0.999, 7)


@pytest.mark.parametrize("uniform", [0.0, math.nextafter(1.0, 0.0)])
def test_the_ends_of_the_noise_give_levels_of_the_grid(uniform):
    for distribution in (Softmax(8), MixtureOfLogistics(8, 3)):
        output = torch.zeros(1, distribution.outputs, dtype=torch.float64)
        noise = torch.full((1, distribution.draws), uniform, dtype=torch.float64)
        for level in (
            distribution.draw(output, noise, 1.0),
            distribution.draw_array(output.numpy(), noise.numpy(), 1.0),
        ):
            assert int(level[0]) in (0, 7)
