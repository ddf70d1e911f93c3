"""The planar GAN: losses and penalties of its players, packing, clipping, spectral norm, noise, presets."""

from __future__ import annotations

import copy
import dataclasses
import math

import numpy as np
import pytest
import torch
from pages import kept_session, session

from explorer.engine import load_run, resume_session
from explorer.engine.measure import validation
from explorer.engine.measure.evaluation import evaluate
from explorer.engine.runs.checkpoint import read_checkpoint, write_checkpoint
from models.gan.objectives import OBJECTIVES
from models.gan.planar.model import GAN
from models.gan.planar.networks import SpectralLinear, dense
from models.protocol import DataBatch, DataSpec, Planar

SPEC = DataSpec(Planar(), 1000, mean=(1.0, -2.0), std=(3.0, 4.0))


def make(**config) -> GAN:
    torch.manual_seed(0)
    values = {"hidden_g": 8, "hidden_d": 8, "activation_g": "tanh", "activation_d": "tanh", **config}
    return GAN(GAN.Config(**values), SPEC).double()


def batch(n: int = 12) -> DataBatch:
    x = torch.randn(n, 2, generator=torch.Generator().manual_seed(7), dtype=torch.float64) * 3.5
    return DataBatch(x, None, torch.arange(n))


def noise(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def samples(model: GAN, n: int = 12) -> torch.Tensor:
    """What the generator makes of the noise that a loss draws first, standard units."""
    return model.generator(model.prior_draw(n, rng=noise()))


@pytest.fixture(autouse=True)
def _keep_global_state():
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_players_descend_the_losses_of_the_game_on_standardised_data(name):
    model, data = make(objective=name), batch()
    u = (data.x - torch.tensor([1.0, -2.0])) / math.sqrt((9 + 16) / 2)
    real, fake = model.discriminator(u)[:, 0], model.discriminator(samples(model))[:, 0]
    found = model.loss("discriminator", data, rng=noise())
    penalty = model.config.penalty * found["gradient_penalty"] if name == "wasserstein-gp" else 0.0
    torch.testing.assert_close(found["loss"], OBJECTIVES[name].discriminator(real, fake) + penalty)
    generator = model.loss("generator", data, rng=noise())["loss"]
    torch.testing.assert_close(generator, OBJECTIVES[name].generator(fake))


@pytest.mark.parametrize("config", [{}, {"r1": 0.7}, {"objective": "wasserstein-gp", "penalty": 3.0}, {
    "objective": "hinge", "r1": 2.0, "pac": 3,
}])  # fmt: skip
def test_the_terms_that_explain_shows_add_up_to_minus_the_loss(config):
    model = make(**config)
    found = model.loss("discriminator", batch(), rng=noise())
    objective = GAN.objective_of(model.config)
    terms = sum(term.value(found[term.metric].item(), model.config) for term in objective.terms)
    assert terms == pytest.approx(-found["loss"].item(), abs=1e-12)
    assert objective.total.value(found["objective"].item(), model.config) == pytest.approx(terms, abs=1e-12)
    assert {m.key for m in GAN.metrics if m.source == "train" and m.followed(model.config)} >= {
        term.metric for term in objective.terms
    }


def test_r1_is_half_the_mean_squared_slope_on_the_data():
    model, data = make(r1=1.5), batch()
    u = model.units.to_units(data.x)
    each = torch.func.vmap(torch.func.grad(lambda point: model.discriminator(point[None])[0, 0]))(u)
    found = model.loss("discriminator", data, rng=noise())
    torch.testing.assert_close(found["r1_penalty"], 0.5 * each.square().sum(1).mean())
    torch.testing.assert_close(found["loss"], -found["value"] + 1.5 * found["r1_penalty"])


def test_each_player_s_loss_has_gradients_for_its_own_weights_alone():
    model = make(r1=0.5)
    discriminator, generator = (player.parameters for player in model.players())
    model.loss("discriminator", batch(), rng=noise())["loss"].backward()
    assert all(weight.grad is not None for weight in discriminator)
    assert all(weight.grad is None for weight in generator)
    model.zero_grad(set_to_none=True)
    model.loss("generator", batch(), rng=noise())["loss"].backward()
    assert all(weight.grad is not None for weight in generator)
    assert all(weight.grad is None for weight in discriminator)
    assert all(weight.requires_grad for weight in discriminator)


def test_packs_are_points_side_by_side_all_of_one_kind_and_a_remainder_is_left_out():
    model, data = make(pac=5), batch(12)
    judged = []
    model.discriminator.register_forward_pre_hook(lambda _, given: judged.append(given[0].detach()))
    model.loss("discriminator", data, rng=noise())
    (packs,) = judged
    assert packs.shape == (4, 10)
    torch.testing.assert_close(packs[:2].reshape(10, 2), model.units.to_units(data.x)[:10])
    torch.testing.assert_close(packs[2:].reshape(10, 2), samples(model)[:10].detach())


def test_points_too_few_for_a_pack_are_repeated():
    model = make(pac=8)
    found = model.loss("discriminator", batch(3), rng=noise())
    assert torch.isfinite(found["loss"])
    pack = model.units.to_units(batch(3).x).repeat(3, 1)[:8].reshape(1, 16)
    torch.testing.assert_close(found["on_data"], -model.game.on_data(model.judge(pack)).mean())


def test_instance_noise_is_in_units_of_the_data_and_on_both():
    model, data = make(instance_noise=0.5), batch(4000)
    judged = []
    model.discriminator.register_forward_pre_hook(lambda _, given: judged.append(given[0].detach()))
    model.loss("discriminator", data, rng=noise())
    (seen,) = judged
    off = (seen[:4000] - model.units.to_units(data.x)) * model.spread
    assert float(off.std()) == pytest.approx(0.5, rel=0.03)
    spread_of_samples = (seen[4000:].var(dim=0).sum() - samples(model, 4000).var(dim=0).sum()).detach()
    assert float(spread_of_samples.sqrt() * model.spread) == pytest.approx(0.5 * math.sqrt(2), rel=0.1)


def test_clipping_follows_an_update_of_a_clipped_critic_and_nothing_else():
    for name, clipped in (("wasserstein", True), ("wasserstein-gp", False), ("hinge", False)):
        model = make(objective=name, weight_limit=0.05)
        before = [weight.detach().clone() for weight in model.discriminator.parameters()]
        model.after_update("generator")
        assert all(torch.equal(a, b) for a, b in zip(before, model.discriminator.parameters(), strict=True))
        model.after_update("discriminator")
        largest = max(float(weight.detach().abs().max()) for weight in model.discriminator.parameters())
        assert (largest <= 0.05) == clipped


def test_spectral_layers_have_largest_singular_value_1():
    torch.manual_seed(1)
    layer = SpectralLinear(20, 30).double()
    with torch.no_grad():
        layer.weight.mul_(7.0)
        for _ in range(300):
            layer(torch.zeros(1, 20, dtype=torch.float64))
    assert float(torch.linalg.svdvals(layer.divided.detach())[0]) == pytest.approx(1.0, abs=1e-6)


def test_spectral_layers_rest_while_evaluating_and_are_copied_with_their_vectors():
    torch.manual_seed(2)
    layer = SpectralLinear(6, 5)
    x = torch.ones(2, 6)
    layer.eval()
    u, first = layer.u.clone(), layer(x)
    assert torch.equal(layer(x), first)
    assert torch.equal(layer.u, u)
    twin = copy.deepcopy(layer)
    assert torch.equal(twin(x), first)
    layer.train()(x)
    assert not torch.equal(layer.u, u)
    assert torch.equal(twin.u, u)


def test_the_gradient_of_a_spectral_layer_is_that_of_its_divided_weights():
    torch.manual_seed(3)
    layer = SpectralLinear(3, 2).double().eval()
    x = torch.randn(4, 3, dtype=torch.float64)
    (found,) = torch.autograd.grad(layer(x).square().sum(), layer.weight)
    step = 1e-6
    with torch.no_grad():
        layer.weight[1, 2] += step
        up = layer(x).square().sum()
        layer.weight[1, 2] -= 2 * step
        down = layer(x).square().sum()
    assert found[1, 2].item() == pytest.approx(float(up - down) / (2 * step), rel=1e-6)


def test_no_hidden_layer_is_an_affine_map():
    net = dense(2, 16, 0, 2, "relu", spectral=False)
    a, b = torch.tensor([[1.0, 2.0]]), torch.tensor([[-3.0, 0.5]])
    torch.testing.assert_close(net(a) + net(b), net(a + b) + net(torch.zeros(1, 2)))


def test_noise_is_of_the_kind_and_dimension_asked_for():
    uniform = make(noise="uniform", latent=3).prior_draw(5000, rng=noise())
    assert uniform.shape == (5000, 3)
    assert -1 <= uniform.min() < -0.99 < 0.99 < uniform.max() <= 1
    assert float(uniform.var()) == pytest.approx(1 / 3, rel=0.05)
    assert float(make(latent=1).prior_draw(5000, rng=noise()).std()) == pytest.approx(1.0, rel=0.05)
    assert GAN.noise_dims(GAN.Config(latent=1), Planar()) == 1


def test_samples_are_the_generator_s_points_in_data_units():
    model = make()
    expected = torch.tensor([1.0, -2.0]) + math.sqrt(12.5) * samples(model).detach()
    torch.testing.assert_close(model.sample(12, rng=noise()), expected)


def test_the_objective_may_change_while_it_learns():
    s = session("gan", batch=16, steps=100, objective="non-saturating")
    s.step()
    s.change(objective="hinge", r1=0.5)
    s.step()
    last = s.journal.history.last()
    assert last["generator_loss"] != 0
    assert "r1_penalty" in last
    keys = {series.key for series in s_curves(s)}
    assert {"discriminator_loss", "discriminator_loss.equilibrium", "generator_loss"} <= keys
    assert "generator_loss.equilibrium" not in keys  # hinge: F has a level of its own only for D
    assert not {"value", "on_data", "r1_penalty"} & keys


def test_updates_in_a_round_may_change_while_it_learns():
    s = session("gan", batch=16, steps=100)
    s.step()
    assert int(s.model.generator_updates) == 1
    s.change(updates_g=3, updates_d=2)
    s.step()
    assert int(s.model.generator_updates) == 4
    assert [each.player.updates for each in s.learner.players] == [2, 3]
    assert s.trainer.position == 16 * (2 + 5)  # each update has a batch of its own


def test_curves_have_the_equilibria_of_the_lecture():
    s = session("gan", batch=16, steps=100, objective="minimax")
    s.step()
    levels = {series.key: float(series.y[0]) for series in s_curves(s) if series.dashed}
    null = levels.pop("held_out.energy_distance_null")
    assert 0 < null < 0.1
    assert levels == {"discriminator_loss.equilibrium": math.log(4), "generator_loss.equilibrium": -math.log(2)}


def test_the_losses_have_two_panes_one_of_them_logarithmic_and_d_g_have_the_colours_of_data_and_model():
    from explorer.engine.runs.curves import loss_curves

    s = session("gan", batch=16, steps=100)
    s.step()
    frame = loss_curves(GAN, s.journal.history, s.setup.config)
    assert list(dict.fromkeys(series.pane for series in frame.series)) == ["loss", "energy distance"]
    assert frame.log_panes == ("energy distance",)
    roles = {series.key: series.role for series in frame.series if not series.dashed}
    assert roles == {
        "discriminator_loss": "data", "generator_loss": "model", "held_out.energy_distance": "total",
    }  # fmt: skip


def s_curves(s):
    from explorer.engine.runs.curves import loss_curves

    return loss_curves(GAN, s.journal.history, s.setup.config).series


def test_a_generator_that_learns_finds_the_eight_modes():
    s = session("gan", data="ring8:std=0.2,n=5000", batch=128, steps=400, hidden_g=32, hidden_d=32, r1=0.1,
                lr_d=4e-3, lr_g=4e-3, beta1=0.0, beta2=0.9)  # fmt: skip
    for _ in range(400):
        s.step()
    x = s.model.sample(2000, rng=noise()).numpy()
    radius = np.hypot(*x.T)
    assert np.median(np.abs(radius - 2.0)) < 0.4
    assert len(np.unique(np.round(np.arctan2(x[:, 1], x[:, 0]) / (np.pi / 4)) % 8)) == 8


@pytest.mark.parametrize(("n", "told"), [(5, False), (6, True), (200, True)])
def test_precision_and_recall_are_of_as_many_samples_as_data_that_were_asked_for(n, told, monkeypatch):
    made = session("gan", data="ring8:n=1000", hidden_g=4, hidden_d=4)
    seen = []

    def compared(x, data):
        seen.append((len(x), len(data)))
        return 1.0, 1.0

    monkeypatch.setattr(validation, "precision_recall", compared)
    found = evaluate(made.model, made.data, limit=n)
    assert seen == ([(n, n)] if told else [])
    assert ("precision" in found) is told
    assert "modes" in found


def test_a_run_whose_counter_of_updates_has_its_former_name_opens_and_goes_on(tmp_path):
    made = kept_session("gan", tmp_path / "run", batch=16, steps=20, hidden_g=4, hidden_d=4, ema=0.9)
    for _ in range(3):
        made.step()
    made.save()
    made.close()
    for path in (tmp_path / "run" / "checkpoints").iterdir():
        kept = read_checkpoint(path)
        former = {name.replace("generator_updates", "moves"): tensor for name, tensor in kept.tensors.items()}
        assert former.keys() != kept.tensors.keys()
        write_checkpoint(path, dataclasses.replace(kept, tensors=former))
    assert int(load_run(tmp_path / "run").model.generator_updates) == 3
    resumed = resume_session(tmp_path / "run")
    resumed.step()
    assert int(resumed.model.generator_updates) == 4
    resumed.close()
