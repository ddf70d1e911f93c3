"""Chain and flow: both readings against scipy and each other, Jacobians, mixtures by quadrature, intervals of noise."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.flows.ar_is_flow import ARIsFlowLab
from models.flows.ar_is_flow.chain import GaussianChain
from models.flows.ar_is_flow.levels import DiscreteChain
from models.flows.ar_is_flow.mixture import KnotheRosenblatt, PlanarMixture
from models.flows.ar_is_flow.reading_views import ORDERS, order_of
from models.flows.small_maps import MaskedMap
from models.protocol import build, views_of

EVERY_ORDER = list(itertools.permutations(range(3)))
MIXTURES = [(3.4, 0.6), (5.0, 0.35), (0.0, 1.5)]


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def lab(**values) -> ARIsFlowLab:
    return ARIsFlowLab(build(ARIsFlowLab.Config, values))


def frame(name: str, **values):
    return open_lab(ARIsFlowLab, build(ARIsFlowLab.Config, values)).viewer.last_frame(Request(name))


@pytest.mark.parametrize("order", EVERY_ORDER)
def test_both_readings_have_the_same_samples_and_densities(order) -> None:
    chain = GaussianChain(order, 1.3, 0.8)
    drawn, noise = chain.sample(500, rng=rng(3)), chain.noise(500, rng=rng(3))
    assert float((chain.transform(noise) - drawn).abs().max()) <= 1e-12
    assert float((chain.inverse(drawn) - noise).abs().max()) <= 1e-12
    assert float((chain.log_prob(drawn) - chain.log_prob_of_map(drawn)).abs().max()) <= 1e-12


@pytest.mark.parametrize("order", EVERY_ORDER)
def test_the_chain_is_a_product_of_the_normals_that_it_states(order) -> None:
    b, c = 1.3, 0.8
    x = torch.randn(50, 3, generator=rng(1), dtype=torch.float64)
    first, second, third = (x[:, i].numpy() for i in order)
    parts = (
        stats.norm.logpdf(first),
        stats.norm.logpdf(second, b * np.sin(2 * first), 0.5 * np.exp(c * np.tanh(first))),
        stats.norm.logpdf(third, b * np.cos(first + second), 0.5 * np.exp(c * np.tanh(first - second))),
    )
    found = GaussianChain(order, b, c).log_prob(x).numpy()
    assert found == pytest.approx(sum(parts), abs=1e-12)


def test_samples_have_the_moments_of_the_chain() -> None:
    x = GaussianChain((1, 2, 0), 1.0, 0.5).sample(100_000, rng=rng(5)).numpy()
    first, second = x[:, 1], x[:, 2]
    assert stats.kstest(first, "norm").pvalue > 1e-3
    noise = (second - np.sin(2 * first)) / (0.5 * np.exp(0.5 * np.tanh(first)))
    assert stats.kstest(noise, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(noise, first)[0, 1]) < 4 / math.sqrt(len(x))


@pytest.mark.parametrize("order", EVERY_ORDER)
def test_the_jacobian_is_lower_triangular_in_the_order_of_the_chain(order) -> None:
    chain = GaussianChain(order, 1.3, 0.8)
    noise = chain.noise(40, rng=rng(2))
    whole = chain.jacobian(noise)
    jacobian = whole[:, list(order)][:, :, list(order)]
    assert torch.equal(jacobian.triu(1), torch.zeros_like(jacobian))
    assert (jacobian[:, 1:, 0] != 0).all()
    log_det = torch.linalg.slogdet(whole).logabsdet
    assert float((log_det - chain.deviations(chain.transform(noise)).log().sum(1)).abs().max()) <= 1e-12
    triangular = torch.equal(whole.triu(1), torch.zeros_like(whole))
    assert triangular == (order == (0, 1, 2))


def test_the_jacobian_is_that_of_finite_differences() -> None:
    chain, h = GaussianChain((2, 0, 1), 1.3, 0.8), 1e-5
    noise = chain.noise(1, rng=rng(2))
    steps = h * torch.eye(3, dtype=torch.float64)
    columns = (chain.transform(noise + steps) - chain.transform(noise - steps)) / (2 * h)  # a row for each input
    assert chain.jacobian(noise)[0].numpy() == pytest.approx(columns.T.numpy(), abs=1e-8)


@pytest.mark.parametrize("name", ORDERS)
def test_the_lab_shows_the_matrix_in_both_orders_with_one_determinant(name) -> None:
    one, other = (frame(view, order=name) for view in ("jacobian", "ordered_jacobian"))
    assert np.linalg.det(one.values) == pytest.approx(np.linalg.det(other.values), abs=1e-12)
    assert np.triu(other.values, 1).max() == 0
    assert one.row_labels == ("x₁", "x₂", "x₃")
    assert other.row_labels == tuple(ORDERS[name].split(", "))
    bars = dict(zip((shown := frame("log_determinant", order=name)).labels, shown.values, strict=True))
    assert bars["log|det|, full matrix"] == pytest.approx(bars["Σ log σᵢ"], abs=1e-12)
    values = lab(order=name).values()
    assert values["log_det"] == pytest.approx(-bars["Σ log σᵢ"], abs=1e-12)


def test_the_derivation_ends_in_the_x_of_the_lab() -> None:
    shown = frame("derivation", order="312", e1=0.5, e2=-1.0, e3=2.0)
    x = GaussianChain(order_of("312"), 1.0, 0.5).transform(torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64))[0]
    lines = [line for line in shown.lines if "·" in line]
    assert [line.split()[0] for line in lines] == ["x₃", "x₁", "x₂"]
    ends = [float(line.split("=")[-1].replace("−", "-")) for line in lines]
    assert ends == pytest.approx(x[[2, 0, 1]].tolist(), abs=5e-3)
    assert max(map(len, shown.lines)) <= 51  # a line fits a card


def test_handles_stand_where_their_points_are_drawn() -> None:
    page = lab(e1=-1.2, e3=0.4, u1=0.7, u2=0.2)
    for name in ("noise_plane", "staircase", "cells"):
        view = views_of(ARIsFlowLab)[name]
        drawn = np.concatenate([layer.xy.reshape(-1, 2) for layer in view(page).layers])
        for drag in view.drags:
            assert np.abs(drawn - drag.position(page.config)).max(axis=1).min() < 1e-12, name


# Discrete x


@pytest.mark.parametrize("levels", [2, 3, 5, 8])
def test_areas_of_the_noise_are_the_probabilities(levels) -> None:
    chain = DiscreteChain(levels)
    assert chain.probabilities.sum() == pytest.approx(1, abs=1e-12)
    for x in itertools.product(range(levels), repeat=2):
        x0, x1, y0, y1 = chain.cell(x)
        assert (x1 - x0) * (y1 - y0) == pytest.approx(chain.probabilities[x], abs=1e-12)
        corners = np.array([[a, b] for a in (x0 + 1e-9, x1 - 1e-9) for b in (y0 + 1e-9, y1 - 1e-9)])
        assert (chain.transform(corners) == x).all()
    share = np.mean(chain.transform(np.random.default_rng(0).random((40_000, 2))) == (0, 1), axis=0)
    exact = chain.first[0], chain.probabilities[:, 1].sum()
    assert share == pytest.approx(exact, abs=4 * math.sqrt(0.25 / 40_000))


@pytest.mark.parametrize("levels", [2, 3, 8])
def test_probabilities_fall_with_the_distance_as_stated(levels) -> None:
    chain, width = DiscreteChain(levels), levels / 4
    at = np.arange(levels)
    for given, row in ((0.5 * (levels - 1), chain.first), *zip(at, chain.second, strict=True)):
        weights = stats.norm.pdf(at, given, width)
        assert row == pytest.approx(weights / weights.sum(), abs=1e-12)


def test_the_staircase_is_the_inverse_distribution_function() -> None:
    shown = frame("staircase", levels=3, u1=0.5)
    interval = next(layer for layer in shown.layers if getattr(layer, "name", "") == "all ε₁ with this x₁")
    assert np.ptp(interval.xy[:, 0]) == pytest.approx(DiscreteChain(3).first[1], abs=1e-12)
    assert lab(levels=3, u1=0.5).outcome[0] == 1


# Mixtures


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("apart", "std"), MIXTURES)
def test_the_map_has_the_density_of_the_mixture_and_an_inverse(apart, std, order) -> None:
    flow = KnotheRosenblatt(PlanarMixture.triangle(apart, std), order)
    noise = 0.001 + 0.998 * torch.rand(400, 2, generator=rng(), dtype=torch.float64)
    x = flow.transform(noise)
    assert float((flow.inverse(x) - noise).abs().max()) <= 1e-10
    assert float((flow.log_prob(x).exp() - flow.mixture.log_prob(x).exp()).abs().max()) <= 1e-10
    line = np.linspace(-9, 9, 361)
    grid = torch.from_numpy(np.stack(np.meshgrid(line, line), -1).reshape(-1, 2))
    inside = flow.mixture.log_prob(grid) > -500  # elsewhere the derivative of Φ is 0 to rounding
    assert float(flow.log_prob(grid[inside]).exp().sum()) * (line[1] - line[0]) ** 2 == pytest.approx(1, abs=1e-8)


def test_the_density_of_the_mixture_is_that_of_scipy() -> None:
    mixture = PlanarMixture.triangle(3.4, 0.6)
    x = np.random.default_rng(0).normal(size=(50, 2))
    parts = [stats.multivariate_normal(mean, 0.36).pdf(x) for mean in mixture.means.numpy()]
    assert mixture.log_prob(torch.from_numpy(x)).exp().numpy() == pytest.approx(np.mean(parts, axis=0), rel=1e-12)


def test_noise_is_the_distribution_function_of_the_conditionals() -> None:
    mixture = PlanarMixture.triangle(3.4, 0.6)
    point = torch.tensor([[0.4, -0.3]], dtype=torch.float64)

    def density(x1: float, x2: float) -> float:
        return float(mixture.log_prob(torch.tensor([[x1, x2]], dtype=torch.float64)).exp())

    def given(x2: float) -> float:
        return density(0.4, x2)

    below = integrate.quad(given, -8, -0.3, epsabs=1e-11)[0] / integrate.quad(given, -8, 8, epsabs=1e-11)[0]
    assert float(KnotheRosenblatt(mixture, (0, 1)).inverse(point)[0, 1]) == pytest.approx(below, abs=1e-8)


def test_the_orders_give_two_maps_and_one_density() -> None:
    first, second = lab().rosenblatt
    noise = torch.tensor([[0.3, 0.6]], dtype=torch.float64)
    assert float((first.transform(noise) - second.transform(noise)).abs().max()) > 0.1
    x = torch.randn(100, 2, generator=rng(), dtype=torch.float64)
    assert float((first.log_prob(x) - second.log_prob(x)).abs().max()) <= 1e-10
    one, other = (frame(name).layers[0].values for name in ("first_order", "second_order"))
    assert one == pytest.approx(other, abs=1e-12)


# Direction


def test_a_masked_map_is_solved_entry_by_entry() -> None:
    flow, k = MaskedMap(9), 9
    y = torch.randn(4, k, generator=rng(), dtype=torch.float64)
    x = flow(y)
    for done, found in enumerate(flow.solve(x), 1):
        assert float((found - y)[:, :done].abs().max()) <= 1e-12
    assert float((flow.inverse(x) - y).abs().max()) <= 1e-12
    shown = frame("passes")
    assert (np.diag(shown.values) == 16).all()
    assert shown.values[0, 1:].max() < 16
