"""Supports apart: closed forms, quadrature, autograd and trained critics against what theory says of them."""

from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats
from torch.nn.functional import logsigmoid

from explorer.engine import Request, Viewer
from models.frames import Curves, Field, arrays_of
from models.gan.non_overlap.critic import Critic, Fit, fitted
from models.gan.non_overlap.critic_views import closed_form, logit_gradients
from models.gan.non_overlap.lab import NonOverlapLab
from models.gan.non_overlap.noisy import overlapping
from models.gan.non_overlap.overlap_views import descend
from models.gan.non_overlap.separability import flat_distances, samples_separable
from models.gan.non_overlap.supports import RADIUS, Supports, lift
from models.gan.objectives import OBJECTIVES
from models.protocol import build


def lab(**values) -> NonOverlapLab:
    return NonOverlapLab(build(NonOverlapLab.Config, values))


def last(name: str, page: NonOverlapLab, **params):
    return Viewer(page).last_frame(Request(name, params=params))


def series(frame) -> dict:
    return {one.key: one for one in frame.series}


# closed forms


@pytest.mark.parametrize("a", [0.0, 0.1, 3.0, 50.0, 400.0])
@pytest.mark.parametrize("theta", [0.3, 1.0, 2.0])
def test_gradients_of_a_logit_agree_with_autograd(a, theta):
    at = torch.tensor([theta], dtype=torch.float64, requires_grad=True)
    minimax, rival = logit_gradients(np.array([a]), theta)
    f = a * (theta / 2 - at)  # D is held, the sample moves
    for name, loss, found in (
        ("minimax", logsigmoid(-f), minimax),
        ("non-saturating", -logsigmoid(f), rival),
    ):
        (expected,) = torch.autograd.grad(loss.sum(), at, retain_graph=True)
        assert found == pytest.approx([float(expected)], rel=1e-12, abs=1e-300)
        (of_game,) = torch.autograd.grad(OBJECTIVES[name].generator(f), at, retain_graph=True)
        assert float(of_game) == pytest.approx(float(expected), rel=1e-8)  # torch's softplus is linear beyond 20


def test_gradients_of_a_logit_in_closed_form_and_their_limits():
    a, theta = np.array([0.5, 2.0, 20.0]), 1.3
    minimax, rival = logit_gradients(a, theta)
    assert minimax == pytest.approx(a / (1 + np.exp(a * theta / 2)), rel=1e-12)
    assert rival == pytest.approx(a / (1 + np.exp(-a * theta / 2)), rel=1e-12)
    far, grown = logit_gradients(np.array([1e4]), theta)
    assert far[0] < 1e-300
    assert grown[0] == pytest.approx(1e4, rel=1e-12)
    best = optimize.minimize_scalar(
        lambda s: -logit_gradients(np.array([s]), theta)[0][0], bounds=(0.1, 10), method="bounded"
    )
    assert f"peak at a = {best.x:.3g}" in closed_form(lab(theta=theta)).note


@pytest.mark.parametrize("shape", ["points", "segments"])
def test_divergences_of_disjoint_supports(shape):
    found, same = Supports(shape).divergences(0.7), Supports(shape).divergences(0.0)
    assert math.isinf(found.kl)
    assert (found.jensen_shannon, found.total_variation) == pytest.approx((math.log(2), 1.0), abs=1e-12)
    assert found.wasserstein == 0.7
    assert (same.kl, same.jensen_shannon, same.total_variation, same.wasserstein) == (0, 0, 0, 0)


@pytest.mark.parametrize("theta", [0.2, 0.6, 0.95, 1.4])
def test_divergences_of_two_disks_by_integration(theta):
    def chord(x: float) -> float:  # height of the part of both disks above x
        return 2 * math.sqrt(max(0.0, RADIUS**2 - max(abs(x), abs(x - theta)) ** 2))

    lens, _ = integrate.quad(chord, -RADIUS, theta + RADIUS, points=[theta - RADIUS, theta / 2, RADIUS], epsabs=1e-12)
    alone = 1 - lens / (math.pi * RADIUS**2)
    found = Supports("disks").divergences(theta)
    assert found.total_variation == pytest.approx(alone, abs=1e-8)
    assert found.jensen_shannon == pytest.approx(alone * math.log(2), abs=1e-8)
    assert math.isinf(found.kl)


def test_nodes_stand_for_the_uniform_distribution():
    segment, disk = Supports("segments").nodes(), Supports("disks").nodes()
    assert segment[:, 1].var() == pytest.approx(RADIUS**2 / 3, rel=1e-3)
    assert disk.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert np.square(disk).sum(axis=1).mean() == pytest.approx(RADIUS**2 / 2, rel=0.01)
    assert np.hypot(*disk.T).max() <= RADIUS + 0.01


@pytest.mark.parametrize("d", [2, 3, 1000])
def test_a_lift_keeps_all_distances(d):
    columns = lift(d, seed=3)
    assert columns.shape == (d, 2)
    assert (columns.T @ columns).numpy() == pytest.approx(np.eye(2), abs=1e-12)


# instance noise


@pytest.mark.parametrize(("theta", "sigma"), [(1.0, 0.5), (0.3, 0.2), (2.0, 1.0)])
def test_noisy_points_by_closed_form_and_another_quadrature(theta, sigma):
    p, q = stats.norm(0, sigma), stats.norm(theta, sigma)
    found = overlapping(Supports("segments"), theta, sigma)

    def half(one, x: float) -> float:
        return 0.5 * one.pdf(x) * (one.logpdf(x) - np.logaddexp(p.logpdf(x), q.logpdf(x)) + math.log(2))

    ends = -9 * sigma, theta + 9 * sigma
    expected = sum(integrate.quad(lambda x, o=o: half(o, x), *ends, epsabs=1e-12, limit=200)[0] for o in (p, q))
    assert found.divergences.jensen_shannon == pytest.approx(expected, abs=1e-8)
    assert found.divergences.kl == pytest.approx(theta**2 / (2 * sigma**2), abs=1e-8)
    assert found.divergences.total_variation == pytest.approx(2 * stats.norm.cdf(theta / (2 * sigma)) - 1, abs=1e-8)
    assert found.divergences.wasserstein == theta


@pytest.mark.parametrize(("shape", "precision"), [("points", 1e-5), ("disks", 2e-3)])
@pytest.mark.parametrize(("theta", "sigma"), [(1.0, 0.5), (0.4, 0.2)])
def test_gradients_at_the_optimal_discriminator_are_those_of_divergences(shape, precision, theta, sigma):
    # Arjovsky & Bottou, 2017: minimax descends 2 JSD, the non-saturating loss KL(model ‖ data) − 2 JSD.
    step = 1e-3
    after, before = (overlapping(Supports(shape), theta + sign * step, sigma).divergences for sign in (1, -1))
    jsd = (after.jensen_shannon - before.jensen_shannon) / step
    kl = (after.kl - before.kl) / (2 * step)  # of these, KL is symmetric
    found = overlapping(Supports(shape), theta, sigma)
    assert found.minimax == pytest.approx(jsd, rel=precision)
    assert found.non_saturating == pytest.approx(kl - jsd, rel=precision)


def test_noise_of_a_disk_tends_to_both_limits():
    small = overlapping(Supports("disks"), 0.5, 0.02).divergences
    assert small.total_variation == pytest.approx(Supports("disks").divergences(0.5).total_variation, abs=0.01)
    wide = overlapping(Supports("disks"), 1.0, 2.0).divergences
    assert wide.kl == pytest.approx(1 / (2 * (4 + RADIUS**2 / 4)), rel=1e-3)  # nearly normal, of variance σ² + R²/4


def test_the_optimal_logit_under_noise_is_the_closed_form_with_a_sharpness_of_theta_over_sigma_squared():
    theta, sigma = 0.8, 0.4
    x = np.linspace(-1, 2, 7)
    exact = stats.norm(0, sigma).logpdf(x) - stats.norm(theta, sigma).logpdf(x)
    assert exact == pytest.approx(theta / sigma**2 * (theta / 2 - x), abs=1e-12)
    ratio = series(last("ratio", lab(theta=theta, sigma=sigma, steps=1)))["true"]
    assert np.interp(0.4, ratio.x, np.log(ratio.y)) == pytest.approx(0.0, abs=1e-9)


# trained discriminators and critics


@pytest.fixture(scope="module")
def trained() -> Critic:
    critic = fitted("segments", (1.0,))
    critic.advance(2_000)
    return critic


def test_a_trained_discriminator_kills_one_gradient_and_blows_up_the_other(trained):
    record = trained.record(2_000)
    minimax, rival = np.abs(record.minimax[:, 0]), np.abs(record.non_saturating[:, 0])
    assert minimax.max() > 3 * minimax[0]  # first it rises
    assert minimax[-1] <= 1e-3 * minimax.max()
    assert rival[-1] >= 100 * rival[0]
    assert record.value[-1, 0] == pytest.approx(math.log(2), abs=1e-3)  # what D says of the divergence


def test_what_is_recorded_is_the_gradient_of_the_losses(trained):
    _, network = trained.plane(2_000)
    nodes = Supports("segments").nodes()

    def loss(theta: float, name: str) -> float:
        f, _ = network(nodes + np.array([theta, 0.0]))
        return float(OBJECTIVES[name].generator(torch.from_numpy(f)))

    record, step = trained.record(2_000), 1e-6
    for name, found in (("minimax", record.minimax), ("non-saturating", record.non_saturating)):
        numeric = (loss(1 + step, name) - loss(1 - step, name)) / (2 * step)
        assert found[-1, 0] == pytest.approx(numeric, rel=1e-3)
    f, gradient = network(nodes[:5])
    ahead, _ = network(nodes[:5] + np.array([0.0, step]))
    assert (ahead - f) / step == pytest.approx(gradient[:, 1], rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(("penalty", "theta"), [(10.0, 1.0), (1.0, 1.0), (0.1, 1.0), (1.0, 2.0)])
def test_the_slope_under_a_gradient_penalty_on_two_points(penalty, theta):
    critic = fitted("points", (theta,), "penalty", strength=penalty)
    critic.advance(700)
    late = -critic.record().slope[-12:, 0].mean()  # Adam trembles about it
    assert late == pytest.approx(1 + theta / (2 * penalty), rel=0.03)
    assert abs(late - 1) > 0.03  # and is not W₁'s


def test_a_clipped_critic_has_the_slope_that_the_clip_allows():
    values = []
    for clip in (0.02, 0.04):
        critic = fitted("points", (1.0,), "clip", strength=clip)
        critic.advance(400)
        values.append(critic.record().value[-1, 0])
        assert values[-1] <= 64 * 64 * clip**3 * (1 + 1e-5)  # every weight of three layers at the clip
    assert values[0] < 0.05  # W₁ is 1
    assert 7 < values[1] / values[0] < 9  # about the cube of the clip's, but for the biases


def test_fits_are_kept_bounded_and_the_same_every_time():
    one, other = Critic(Fit("segments", (0.5,), sigma=0.2)), Critic(Fit("segments", (0.5,), sigma=0.2))
    one.advance(30)
    for steps in (7, 30):  # in pieces
        other.advance(steps)
    assert np.array_equal(one.record().minimax, other.record().minimax)
    assert not np.array_equal(one.record().minimax, _advanced(Fit("segments", (0.5,), sigma=0.2, seed=1), 30))
    kept = fitted("points", (0.123,))
    assert fitted("points", (0.123,)) is kept
    for place in range(20):
        fitted("points", (0.2 + place / 100,))
    assert fitted("points", (0.123,)) is not kept


def _advanced(fit: Fit, steps: int) -> np.ndarray:
    critic = Critic(fit)
    critic.advance(steps)
    return critic.record().minimax


def test_networks_trained_together_are_those_trained_alone():
    together, alone = Critic(Fit("segments", (0.5, 1.0))), Critic(Fit("segments", (1.0,)))
    for critic in (together, alone):
        critic.advance(40)
    assert together.record().non_saturating[:, 1] == pytest.approx(alone.record().non_saturating[:, 0], rel=1e-3)


# descent on θ


def test_descent_follows_a_gradient():
    path = descend(lambda theta: theta, 1.0, 0.1, 30)
    assert path == pytest.approx(0.9 ** np.arange(31))


def first(name: str, key: str, page: NonOverlapLab, **params) -> Curves:
    """The first frame of a stream in which a series is: those before it are finished."""
    return next(f for f in Viewer(page).frames(Request(name, params=params)) if key in series(f))


def test_objectives_arrive_or_stay():
    curves = series(first("descent", "non-saturating", lab(steps=700), rounds=100))
    assert curves["still"].label == "KL, JSD, TV stay"
    assert curves["still"].y == pytest.approx(np.ones(101))
    near, far = (astuple(Supports().divergences(theta)) for theta in (0.01, 1.0))
    assert near[:3] == far[:3]  # nothing changes but W₁
    assert curves["w1"].y[:51] == pytest.approx(1 - 0.02 * np.arange(51), abs=1e-9)  # its gradient is 1
    assert curves["w1"].label.endswith("arrives")
    assert curves["minimax"].label.endswith("stays")
    disks = series(first("descent", "w1", lab(support="disks", theta=0.5, steps=1), rounds=200))
    assert disks["jsd"].label.endswith("arrives")  # they overlap
    assert disks["kl"].label.endswith("stays")  # infinite all the same


def test_noise_and_an_early_stop_let_theta_move():
    noisy = series(first("descent", "w1", lab(sigma=0.5, steps=1), rounds=400))
    for key in ("kl", "jsd", "tv"):
        assert abs(noisy[key].y[-1]) < 0.1
    kl = noisy["kl"].y  # of θ²/(2σ²), the exact path is geometric
    assert kl[40] == pytest.approx((1 - 0.02 / 0.25) ** 40, rel=0.01)
    early = series(first("descent", "non-saturating", lab(steps=30), rounds=400))
    assert abs(early["minimax"].y[-1] - 1.0) > 0.2


def test_the_sweep_shows_the_jump_and_the_kink():
    frame = first("sweep", "gp", lab(steps=1))
    curves = series(frame)
    at_zero = np.flatnonzero(curves["jsd"].x == 0.0)[0]
    assert curves["jsd"].y[at_zero] == 0.0
    assert curves["jsd"].y[at_zero + 1] == pytest.approx(math.log(2))
    assert curves["w1"].y == pytest.approx(np.abs(curves["w1"].x))
    assert all(curves[key].dashed for key in ("jsd", "tv", "w1"))
    assert not curves["gp"].dashed
    assert "KL ∞" in frame.note
    assert "W" not in curves["gp"].label


# dimension


def test_distances_of_segments_against_a_bounded_minimisation():
    distances = flat_distances(3, 1, 8, rng=torch.Generator().manual_seed(5))
    rng = torch.Generator().manual_seed(5)
    one, two, to = (torch.randn(8, 3, 1, generator=rng, dtype=torch.float64) for _ in range(3))
    one, two = (torch.linalg.qr(x).Q[..., 0].numpy() for x in (one, two))
    to = (to / to.norm(dim=1, keepdim=True))[..., 0].numpy()
    for place in range(8):
        best = optimize.minimize(
            lambda w, i=place: ((to[i] + w[1] * two[i] - w[0] * one[i]) ** 2).sum(),
            [0.0, 0.0], bounds=[(-1, 1)] * 2, tol=1e-14,
        )  # fmt: skip
        assert float(distances[place]) == pytest.approx(math.sqrt(best.fun), abs=1e-3)


def test_flat_manifolds_meet_where_there_is_no_room_and_miss_each_other_beyond():
    rng = torch.Generator().manual_seed(0)
    assert flat_distances(1, 1, 50, rng=rng).max() < 1e-3
    assert flat_distances(2, 2, 50, rng=rng).max() < 1e-3
    assert flat_distances(50, 2, 50, rng=rng).min() > 0.3
    assert flat_distances(1000, 1, 50, rng=rng).median() == pytest.approx(1.0, abs=0.01)


def test_covers_count_of_separable_labellings():
    assert samples_separable(4, 2) == 14 / 16  # all but the two of XOR
    assert samples_separable(20, 9) == pytest.approx(0.5)  # at N = 2 (d + 1)
    assert samples_separable(10, 9) == 1.0
    rng, hits, runs = np.random.default_rng(0), 0, 200
    for _ in range(runs):
        x, y = rng.normal(size=(12, 3)), rng.choice([-1.0, 1.0], size=12)
        sides = -y[:, None] * np.column_stack([x, np.ones(12)])
        hits += optimize.linprog(np.zeros(4), A_ub=sides, b_ub=-np.ones(12), bounds=(None, None)).status == 0
    exact = samples_separable(12, 3)
    assert hits / runs == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / runs))


@pytest.mark.parametrize(
    "values",
    [
        {"theta": 0.0, "steps": 1, "a": 1e4},
        {"theta": 2.0, "d": 1000, "steps": 2, "sigma": 1.0, "support": "disks"},
        {"theta": 0.05, "sigma": 0.05, "steps": 2, "penalty": 0.1, "clip": 0.5},
    ],
)
def test_views_are_finite_at_the_ends_of_the_sliders(values):
    viewer = Viewer(lab(**values))
    for name in ("discriminator", "gradient", "profile", "ratio", "closed_form", "instance_noise"):
        frame = viewer.last_frame(Request(name))
        for path, array in arrays_of(frame).items():
            seen = array[~np.isnan(array)] if path.endswith("y") else array  # sizes that are too small are not drawn
            assert np.isfinite(seen).all(), (name, path)


# the loss of the generator


@pytest.mark.parametrize("loss", ["minimax", "non-saturating"])
def test_arrows_are_the_gradient_of_the_chosen_loss(loss):
    page = lab(loss=loss, steps=50)
    plane = last("discriminator", page)
    (arrows,) = (layer for layer in plane.layers if isinstance(layer, Field))
    critic = fitted("segments", (1.0,))
    critic.advance(50)
    f, gradient = critic.plane(50)[1](arrows.xy)
    at = torch.from_numpy(f).requires_grad_()
    (by_f,) = torch.autograd.grad(len(f) * OBJECTIVES[loss].generator(at), at)
    assert arrows.uv == pytest.approx(-by_f.numpy()[:, None] * gradient, rel=1e-6)
    assert loss in plane.note
    assert loss in arrows.name


def test_arrows_of_minimax_vanish_and_those_of_the_other_loss_do_not():
    lengths = {}
    for loss in ("minimax", "non-saturating"):
        for steps in (50, 1500):
            plane = last("discriminator", lab(loss=loss, steps=steps))
            lengths[loss, steps] = next(layer.longest for layer in plane.layers if isinstance(layer, Field))
    assert lengths["minimax", 50] > 0.2
    assert lengths["minimax", 1500] < 0.01
    assert lengths["non-saturating", 1500] > 0.4


def test_presets_of_the_minimax_story_show_its_gradient():
    for preset in NonOverlapLab.presets:
        config = build(NonOverlapLab.Config, preset.config)
        if "minimax" in preset.about:
            assert config.loss == "minimax", preset.title


def test_the_closed_form_is_drawn_only_where_it_is_exact():
    curves = series(closed_form(lab(theta=1.0)))
    minimax, other = curves["minimax"], curves["non-saturating"]
    assert minimax.x[-1] < other.x[-1]
    assert minimax.y == pytest.approx(logit_gradients(minimax.x, 1.0)[0], rel=1e-12)
    assert other.y == pytest.approx(logit_gradients(other.x, 1.0)[1], rel=1e-12)
