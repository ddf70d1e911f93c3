"""Simulators and their data: densities that integrate to 1, simulations that follow them, and their text form."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

from explorer.data import SOURCES, open_dataset, source
from explorer.data.simulated import SimulatedSource
from explorer.engine.data.spec import spec_of
from models.protocol import BadValue, DataSpec, Image, Simulated
from models.simulators import SIMULATORS, GAndK, LotkaVolterra, Parabola, Regression, simulator_of, written

NAMES = [name for name, declared in SOURCES.items() if issubclass(declared, SimulatedSource)]
TEXTS = ["parabola:sigma=0.1", "regression:sigma=0.3", "g-and-k:count=7", "lotka-volterra:times=4,end=8"]


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_simulator_makes_a_dataset():
    assert set(NAMES) == set(SIMULATORS)


@pytest.mark.parametrize("text", [*NAMES, *TEXTS])
def test_a_model_finds_the_simulator_of_its_data(text):
    declared = source(text)
    spec = spec_of(open_dataset(text))
    found = simulator_of(DataSpec.from_json(spec.to_json()))
    assert written(found) == written(declared)
    assert spec.kind == declared.loaded_kind() == Simulated(found.d, written(found))
    assert len(found.axis[1]) == found.d
    assert [factor.name for factor in spec.factors] == list(found.unknowns)


@pytest.mark.parametrize("kind", [Image(1, 2, 2, "binary"), Simulated(3), Simulated(3, "dice sides=6")])
def test_data_of_no_simulator_are_refused(kind):
    with pytest.raises(BadValue, match="simulator"):
        simulator_of(DataSpec(kind, 1))


@pytest.mark.parametrize("name", NAMES)
def test_stored_unknowns_are_those_from_which_the_data_come(name):
    data = open_dataset(name)
    simulator = simulator_of(spec_of(data))
    z, x = torch.tensor(data.test.factors).double(), torch.tensor(data.test.x).double()
    assert float(z.mean().abs()) < 5 / math.sqrt(z.numel())
    again = simulator.simulate(z, rng=rng(1))
    other = simulator.simulate(z.flip(0), rng=rng(1))
    assert float((again - x).square().mean()) < 0.75 * float((other - x).square().mean())


@pytest.mark.parametrize("theta", [None, 0.7])
def test_the_parabola_is_a_normal_density(theta):
    simulator = Parabola(0.3)
    z = torch.tensor([[1.5], [-0.2]], dtype=torch.float64)
    x = torch.tensor([[2.0], [0.4]], dtype=torch.float64)
    exact = stats.norm(z.numpy() ** 2 + (theta or 0.0), 0.3).logpdf(x.numpy())[:, 0]
    np.testing.assert_allclose(simulator.log_likelihood(x, z, theta).numpy(), exact, atol=1e-12)


def test_the_regression_has_the_moments_of_its_closed_forms():
    simulator = Regression(0.4)
    z = torch.randn(200_000, 2, generator=rng(), dtype=torch.float64)
    x = simulator.simulate(z, rng=rng(1), theta=-0.3)
    t = np.linspace(-1, 1, 10)
    np.testing.assert_allclose(x.mean(0), -0.3 * t**2, atol=0.02)
    exact = 0.16 * np.eye(10) + 1 + np.outer(t, t)
    np.testing.assert_allclose(np.cov(x.T.numpy()), exact, atol=0.03)
    evidence = stats.multivariate_normal(-0.3 * t**2, exact).logpdf(x[:5].numpy())
    np.testing.assert_allclose(simulator.log_evidence(x[:5], theta=-0.3), evidence, atol=1e-9)


class TestGAndK:
    def test_without_skewness_and_kurtosis_it_is_a_normal_distribution(self):
        simulator = GAndK(5)
        z = torch.tensor([[-1.0, -80.0]], dtype=torch.float64)  # g = 0, k = 0
        y = torch.tensor([[-1.4, -0.3, 0.1, 0.8, 2.0]], dtype=torch.float64)
        x = torch.asinh(y)
        exact = stats.norm.logpdf(y.numpy()).sum() + np.log(np.cosh(x.numpy())).sum() + math.lgamma(6)
        assert float(simulator.log_likelihood(x, z)) == pytest.approx(float(exact), abs=1e-9)

    @pytest.mark.parametrize("theta", [0.0, 0.6])
    def test_the_density_of_one_draw_integrates_to_1_and_has_the_quantiles_of_simulations(self, theta):
        simulator = GAndK(5)
        z = torch.tensor([[0.8, 0.9]], dtype=torch.float64)
        at = torch.linspace(-9, 14, 23_001, dtype=torch.float64)
        alike = at[:, None].expand(-1, 5)  # five equal numbers: five times the log density of one, and log 5!
        log_density = (simulator.log_likelihood(alike, z, theta) - math.lgamma(6)) / 5
        mass = log_density.exp() * (at[1] - at[0])
        assert float(mass.sum()) == pytest.approx(1.0, abs=1e-6)
        draws = simulator.simulate(z.expand(40_000, 2), rng=rng(), theta=theta).flatten()
        for share in (0.05, 0.5, 0.9):
            quantile = at[torch.searchsorted(mass.cumsum(0), share)]
            below = float((draws < quantile).double().mean())
            assert below == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / len(draws)))

    def test_observations_are_sorted(self):
        x = GAndK(20).simulate(torch.randn(50, 2, generator=rng()), rng=rng(1))
        assert bool((x.diff(dim=1) >= 0).all())


class TestLotkaVolterra:
    def test_numbers_are_never_negative_and_no_animals_stay_none(self):
        simulator = LotkaVolterra()
        x = simulator.simulate(3 * torch.randn(500, 2, generator=rng()), rng=rng(1))
        assert bool((x >= 0).all())
        prey, predators = x.chunk(2, dim=1)
        for numbers in (prey, predators):
            gone = (numbers[:, :-1] == 0) & (numbers[:, 1:] > 0)
            assert not bool(gone[(predators[:, :-1] == 0) & (prey[:, :-1] == 0)].any())

    def test_without_predation_prey_grow_and_predators_die_exponentially(self):
        simulator = LotkaVolterra(times=4, end=5.0)
        x = simulator.simulate(torch.zeros(20_000, 2, dtype=torch.float64), rng=rng(), theta=-40.0).expm1()
        prey, predators = x.mean(dim=0).chunk(2)
        t = torch.arange(1, 5, dtype=torch.float64) * 1.25
        steps = round(1.25 / 0.1)
        grown = (1 + 0.5 * 1.25 / steps) ** (steps * t / 1.25)
        shrunk = (1 - 0.5 * 1.25 / steps) ** (steps * t / 1.25)
        torch.testing.assert_close(prey, 100 * grown, rtol=0.01, atol=0)
        torch.testing.assert_close(predators, 80 * shrunk, rtol=0.01, atol=0)

    def test_it_has_no_density(self):
        with pytest.raises(NotImplementedError, match="no density"):
            LotkaVolterra().log_likelihood(torch.zeros(1, 20), torch.zeros(1, 2))


@pytest.mark.parametrize("name", ["parabola", "regression"])
def test_evidence_of_data_is_the_mean_of_the_likelihood_over_the_prior(name):
    data = open_dataset(name)
    assert data.log_prob is not None
    simulator = simulator_of(spec_of(data))
    x = torch.tensor(data.test.x[:4]).double()
    z = torch.randn(400_000, 1, simulator.dim, generator=rng(), dtype=torch.float64)
    weight = simulator.log_likelihood(x, z).exp()  # (draws, n)
    error = weight.std(0) / math.sqrt(len(z))
    exact = torch.from_numpy(data.log_prob(data.test.x[:4])).exp()
    assert bool(((weight.mean(0) - exact).abs() < 4 * error).all())
