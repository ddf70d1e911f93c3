"""Models without a tractable likelihood: ratios, exact posteriors, rejection, counts and θ."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal

from explorer.engine import Request, Session, Setup, Viewer, open_data
from models.frames import Plane, Points
from models.inference.implicit import ImplicitModel
from models.inference.implicit.exact import centers_of, divergences, exact_in_parts, kernel_log_mass
from models.inference.implicit.learned import draws_in_parts, learned_in_parts
from models.inference.implicit.pairs import contrast
from models.inference.implicit.rejection import KEPT, Rejection, abc_in_parts, nearest
from models.inference.implicit.switch_views import CHOICES, Line, switch
from models.protocol import BadValue, Data, DataBatch, DataSpec, Simulated
from models.simulators import GAndK, LotkaVolterra, Parabola, Regression, Simulator, written


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@torch.no_grad()
def finished(work):
    """What a generator returns in the end; without gradients, as the engine computes views."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def observations(simulator: Simulator, n: int, seed: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    z = torch.randn(n, simulator.dim, generator=rng(seed), dtype=torch.float64)
    return z, simulator.simulate(z, rng=rng(seed + 1))


def spec_of(simulator: Simulator) -> DataSpec:
    _, x = observations(simulator, 2000, 11)
    return DataSpec(
        Simulated(simulator.d, written(simulator)), 2000, mean=tuple(x.mean(0).tolist()), std=tuple(x.std(0).tolist())
    )


def model_of(simulator: Simulator, **config) -> ImplicitModel:
    torch.manual_seed(0)
    return ImplicitModel(ImplicitModel.Config(**{"hidden": 32, "layers": 1} | config), spec_of(simulator))


def batch_of(simulator: Simulator, n: int, seed: int = 1) -> DataBatch:
    return DataBatch(observations(simulator, n, seed)[1].float(), None, torch.arange(n))


def no_data(simulator: Simulator) -> Data:
    return Data(spec_of(simulator), lambda split, n: batch_of(simulator, n or 10))


# Exact posteriors


@pytest.mark.parametrize("theta", [0.5, -0.4])
def test_posterior_and_evidence_of_the_regression_are_those_of_the_joint_gaussian(theta):
    simulator = Regression()
    _, x = observations(simulator, 3)
    t = torch.linspace(-1, 1, 10, dtype=torch.float64)
    design = torch.stack([torch.ones(10), t], dim=1).double()
    # (z, x) is jointly Gaussian: condition it by Schur's complement, not by precisions.
    of_x = design @ design.T + simulator.sigma**2 * torch.eye(10, dtype=torch.float64)
    gain = design.T @ torch.linalg.inv(of_x)
    mean, covariance = simulator.posterior(x, theta)
    assert torch.allclose(mean, (x - theta * t**2) @ gain.T, atol=1e-10)
    assert torch.allclose(covariance, torch.eye(2).double() - gain @ design, atol=1e-10)
    expected = MultivariateNormal(theta * t**2, of_x).log_prob(x)
    assert torch.allclose(simulator.log_evidence(x, theta), expected, atol=1e-9)


def test_cells_hold_the_posterior_and_the_evidence_of_the_regression():
    simulator = Regression()
    _, x = observations(simulator, 2)
    exact = finished(exact_in_parts(simulator, x[:1]))
    assert exact.log_prob == pytest.approx(float(simulator.log_evidence(x[:1])), abs=2e-4)
    mean, covariance = simulator.posterior(x[:1])
    centers, mass = centers_of(exact.cells), exact.cells.log_mass.exp()
    found = mass @ centers
    assert torch.allclose(found, mean[0], atol=1e-4)
    away = centers - found
    assert torch.allclose((mass[:, None] * away).T @ away, covariance, atol=1e-4)


def test_the_density_of_g_and_k_is_that_of_its_quantile_function():
    simulator = GAndK(count=5)
    z = torch.tensor([[0.4, -0.3]], dtype=torch.float64)
    e = torch.linspace(-2.5, 2.2, 5, dtype=torch.float64, requires_grad=True)
    g, k = 1 + z[0, 0], 0.4 * (0.5 * z[0, 1]).exp()
    y = (1 + 0.8 * torch.tanh(g * e / 2)) * e * (1 + e**2) ** k
    x = torch.asinh(y)
    (slope,) = torch.autograd.grad(x.sum(), e)  # dx/dε of the defining formula
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(e)
    expected = (normal - slope.log()).sum() + math.log(math.factorial(5))
    found = simulator.log_likelihood(x.detach()[None], z[:, None])[0, 0]
    assert float(found) == pytest.approx(float(expected.detach()), abs=1e-6)


def test_the_density_of_one_draw_of_g_and_k_integrates_to_one_and_fits_its_histogram():
    simulator = object.__new__(GAndK)
    object.__setattr__(simulator, "count", 1)  # below the least that the window offers
    z = torch.tensor([[0.5, 0.2]], dtype=torch.float64)
    x = torch.linspace(-25, 25, 20_001, dtype=torch.float64)[:, None]
    density = simulator.log_likelihood(x, z)
    assert float(torch.trapezoid(density.exp(), x[:, 0])) == pytest.approx(1.0, abs=1e-6)
    draws = simulator.simulate(z.expand(200_000, -1), rng=rng())[:, 0]
    cumulative = torch.cumulative_trapezoid(density.exp(), x[:, 0])
    for quantile in (0.1, 0.5, 0.9):
        place = float(draws.quantile(quantile))
        at = int(torch.searchsorted(x[:, 0].contiguous(), torch.tensor(place).double()))
        assert float(cumulative[at - 1]) == pytest.approx(quantile, abs=0.005)


def test_divergences_on_cells_are_those_of_gaussians():
    exact = finished(exact_in_parts(Regression(), observations(Regression(), 1)[1]))
    cells = exact.cells
    mean, covariance = Regression().posterior(observations(Regression(), 1)[1])
    moved = MultivariateNormal(mean[0] + torch.tensor([0.1, -0.05]), 0.8 * covariance)
    truth = MultivariateNormal(mean[0], covariance)
    forward, reverse = divergences(cells, moved.log_prob(centers_of(cells)) + cells.log_volume)
    assert forward == pytest.approx(float(torch.distributions.kl_divergence(moved, truth)), abs=2e-3)
    assert reverse == pytest.approx(float(torch.distributions.kl_divergence(truth, moved)), abs=2e-3)


def test_the_kernel_density_is_a_mean_of_normal_densities():
    simulator = Regression()
    _, x = observations(simulator, 1)
    cells = finished(exact_in_parts(simulator, x)).cells
    z = torch.randn(50, 2, generator=rng(4), dtype=torch.float64) * 0.1 + simulator.posterior(x)[0]
    kernel = torch.from_numpy(np.cov(z.numpy().T)) * 50 ** (-1 / 3)
    expected = MultivariateNormal(z, kernel).log_prob(centers_of(cells)[1600]).exp().mean().log() + cells.log_volume
    assert float(kernel_log_mass(cells, z)[1600]) == pytest.approx(float(expected), abs=1e-6)


# Players and counts


@pytest.mark.parametrize("player", ["discriminator", "encoder", "simulator"])
def test_the_loss_of_a_player_reaches_its_own_parameters_alone(player):
    model = model_of(Regression(), theta="learned")
    model.loss(player, batch_of(Regression(), 8), rng=rng())["loss"].backward()
    reached = {name.split(".")[0] for name, value in model.named_parameters() if value.grad is not None}
    assert reached == {{"discriminator": "discriminator", "encoder": "posterior", "simulator": "theta"}[player]}
    assert {each.name: len(each.parameters) for each in model.players()}["simulator"] == 1


@pytest.mark.parametrize(
    ("config", "each"),
    [({}, 6), ({"q_x": "model"}, 8), ({"estimator": "nre"}, 6), ({"theta": "learned", "q_x": "model"}, 8)],
)
def test_simulations_are_counted_as_they_are_run(config, each, monkeypatch):
    run = []
    simulate = Regression.simulate

    def counted(self, z, **others):
        run.append(len(z))
        return simulate(self, z, **others)

    monkeypatch.setattr(Regression, "simulate", counted)
    model = model_of(Regression(), draws=3, **config)
    run.clear()
    for player in model.players():
        model.loss(player.name, batch_of(Regression(), 2), rng=rng())
    run.remove(2)  # the data
    made = sum(run) - 2 * (len(model.players()) - 1)
    assert int(model.simulations) == made == each


def test_pairs_of_the_product_hold_the_same_z_beside_other_observations():
    model = model_of(Regression(), estimator="nre", draws=2)
    pairs = contrast(model, batch_of(Regression(), 8).x, rng=rng())
    assert torch.equal(pairs.x, pairs.joint.x)
    assert torch.equal(pairs.z.sort(dim=0).values, pairs.joint.z.sort(dim=0).values)
    assert not (pairs.z == pairs.joint.z).any()


def test_simulations_are_made_around_theta_at_the_theta_that_the_classifier_is_given():
    simulator = Regression()
    model = model_of(simulator, theta="learned", draws=8)
    pairs = contrast(model, batch_of(simulator, 500).x, rng=rng())
    theta = pairs.joint.theta
    assert theta is not None
    assert pairs.theta is not None
    assert float(theta.mean()) == pytest.approx(simulator.start, abs=0.05)
    for each in (theta, pairs.theta):
        assert float(each.std()) == pytest.approx(0.5, abs=0.06)
    noise = pairs.joint.x - simulator.mean(pairs.joint.z, theta)
    assert float(noise.std()) == pytest.approx(simulator.sigma, abs=0.01)


def test_samples_are_made_at_the_learned_theta():
    model = model_of(Regression(), theta="learned")
    with torch.no_grad():
        model.theta.fill_(3.0)
    x = model.sample(4_000, rng=rng())
    assert torch.allclose(x.mean(dim=0), 3 * torch.linspace(-1, 1, 10).square(), atol=0.15)


def test_micro_batches_count_as_one_batch():
    counts = []
    for parts in (1, 2):
        setup = Setup.of("implicit", data="regression:n=1000", values={"batch": 8, "micro_batches": parts, "steps": 10})
        session = Session(setup, open_data(setup.data), record=False)
        session.step()
        counts.append(int(session.model.simulations))
    assert counts == [3 * 8 * 4] * 2


def test_q_sees_data_or_the_model_and_the_outer_mean_stays_over_the_data():
    data = batch_of(Regression(), 8)
    for choice in ("data", "model"):
        model = model_of(Regression(), q_x=choice)
        pairs = contrast(model, data.x, rng=rng())
        assert torch.equal(pairs.x, data.x) == (choice == "data")
    means = [model_of(Regression(), q_x=c).loss("encoder", data, rng=rng())["loss"] for c in ("data", "model")]
    assert torch.equal(*means)


def test_noise_of_fewer_dimensions_than_z_is_refused():
    with pytest.raises(BadValue, match="at least the 2"):
        model_of(Regression(), noise=1)


# Which q(x)


@pytest.mark.parametrize("theta", [-0.5, 0.5])
def test_another_q_of_x_moves_the_objective_by_a_constant(theta):
    line = Line(Regression(), theta)
    shifts = torch.linspace(-2, 2, 9).double()
    curves = {choice: line.objective(shifts, choice).numpy() for choice in CHOICES}
    for choice in CHOICES:
        difference = curves[choice] - curves["data"]
        assert np.ptp(difference) < 1e-6
        assert curves[choice].argmax() == 4
    constant = line.cross_entropy("broad") - line.cross_entropy("data")
    assert curves["broad"] - curves["data"] == pytest.approx(constant, abs=1e-6)
    assert abs(constant) > 1.0


def test_the_closed_objective_is_the_mean_over_data_and_draws_of_q():
    simulator, theta, shift = Regression(), -0.5, 0.7
    n = 200_000
    _, x = observations(simulator, n, 21)
    mean, covariance = simulator.posterior(x, theta)
    center = mean + shift * torch.tensor([0.0, float(covariance[1, 1].sqrt())])
    q = MultivariateNormal(center, covariance)
    root = torch.linalg.cholesky(covariance)
    z = center + torch.randn(n, 2, generator=rng(3), dtype=torch.float64) @ root.T
    prior = MultivariateNormal(torch.zeros(2).double(), torch.eye(2).double())
    inner = simulator.log_likelihood(x, z, theta) + prior.log_prob(z) - q.log_prob(z)
    values = {
        "data": inner - simulator.log_evidence(x),
        "model": inner - simulator.log_evidence(x, theta),
        "broad": inner - torch.distributions.Normal(0.0, 3.0).log_prob(x).sum(dim=1),
    }
    line = Line(simulator, theta)
    for choice, value in values.items():
        error = 5 * float(value.std()) / math.sqrt(n)
        assert float(line.objective(torch.tensor([shift]).double(), choice)) == pytest.approx(
            float(value.mean()), abs=error
        )


def test_the_picture_of_q_of_x_shows_parallel_curves():
    frame = switch(model_of(Regression()))
    first = frame.series[0].y
    for series in frame.series:
        assert np.ptp(series.y - first) < 1e-6


# Ratios


class LogRatio(torch.nn.Module):
    """The exact log p(z|x) − log p(z) of the regression in the place of a classifier; data in standard units."""

    def __init__(self, model: ImplicitModel):
        super().__init__()
        self.model = [model]

    def forward(self, features, z):
        (model,) = self.model
        mean, covariance = Regression().posterior((features * model.spread + model.center).double())
        log_post = MultivariateNormal(mean, covariance).log_prob(z.double())
        return log_post + 0.5 * z.double().square().sum(dim=-1) + math.log(2 * math.pi)


def test_the_exact_ratio_gives_the_exact_posterior():
    simulator = Regression()
    model = model_of(simulator, estimator="nre")
    model.discriminator = LogRatio(model)
    x = batch_of(simulator, 1).x
    cells = finished(exact_in_parts(simulator, x)).cells
    learned = finished(learned_in_parts(model, x, cells, 10, rng()))
    assert learned.kl == pytest.approx(0.0, abs=1e-3)
    assert learned.reverse == pytest.approx(0.0, abs=1e-3)
    z = finished(draws_in_parts(model, x, 20_000, rng())).double()
    mean, covariance = simulator.posterior(x.double())
    assert torch.allclose(z.mean(0), mean[0], atol=0.01)
    assert torch.allclose(z.T.cov(), covariance + torch.eye(2).double() * 0.1**2 / 12, atol=0.002)


def test_classification_learns_the_ratio_of_joint_and_product():
    simulator = Regression()
    model = model_of(simulator, estimator="nre", hidden=64, layers=2)
    optimiser = torch.optim.Adam(model.discriminator.parameters(), 4e-3)
    source, batch = rng(5), batch_of(simulator, 64)
    x = batch_of(simulator, 1, 31).x
    cells = finished(exact_in_parts(simulator, x)).cells
    prior = finished(learned_in_parts(model, x, cells, 10, rng())).reverse
    for _ in range(300):
        optimiser.zero_grad()
        model.loss("discriminator", batch, rng=source)["loss"].backward()
        optimiser.step()
    assert finished(learned_in_parts(model, x, cells, 10, rng())).reverse < 0.4 < prior


def test_theta_moves_towards_the_truth():
    simulator = Regression()
    model = model_of(simulator, theta="learned", hidden=64, layers=2, draws=2)
    train = observations(simulator, 4000, 41)[1].float()
    players = {
        player.name: torch.optim.Adam(player.parameters, 3e-2 if player.name == "simulator" else 3e-3, (0.5, 0.999))
        for player in model.players()
    }
    source = rng(6)
    assert model.theta is not None
    for step in range(140):
        batch = DataBatch(train[64 * step % 3936 :][:64], None, torch.arange(64))
        for player in model.players():
            for _ in range(player.updates):
                players[player.name].zero_grad()
                model.loss(player.name, batch, rng=source)["loss"].backward()
                players[player.name].step()
    assert abs(float(model.theta.detach()) - simulator.truth) < 0.5 * abs(simulator.start - simulator.truth)


# Rejection


def test_rejection_comes_closer_to_the_exact_posterior_with_more_simulations():
    simulator = Regression()
    _, x = observations(simulator, 1, 51)
    cells = finished(exact_in_parts(simulator, x)).cells
    unit = torch.zeros(10).double(), torch.ones(10).double()
    values = []
    for count in (1_000, 200_000):
        (z,) = nearest(simulator, x, *unit, count)
        assert z.shape == (KEPT, 2)
        values.append(divergences(cells, kernel_log_mass(cells, z))[1])
    assert values[1] < 0.5 * values[0]


def test_rejection_keeps_the_nearest_of_all_simulations():
    simulator = Parabola()
    x = torch.tensor([[1.0]])
    run = Rejection(simulator, x, torch.zeros(1), torch.ones(1))
    for _ in run.until(2_500):
        pass
    assert run.count == 3_000
    z, made = [], []
    for part in range(3):
        source = rng(part)
        z.append(torch.randn(1_000, 1, generator=source))
        made.append(simulator.simulate(z[-1], rng=source))
    order = (torch.cat(made) - x)[:, 0].abs().argsort()[:KEPT]
    assert torch.equal(torch.cat(z)[order].sort(dim=0).values, run.kept[0].z.sort(dim=0).values)


def test_rejection_goes_on_where_it_was_interrupted():
    simulator, data = Parabola(), no_data(Parabola())
    x, unit = torch.tensor([[1.0]]), (torch.zeros(1), torch.ones(1))
    run = abc_in_parts(data, simulator, x, *unit, 30_000)
    next(run, None)
    run.close()
    z, count = finished(abc_in_parts(data, simulator, x, *unit, 29_001))
    alone, _ = finished(abc_in_parts(no_data(simulator), simulator, x, *unit, 30_000))
    assert count == 30_000
    assert torch.equal(z, alone)
    few, _ = finished(abc_in_parts(data, simulator, x, *unit, 5_000))
    assert torch.equal(few, finished(abc_in_parts(no_data(simulator), simulator, x, *unit, 5_000))[0])


# Measurement


def test_evaluation_names_what_can_be_had():
    small = {"draws": 10, "posterior_data": 1, "posterior_draws": 1_000, "abc_simulations": 1_000}
    found = model_of(Regression()).evaluate(batch_of(Regression(), 3), rng=rng(), **small)
    assert {"posterior_kl_nats", "posterior_kl_null_nats", "abc_kl_nats", "prior_kl_nats"} < set(found)
    assert found["objective_nats"].shape == (3,)
    assert found["posterior_kl_median_nats"].shape == (1,)
    ratio = model_of(Regression(), estimator="nre").evaluate(batch_of(Regression(), 3), rng=rng(), **small)
    assert "posterior_kl_null_nats" not in ratio
    hidden = model_of(LotkaVolterra(), theta="learned").evaluate(batch_of(LotkaVolterra(), 3), rng=rng(), **small)
    assert set(hidden) == {"simulations", "objective_nats", "theta", "theta_error"}
    typed = " ".join(map(str, batch_of(Regression(), 1).x[0].tolist()))
    one = model_of(Regression()).evaluate(batch_of(Regression(), 3), rng=rng(), x=typed, **small)
    assert one["objective_nats"].shape == (1,)


# Cards and phases


def test_methods_are_shown_as_they_are_computed_and_the_count_is_that_of_the_model():
    setup = Setup.of("implicit", data="regression:n=1000", values={"batch": 8, "steps": 10, "hidden": 8})
    session = Session(setup, open_data(setup.data), record=False)
    session.model.simulations.fill_(4_321)
    frames = list(Viewer(session.model, session.data).frames(Request("methods")))
    assert [frame.pending for frame in frames] == [True, True, False]
    assert frames[-1].labels == ("p(z), 0", "model, 4,321", "ABC, 200,000", "ABC, 5,000")
    prior, _, many, few = frames[-1].values
    assert prior > few > many > 0
    x = session.data.batch("valid", 0, 1).x
    mean, covariance = Regression().posterior(x.double())
    exact = MultivariateNormal(mean[0], covariance)
    standard = MultivariateNormal(torch.zeros(2).double(), torch.eye(2).double())
    assert prior == pytest.approx(float(torch.distributions.kl_divergence(exact, standard)), abs=5e-3)


def test_one_typed_datum_is_measured_once():
    model = model_of(Regression()).eval()
    settings = {"draws": 10, "posterior_draws": 1_000, "abc_simulations": 1_000, "x": " ".join(["0.3"] * 10)}
    found = model.evaluate(batch_of(Regression(), 3), rng=rng(), **settings)
    assert int(found["n"]) == len(found["posterior_kl_nats"]) == len(found["objective_nats"]) == 1
    batch = batch_of(Regression(), 3)
    later = DataBatch(batch.x, None, batch.index + 3)
    assert {key: int(value) for key, value in model.evaluate(later, rng=rng(), **settings).items()} == {"n": 0}


@pytest.mark.parametrize("estimator", ["adversarial", "nre"])
def test_phases_draw_the_z_of_the_loss(estimator):
    model = model_of(Regression(), estimator=estimator)
    batch = batch_of(Regression(), 8)
    assert not next(view for view in ImplicitModel.views if view.name == "aggregated").streams
    shown = {"aggregated": Plane((), extent=(-3.0, 3.0, -3.0, 3.0))}
    pairs = contrast(model, batch.x, rng=rng(9))
    for phase in model.players()[0].forward_phases:
        with torch.no_grad():
            picture = model.phase_picture("discriminator", phase, batch, rng=rng(9), shown=shown)
        points = [layer.xy for layer in picture.frames["aggregated"].layers if isinstance(layer, Points)]
        assert np.array_equal(points[0], pairs.joint.z[:48].numpy())
        if len(points) > 1:
            drawn = pairs.z if estimator == "nre" else pairs.z[0]
            assert np.array_equal(points[1], drawn[:48].numpy())
