"""The Dirac-GAN against published runs, autograd of the games' losses, quadrature and the matrix exponential."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import integrate, linalg, stats
from torch import Tensor

from explorer.engine import Request, Viewer
from models.frames import arrays_of
from models.gan.dirac.dynamics import CURES, GAMES, ORDERS, DiracGame, flow, run, update_matrix
from models.gan.dirac.lab import DiracGanLab
from models.gan.dirac.run_views import drawn
from models.gan.dirac.runs import path_of
from models.gan.objectives import OBJECTIVES, gradient_penalty, r1_penalty
from models.protocol import Noise, build

POINTS = [(1.0, 1.0), (-0.7, 0.4), (0.3, -1.6), (-1.2, -0.8)]
GAMES_AND_CURES = [
    DiracGame(game, cure, gamma=0.7, std=0.8, weight=1.3, target=0.6, sign="lecture")
    for game in GAMES
    for cure in CURES
]
# |(θ, ψ)| after 500 steps of h = 0.2 from (1, 1): the fields of LMescheder/GAN_stability, run there.
PUBLISHED = {
    "GAN": (DiracGame(), 3.097, 1.421),
    "NSGAN": (DiracGame("non-saturating"), 0.640, 0.284),
    "WGAN, clip 1": (DiracGame("clip"), 1.002, 1.024),
    "WGAN-GP": (DiracGame("penalty", weight=0.7, target=1.0), 1.802, 1.221),
    "R1 0.3": (DiracGame(cure="r1", gamma=0.3), 2.6e-6, 2.3e-7),
    "R1 1": (DiracGame(cure="r1", gamma=1.0), 9.5e-22, 7.5e-17),
    "NSGAN, R1 0.3": (DiracGame("non-saturating", "r1", gamma=0.3), 2.2e-6, 1.5e-7),
}


def far(path: np.ndarray) -> float:
    return float(np.hypot(*path[-1]))


def printed(value: float) -> float:
    """Half a unit of the last published digit."""
    return 5e-4 if value > 0.01 else 0.05 * 10.0 ** math.floor(math.log10(value))


def lab(**values) -> DiracGanLab:
    return DiracGanLab(build(DiracGanLab.Config, values))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_runs(name):
    game, simultaneous, alternating = PUBLISHED[name]
    assert far(run(game, (1, 1), 0.2, 500)) == pytest.approx(simultaneous, abs=printed(simultaneous))
    assert far(run(game, (1, 1), 0.2, 500, "generator")) == pytest.approx(alternating, abs=printed(alternating))


def test_the_sign_of_the_lecture_is_another_start():
    lecture = DiracGame(sign="lecture")
    assert far(run(lecture, (1, 1), 0.2, 500)) == pytest.approx(3.353, abs=5e-4)
    assert far(run(lecture, (1, -1), 0.2, 500)) == pytest.approx(3.097, abs=5e-4)
    assert run(lecture, (0.4, 1.1), 0.2, 50) * [1, -1] == pytest.approx(run(DiracGame(), (0.4, -1.1), 0.2, 50))


def losses_of(game: DiracGame, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
    """What θ and ψ descend, in the lecture's sign, from the losses that are used for networks."""
    objective = OBJECTIVES[{"clip": "wasserstein", "penalty": "wasserstein"}.get(game.game, game.game)]

    def critic(x: Tensor) -> Tensor:
        return psi * x[:, 0]

    real, fake = torch.zeros(1, 1, dtype=torch.float64), theta.reshape(1, 1)
    weight = torch.ones(1, dtype=torch.float64)
    if game.cure == "noise":  # the trapezoidal rule instead of the mean over draws
        nodes = torch.linspace(-9, 9, 721, dtype=torch.float64)
        weight = torch.exp(-0.5 * nodes**2)
        weight = weight / weight.sum() * len(nodes)  # losses are means over the rows
        real, fake = real + game.std * nodes[:, None], fake + game.std * nodes[:, None]
        parts = [
            (objective.discriminator(critic(r[None]), critic(f[None])), objective.generator(critic(f[None])))
            for r, f in zip(real, fake, strict=True)
        ]
        loss_psi = torch.stack([w * d for w, (d, _) in zip(weight, parts, strict=True)]).mean()
        loss_theta = torch.stack([w * g for w, (_, g) in zip(weight, parts, strict=True)]).mean()
    else:
        loss_psi, loss_theta = objective.discriminator(critic(real), critic(fake)), objective.generator(critic(fake))
    origin = torch.zeros(1, 1, dtype=torch.float64)
    if game.cure == "r1":
        loss_psi = loss_psi + game.gamma * r1_penalty(critic, origin)
    if game.game == "penalty":
        rng = torch.Generator().manual_seed(0)
        penalty = gradient_penalty(critic, origin, theta.reshape(1, 1), rng=rng, target=game.target)
        loss_psi = loss_psi + 0.5 * game.weight * penalty
    return loss_theta, loss_psi


def autograd_field(game: DiracGame, at: Tensor) -> Tensor:
    """v at (θ, ψ), (2,), differentiable."""
    theta, psi = at[0], at[1]
    loss_theta, loss_psi = losses_of(game, theta, psi)
    v_theta = -torch.autograd.grad(loss_theta, theta, create_graph=True)[0]
    v_psi = -torch.autograd.grad(loss_psi, psi, create_graph=True)[0]
    v = torch.stack([v_theta, v_psi])
    if game.cure == "consensus":
        (push,) = torch.autograd.grad(0.5 * v.square().sum(), at, create_graph=True)
        v = v - game.gamma * push
    return v


@pytest.mark.parametrize("game", GAMES_AND_CURES, ids=lambda game: f"{game.game}-{game.cure}")
def test_fields_are_the_gradients_of_the_games_losses(game):
    for point in POINTS[:2] if game.cure == "noise" else POINTS:
        at = torch.tensor(point, dtype=torch.float64, requires_grad=True)
        expected = autograd_field(game, at).detach().numpy()
        assert np.array(game.field(*point)) == pytest.approx(expected, abs=1e-9)
    array = game.field(*np.array(POINTS).T)
    assert np.stack(array, axis=1) == pytest.approx(np.array([game.field(*point) for point in POINTS]), abs=1e-12)


@pytest.mark.parametrize("game", GAMES_AND_CURES, ids=lambda game: f"{game.game}-{game.cure}")
def test_jacobians_agree_with_autograd(game):
    found = game.jacobian()
    if game.game == "penalty":
        assert found is None
        assert abs(game.field(0.0, 1e-9)[1] - game.field(0.0, -1e-9)[1]) >= 2 * 1.3 * 0.6 - 1e-6
        return
    expected = torch.autograd.functional.jacobian(
        lambda at: autograd_field(game, at), torch.zeros(2, dtype=torch.float64)
    )
    assert found == pytest.approx(expected.numpy(), abs=1e-9)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("game", [DiracGame(), DiracGame("clip"), DiracGame(cure="r1"), DiracGame(cure="consensus")])
def test_a_linearised_round_is_the_derivative_of_a_round(game, order):
    matrix = update_matrix(game.jacobian(), 0.3, order, psi_updates := 1 if order == "simultaneous" else 3)
    small = 1e-5
    columns = [
        (run(game, start, 0.3, 1, order, psi_updates)[-1] - run(game, -np.array(start), 0.3, 1, order, psi_updates)[-1])
        / (2 * small)
        for start in ((small, 0.0), (0.0, small))
    ]
    assert matrix == pytest.approx(np.stack(columns, axis=1), abs=1e-8)


def test_eigenvalues_in_closed_form():
    h = 0.2
    plain = DiracGame().jacobian()
    assert sorted(np.linalg.eigvals(plain).imag) == pytest.approx([-0.5, 0.5], abs=1e-12)
    assert np.linalg.eigvals(plain).real == pytest.approx([0.0, 0.0], abs=1e-12)
    moduli = np.abs(np.linalg.eigvals(update_matrix(plain, h)))
    assert moduli == pytest.approx([math.sqrt(1 + h**2 / 4)] * 2, abs=1e-12)
    assert moduli.min() > 1
    for order in ("generator", "discriminator"):
        assert np.abs(np.linalg.eigvals(update_matrix(plain, h, order))) == pytest.approx([1, 1], abs=1e-12)
    for gamma in (0.3, 1.0, 1.7):
        root = np.sqrt(complex(gamma**2 / 4 - 0.25))
        expected = np.array([-gamma / 2 - root, -gamma / 2 + root])
        found = np.linalg.eigvals(DiracGame(cure="r1", gamma=gamma).jacobian()).astype(complex)
        assert np.poly(found) == pytest.approx(np.poly(expected), abs=1e-12)
    noisy, r1 = DiracGame(cure="noise", std=1.2), DiracGame(cure="r1", gamma=0.72)
    assert noisy.jacobian() == pytest.approx(r1.jacobian(), abs=1e-12)


def test_each_simultaneous_step_of_the_plain_game_takes_it_farther_by_a_known_factor():
    path = run(DiracGame(), (1, 1), 0.2, 500)
    distance = np.hypot(*path.T)
    slope = 1 / (1 + np.exp(path[:-1].prod(axis=1)))  # f′(ψθ)
    assert distance[1:] / distance[:-1] == pytest.approx(np.sqrt(1 + 0.04 * slope**2), abs=1e-12)


def test_the_flow_of_the_plain_game_keeps_its_distance_and_a_linear_one_is_the_exponential():
    assert np.hypot(*flow(DiracGame(), (1, 1), 0.2, 500).T) == pytest.approx(np.full(501, math.sqrt(2)), abs=1e-4)
    game = DiracGame("clip", "r1", gamma=0.4, clip=10.0)
    path = flow(game, (1, -0.5), 0.25, 40)
    assert path[-1] == pytest.approx(linalg.expm(10 * game.jacobian()) @ [1, -0.5], abs=1e-5)


@pytest.mark.parametrize("h", [0.05, 0.1])
def test_the_non_saturating_game_settles_on_a_cycle_of_radius_root_of_2h(h):
    distance = np.hypot(*run(DiracGame("non-saturating"), (0.5, 0.3), h, 6000).T)
    assert distance[-1000:].mean() == pytest.approx(math.sqrt(2 * h), rel=0.03)


def test_the_non_saturating_flow_arrives_only_sublinearly():
    distance = np.hypot(*flow(DiracGame("non-saturating"), (0.3, 0.0), 0.2, 20000).T)
    assert distance[-1] == pytest.approx((1 / 0.09 + 4000 / 8) ** -0.5, rel=0.02)  # (r²)′ = −r⁴/8 in the mean


def test_instance_noise_is_the_mean_over_its_draws():
    game = DiracGame(cure="noise", std=0.9)
    theta, psi = 0.8, -1.1

    def mean(component: int, of_sample: bool) -> float:
        def integrand(e: float) -> float:
            return game.drawn(theta, psi, *((e, 0.0) if of_sample else (0.0, e)))[component] * stats.norm.pdf(e)

        return integrate.quad(integrand, -9, 9, epsabs=1e-11)[0]

    for component in (0, 1):  # the field is a sum of a part with the sample's noise and one with the data's
        both = mean(component, True) + mean(component, False) - game.drawn(theta, psi, 0.0, 0.0)[component]
        assert game.field(theta, psi)[component] == pytest.approx(both, abs=1e-8)


def test_instance_noise_converges_in_the_mean_and_trembles_by_its_seed():
    shown = lab(cure="noise")
    assert far(path_of(shown.config)) < 1e-9
    one, same, other = (drawn(shown, Noise(seed)).series[0].y for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert 0.001 < one[-100:].mean() < 0.6 * one[0]


def test_views_say_and_show_the_numbers():
    shown = lab(cure="r1", gamma=1.0)
    viewer = Viewer(shown)
    said = viewer.last_frame(Request("field")).note
    assert "L = f(ψθ) + f(0); ψ ascends it, θ descends it, ψ also descends ½·1·ψ²; both at once" in said
    eigenvalues = viewer.last_frame(Request("eigenvalues"))
    of_round = next(layer for layer in eigenvalues.layers if getattr(layer, "name", "").startswith("round"))
    assert of_round.xy == pytest.approx(np.array([[0.9, 0.0], [0.9, 0.0]]), abs=1e-7)
    linear = next(s for s in Viewer(lab()).last_frame(Request("distance")).series if s.key == "linear")
    assert linear.y == pytest.approx(math.sqrt(2) * (1 + 0.01) ** (np.arange(501) / 2))
    table = viewer.last_frame(Request("games"))
    assert table.values[0] == pytest.approx([3.097, 1.421], abs=5e-4)
    assert table.values[6, 0] == pytest.approx(9.5e-22, rel=0.01)
    assert viewer.view("field").drags[0].position(shown.config) == (1.0, 1.0)


@pytest.mark.parametrize(
    "values",
    [
        {"h": 1.0, "steps": 1000, "cure": "r1", "gamma": 4.0},
        {"h": 1.0, "steps": 1000, "cure": "consensus", "gamma": 4.0, "game": "penalty", "weight": 4.0},
        {"h": 1.0, "steps": 0, "theta": 0.0, "psi": 0.0},
        {"cure": "noise", "std": 3.0, "order": "discriminator", "psi_updates": 10, "h": 1.0, "theta": -2.0},
        {"game": "clip", "clip": 0.05, "psi": 2.0},
    ],
)
def test_every_view_is_finite_at_the_ends_of_the_sliders(values):
    viewer = Viewer(lab(**values))
    for name, view in viewer.views.items():
        if not view.applies(DiracGanLab, build(DiracGanLab.Config, values)):
            continue
        for path, array in arrays_of(viewer.last_frame(Request(name))).items():
            assert np.isfinite(array).all(), (name, path)
