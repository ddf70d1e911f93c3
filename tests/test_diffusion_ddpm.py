"""DDPM in the plane: its network and divergence, weightings, the exact floor, evaluation, and samplers."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from catalogue import small_session

from explorer.engine import Session, Setup, open_data
from explorer.engine.measure.evaluation import evaluate
from explorer.engine.views.viewer import Viewer
from models.diffusion.plane.network import TimeMLP
from models.diffusion.process import PREDICTIONS, SCHEDULES
from models.protocol import Points


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def model(**config):
    return small_session("ddpm", **config).model.double().eval()


@pytest.mark.parametrize("process", SCHEDULES)
@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_the_divergence_is_that_of_autograd(prediction, process):
    made = model(prediction=prediction, process=process, width=16)
    x, t = torch.randn(5, 2, generator=rng(), dtype=torch.float64, requires_grad=True), torch.tensor(0.4).double()
    of, divergence = made.with_divergence(x, t, made.schedule.at(t))
    for value, found in zip(of, divergence, strict=True):
        rows = [torch.autograd.grad(value[:, axis].sum(), x, retain_graph=True)[0][:, axis] for axis in range(2)]
        torch.testing.assert_close(found, rows[0] + rows[1], rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(of.eps, made.eps(x, t))


def test_he_initialisation_has_the_gain_of_relu():
    net = TimeMLP(512, 2, "kaiming")
    assert float(net.layers[1].weight.detach().std()) == pytest.approx(math.sqrt(2 / 512), rel=0.02)
    assert float(net.layers[1].bias.detach().abs().max()) == 0.0


@pytest.mark.parametrize(("weighting", "of"), [
    ("simple", lambda snr: 1.0),
    ("min-snr", lambda snr: min(5.0, snr) / snr),
])  # fmt: skip
def test_weightings_of_the_error_of_the_noise(weighting, of):
    made, t = model(weighting=weighting), torch.tensor([[0.02], [0.1], [0.5], [0.9]], dtype=torch.float64)
    level = made.schedule.at(t)
    wanted = [of(float(snr)) for snr in level.log_snr.exp()]
    assert made.weight(level, t)[:, 0].tolist() == pytest.approx(wanted, rel=1e-12)


def test_the_elbo_weight_makes_the_loss_that_of_the_chain_of_many_steps():
    """T D_KL of one step of a long chain with the posterior variance is w(t) times the error, nats, for two axes."""
    made, k, length = model(weighting="elbo"), 2000, 4000
    t, s = (made.schedule.at(torch.tensor(each / length).double()) for each in (k, k - 1))
    exact = 0.5 * length * (s.log_snr.exp() - t.log_snr.exp()) * t.sigma.square() / t.alpha.square()  # of ‖ε − ε_θ‖²
    time = torch.tensor([[(k - 0.5) / length]], dtype=torch.float64)
    weight = float(made.weight(made.schedule.at(time), time)) / (1 - 1e-3) / 2  # of a mean over two axes
    assert weight == pytest.approx(float(exact), rel=2e-3)


def test_a_perfect_network_has_the_loss_of_the_floor_and_no_error_of_the_field(monkeypatch):
    session = small_session("ddpm")
    made = session.model.eval()
    exact = made.exact
    monkeypatch.setattr(made, "output", lambda x, t, level: exact.eps(x, level))
    values = made.loss(session.data.batch("valid", 0, 500), rng=rng())
    assert float(values["eps_error"]) == pytest.approx(float(values["eps_floor"]), rel=1e-6)
    of_data = made.evaluate(session.data.batch("valid", 0, 500), rng=rng())
    assert float(of_data["field_error"][:, 0].mean()) < 1e-9


def test_the_floor_is_measured_in_eval_mode_alone():
    session = small_session("ddpm")
    batch = session.data.batch("valid", 0, 50)
    assert "eps_floor" not in session.model.train().loss(batch, rng=rng())
    assert 0 < float(session.model.eval().loss(batch, rng=rng())["eps_floor"]) < 1


def test_held_out_loss_and_floor_are_those_over_all_times_and_not_of_one_draw():
    """The floor by quadrature over t; with one draw of t for each datum it was 19 % off."""
    session = small_session("ddpm")
    made = session.model.eval().double()
    exact, times = made.exact, torch.linspace(1e-3, 1, 101, dtype=torch.float64)
    by_t = torch.stack([made.floor(exact, made.schedule.at(t)) for t in times])
    whole = float(torch.trapezoid(by_t, times)) / (1 - 1e-3)
    batch = session.data.batch("train", 0, 2000)
    batch = dataclasses.replace(batch, x=batch.x.double())
    found = [float(made.loss(batch, rng=torch.Generator().manual_seed(seed))["eps_floor"]) for seed in range(3)]
    assert found == pytest.approx([whole] * 3, rel=0.05)


def test_evaluation_has_the_keys_that_scripts_read_and_the_modes_are_stored_with_the_weights():
    session = small_session("ddpm", width=16)
    other = small_session("ddpm", width=16).model
    other.modes.zero_()
    other.log_weights.fill_(-torch.inf)
    other.load_own_state(session.model.own_state())
    values = evaluate(other, session.data, limit=40, settings={"t": "0.1", "passes": "5", "sampler": "euler"})
    assert {"nll_nats", "nll_gap_nats", "elbo_nats", "field_error", "high_quality_percent"} <= values.keys()
    assert values["elbo_nats_se"] > 0
    assert values["field_error"] > 0.01  # of a network that is not trained


@pytest.mark.parametrize("sampler", ["ddim", "ancestral", "euler", "heun"])
def test_samplers_draw_what_they_are_said_to_draw(sampler):
    """DDIM with η = 0 and the flow draw nothing on the way; ancestral sampling does in all steps but the last."""
    made, start, draws = model(width=16), torch.randn(3, 2, generator=rng(), dtype=torch.float64), rng(1)
    before = draws.get_state()
    *_, last = made.way(start, sampler, 6, rng=draws)
    assert torch.equal(before, draws.get_state()) == (sampler != "ancestral")
    assert torch.isfinite(last.x).all()
    assert made.noise_dims(made.config, made.spec.kind) == 2 * made.config.chain


def test_data_without_a_known_mixture_have_no_exact_field():
    setup = Setup.of("ddpm", data="moons:n=1000", values={"batch": 16}, device="cpu")
    made = Session(setup, open_data(setup.data), record=False)
    assert made.model.exact is None
    values = evaluate(made.model.eval(), made.data, limit=20, settings={"passes": "5"})
    assert "field_error" not in values
    assert "nll_gap_nats" in values


def test_the_handles_of_dragged_noise_begin_between_the_modes():
    """On a mode noise hardly moves, and its way could not be seen."""
    session = small_session("ddpm")
    viewer = Viewer(session.model.eval(), session.data)
    points = viewer.default(viewer.view("dragged"), Points, {}, "points")
    modes = session.data.whole().centers
    distance = torch.cdist(torch.from_numpy(points.xy), modes.double()).min(dim=1).values
    assert float(distance.min()) > 3 * session.data.whole().std
