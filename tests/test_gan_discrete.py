"""The lab of discrete observations: exact gradients and estimators against enumeration, autograd and quadrature."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from explorer.engine import Request, Viewer
from models.exact.divergences import jensen_shannon
from models.gan.discrete.bit_generators import DATA, ESTIMATORS, BitGame, corners, data_masses, logistic_noise
from models.gan.discrete.lab import DiscreteGanLab
from models.protocol import Noise, build

THETAS = {2: (-0.5, 0.8), 3: (-0.5, 0.8, 0.3), 4: (0.3, -1.2, 0.6, 2.0)}


def game(bits: int = 3, data: str = "parity", saturating: bool = True) -> BitGame:
    return BitGame(THETAS[bits], tuple(data_masses(data, bits).tolist()), saturating)


def lab(**values) -> DiscreteGanLab:
    return DiscreteGanLab(build(DiscreteGanLab.Config, values))


def frame(name: str, **values):
    return Viewer(lab(**values)).last_frame(Request(name))


GAMES = [
    pytest.param(game(bits, data, saturating), id=f"{bits}-{data}-{'minimax' if saturating else 'non-saturating'}")
    for bits in THETAS for data in DATA for saturating in (True, False)
]  # fmt: skip


def string_probabilities(theta: torch.Tensor) -> torch.Tensor:
    """Σ over itertools' own order of strings: (2^bits,)."""
    strings = torch.tensor(list(itertools.product((0.0, 1.0), repeat=len(theta))), dtype=torch.float64)
    chance = torch.sigmoid(theta)
    return torch.where(strings == 1, chance, 1 - chance).prod(dim=1)


def loss_of(F: torch.Tensor, saturating: bool) -> torch.Tensor:
    return torch.log(1 - torch.sigmoid(F)) if saturating else -torch.log(torch.sigmoid(F))


def multilinear(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """F between the corners as a sum over all of them; (n, bits) to (n,)."""
    strings = list(itertools.product((0, 1), repeat=x.shape[1]))
    parts = [logits[k] * torch.stack([x[:, i] if b else 1 - x[:, i] for i, b in enumerate(string)]).prod(0)
             for k, string in enumerate(strings)]  # fmt: skip
    return torch.stack(parts).sum(0)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("bits", THETAS)
def test_data_are_distributions_over_all_strings(data, bits):
    masses = data_masses(data, bits)
    assert corners(bits).tolist() == [list(s) for s in itertools.product((0, 1), repeat=bits)]
    assert masses.sum() == pytest.approx(1.0)
    assert masses.min() > 0


@pytest.mark.parametrize("g", GAMES)
def test_the_discriminator_is_the_optimal_one_and_gives_the_divergence(g):
    p, q = np.array(g.data), string_probabilities(torch.tensor(g.theta, dtype=torch.float64)).numpy()
    assert g.masses == pytest.approx(q, abs=1e-14)
    assert 1 / (1 + np.exp(-g.logits)) == pytest.approx(p / (p + q), abs=1e-12)
    assert g.jensen_shannon() == pytest.approx(jensen_shannon(p, q), abs=1e-12)


@pytest.mark.parametrize("g", GAMES)
def test_the_exact_gradient_is_autograds(g):
    theta = torch.tensor(g.theta, dtype=torch.float64, requires_grad=True)
    F = torch.tensor(np.log(g.data)) - string_probabilities(theta).detach().log()
    (string_probabilities(theta) @ loss_of(F, g.saturating)).backward()
    assert g.gradient() == pytest.approx(theta.grad.numpy(), abs=1e-12)
    assert g.expected == pytest.approx(float(string_probabilities(theta.detach()) @ loss_of(F, g.saturating)))


@pytest.mark.parametrize("data", DATA)
def test_with_the_minimax_loss_it_is_the_gradient_of_two_jsd(data):
    g, h = game(3, data), 1e-5
    for i in range(3):
        theta = [[t + sign * h * (i == j) for j, t in enumerate(g.theta)] for sign in (1, -1)]
        up, down = (BitGame(tuple(t), g.data).jensen_shannon() for t in theta)
        assert g.gradient()[i] == pytest.approx(2 * (up - down) / (2 * h), abs=1e-8)


@pytest.mark.parametrize("g", GAMES)
def test_score_functions_are_unbiased_by_enumeration_and_the_step_has_no_gradient(g):
    for name in ("score", "baseline"):
        mean, variance = g.moments(name)
        assert mean == pytest.approx(g.gradient(), abs=1e-12)
        assert (variance > 0).all()
    theta = torch.tensor(g.theta, dtype=torch.float64)
    epsilon = torch.from_numpy(logistic_noise(50, g.bits, rng=torch.Generator().manual_seed(0)))
    assert torch.equal(theta + epsilon > 0, theta + 1e-9 + epsilon > 0)


@pytest.mark.parametrize("name", ["score", "baseline", "straight"])
def test_enumerated_moments_are_those_of_draws(name):
    g, n = game(3, "pattern"), 200_000
    singles = g.single(name, logistic_noise(n, 3, rng=torch.Generator().manual_seed(1)), 1.0)
    mean, variance = g.moments(name)
    assert (np.abs(singles.mean(0) - mean) < 5 * np.sqrt(variance / n)).all()
    error = ((singles - mean) ** 2).std(axis=0) / math.sqrt(n)
    assert (np.abs(singles.var(axis=0) - variance) < 5 * error + 1e-12).all()


@pytest.mark.parametrize("g", GAMES)
@pytest.mark.parametrize("temperature", [0.3, 2.0])
def test_relaxed_gradients_are_autograds(g, temperature):
    epsilon = torch.from_numpy(logistic_noise(20, g.bits, rng=torch.Generator().manual_seed(2)))
    theta = torch.tensor(g.theta, dtype=torch.float64).expand(20, -1).clone().requires_grad_()
    soft = torch.sigmoid((theta + epsilon) / temperature)
    F = multilinear(torch.from_numpy(g.logits), soft)
    loss_of(F, g.saturating).sum().backward()
    assert g.single("gumbel", epsilon.numpy(), temperature) == pytest.approx(theta.grad.numpy(), abs=1e-10)
    assert g.logit(soft.detach().numpy()) == pytest.approx(F.detach().numpy(), abs=1e-10)


@pytest.mark.parametrize("g", GAMES)
def test_straight_through_is_real_bits_forward_and_the_slope_of_the_probability_backward(g):
    epsilon = torch.from_numpy(logistic_noise(20, g.bits, rng=torch.Generator().manual_seed(3)))
    theta = torch.tensor(g.theta, dtype=torch.float64).expand(20, -1).clone().requires_grad_()
    hard, chance = (theta + epsilon > 0).double(), torch.sigmoid(theta)
    x = hard + chance - chance.detach()
    loss_of(multilinear(torch.from_numpy(g.logits), x), g.saturating).sum().backward()
    assert g.single("straight", epsilon.numpy(), 1.0) == pytest.approx(theta.grad.numpy(), abs=1e-10)


def relaxed_mean(g: BitGame, temperature: float, side: int) -> np.ndarray:
    """Mean of the relaxed gradient of two bits by the midpoint rule over the noise's quantiles."""
    u = (np.arange(side) + 0.5) / side
    quantile = np.log(u) - np.log1p(-u)
    noise = np.stack(np.meshgrid(quantile, quantile), axis=-1).reshape(-1, 2)
    return g.single("gumbel", noise, temperature).mean(axis=0)


def test_relaxation_is_biased_when_hot_and_unbiased_in_the_cold():
    g = game(2, "pattern")
    exact = g.gradient()
    bias = [np.linalg.norm(relaxed_mean(g, t, 800) - exact) for t in (0.05, 0.5, 3.0)]
    assert 4 * bias[0] < bias[1]
    assert 2 * bias[1] < bias[2]
    hot = g.single("gumbel", logistic_noise(100_000, 2, rng=torch.Generator().manual_seed(5)), 0.5)
    error = hot.std(axis=0) / math.sqrt(len(hot))
    assert (np.abs(hot.mean(0) - relaxed_mean(g, 0.5, 600)) < 5 * error + 1e-4).all()


def test_gumbel_cannot_be_enumerated():
    with pytest.raises(ValueError, match="cannot be enumerated"):
        game().moments("gumbel")


def test_bias_and_spread_in_the_picture():
    page = lab(n=4)
    series = {s.key: s for s in page.bias(Noise(0)).series}
    assert series["score.bias"].y == pytest.approx(0.0, abs=1e-12)
    for name in ("score", "baseline", "straight"):
        _, variance = page.game.moments(name)
        assert series[name].y == pytest.approx(math.sqrt(variance.sum() / 4))
    assert series["gumbel"].y[0] > 3 * series["gumbel"].y[-1]
    assert series["gumbel.bias"].y[-1] > 10 * series["null"].y[-1]
    assert series["exact"].y == pytest.approx(np.linalg.norm(page.game.gradient()))


@pytest.mark.parametrize("bit", [1, 2, 4])
def test_bars_stand_beside_the_exact_gradient(bit):
    page = lab(bit=bit, bits=3)
    bars = page.gradient(Noise(0))
    wanted = page.game.gradient()[min(bit, 3) - 1]
    assert bars.reference == pytest.approx(wanted)
    assert bars.values[:4] == pytest.approx([wanted, 0.0, wanted, wanted], abs=1e-12)


def test_errors_of_unbiased_estimates_fall_as_the_root_of_n_and_others_stay():
    series = {s.key: s for s in frame("error", temperature=2.0).series}
    for name in ("score", "baseline"):
        assert series[name].y[0] / series[name].y[-1] == pytest.approx(math.sqrt(1000), rel=1e-6)
    for name in ("gumbel", "straight"):
        assert series[name].y[0] / series[name].y[-1] < 20


def test_descent_with_the_exact_gradient_finds_a_pattern_and_drops_a_mode_of_a_pair():
    page = lab(steps=200)
    *_, last = page.descent(Noise(0))
    series = {s.key: s.y for s in last.series}
    assert set(series) == {"exact", *ESTIMATORS}
    assert all(len(y) == 201 for y in series.values())
    assert series["exact"][-1] < 1e-6
    assert (np.diff(series["exact"]) < 1e-12).all()
    assert max(y[-1] for y in series.values()) < 0.1
    (pair,) = (p for p in DiscreteGanLab.presets if p.title == "All 0 or all 1")
    page = DiscreteGanLab(build(DiscreteGanLab.Config, {**pair.config, "steps": 400}))
    *_, last = page.descent(Noise(0))
    end = next(s.y[-1] for s in last.series if s.key == "exact")
    assert end == pytest.approx(0.75 * math.log(4 / 3), abs=0.03)  # one of two modes, but for 2 % of the data


def test_parity_has_no_gradient_at_zero_though_the_model_is_wrong():
    (preset,) = (p for p in DiscreteGanLab.presets if p.title == "Parity")
    page = DiscreteGanLab(build(DiscreteGanLab.Config, dict(preset.config)))
    assert page.game.gradient() == pytest.approx(0.0, abs=1e-12)
    assert page.game.jensen_shannon() > 0.1
