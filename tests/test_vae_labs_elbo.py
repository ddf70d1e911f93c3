"""The lab of the bound: decompositions, limits, gradients and evidence against closed forms, scipy and autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

from explorer.engine import Request, Viewer
from models.exact.normal import normal_kl, normal_mean
from models.protocol import Noise, build
from models.vae.elbo.lab import ElboLab
from models.vae.elbo.one_latent import ALL, OneLatent, Weights
from models.vae.elbo.prior_average import LinearGaussian
from models.views.words import decimal

GAUSSIAN, BIMODAL = OneLatent(2.5, 1.3, 0.75), OneLatent(2.2, 0.9, 0.6, power=2)
MODELS = [pytest.param(GAUSSIAN, id="gaussian"), pytest.param(BIMODAL, id="bimodal")]
QS = [(-0.7, 1.1), (1.4, 0.3), (0.0, 2.0)]


def lab(**values) -> ElboLab:
    return ElboLab(build(ElboLab.Config, values))


def frame(name: str, page: ElboLab):
    return Viewer(page).last_frame(Request(name))


def joint_density(model: OneLatent, z: float) -> float:
    return stats.norm.pdf(z) * stats.norm.pdf(model.x, model.a * z**model.power, model.sigma)


@pytest.mark.parametrize("model", MODELS)
def test_evidence_is_the_integral_of_the_joint(model):
    modes = list(model.map_points())
    value, _ = integrate.quad(lambda z: joint_density(model, z), -12, 12, points=modes, epsabs=0, epsrel=1e-12)
    assert model.log_evidence() == pytest.approx(math.log(value), abs=1e-10)


@pytest.mark.parametrize("model", [OneLatent(4.0, 3.0, 0.1, 2), OneLatent(-4.0, 0.2, 2.0, 2)])
def test_quadrature_holds_at_the_ends_of_the_sliders(model):
    modes = list(model.map_points())
    value, _ = integrate.quad(lambda z: joint_density(model, z), -8, 8, points=modes, epsabs=0, epsrel=1e-12, limit=500)
    assert model.log_evidence() == pytest.approx(math.log(value), abs=1e-9)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("m", "s"), QS)
def test_terms_are_expectations_under_q(model, m, s):
    z, w = np.polynomial.hermite_e.hermegauss(20)  # exact for polynomials up to degree 39
    z, w = m + s * z, w / w.sum()
    likelihood = w @ stats.norm.logpdf(model.x, model.a * z**model.power, model.sigma)
    wanted = likelihood, w @ stats.norm.logpdf(z), stats.norm(m, s).entropy()
    assert [float(t) for t in model.terms(m, s)] == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("m", "s"), QS)
def test_both_forms_and_the_gap_add_up_to_the_evidence(model, m, s):
    likelihood, prior, entropy = (float(t) for t in model.terms(m, s))
    kl = float(torch.distributions.kl_divergence(
        torch.distributions.Normal(torch.tensor(m, dtype=torch.float64), torch.tensor(s, dtype=torch.float64)),
        torch.distributions.Normal(torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64)),
    ))  # fmt: skip
    first, second = (likelihood + prior) + entropy, likelihood - kl
    assert first + model.gap(m, s) == pytest.approx(model.log_evidence(), abs=1e-10)
    assert second + model.gap(m, s) == pytest.approx(model.log_evidence(), abs=1e-10)
    assert float(model.objective(m, s)) == pytest.approx(first, abs=1e-12)
    assert model.gap(m, s) > 0


@pytest.mark.parametrize("power", [1, 2])
def test_the_bars_add_up(power):
    bars = frame("terms", lab(posterior="gaussian" if power == 1 else "bimodal", m=0.7, s=0.9))
    evidence, elbo, gap, joint, entropy, likelihood, minus_kl = bars.values
    assert elbo + gap == pytest.approx(evidence, abs=1e-10)
    assert joint + entropy == pytest.approx(elbo, abs=1e-10)
    assert likelihood + minus_kl == pytest.approx(elbo, abs=1e-10)


def test_at_the_exact_posterior_the_bound_is_tight_and_the_integrand_constant():
    m, s = GAUSSIAN.gaussian_posterior()
    assert float(GAUSSIAN.objective(m, s)) == pytest.approx(GAUSSIAN.log_evidence(), abs=1e-10)
    assert GAUSSIAN.gap(m, s) == pytest.approx(0.0, abs=1e-10)
    z = np.linspace(m - 6 * s, m + 6 * s, 50)
    ratio = GAUSSIAN.log_joint(z) - stats.norm.logpdf(z, m, s)
    assert np.ptp(ratio) < 1e-10
    assert GAUSSIAN.ratio_variance(m, s) < 1e-20
    assert GAUSSIAN.ratio_variance(m, 1.5 * s) > 0.1


def test_variance_of_the_integrand_against_sampling():
    m, s = 0.5, 0.8
    z = np.random.default_rng(3).normal(m, s, 400_000)
    ratio = BIMODAL.log_joint(z) - stats.norm.logpdf(z, m, s)
    error = np.sqrt(((ratio - ratio.mean()) ** 2).var() / len(z))
    assert abs(ratio.var() - BIMODAL.ratio_variance(m, s)) < 5 * error


def test_the_preset_of_the_posterior_closes_the_gap():
    (preset,) = (p for p in ElboLab.presets if p.title == "q is the posterior")
    bars = frame("terms", lab(**preset.config))
    assert bars.values[2] == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("weights", [ALL, Weights(entropy=0), Weights(1, 0, 0), Weights(0, 1, 1), Weights(0, 0, 1)])
def test_gradient_is_that_of_the_objective(model, weights):
    def objective(m: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        e, w = (torch.from_numpy(part) for part in np.polynomial.hermite_e.hermegauss(12))
        z, w = m + s * e, w / w.sum()
        normal = torch.distributions.Normal
        likelihood = w @ normal(model.a * z**model.power, model.sigma).log_prob(torch.tensor(model.x, dtype=z.dtype))
        prior = w @ normal(0.0, 1.0).log_prob(z)
        return weights.likelihood * likelihood + weights.prior * prior + weights.entropy * normal(m, s).entropy()

    for m, s in QS:
        point = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (m, s)]
        wanted = torch.autograd.grad(objective(*point), point, allow_unused=True)
        found = model.gradient(m, s, weights)
        assert found == pytest.approx([0.0 if g is None else float(g) for g in wanted], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("model", [*MODELS, pytest.param(OneLatent(-1.0, 1.0, 0.8, 2), id="one mode, k = 2")])
def test_optimum_is_what_a_numeric_search_finds(model):
    found = model.optimum()
    best = max(
        (
            optimize.minimize(
                lambda p: -float(model.objective(p[0], math.exp(p[1]))), start, method="Nelder-Mead",
                options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000},
            )
            for start in ([2.0, -1.0], [0.0, 0.0], [0.6, -0.5])
        ),
        key=lambda result: -result.fun,
    )  # fmt: skip
    assert float(model.objective(*found[0])) == pytest.approx(-best.fun, abs=1e-9)
    assert abs(found[0][0]) == pytest.approx(abs(best.x[0]), abs=1e-4)
    assert found[0][1] == pytest.approx(math.exp(best.x[1]), abs=1e-4)


def test_no_gaussian_closes_the_gap_to_two_modes():
    (preset,) = (p for p in ElboLab.presets if p.title == "Two modes")
    page = lab(**preset.config)
    m, s = page.model.optimum()[0]
    assert page.model.gap(m, s) == pytest.approx(math.log(2.0), abs=0.05)
    assert page.model.gap(*page.q) == pytest.approx(page.model.gap(m, s), abs=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_modes_are_the_greatest_values(model):
    z = np.linspace(0.0, 4.0, 400_001)
    assert model.map_points()[-1] == pytest.approx(z[model.log_joint(z).argmax()], abs=1e-5)
    assert model.likelihood_points()[-1] == pytest.approx(z[model.log_likelihood(z).argmax()], abs=1e-5)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("weights", "target"), [(Weights(1, 1, 0), "map_points"), (Weights(1, 0, 0), "likelihood_points")]
)
def test_without_entropy_or_kl_q_shrinks_onto_one_point(model, weights, target):
    path = model.ascend(0.9, 0.7, weights, 4000, 0.01)
    points = getattr(model, target)()
    assert path[-1, 1] < 1e-4
    assert path[-1, 0] == pytest.approx(points[-1], abs=1e-4)
    assert model.optimum(weights) == tuple((z, 0.0) for z in points)


def test_presets_of_the_limits_arrive():
    titles = {preset.title: preset.config for preset in ElboLab.presets}
    no_entropy, no_kl = lab(**titles["Form 1 without the entropy"]), lab(**titles["Form 2 without the KL"])
    assert no_entropy.q == pytest.approx((1.6, 0.0), abs=1e-3)
    assert no_kl.q == pytest.approx((2.5, 0.0), abs=1e-3)
    assert lab(**titles["The KL alone"]).q == pytest.approx((0.0, 1.0), abs=1e-3)


def test_gradient_steps_reach_the_posterior_and_a_divergence_is_said():
    assert lab(steps=300).q == pytest.approx(lab().model.gaussian_posterior(), abs=1e-5)
    diverging = frame("plane", lab(sigma=0.1, rate=0.5, steps=300))
    assert diverging.warning
    assert "diverge" in diverging.note
    assert not frame("plane", lab()).warning


def test_every_setting_of_the_terms_can_be_drawn():
    for posterior in ("gaussian", "bimodal"):
        for first in (False, True):
            for second in (False, True):
                for form, names in (("joint", ("joint", "entropy")), ("reconstruction", ("reconstruction", "kl"))):
                    page = lab(
                        posterior=posterior, form=form, steps=20, **dict(zip(names, (first, second), strict=True))
                    )
                    assert (page.weights == ALL) == (first and second)
                    for name in ("densities", "terms", "plane", "integrand"):
                        assert frame(name, page)


def test_evidence_of_the_linear_gaussian_model():
    rng = torch.Generator().manual_seed(1)
    model = LinearGaussian.drawn(6, 2, 0.4, rng=rng)
    x = model.sample(5, rng=rng)
    w = model.loadings.numpy()
    wanted = stats.multivariate_normal(np.zeros(6), w @ w.T + 0.16 * np.eye(6)).logpdf(x.numpy())
    assert model.log_prob(x).numpy() == pytest.approx(wanted, abs=1e-9)


def test_averaging_over_the_prior_is_what_it_says():
    model = LinearGaussian.drawn(4, 2, 0.5, rng=torch.Generator().manual_seed(0))
    x = model.sample(3, rng=torch.Generator().manual_seed(1))
    errors = model.averaging_error(x, 50, rng=torch.Generator().manual_seed(2))
    z = torch.randn(3, 50, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64).numpy()
    for i in range(3):
        likelihood = stats.norm.pdf(x[i].numpy(), z[i] @ model.loadings.numpy().T, 0.5).prod(axis=1)
        for k in (1, 7, 50):
            wanted = math.log(likelihood[:k].mean()) - float(model.log_prob(x[i : i + 1]))
            assert float(errors[i, k - 1]) == pytest.approx(wanted, abs=1e-9)


def test_the_average_is_unbiased_and_its_log_is_below():
    model = LinearGaussian.drawn(2, 1, 1.0, rng=torch.Generator().manual_seed(4))
    x = model.sample(1, rng=torch.Generator().manual_seed(5)).expand(4000, -1)
    errors = model.averaging_error(x, 20, rng=torch.Generator().manual_seed(6))[:, -1].numpy()
    ratio = np.exp(errors)
    assert abs(ratio.mean() - 1.0) < 5 * ratio.std() / math.sqrt(len(ratio))
    assert errors.mean() < -3 * errors.std() / math.sqrt(len(errors))


def test_the_error_falls_with_draws_and_grows_with_the_dimension_of_x():
    small, large = (frame("averaging", lab(x_dim=d)).series[0] for d in (5, 100))
    assert (np.diff(small.y[::10]) > 0).all()
    assert (small.y >= small.low).all()
    assert large.y[0] < small.y[0] < -1
    assert abs(small.y[-1]) < 0.2


def test_another_seed_gives_other_draws_and_the_same_seed_the_same():
    viewer = Viewer(lab())
    one, same, other = (
        viewer.last_frame(Request("averaging", inputs={"noise": Noise(seed)})).series[0].y for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_normal_distributions():
    assert normal_mean(lambda e: e**8) == pytest.approx(105.0, rel=1e-13)
    assert normal_mean(lambda e: np.cos(20 * e) ** 2) == pytest.approx(0.5, abs=1e-13)
    first, second = torch.distributions.Normal(0.3, 0.7), torch.distributions.Normal(-1.0, 2.0)
    wanted = float(torch.distributions.kl_divergence(first, second))
    assert normal_kl(0.3, 0.7, -1.0, 2.0) == pytest.approx(wanted, abs=1e-6)
    assert [decimal(v) for v in (-1234.5, -0.0001, 0.5)] == ["−1,234.500", "0.000", "0.500"]
