"""The amortised VAE against closed forms, quadrature over its latent space, and torch.distributions."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import distributions
from vae_cases import generator, make, some_data

from explorer.engine import BadInput, Setup
from models.exact.normal import prior_kl
from models.likelihoods.pixels import Bernoulli
from models.nets.encoder import posterior_draw
from models.protocol import BadValue, HasLatent, Image, accepted, build, params_of
from models.vae.amortised.model import VAE


def log_prob_by_quadrature(model: VAE, x: torch.Tensor, side=300, reach=8.0) -> torch.Tensor:
    """log ∫ p(x|z) p(z) dz over a grid of z in the plane, (n,), written apart from the model's own likelihood."""
    axis = torch.linspace(-reach, reach, side, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)  # (side², 2)
    prior = distributions.Normal(0.0, 1.0).log_prob(z).sum(dim=1)
    with torch.no_grad():
        pixels = distributions.Bernoulli(logits=model.decoder(z).flatten(1))
        cell = 2 * math.log(2 * reach / (side - 1))
        return torch.stack([torch.logsumexp(pixels.log_prob(one).sum(1) + prior, 0) + cell for one in x.flatten(1)])


def test_kl_is_that_of_two_gaussians():
    mean, log_var = 3 * torch.randn(2, 50, 4, dtype=torch.float64, generator=generator())
    q = distributions.Normal(mean, (0.5 * log_var).exp())
    expected = distributions.kl_divergence(q, distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(prior_kl(mean, log_var), expected)
    assert prior_kl(torch.zeros(1), torch.zeros(1)).item() == 0.0


@pytest.mark.parametrize("binary", [True, False])
def test_the_likelihood_is_bernoulli(binary):
    x = some_data(binary=binary).x
    logits = 4 * torch.randn(6, 1, 8, 8, dtype=torch.float64, generator=generator())
    law = distributions.Bernoulli(logits=logits, validate_args=False)
    torch.testing.assert_close(Bernoulli().log_prob(logits, x), law.log_prob(x).sum(dim=(1, 2, 3)))
    torch.testing.assert_close(Bernoulli().mean(logits), law.mean)


def test_the_likelihood_of_a_grey_image_is_the_mean_over_its_binarizations():
    shape = (1, 8, 8)
    grey = torch.zeros(shape, dtype=torch.float64)
    grey.view(-1)[:3] = torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)
    logits = torch.randn(shape, dtype=torch.float64, generator=generator())
    expected = 0.0
    for bits in np.ndindex(2, 2, 2):
        binary = torch.zeros(shape, dtype=torch.float64)
        binary.view(-1)[:3] = torch.tensor(bits, dtype=torch.float64)
        weight = math.prod(p if bit else 1 - p for p, bit in zip((0.2, 0.5, 0.9), bits, strict=True))
        expected += weight * distributions.Bernoulli(logits=logits).log_prob(binary).sum().item()
    assert Bernoulli().log_prob(logits, grey).item() == pytest.approx(expected, rel=1e-12)


def test_draws_have_the_mean_and_variance_of_their_bernoullis():
    logits = torch.tensor([-2.0, 0.0, 1.5], dtype=torch.float64).expand(100_000, 3)
    draws = Bernoulli().draw(logits, rng=generator())
    p = logits[0].sigmoid()
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    assert ((draws.mean(0) - p).abs() < 5 * (p * (1 - p) / len(draws)).sqrt()).all()


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e8])
def test_extreme_networks_stay_finite_and_keep_a_gradient(scale):
    model = make().float()
    with torch.no_grad():
        model.encoder.net[-1][-1].bias.mul_(scale)
        model.decoder.net[0][-1].bias.mul_(scale)
    out = model.loss(dataclasses.replace(some_data(), x=some_data().x.float()), rng=generator())
    out["loss"].backward()
    assert all(torch.isfinite(value) for value in out.values())
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_is_the_weighted_bound_and_the_objective_says_the_same(beta):
    model = make(beta=beta)
    out = model.loss(some_data(), rng=generator())
    torch.testing.assert_close(out["loss"], -(out["reconstruction"] - beta * out["kl"]))
    torch.testing.assert_close(out["elbo"], out["reconstruction"] - out["kl"])
    terms = sum(term.value(out[term.metric].item(), model.config) for term in VAE.objective.terms)
    assert terms == pytest.approx(VAE.objective.total.value(out["loss"].item(), model.config))
    assert {metric.key for metric in VAE.metrics if metric.source == "train"} <= out.keys()
    assert VAE.validation in out


def test_the_loss_is_made_of_one_reparameterised_draw():
    model, batch = make(spread=2.0), some_data()
    out = model.loss(batch, rng=generator(7))
    mean, log_var = model.encode(batch.x)
    z = mean + (0.5 * log_var).exp() * torch.randn(mean.shape, dtype=torch.float64, generator=generator(7))
    pixels = distributions.Bernoulli(logits=model.decoder(z))
    torch.testing.assert_close(out["reconstruction"], pixels.log_prob(batch.x).sum(dim=(1, 2, 3)).mean())


def test_beta_is_live():
    model, batch = make(), some_data()
    before = model.loss(batch, rng=generator())
    model.config = dataclasses.replace(model.config, beta=3.0)
    after = model.loss(batch, rng=generator())
    torch.testing.assert_close(after["loss"] - before["loss"], 2.0 * before["kl"])
    torch.testing.assert_close(after["elbo"], before["elbo"])
    assert params_of(VAE.Config)["beta"].live


@pytest.mark.parametrize("config", [{}, {"network": "convolutional", "channels": 4}])
@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 9, 12)])
def test_both_networks_take_any_image_and_every_parameter_learns(config, shape):
    model, batch = make(shape, **config), some_data(shape=shape)
    model.loss(batch, rng=generator())["loss"].backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())
    mean, log_var = model.encode(batch.x)
    assert mean.shape == log_var.shape == (6, 2)
    assert model.decode_mean(mean).shape == batch.x.shape
    assert VAE.noise_dims(model.config, model.spec.kind) == 2 + math.prod(shape)


def test_elbo_is_below_iwae_which_comes_to_the_exact_log_likelihood():
    model, batch = make(spread=2.5), some_data()
    exact = log_prob_by_quadrature(model, batch.x)
    K = 20_000
    found = model.evaluate(batch, rng=generator(), K=K)
    assert (found["elbo_nats"] < exact).all()
    assert (exact - found["elbo_nats"] > 0.3).any()  # else the bound is too tight to tell the three apart
    few = torch.stack([model.evaluate(batch, rng=generator(s), K=5, quadrature=False)["iwae_nats"] for s in range(200)])
    error = few.std(0) / len(few) ** 0.5
    assert (found["elbo_nats"] < few.mean(0) + 4 * error).all()
    assert (few.mean(0) < exact + 4 * error).all()
    assert (exact - few.mean(0) > 4 * error).any()
    # The posterior is wide and smooth, so that the estimate's relative error is about sd(w) / sqrt(K).
    torch.testing.assert_close(found["iwae_nats"], exact, atol=0.1, rtol=0.0)


def test_elbo_plus_the_divergence_from_the_exact_posterior_is_the_log_likelihood():
    model, batch = make(spread=2.0), some_data(n=1)
    mean, log_var = (value.detach() for value in model.encode(batch.x))
    axis = torch.linspace(-9, 9, 500, dtype=torch.float64)
    z, cell = torch.cartesian_prod(axis, axis), (18 / 499) ** 2
    log_q = distributions.Normal(mean, (0.5 * log_var).exp()).log_prob(z).sum(1)
    log_joint = distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
    log_joint = log_joint + distributions.Bernoulli(logits=model.decoder(z).detach().flatten(1)).log_prob(
        batch.x.flatten(1)
    ).sum(1)
    exact_elbo = (log_q.exp() * (log_joint - log_q)).sum().item() * cell
    draws = torch.stack(
        [model.evaluate(batch, rng=generator(s), K=200, quadrature=False)["elbo_nats"] for s in range(50)]
    )
    assert abs(draws.mean().item() - exact_elbo) < 5 * draws.std().item() / 50**0.5


def test_evaluate_gives_values_per_datum_and_its_parts_add_up():
    model, batch = make(), some_data(n=5)
    found = model.evaluate(batch, rng=generator(), quadrature=False)
    assert set(found) == {"elbo_nats", "iwae_nats", "iwae_error_nats", "ess", "reconstruction_nats", "kl_nats"}
    assert all(value.shape == (5,) and not value.requires_grad for value in found.values())
    torch.testing.assert_close(found["elbo_nats"], found["reconstruction_nats"] - found["kl_nats"])
    declared = VAE.evaluate.__params__["K"]
    assert declared.name == "K"
    assert declared.check("500") == 500
    with pytest.raises(BadValue, match="K takes"):
        declared.check(0)


def test_long_evaluations_are_cut_into_pieces_that_add_up(monkeypatch):
    model, batch = make(spread=1.5), some_data(n=7)
    whole = model.evaluate(batch, rng=generator(), K=3000)
    single = torch.stack(
        [model.evaluate(batch, rng=generator(s), K=1, quadrature=False)["elbo_nats"] for s in range(100)]
    )
    exact = log_prob_by_quadrature(model, batch.x)
    monkeypatch.setattr("models.likelihoods.image_decoder._ENTRIES", 64 * 20)  # 20 images at a time
    widest = 0

    def count(_module, inputs):
        nonlocal widest
        widest = max(widest, len(inputs[0]))

    model.decoder.register_forward_pre_hook(count)
    pieces = model.evaluate(batch, rng=generator(1), K=3000)
    assert widest <= 20
    torch.testing.assert_close(pieces["kl_nats"], whole["kl_nats"])
    assert ((pieces["elbo_nats"] - whole["elbo_nats"]).abs() < 5 * single.std(0) * (2 / 3000) ** 0.5).all()
    torch.testing.assert_close(pieces["iwae_nats"], exact, atol=0.1, rtol=0.0)
    assert model.sample(50, rng=generator()).shape == (50, 1, 8, 8)
    assert widest <= 20


def test_samples_are_black_and_white_and_their_means_are_not():
    model = make()
    draws, means = model.sample(300, rng=generator()), model.sample(300, rng=generator(), mean=True)
    assert draws.shape == means.shape == (300, 1, 8, 8)
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(
        means, model.decode_mean(torch.randn(300, 2, dtype=torch.float64, generator=generator()))
    )
    # The same z: the draws scatter around the means.
    assert abs((draws - means).mean().item()) < 5 * 0.5 / draws.numel() ** 0.5


def test_the_page_accepts_images_and_refuses_colour_to_the_bernoulli_decoder():
    for values in ("binary", "grey", "colour"):
        assert accepted(Image(3, 32, 32, values), VAE.accepts)
    with pytest.raises(BadInput, match="decoder bernoulli takes binary or grey images, not colour"):
        Setup.of("vae", data="sprites-colour", values={"decoder": "bernoulli"})
    with pytest.raises(BadValue, match="set decoder to gaussian or learned"):
        make((3, 8, 8), "colour")
    setup = Setup.of("vae", data="sprites-colour")
    assert setup.config.decoder == "gaussian"
    with pytest.raises(BadInput, match="not colour"):
        setup.with_values(decoder="bernoulli")


def test_presets_and_suggestions_name_fields_and_values_that_exist():
    titles = {preset.title for preset in VAE.presets}
    for preset in VAE.presets:
        assert build(VAE.Config, preset.config)
    for suggestion in VAE.try_next:
        assert build(VAE.Config, suggestion.set)
        assert suggestion.preset is None or suggestion.preset in titles
    assert VAE.presets[0].data == "digits"


def test_a_posterior_draw_has_its_mean_and_variance():
    mean, log_var = torch.tensor([[1.0, -2.0]]).double(), torch.tensor([[0.5, -1.0]]).double()
    z = posterior_draw(mean.expand(100_000, 2), log_var.expand(100_000, 2), rng=generator())
    std = (0.5 * log_var).exp()
    assert ((z.mean(0) - mean).abs() < 5 * std / 100_000**0.5).all()
    torch.testing.assert_close(z.std(0)[None], std, rtol=0.02, atol=0.0)
    noise = torch.randn(100_000, 2, dtype=torch.float64, generator=generator())
    torch.testing.assert_close((z - mean) / std, noise)


def test_a_few_steps_of_training_raise_the_bound():
    model, batch = make(hidden=32), some_data(n=30)
    stream = generator()
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    start = model.evaluate(batch, rng=generator(), K=20, quadrature=False)["elbo_nats"].mean()
    for _ in range(100):
        optimiser.zero_grad()
        model.loss(batch, rng=stream)["loss"].backward()
        optimiser.step()
    assert model.evaluate(batch, rng=generator(), K=20, quadrature=False)["elbo_nats"].mean() > start + 2
    assert isinstance(model, HasLatent)
