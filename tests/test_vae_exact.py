"""Decoders, free bits, the exact posterior and the bound of one image against independent computations."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import distributions
from vae_cases import generator, make, some_data, some_point

from explorer.data import open_dataset
from explorer.engine.data.spec import spec_of
from models.exact.gaussian_bound import GaussianBound
from models.exact.normal import prior_kl
from models.likelihoods.dequantisation import dequantise, quantise, unit_mean
from models.likelihoods.pixels import Gaussian, LearnedGaussian
from models.protocol import DataSpec, Image
from models.vae.amortised.steps import steps
from models.vae.exact_views import bound, posterior


def grey_data(n=6, shape=(1, 8, 8), levels=17):
    batch = some_data(n=n, shape=shape, binary=False)
    return dataclasses.replace(batch, x=(batch.x * (levels - 1)).round() / (levels - 1))


def test_dequantised_values_fill_their_intervals_and_come_back():
    x = torch.linspace(0, 1, 17, dtype=torch.float64).expand(2000, 17)
    y = dequantise(x, 17, generator())
    assert (y >= torch.arange(17) / 17).all()
    assert (y < (torch.arange(17) + 1) / 17).all()
    torch.testing.assert_close(y.mean(0), (torch.arange(17).double() + 0.5) / 17, atol=3e-3, rtol=0)
    torch.testing.assert_close(quantise(y, 17), x)
    torch.testing.assert_close(unit_mean(dequantise(x, 17), 17), x)
    assert torch.equal(dequantise(x, 0, generator()), x)


def test_data_say_how_many_values_they_have_and_old_descriptions_have_none():
    for name, levels in (("digits", 17), ("digits-binary", 2), ("sprites:n=1000", 256), ("ring8:n=1000", 0)):
        spec = spec_of(open_dataset(name))
        assert spec.levels == levels
        stored = spec.to_json()
        assert DataSpec.from_json(stored).levels == levels
        del stored["levels"]
        assert DataSpec.from_json(stored) == spec
        assert DataSpec.from_json(stored).levels == 0


def test_gaussian_likelihoods_are_normal_with_their_normaliser():
    x, output = torch.rand(6, 3, 4, 4).double(), 2 * torch.randn(6, 3, 4, 4).double()
    law = distributions.Normal(output.sigmoid(), 0.2)
    torch.testing.assert_close(Gaussian(0.2).log_prob(output, x), law.log_prob(x).sum(dim=(1, 2, 3)))
    learned, both = LearnedGaussian(0.05), torch.cat([output, 3 * torch.randn(6, 3, 4, 4).double()], dim=1)
    sigma = learned.deviation(both)
    law = distributions.Normal(output.sigmoid(), sigma)
    torch.testing.assert_close(learned.log_prob(both, x), law.log_prob(x).sum(dim=(1, 2, 3)))
    assert float(learned.deviation(both - 1e4).min()) == pytest.approx(0.05)
    assert float(learned.deviation(both + 1e4).max()) == pytest.approx(2.0)
    assert float(learned.deviation(torch.zeros(2, 1, 1)).mean()) == pytest.approx(0.3)
    draws = learned.draw(both[:1].expand(20_000, -1, -1, -1), rng=generator())
    torch.testing.assert_close(draws.std(0), sigma[0], rtol=0.04, atol=0)
    torch.testing.assert_close(draws.mean(0), law.mean[0], rtol=0, atol=0.06)


@pytest.mark.parametrize("network", ["mlp", "convolutional"])
@pytest.mark.parametrize(("shape", "values"), [((1, 28, 28), "grey"), ((3, 32, 32), "colour")])
@pytest.mark.parametrize("decoder", ["gaussian", "learned"])
def test_gaussian_decoders_train_sample_and_state_bits(network, shape, values, decoder):
    model = make(shape, values, network=network, channels=4, decoder=decoder)
    batch = grey_data(shape=shape)
    out = model.loss(batch, rng=generator())
    out["loss"].backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())
    mean, log_var = model.encode(batch.x)
    stream = generator()
    z = mean + (0.5 * log_var).exp() * torch.randn(mean.shape, dtype=torch.float64, generator=stream)
    y = ((batch.x * 16).round() + torch.rand(batch.x.shape, dtype=torch.float64, generator=stream)) / 17
    output = model.decoder(z)
    sigma = 0.1 if decoder == "gaussian" else model.decoder.likelihood.deviation(output)
    law = distributions.Normal(output[:, : shape[0]].sigmoid(), sigma)
    torch.testing.assert_close(out["reconstruction"], law.log_prob(y).sum(dim=(1, 2, 3)).mean())
    samples = model.sample(3, rng=generator())
    assert samples.shape == (3, *shape)
    torch.testing.assert_close(samples * 16, (samples * 16).round())
    found = model.evaluate(batch, rng=generator(), K=3, quadrature=False)
    entries = math.prod(shape)
    bits = (entries * math.log(17) - found["elbo_nats"]) / (entries * math.log(2))
    torch.testing.assert_close(found["bits_per_dim"], bits)
    note = model.decoder_note
    assert ("at least 0.02" in note) == (decoder == "learned")


def test_free_bits_count_a_dimension_as_at_least_so_much_on_the_average_of_the_batch():
    model, batch = make(latent=3, free_bits=0.4, beta=2.0), some_data()
    out = model.loss(batch, rng=generator())
    kl = prior_kl(*model.encode(batch.x)).mean(dim=0)
    assert (kl < 0.4).any()
    torch.testing.assert_close(out["loss"], -out["reconstruction"] + 2.0 * kl.clamp_min(0.4).sum())
    torch.testing.assert_close(out["elbo"], out["reconstruction"] - kl.sum())
    terms = sum(term.value(out[term.metric].item(), model.config) for term in model.objective.terms)
    assert terms == pytest.approx(-out["loss"].item())


def brute_force(model, x, side=500, reach=7.0):
    axis = torch.linspace(-reach, reach, side, dtype=torch.float64)
    z = torch.cartesian_prod(*[axis] * model.latent_dim).reshape(-1, model.latent_dim)
    with torch.no_grad():
        law = distributions.Bernoulli(logits=model.decoder(z).flatten(1))
        joint = law.log_prob(x.flatten()).sum(1) + distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
    return z, joint + model.latent_dim * math.log(2 * reach / (side - 1))


@pytest.mark.parametrize("latent", [1, 2])
def test_evaluation_adds_the_exact_evidence_of_the_first_images(latent):
    model, batch = make(latent=latent, spread=2.5), some_data()
    batch = dataclasses.replace(batch, index=torch.arange(6) + 2)
    found = model.evaluate(batch, rng=generator(), K=4000, quadrature_images=5, proposal="defensive")
    assert int(found["quadrature_n"]) == 3  # positions 2, 3 and 4 are among the first five
    wanted = [float(brute_force(model, x)[1].logsumexp(0)) for x in batch.x[:3]]
    np.testing.assert_allclose(found["log_prob_quadrature_nats"], wanted, atol=2e-3)
    gap = found["log_prob_quadrature_nats"] - found["iwae_nats"][:3]
    torch.testing.assert_close(found["iwae_gap_nats"], gap)
    torch.testing.assert_close(found["iwae_distance_nats"], gap.abs())
    assert torch.equal(found["iwae_over_percent"], 100.0 * (gap < -0.1))
    assert gap.abs().max() < 0.2
    assert (found["quadrature_change_nats"] < 1e-3).all()
    assert ((found["ess"] >= 1) & (found["ess"] <= 4000)).all()
    assert "quadrature_n" not in make(latent=3).evaluate(batch, rng=generator(), K=2)


def test_changes_that_are_not_computed_yet_have_no_values():
    first, *_, last = steps(make(latent=1), some_point())
    assert first.pending
    assert np.isnan(first.values).all()
    assert not last.pending
    assert np.isfinite(last.values).all()


@pytest.mark.parametrize("latent", [1, 2])
def test_bars_of_the_bound_add_up_and_are_those_of_a_brute_force_grid(latent):
    model, point = make(latent=latent, spread=2.5), some_point()
    first, *_, last = bound(model, point, steps=40)
    evidence, elbo, gap, closed, left = last.values
    assert elbo + gap == pytest.approx(evidence, abs=1e-6)
    assert closed + left == pytest.approx(gap, abs=1e-6)
    z, joint = brute_force(model, point.x)
    log_cell = latent * math.log(14 / 499)
    mean, log_var = model.encode(point.x)
    log_q = distributions.Normal(mean, (0.5 * log_var).exp()).log_prob(z).sum(1) + log_cell
    assert evidence == pytest.approx(float(joint.logsumexp(0)), abs=2e-3)
    assert elbo == pytest.approx(float((log_q.exp() * (joint - log_q)).sum().detach()), abs=5e-3)
    assert gap > closed > 0.0
    assert "40 steps of Adam" in last.note
    assert len(first.values) == 3


def test_at_the_exact_posterior_the_elbo_is_the_evidence_and_optimising_finds_it():
    w, b, sigma = torch.tensor([0.7, -1.2, 0.4]).double(), torch.tensor([0.1, 0.3, -0.2]).double(), 0.5
    x = torch.tensor([1.0, -0.4, 0.9]).double()
    exact = GaussianBound(lambda z: distributions.Normal(z * w + b, sigma).log_prob(x).sum(1), 1)
    variance = 1 / (1 + w @ w / sigma**2)
    mean = (variance * ((x - b) @ w) / sigma**2)[None]
    cov = w[:, None] * w + sigma**2 * torch.eye(3)
    evidence = float(distributions.MultivariateNormal(b, cov).log_prob(x))
    assert exact.under(mean, variance.log()[None]).elbo == pytest.approx(evidence, abs=1e-10)
    assert exact.under(mean, variance.log()[None]).divergence(evidence) == pytest.approx(0.0, abs=1e-10)
    away = (mean + 0.5, (2 * variance).log()[None])
    kl = distributions.kl_divergence(
        distributions.Normal(away[0], (0.5 * away[1]).exp()), distributions.Normal(mean, variance.sqrt())
    )
    assert exact.under(*away).elbo == pytest.approx(evidence - float(kl), abs=1e-9)
    *_, found = exact.optimised(*away, 300)
    assert exact.under(*found).elbo == pytest.approx(evidence, abs=1e-4)


def test_the_picture_of_the_posterior_is_its_density_and_says_what_q_holds():
    model, point = make(spread=2.5), some_point()
    *_, frame = posterior(model, point)
    density, contours = frame.layers[:2]
    side = len(density.values)
    x0, x1, y0, y1 = frame.extent
    cell = (x1 - x0) * (y1 - y0) / side**2
    z, joint = brute_force(model, point.x)
    mass = joint.softmax(0)
    inside = (z[:, 0] > x0) & (z[:, 0] < x1) & (z[:, 1] > y0) & (z[:, 1] < y1)
    assert density.values.sum() * cell == pytest.approx(float(mass[inside].sum()), abs=5e-3)
    peak = z[joint.argmax()]
    row, column = np.unravel_index(density.values.argmax(), density.values.shape)
    assert x0 + (column + 0.5) * (x1 - x0) / side == pytest.approx(float(peak[0]), abs=0.1)
    assert y0 + (row + 0.5) * (y1 - y0) / side == pytest.approx(float(peak[1]), abs=0.1)
    assert len(contours.contours) == 3
    mean, log_var = (part.detach() for part in model.encode(point.x))
    held = float(mass[((z - mean) / (0.5 * log_var).exp()).square().sum(1) <= 9].sum())
    said = float(frame.note.split(" holds ")[1].split("%")[0]) / 100
    assert said == pytest.approx(held, abs=0.02)
    assert isinstance(model.spec.kind, Image)
