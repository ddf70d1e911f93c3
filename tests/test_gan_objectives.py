"""The games of generator and discriminator against closed forms: losses, rest, optima, penalties."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import optimize

from models.gan.objectives import OBJECTIVES, gradient_penalty, r1_penalty, squared_slopes

F = torch.tensor([-2.0, -0.3, 0.0, 0.7, 3.0], dtype=torch.float64)
D = torch.sigmoid(F)
REAL, FAKE = F[:3], F[2:]

# What D descends on REAL and FAKE, what G descends on FAKE, written as in the papers.
CLOSED = {
    "minimax": (-torch.log(D[:3]).mean() - torch.log1p(-D[2:]).mean(), torch.log1p(-D[2:]).mean()),
    "non-saturating": (-torch.log(D[:3]).mean() - torch.log1p(-D[2:]).mean(), -torch.log(D[2:]).mean()),
    "least-squares": (0.5 * ((REAL - 1) ** 2).mean() + 0.5 * (FAKE**2).mean(), 0.5 * ((FAKE - 1) ** 2).mean()),
    "hinge": (torch.tensor((3.0 + 1.3 + 1.0 + 1.0 + 1.7 + 4.0) / 3, dtype=torch.float64), -FAKE.mean()),
    "wasserstein": (FAKE.mean() - REAL.mean(), -FAKE.mean()),
    "wasserstein-gp": (FAKE.mean() - REAL.mean(), -FAKE.mean()),
    "forward-kl": (-(1 + REAL).mean() + torch.exp(FAKE).mean(), -torch.exp(FAKE).mean()),
    "reverse-kl": (torch.exp(-REAL).mean() + (FAKE - 1).mean(), -FAKE.mean()),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_losses_are_those_of_the_papers(name):
    game, (discriminator, generator) = OBJECTIVES[name], CLOSED[name]
    assert game.discriminator(REAL, FAKE).item() == pytest.approx(discriminator.item(), abs=1e-12)
    assert game.generator(FAKE).item() == pytest.approx(generator.item(), abs=1e-12)


@pytest.mark.parametrize("name", ["minimax", "non-saturating", "forward-kl", "reverse-kl", "hinge"])
def test_losses_stay_finite_where_a_sigmoid_saturates(name):
    far = torch.tensor([-60.0, 60.0])
    for loss in (OBJECTIVES[name].on_data, OBJECTIVES[name].on_samples, OBJECTIVES[name].on_generated):
        x = far.clone().requires_grad_()
        value = loss(x)
        (gradient,) = torch.autograd.grad(value.sum(), x)
        assert torch.isfinite(value).all()
        assert torch.isfinite(gradient).all()
    assert OBJECTIVES["non-saturating"].on_generated(far)[0].item() == pytest.approx(60.0)


@pytest.mark.parametrize("name", [name for name, game in OBJECTIVES.items() if game.optimal is not None])
@pytest.mark.parametrize("ratio", [-2.0, 0.0, 1.3])
def test_the_optimum_at_a_point_is_where_no_other_value_of_f_loses_less(name, ratio):
    game = OBJECTIVES[name]
    p, q = math.exp(ratio) / (1 + math.exp(ratio)), 1 / (1 + math.exp(ratio))

    def loss(f: float) -> float:
        at = torch.tensor(f, dtype=torch.float64)
        return p * float(game.on_data(at)) + q * float(game.on_samples(at))

    best = float(game.optimal(torch.tensor(ratio, dtype=torch.float64)))
    found = optimize.minimize_scalar(loss, bounds=(-6, 6), method="bounded", options={"xatol": 1e-10})
    assert loss(best) <= found.fun + 1e-10
    if name != "hinge":  # flat between −1 and 1 where the ratio is 1
        assert best == pytest.approx(found.x, abs=1e-5)
        assert float(game.log_ratio(torch.tensor(best, dtype=torch.float64))) == pytest.approx(ratio, abs=1e-9)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_rest_is_the_loss_where_samples_cannot_be_told_from_data(name):
    game = OBJECTIVES[name]
    f = torch.zeros(4, dtype=torch.float64)
    if game.optimal is not None:
        f = game.optimal(f)
    assert game.discriminator(f, f).item() == pytest.approx(game.rest_discriminator, abs=1e-12)
    if game.rest_generator is not None:
        assert game.generator(f).item() == pytest.approx(game.rest_generator, abs=1e-12)


def test_rest_values_of_the_lecture_and_the_papers():
    rest = {name: (game.rest_discriminator, game.rest_generator) for name, game in OBJECTIVES.items()}
    assert rest["minimax"] == (math.log(4), -math.log(2))
    assert rest["non-saturating"] == (math.log(4), math.log(2))
    assert rest["hinge"][0] == 2
    assert rest["least-squares"][0] == 0.25
    assert rest["wasserstein"][0] == rest["wasserstein-gp"][0] == 0


def test_the_values_of_the_f_gans_at_their_optimum_are_the_divergences():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(9)), rng.dirichlet(np.ones(9))
    ratio = torch.from_numpy(np.log(p / q))
    for name, wanted in (("forward-kl", p @ np.log(p / q)), ("reverse-kl", q @ np.log(q / p))):
        game = OBJECTIVES[name]
        value = -(torch.from_numpy(p) @ game.on_data(ratio) + torch.from_numpy(q) @ game.on_samples(ratio))
        assert value.item() == pytest.approx(wanted, abs=1e-12)


def test_a_constant_added_to_a_critic_changes_nothing():
    for name, game in OBJECTIVES.items():
        same = game.discriminator(REAL + 5, FAKE + 5).item() == pytest.approx(game.discriminator(REAL, FAKE).item())
        assert same == game.free_level, name


def test_penalties_take_one_norm_for_each_datum_over_all_its_entries():
    weight = torch.tensor([[3.0, 0.0], [0.0, 4.0]])

    def critic(x: torch.Tensor) -> torch.Tensor:  # its slope is (3, 0, 0, 4) everywhere: norm 5
        return (x * weight).flatten(1).sum(1)

    x, other = torch.randn(6, 2, 2, generator=torch.Generator().manual_seed(0)), torch.zeros(6, 2, 2)
    assert r1_penalty(critic, x).item() == pytest.approx(12.5)
    assert gradient_penalty(critic, x, other, rng=torch.Generator()).item() == pytest.approx(16.0)
    assert gradient_penalty(critic, x, other, rng=torch.Generator(), target=5.0).item() == pytest.approx(0.0)
    leaf = x.clone().requires_grad_()
    torch.testing.assert_close(squared_slopes(critic(leaf), leaf), torch.full((6,), 25.0))


def test_the_gradient_penalty_looks_between_data_and_samples():
    seen = []

    def critic(x: torch.Tensor) -> torch.Tensor:
        seen.append(x.detach())
        return x.square().sum(1)

    real, fake = torch.zeros(500, 2), torch.ones(500, 2)
    gradient_penalty(critic, real, fake, rng=torch.Generator().manual_seed(1))
    (x,) = seen
    torch.testing.assert_close(x[:, 0], x[:, 1])  # one share for a pair
    assert 0 <= x.min() < 0.05 < 0.95 < x.max() <= 1


def test_penalties_can_be_differentiated_by_the_weights():
    weight = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    x = torch.ones(3, 2, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(r1_penalty(lambda u: (u * weight).sum(1), x), weight)
    torch.testing.assert_close(gradient, weight.detach())  # ½‖w‖² by w
