"""The Fréchet distance against closed forms and against another way to the root of a matrix."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch

from models.exact.frechet import frechet, frechet_gaussians, moments

FLOAT64 = torch.float64


def spread(d: int, seed: int, rank: int | None = None) -> torch.Tensor:
    a = torch.randn(d, rank or d, generator=torch.Generator().manual_seed(seed), dtype=FLOAT64)
    return a @ a.T / d


def test_gaussians_with_the_same_axes_have_a_closed_form():
    p, q = torch.tensor([1.0, 2.0, 0.5], dtype=FLOAT64), torch.tensor([3.0, 0.25, 0.5], dtype=FLOAT64)
    mean = torch.tensor([0.5, -1.0, 2.0], dtype=FLOAT64)
    value = frechet_gaussians(torch.zeros(3, dtype=FLOAT64), p.square().diag(), mean, q.square().diag())
    assert value == pytest.approx(float(mean.square().sum() + (p - q).square().sum()), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_the_root_of_the_product_by_scipy(seed):
    p, q = spread(6, seed), spread(6, seed + 10)
    mean = torch.randn(6, generator=torch.Generator().manual_seed(seed), dtype=FLOAT64)
    root = np.real(scipy.linalg.sqrtm((p @ q).numpy()))
    expected = float(mean.square().sum() + (p + q).trace()) - 2 * np.trace(root)
    zero = torch.zeros(6, dtype=FLOAT64)
    assert frechet_gaussians(zero, p, mean, q) == pytest.approx(expected, rel=1e-9)
    assert frechet_gaussians(mean, q, zero, p) == pytest.approx(expected, rel=1e-9)


def test_flat_gaussians_and_equal_ones():
    flat, zero = spread(5, 0, rank=2), torch.zeros(5, dtype=FLOAT64)
    assert frechet_gaussians(zero, flat, zero, flat) == pytest.approx(0.0, abs=1e-7)
    point = torch.zeros(5, 5, dtype=FLOAT64)
    assert frechet_gaussians(zero, flat, zero, point) == pytest.approx(float(flat.trace()), rel=1e-12)


def test_moments_are_numpys_and_samples_come_near_the_distance_of_their_gaussians():
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(20_000, 3, generator=rng, dtype=FLOAT64)
    y = 2.0 * torch.randn(20_000, 3, generator=rng, dtype=FLOAT64) + 1.0
    mean, cov = moments(y)
    assert torch.allclose(mean, torch.tensor(y.numpy().mean(0)))
    assert torch.allclose(cov, torch.tensor(np.cov(y.numpy().T)))
    assert frechet(x, y) == pytest.approx(3 * 1.0 + 3 * 1.0, rel=0.03)  # |μ|² + Σ(1 − 2)²
    assert frechet(x, x.float()) == pytest.approx(0.0, abs=1e-6)
