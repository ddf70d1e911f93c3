"""Per-datapoint inference: what moves and what stays, the subsampled objective, and the q fitted to new data."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from pages import kept_session, session
from torch import distributions
from vae_cases import CLASSES, generator, some_data

from explorer.engine import Request, SessionViews, evaluate, resume_session
from models.exact.gaussian_bound import GaussianBound
from models.exact.normal import prior_kl
from models.nets import parameter_count
from models.protocol import DataPoint, DataSpec, Image, build
from models.vae.amortised.model import VAE
from models.vae.per_datapoint.inference import bound, parameters_of_q
from models.vae.per_datapoint.model import PerDatapointVAE
from models.vae.refit import refit
from models.views.words import decimal

PAGE = "vae-per-datapoint"
SMALL = {"hidden": 16, "batch": 16, "steps": 100, "lr_local": 0.1}


def make(n=30, **config) -> PerDatapointVAE:
    torch.manual_seed(0)
    spec = DataSpec(Image(1, 8, 8, "binary"), n, CLASSES, levels=2)
    return PerDatapointVAE(build(PerDatapointVAE.Config, {"hidden": 16, **config}), spec).double()


def train_data(n=6, first=10):
    return dataclasses.replace(some_data(n=n), index=torch.arange(n) + first, split="train")


def test_the_loss_is_the_bound_of_the_batch_under_its_own_q():
    model, batch = make(beta=0.5), train_data()
    out = model.loss(batch, rng=generator(3))
    mean, std = model.mean[10:16], (0.5 * model.log_var[10:16]).exp()
    z = mean + std * torch.randn(6, 2, dtype=torch.float64, generator=generator(3))
    law = distributions.Bernoulli(logits=model.decoder(z))
    reconstruction = law.log_prob(batch.x).sum(dim=(1, 2, 3)).mean()
    kl = distributions.kl_divergence(
        distributions.Normal(mean, std), distributions.Normal(torch.zeros_like(mean), 1.0)
    ).sum(1).mean()  # fmt: skip
    torch.testing.assert_close(out["reconstruction"], reconstruction)
    torch.testing.assert_close(out["kl"], kl)
    torch.testing.assert_close(out["elbo"], reconstruction - kl)
    torch.testing.assert_close(out["loss"], -(reconstruction - 0.5 * kl))


def test_a_batch_scaled_by_n_over_b_has_the_gradient_of_the_whole_on_the_average():
    """With the same noise for each datum, the average over all batches of one is the gradient of the whole."""
    model = make(n=6)
    batch = train_data(n=6, first=0)
    noise = torch.randn(6, 2, dtype=torch.float64, generator=generator())

    def gradient(index):
        model.zero_grad()
        mean, log_var = model.codes(dataclasses.replace(batch, x=batch.x[index], index=index))
        z = mean + (0.5 * log_var).exp() * noise[index]
        each = model.decoder.log_prob(batch.x[index], z) - prior_kl(mean, log_var).sum(1)
        (6 / len(index) * each.sum()).backward()
        return [
            model.mean.grad.to_dense(),
            model.log_var.grad.to_dense(),
            *(p.grad for p in model.decoder.parameters()),
        ]

    whole = [g.clone() for g in gradient(torch.arange(6))]
    parts = [[g.clone() for g in gradient(torch.tensor([i]))] for i in range(6)]
    for expected, found in zip(whole, zip(*parts, strict=True), strict=True):
        torch.testing.assert_close(torch.stack(found).mean(0), expected)


def test_data_that_are_not_in_the_batch_stay_bit_for_bit():
    made = session(PAGE, data="digits", **SMALL)
    for _ in range(3):
        made.step()
    before = {name: value.detach().clone() for name, value in made.model.named_parameters()}
    memory = {key: value.clone() for key, value in made.learner.players[0].state().items()}
    drawn = made.data.train_batch(made.trainer.position, 16, torch.Generator()).index
    made.step()
    still = torch.ones(1300, dtype=torch.bool)
    still[drawn] = False
    for name in ("mean", "log_var"):
        now = getattr(made.model, name)
        assert torch.equal(now[still], before[name][still])
        assert (now[drawn] != before[name][drawn]).all()
        for key in ("step", "exp_avg", "exp_avg_sq"):
            assert torch.equal(made.learner.players[0].state()[f"{name}/{key}"][still], memory[f"{name}/{key}"][still])
    moved = memory["mean/step"] > 0  # met before and not now: with a dense Adam momentum would have moved them
    assert (moved & still).sum() > 20
    assert not torch.equal(made.model.decoder.net[0][0].weight, before["decoder.net.0.0.weight"])


def test_a_resumed_run_has_the_numbers_of_one_that_was_never_stopped(tmp_path):
    values = {**SMALL, "steps": 12, "ema": 0.9}
    whole = session(PAGE, data="digits", **values)
    while not whole.finished:
        whole.step()
    cut = kept_session(PAGE, tmp_path / "run", data="digits", **values)
    for _ in range(5):
        cut.step()
    cut.stop()
    cut.close()
    resumed = resume_session(tmp_path / "run")
    while not resumed.finished:
        resumed.step()
    resumed.close()
    for one, other in ((whole.model, resumed.model), (whole.learner.averaged, resumed.learner.averaged)):
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name]), name
    for key, value in whole.learner.players[0].state().items():
        assert torch.equal(value, resumed.learner.players[0].state()[key]), key


def test_refitting_finds_the_exact_posterior_of_a_linear_gaussian_model():
    stream = generator(5)
    w = torch.randn(2, 6, dtype=torch.float64, generator=stream)
    x = torch.randn(4, 6, dtype=torch.float64, generator=stream)
    precision = torch.eye(2, dtype=torch.float64) + w @ w.T / 0.25
    mean = (x @ w.T / 0.25) @ precision.inverse()
    factorised = 1 / precision.diagonal()  # the best q with independent coordinates

    def log_likelihood(z):
        return distributions.Normal(z @ w, 0.5).log_prob(x).sum(-1)

    *_, (m, log_var) = refit(log_likelihood, torch.zeros(4, 2, dtype=torch.float64), 3000, rng=generator())
    torch.testing.assert_close(m, mean, atol=0.06, rtol=0)  # noise of one draw a step
    torch.testing.assert_close(log_var.exp(), factorised.expand(4, -1), atol=0, rtol=0.25)


def test_more_steps_on_new_data_raise_their_bound_and_leave_the_model_as_it_is():
    model, batch = make(), some_data(n=5)
    with torch.no_grad():
        for weight in model.decoder.parameters():
            weight.mul_(2.5)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    elbo = []
    for steps in (1, 300):
        model.config = dataclasses.replace(model.config, refit_steps=steps)
        mean, log_var = (part.detach() for part in model.encode(batch.x))
        assert torch.equal(mean, model.encode(batch.x)[0])  # the same each time
        bounds = [
            GaussianBound(lambda z, x=x: model.decoder.log_prob(x[None], z[:, None])[:, 0], 2).under(m, v).elbo
            for x, m, v in zip(batch.x, mean, log_var, strict=True)
        ]
        elbo.append(bounds)
    assert (np.array(elbo[1]) > np.array(elbo[0])).all()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_held_out_numbers_are_of_fitted_q_and_training_numbers_of_their_own():
    model, held_out, train = make(refit_steps=5), some_data(n=4), train_data(n=4)
    assert torch.equal(model.codes(train)[0], model.mean[10:14])
    assert torch.equal(model.codes(held_out)[0], model.encode(held_out.x)[0])
    assert not torch.equal(model.codes(held_out)[0], model.codes(dataclasses.replace(train, x=held_out.x))[0])
    found = model.evaluate(train, rng=generator(), K=1, quadrature=False)
    torch.testing.assert_close(found["kl_nats"], prior_kl(model.mean[10:14], model.log_var[10:14]).sum(1).detach())


def test_evaluation_and_validation_look_at_fitted_q():
    made = session(PAGE, data="digits", refit_steps=3, **SMALL)
    made.step()
    made.journal.measure(1, made.seconds)
    assert "held_out.elbo" in made.journal.history.last()
    assert "held_out.knn5_accuracy" not in made.journal.history.last()
    found = evaluate(made.model, made.data, limit=8, settings={"K": 5, "quadrature": False})
    assert found["n"] == 8
    assert "knn5_accuracy" not in found


def test_the_curve_of_parameters_counts_them():
    model = make(n=30, latent=3)
    frame = parameters_of_q(model)
    local, encoder = frame.series
    here = np.flatnonzero(local.x == 30)[0]
    assert local.y[here] == model.mean.numel() + model.log_var.numel() == 180
    amortised = VAE(build(VAE.Config, {"hidden": 16, "latent": 3}), model.spec)
    assert (encoder.y == parameter_count(amortised.encoder)).all()
    assert f"{parameter_count(amortised.encoder):,} in an encoder" in frame.note
    crossing = int(frame.note.split("From ")[1].split(" data")[0].replace(",", ""))
    assert 6 * (crossing - 1) <= parameter_count(amortised.encoder) < 6 * crossing


def test_the_curve_of_held_out_bounds_rises_and_ends_after_the_steps():
    made = session(PAGE, data="digits", **SMALL)
    for _ in range(100):
        made.step()
    frames = list(SessionViews(made).viewer.frames(Request("fitting", params={"steps": 60})))
    last = frames[-1].series[0]
    assert (last.x[0], last.x[-1]) == (0, 60)
    assert last.y[-1] > last.y[0]
    assert "100 validation images" in frames[-1].subtitle
    assert f"{decimal(last.y[-1], 2)} ±" in frames[-1].note
    assert "Step" in frames[0].note
    batch = made.data.batch("valid", 0, 100)
    with torch.no_grad():
        *_, (mean, log_var) = made.model.refitted(batch.x, 60)
        std, draws = (0.5 * log_var).exp(), []
        for seed in range(50):
            z = mean + std * torch.randn(mean.shape, generator=generator(seed))
            draws.append(made.model.decoder.log_prob(batch.x, z))
        each = torch.stack(draws).mean(0) - prior_kl(mean, log_var).sum(1)
    assert last.y[-1] == pytest.approx(float(each.mean()), abs=0.15)


def test_new_images_are_shown_from_the_start_to_the_last_step():
    made = session(PAGE, data="digits", **SMALL)
    *_, frame = SessionViews(made).viewer.frames(Request("new_images", params={"steps": 40}))
    assert frame.row_labels == ("validation", "start", "3 steps", "10 steps", "30 steps", "40 steps")
    assert len(frame.images) == 60
    batch = made.data.batch("valid", 0, 10)
    np.testing.assert_array_equal(frame.images[:10], batch.x.numpy())


def test_views_of_one_image_take_the_q_of_a_training_image():
    model = make()
    batch = train_data(n=1, first=12)
    *_, frame = bound(model, DataPoint(batch.x, 0, 12, "train"), steps=2)
    log_likelihood = GaussianBound(lambda z: model.decoder.log_prob(batch.x, z[:, None])[:, 0], 2)
    assert frame.values[1] == pytest.approx(log_likelihood.under(model.mean[12], model.log_var[12]).elbo)
    assert "amortisation gap" not in frame.labels
    assert "training image 12" in frame.subtitle
