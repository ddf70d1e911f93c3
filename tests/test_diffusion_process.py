"""Diffusion processes in double precision: schedules, noised mixtures, conversions, steps, densities and bounds."""

from __future__ import annotations

import math

import pytest
import torch

from models.diffusion.process import (
    CLEAN,
    PREDICTIONS,
    SCHEDULES,
    STRAIGHT,
    T_MIN,
    Estimate,
    Level,
    NoisedMixture,
    ddim_step,
    estimate,
    exact_field,
    flow_log_prob,
    posterior,
    trajectory,
)
from models.diffusion.process.bound import Chain
from models.diffusion.process.steps import added_variance

ALL = {**SCHEDULES, "straight": STRAIGHT}
T = torch.linspace(T_MIN, 1.0, 41, dtype=torch.float64)
SCALE = math.sqrt(2 + 0.2**2)  # of the ring below: it has unit variance along each axis


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ring() -> NoisedMixture:
    """Eight Gaussians on a circle, radius 2 and width 0.2, in standard units."""
    angle = 2 * math.pi * torch.arange(8, dtype=torch.float64) / 8
    return NoisedMixture.of_equal(2 * torch.stack([angle.cos(), angle.sin()], dim=1) / SCALE, 0.2 / SCALE)


def uneven() -> NoisedMixture:
    """Gaussians of different weights, one of them absent."""
    weights = torch.tensor([0.5, 0.3, 0.2, 0.0], dtype=torch.float64)
    centers = torch.randn(4, 2, generator=rng(1), dtype=torch.float64)
    return NoisedMixture(centers, weights.log(), torch.tensor(0.3, dtype=torch.float64))


def noise(n: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, 2, generator=rng(seed), dtype=torch.float64)


def exact(mixture: NoisedMixture):
    """The best field of a mixture, as samplers ask for it."""
    return lambda x, t, level: mixture.estimate(x, level)


def close(value: torch.Tensor, wanted: torch.Tensor, within: float = 1e-12) -> None:
    torch.testing.assert_close(value, wanted, rtol=within, atol=within)


# Schedules


@pytest.mark.parametrize("name", ALL)
def test_a_schedule_is_consistent_and_its_slopes_are_those_of_autograd(name):
    schedule, t = ALL[name], (T if name != "straight" else T[:-1]).clone().requires_grad_()
    level = schedule.at(t)
    close(level.log_snr, 2 * (level.alpha.log() - level.sigma.log()), 1e-11)
    for made, wanted in zip(schedule.slopes(t.detach()), (level.alpha, level.sigma), strict=True):
        constant = torch.zeros_like(t.detach())
        by_autograd = torch.autograd.grad(wanted.sum(), t, retain_graph=True)[0] if wanted.requires_grad else constant
        close(made, by_autograd, 1e-9)
    if name == "straight":
        close(level.alpha + level.sigma, torch.ones_like(t))
    elif name != "exploding":
        close(level.alpha.square() + level.sigma.square(), torch.ones_like(t))
    (slope,) = torch.autograd.grad(schedule.log_snr(t).sum(), t, retain_graph=True)
    close(schedule.log_snr_slope(t.detach()), slope, 1e-10)
    assert (slope < 0).all()
    log_alpha = schedule.log_alpha(t)
    assert (schedule.grid(9, T).diff() < 0).all()
    shrink = torch.autograd.grad(log_alpha.sum(), t)[0] if log_alpha.requires_grad else torch.zeros_like(t)
    close(schedule.log_alpha_slope(t.detach()), shrink, 1e-10)


def test_the_linear_schedule_has_the_log_snr_of_its_integral():
    """∫β from 0 to t of β = 0.1 + 19.9 t, by the trapezoidal rule, which is exact for it."""
    for t, wanted in ((0.1, 2.16), (0.3, -0.42)):
        total = t * (0.1 + (0.1 + 19.9 * t)) / 2
        value = float(SCHEDULES["linear"].log_snr(torch.tensor(t, dtype=torch.float64)))
        assert value == pytest.approx(math.log(math.exp(-total) / (1 - math.exp(-total))), abs=1e-12)
        assert value == pytest.approx(wanted, abs=0.005)


# Mixtures


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_score_is_the_gradient_of_the_log_density_and_its_divergence_the_laplacian(name):
    mixture = uneven()
    t = torch.linspace(0.05, 1.0, 30, dtype=torch.float64)[:, None]
    level = SCHEDULES[name].at(t)
    x = (1.5 * level.scale * noise(30)).requires_grad_()
    (score,) = torch.autograd.grad(mixture.log_prob(x, level).sum(), x)
    close(mixture.score(x, level).detach(), score)
    close(mixture.eps(x, level).detach(), -level.sigma * score)
    denoised = mixture.denoised(x, level)
    rows = [torch.autograd.grad(denoised[:, axis].sum(), x, retain_graph=True)[0][:, axis] for axis in range(2)]
    close(mixture.denoised_divergence(x, level).detach(), rows[0] + rows[1], 1e-10)


def test_the_noised_density_and_the_posterior_agree_with_bayes():
    """p(x₀) q(x_t | x₀) = p_t(x_t) q(x₀ | x_t), at every x₀ and x_t."""
    mixture, level = uneven(), SCHEDULES["cosine"].at(torch.tensor([[0.35]], dtype=torch.float64))
    x0, x = noise(20, 2), noise(20, 3)
    prior = mixture.log_prob(x0, CLEAN)
    forward = -0.5 * ((x - level.alpha * x0) / level.sigma).square().sum(1) - (2 * math.pi * level.sigma[0] ** 2).log()
    weights, means, variance = mixture.posterior(x, level)
    parts = -0.5 * (x0[:, None] - means).square().sum(2) / variance - (2 * math.pi * variance).log()
    close(prior + forward, mixture.log_prob(x, level) + (weights.log() + parts).logsumexp(1))
    close(mixture.denoised(x, level), (x - level.sigma * mixture.eps(x, level)) / level.alpha)


def test_the_optimal_denoiser_of_points_is_a_softmax_over_them():
    points, x = noise(5, 4), noise(7, 5)
    level = SCHEDULES["linear"].at(torch.tensor(0.3, dtype=torch.float64))
    logits = -0.5 * (x[:, None] - level.alpha * points).square().sum(2) / level.sigma.square()
    close(NoisedMixture.of_points(points).denoised(x, level), logits.softmax(1) @ points)


def test_the_floor_of_the_loss_is_what_the_best_prediction_pays():
    mixture, n = ring(), 200_000
    for t in (0.03, 0.2, 0.6):
        level = SCHEDULES["linear"].at(torch.tensor(t, dtype=torch.float64))
        drawn = noise(n, 6)
        x = level.alpha * mixture.sample(n, rng=rng(7)) + level.sigma * drawn
        loss = (mixture.eps(x, level) - drawn).square().mean(1)
        assert abs(float(loss.mean() - mixture.floor(level))) < 4 * float(loss.std()) / n**0.5


# Predictions and steps


@pytest.mark.parametrize("prediction", [*PREDICTIONS, "velocity"])
@pytest.mark.parametrize("name", ALL)
def test_predictions_convert_into_each_other(name, prediction):
    level = ALL[name].at(torch.linspace(0.02, 0.9, 12, dtype=torch.float64)[:, None])
    x0, eps = noise(12, 8), noise(12, 9)
    x = level.alpha * x0 + level.sigma * eps
    wanted = {
        "eps": eps,
        "x0": x0,
        "v": level.alpha * eps - level.sigma * x0,
        "score": -eps / level.sigma,
        "velocity": eps - x0,
    }
    found = estimate(prediction, wanted[prediction], x, level)
    close(found.eps, eps, 1e-11)
    close(found.x0 * level.alpha, x0 * level.alpha, 1e-11)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_posterior_is_that_of_two_steps_of_noise(name):
    """Of the joint Gaussian of (x_s, x_t) given x₀: mean and variance by conditioning."""
    t, s = (SCHEDULES[name].at(torch.tensor(time, dtype=torch.float64)) for time in (0.62, 0.57))
    x0, x = noise(6, 10), noise(6, 11)
    ratio = t.alpha / s.alpha
    close(added_variance(t, s), t.sigma.square() - ratio.square() * s.sigma.square())
    gain = ratio * s.sigma.square() / t.sigma.square()  # covariance over variance
    mean, variance = posterior(x, x0, t, s)
    close(mean, s.alpha * x0 + gain * (x - t.alpha * x0))
    close(variance, s.sigma.square() - gain * ratio * s.sigma.square())


@pytest.mark.parametrize("name", SCHEDULES)
def test_ddim_with_eta_1_is_ancestral_sampling(name):
    t, s = (SCHEDULES[name].at(torch.tensor(time, dtype=torch.float64)) for time in (0.62, 0.57))
    x, eps, drawn = noise(6, 12), noise(6, 13), noise(6, 14)
    mean, variance = posterior(x, (x - t.sigma * eps) / t.alpha, t, s)
    of = Estimate((x - t.sigma * eps) / t.alpha, eps)
    close(ddim_step(of, t, s, 1.0, drawn), mean + variance.sqrt() * drawn)

    def run(sampler: str) -> torch.Tensor:
        start = noise(20, 15) * SCHEDULES[name].at(T[-1]).scale
        moments = trajectory(exact(ring()), SCHEDULES[name], start, sampler=sampler, passes=12, eta=1.0, rng=rng(3))
        return list(moments)[-1].x

    close(run("ddim"), run("ancestral"), 1e-9)


def test_steps_are_those_of_diffusers():
    diffusers = pytest.importorskip("diffusers")
    schedule, steps = SCHEDULES["linear"], 50
    times = torch.arange(1, steps + 1, dtype=torch.float64) / steps
    kept = schedule.at(times).alpha.square()
    betas = 1 - kept / torch.cat([kept.new_ones(1), kept[:-1]])
    options = {"num_train_timesteps": steps, "trained_betas": betas.numpy(), "clip_sample": False}
    x, eps = noise(4, 16), noise(4, 17)
    t, s = schedule.at(times[30]), schedule.at(times[29])
    ddim = diffusers.DDIMScheduler(**options)
    ddim.set_timesteps(steps)
    close(
        ddim.step(eps, 30, x, eta=0.0).prev_sample, ddim_step(Estimate((x - t.sigma * eps) / t.alpha, eps), t, s), 1e-5
    )
    ddpm = diffusers.DDPMScheduler(**options, variance_type="fixed_small")
    ddpm.set_timesteps(steps)
    drawn = torch.randn(x.shape, generator=rng(5), dtype=x.dtype)
    mean, variance = posterior(x, (x - t.sigma * eps) / t.alpha, t, s)
    close(ddpm.step(eps, 30, x, generator=rng(5)).prev_sample, mean + variance.sqrt() * drawn, 1e-5)


@pytest.mark.parametrize(("sampler", "passes"), [("ddim", 50), ("euler", 100), ("heun", 100), ("ancestral", 100)])
@pytest.mark.parametrize("name", ["linear", "straight"])
def test_samplers_with_the_exact_field_end_at_the_data(name, sampler, passes):
    """At least 97 % of the ends are within three standard deviations of a mode (of the data: 98.9 %)."""
    mixture, asked = ring(), []

    def field(x: torch.Tensor, t: torch.Tensor, level: Level) -> Estimate:
        asked.append(float(t))
        return mixture.estimate(x, level)

    *_, last = trajectory(field, ALL[name], noise(1500, 18), sampler=sampler, passes=passes, rng=rng(19))
    assert len(asked) == passes
    assert min(asked) > ALL[name].earliest - 1e-12
    assert last.t == 0.0
    distance = torch.cdist(last.x, mixture.centers).min(dim=1).values
    assert float((distance < 3 * mixture.std).double().mean()) > 0.97


def test_ddim_on_a_straight_path_is_the_step_of_euler():
    """x_s = (1 − s) x₀ + s ε is x_t + (s − t)(ε − x₀): the same places after each step."""
    ways = [
        [each.x for each in trajectory(exact(ring()), STRAIGHT, noise(9, 25), sampler=name, passes=7)]
        for name in ("ddim", "euler")
    ]
    assert [len(way) for way in ways] == [8, 8]
    for by_ddim, by_euler in zip(*ways, strict=True):
        close(by_ddim, by_euler, 1e-11)


def test_a_way_that_begins_later_goes_on_as_one_that_began_at_1():
    schedule = SCHEDULES["linear"]
    whole = list(trajectory(exact(ring()), schedule, noise(5, 26), sampler="ddim", passes=12))
    part = list(trajectory(exact(ring()), schedule, whole[5].x, sampler="ddim", passes=12, since=whole[5].t))
    assert [each.t for each in part] == [each.t for each in whole[5:]]
    close(part[-1].x, whole[-1].x)


# Densities and bounds


@pytest.mark.parametrize("name", ALL)
def test_the_density_of_the_flow_of_the_exact_field_is_the_density(name):
    mixture, schedule = ring(), ALL[name]
    x = mixture.sample(400, rng=rng(20))
    gap = mixture.log_prob(x, CLEAN) - flow_log_prob(exact_field(mixture), schedule, x, 100)
    tight = 1e-3 if name in ("linear", "straight") else 1e-2  # the others begin with more noise at the least t
    assert abs(float(gap.mean())) <= tight
    assert float(gap.abs().max()) <= 0.05 if name == "linear" else 0.2


def test_the_bound_of_one_gaussian_is_its_log_density_where_the_chain_is_long():
    """With data N(0, I) and the optimal variance, the reverse steps are Gaussian: the bound is tight."""
    mixture = NoisedMixture.of_equal(torch.zeros(1, 2, dtype=torch.float64), 1.0)
    schedule = SCHEDULES["linear"]
    field = lambda place, time: mixture.eps(place, schedule.at(time))  # noqa: E731
    error = lambda time: schedule.at(time).alpha.square()  # noqa: E731
    x = noise(2000, 21)
    for length in (20, 200):
        chain = Chain(schedule, length)
        total = chain.prior_term(x)
        draws = rng(22)
        for k in range(1, length + 1):
            step = torch.full((len(x), 1), float(k), dtype=torch.float64)
            total = total + chain.step_term(field, x, step, rng=draws, variance="optimal", error=error)
        wanted = -mixture.log_prob(x, CLEAN)
        gap = total - wanted
        assert abs(float(gap.mean())) < 4 * float(gap.std()) / len(x) ** 0.5 + 1e-3


def test_the_mean_bound_is_below_the_entropy_and_as_near_as_its_variance_allows():
    """Gaps to −H at T = 1000: 0.82 to 0.85 nats with the posterior variance, 0.04 with β (measured beforehand)."""
    mixture, schedule = ring(), SCHEDULES["linear"]
    field = lambda place, time: mixture.eps(place, schedule.at(time))  # noqa: E731
    x = mixture.sample(3000, rng=rng(23))
    log_prob = mixture.log_prob(x, CLEAN)
    gaps = {}
    for variance in ("beta", "posterior"):
        bound = Chain(schedule, 1000).negative_bound(field, x, 40, rng=rng(24), variance=variance)
        gap = bound + log_prob
        gaps[variance], error = float(gap.mean()), float(gap.std()) / len(x) ** 0.5
        assert gaps[variance] > -3 * error
    assert gaps["beta"] == pytest.approx(0.04, abs=0.06)
    assert gaps["posterior"] == pytest.approx(0.83, abs=0.12)
