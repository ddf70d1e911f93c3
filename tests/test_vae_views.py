"""The pictures of the VAE show what they say, and the same noise gives the same picture."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import distributions
from vae_cases import CLASSES, generator, make, some_data, some_point

from models.exact.normal import prior_kl
from models.frames import Ellipses, Images, Lines, Points
from models.protocol import BadValue, Direction, LatentPoint, Noise, build, views_of
from models.vae.amortised.model import VAE
from models.views.aggregated import Aggregated
from models.views.latent import (
    decode_near_data,
    kl_per_dimension,
    latent_map,
    manifold,
    nearest,
    reconstructions,
)
from models.views.latent_space import axis_label, prior_grid, stepped_limit
from models.views.samples import decoded_samples


def inputs_of(model: VAE) -> dict:
    z = LatentPoint(torch.full((1, model.latent_dim), 0.5, dtype=torch.float64))
    along = Direction("", torch.zeros(1, model.latent_dim, dtype=torch.float64))
    points = {"point": some_point(), "end": some_point(seed=2)}
    return {"batch": some_data(n=9), "noise": Noise(3), "z": z, "along": along, **points}


def shown(model: VAE, name: str, **params):
    declared = views_of(VAE)[name]
    available = inputs_of(model)
    frame = declared(model, **{key: available[key] for key in declared.inputs}, **params)
    return list(frame)[-1] if declared.streams else frame


@pytest.mark.parametrize("latent", [1, 2, 5])
@pytest.mark.parametrize("values", ["binary", "grey"])
def test_every_view_gives_its_frame_the_same_for_the_same_noise(latent, values):
    model = make(latent=latent, values=values)
    for name, declared in views_of(VAE).items():
        if not declared.applies(VAE, model.config):
            continue
        first, again = shown(model, name), shown(model, name)
        assert type(first) is declared.frame
        assert first.subtitle
        if isinstance(first, Images):
            assert first.images.ndim == 4
            assert np.array_equal(first.images, again.images)
            assert first.images.min() >= 0
            assert first.images.max() <= 1


def test_views_and_loss_leave_the_global_generator_alone():
    model = make()
    before = torch.get_rng_state()
    model.loss(some_data(), rng=generator())
    model.sample(3, rng=generator())
    model.evaluate(some_data(), rng=generator(), K=3)
    for name, declared in views_of(VAE).items():
        if not declared.applies(VAE, model.config):
            continue
        shown(model, name, **({"show": "draw"} if "show" in declared.params else {}))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_map_puts_each_image_at_its_posterior_mean():
    model, batch = make(), some_data(n=9)
    frame = latent_map(model, batch, posteriors=True)
    circles, posteriors, points = frame.layers
    assert isinstance(circles, Ellipses)
    assert isinstance(posteriors, Ellipses)
    assert isinstance(points, Points)
    mean, log_var = model.encode(batch.x)
    np.testing.assert_allclose(points.xy, mean.detach())
    np.testing.assert_allclose(posteriors.axes, (0.5 * log_var).exp().detach())
    np.testing.assert_array_equal(points.index, batch.index)
    np.testing.assert_array_equal(points.label, batch.y)
    assert points.classes == CLASSES
    assert circles.axes[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert frame.dims == (0, 1)
    assert frame.subtitle == "posterior means, 9 validation images"
    unlabelled = latent_map(model, dataclasses.replace(batch, y=None)).layers[-1]
    assert unlabelled.label is None


def test_the_map_shows_the_dimensions_that_tell_most_unless_told_otherwise():
    model, batch = make(latent=6), some_data()
    with torch.no_grad():
        head = model.encoder.net[-1][-1]
        head.weight.zero_()
        head.bias.zero_()
        head.bias[4], head.bias[1], head.bias[3] = 3.0, 2.0, 1.0  # posterior means, hence KL = mean² / 2
    frame = latent_map(model, batch)
    assert frame.dims == (1, 4)
    assert (frame.x_label, frame.y_label) == ("z₂", "z₅")
    assert "93%" in frame.note  # (4 + 9) / (4 + 9 + 1)
    assert latent_map(model, batch, across=6).dims == (5, 4)
    assert latent_map(model, batch, upwards=5).dims == (1, 4)
    assert latent_map(model, batch, across=4, upwards=1).dims == (3, 0)
    with pytest.raises(BadValue, match="from 0 to 6, not 7"):
        latent_map(model, batch, across=7)
    with pytest.raises(BadValue, match="must differ"):
        latent_map(model, batch, across=2, upwards=2)


def test_the_map_of_one_dimension_shows_the_width_upwards_and_says_so():
    model, batch = make(latent=1), some_data()
    frame = latent_map(model, batch)
    lines, points = frame.layers
    assert isinstance(lines, Lines)
    mean, log_var = model.encode(batch.x)
    np.testing.assert_allclose(points.xy, torch.cat([mean, 0.5 * log_var], 1).detach())
    assert [piece[0, 0] for piece in lines.pieces()] == [-3, -2, -1, 0, 1, 2, 3]
    assert frame.dims is None
    assert "log σ" in frame.note


def test_extents_change_in_steps_and_hold_everything():
    reaches = np.geomspace(0.01, 5000, 400)
    limits = [stepped_limit(torch.tensor([[0.0, -reach]])) for reach in reaches]
    assert all(limit >= reach for limit, reach in zip(limits, reaches, strict=True))
    assert all(limit <= max(4.0, 1.5 * reach) for limit, reach in zip(limits, reaches, strict=True))
    assert len(set(limits)) < 40
    assert stepped_limit(torch.tensor([math.nan])) == 3.25
    assert axis_label(11) == "z₁₂"


def test_pictures_show_what_they_say():
    model, batch, noise = make(), some_data(n=4), Noise(5)
    z = torch.randn(7, 2, dtype=torch.float64, generator=noise.rng())
    means = decoded_samples(model, noise, n=7)
    draws = decoded_samples(model, noise, show="draw", n=7)
    np.testing.assert_allclose(means.images, model.decode_mean(z).detach())
    assert set(np.unique(draws.images)) == {0.0, 1.0}
    assert "mean of p(x|z)" in means.subtitle
    assert "draw from p(x|z)" in draws.subtitle
    assert not np.array_equal(draws.images, decoded_samples(model, Noise(6), show="draw", n=7).images)
    pairs = reconstructions(model, batch, noise)
    mean, _ = model.encode(batch.x)
    np.testing.assert_allclose(pairs.images[:4], batch.x)
    np.testing.assert_allclose(pairs.images[4:], model.decode_mean(mean).detach())
    assert pairs.columns == 4
    assert len(pairs.row_labels) == 2
    point = LatentPoint(z[:1])
    np.testing.assert_allclose(decode_near_data(model, point, batch, noise).images, model.decode_mean(z[:1]).detach())
    assert "probability of ink" in reconstructions(make(values="grey"), batch, noise).note
    assert pairs.note == ""


def test_beside_the_decoded_mean_stand_the_images_of_least_distance_to_it_nearest_first():
    model, batch = make(), dataclasses.replace(some_data(n=40, binary=False), split="test")
    z = torch.tensor([[0.3, -1.2]], dtype=torch.float64)
    frame = nearest(model, LatentPoint(z), batch)
    mean = model.decode_mean(z).detach().numpy().reshape(1, -1)
    distances = np.sqrt(((batch.x.numpy().reshape(40, -1) - mean) ** 2).sum(axis=1))
    order = np.argsort(distances)[:6]
    np.testing.assert_allclose(frame.images[0].reshape(1, -1), mean, rtol=1e-6)
    np.testing.assert_array_equal(frame.images[1:], batch.x.numpy()[order])
    np.testing.assert_array_equal(frame.index, [-1, *(order + 40)])
    assert frame.marked == (0,)
    assert frame.captions == ("decoded", *(f"{distance:.2f}" for distance in distances[order]))
    assert frame.columns == 7
    assert frame.subtitle == "of 40 test images; framed: the decoded one"
    assert len(nearest(model, LatentPoint(z), some_data(n=4)).images) == 5


@pytest.mark.parametrize("spacing", ["quantiles", "regular"])
def test_the_manifold_is_the_decoder_on_a_grid_with_z2_upwards(spacing, monkeypatch):
    model = make()
    *_, frame = manifold(model, side=11, spacing=spacing)
    assert frame.images.shape == (121, 1, 8, 8)
    assert frame.sheet
    assert frame.columns == 11
    edge = 3.0 if spacing == "regular" else distributions.Normal(0.0, 1.0).icdf(torch.tensor(1 - 0.5 / 11)).item()
    corners = torch.tensor([[-edge, edge], [edge, edge], [0.0, 0.0], [-edge, -edge]], dtype=torch.float64)
    expected = model.decode_mean(corners).detach()
    np.testing.assert_allclose(frame.images[[0, 10, 60, 110]], expected, rtol=1e-5, atol=1e-5)
    monkeypatch.setattr("models.views.latent._CHUNK", 64 * 11 * 4)  # four rows at a time
    frames = list(manifold(model, side=11, spacing=spacing))
    assert [len(one.images) for one in frames] == [44, 88, 121]
    assert "first 4 rows" in frames[0].subtitle
    np.testing.assert_allclose(frames[-1].images, frame.images)
    assert not views_of(VAE)["manifold"].applies(VAE, build(VAE.Config, {"latent": 3}))


def test_the_quantile_grid_cuts_the_prior_into_equal_shares():
    first = prior_grid(10, "quantiles")[:10, 0]
    torch.testing.assert_close(distributions.Normal(0.0, 1.0).cdf(first), (torch.arange(10).double() + 0.5) / 10)


def test_bars_show_the_kl_of_each_dimension_and_count_the_active():
    model, batch = make(latent=4), some_data(n=9)
    with torch.no_grad():
        model.encoder.net[-1][-1].weight.mul_(20)
        for unit in (1, 5):  # mean and log variance of the second dimension: q = p
            model.encoder.net[-1][-1].weight[unit] = 0
            model.encoder.net[-1][-1].bias[unit] = 0
    frame = kl_per_dimension(model, batch)
    mean, log_var = model.encode(batch.x)
    kl = prior_kl(mean, log_var).detach().numpy()
    np.testing.assert_allclose(frame.values, kl.mean(0))
    np.testing.assert_allclose(frame.errors, kl.std(0, ddof=1) / 3)
    assert frame.values[1] == 0
    assert frame.values.sum() == pytest.approx(model.loss(batch, rng=generator())["kl"].item())
    assert frame.note.startswith("3 of 4 active")
    assert "Inactive: z₂." in frame.note
    assert not frame.warning
    assert kl_per_dimension(model, some_data(n=1)).errors is None


def test_collapse_of_most_units_is_a_warning_that_says_what_to_try():
    model = make(latent=10)
    with torch.no_grad():
        model.encoder.net[-1][-1].weight.zero_()
    frame = kl_per_dimension(model, some_data(n=9))
    assert frame.warning
    assert frame.note.startswith("0 of 10 active")
    assert "z₈ and 2 more" in frame.note
    assert "free bits" in frame.note


def test_the_aggregated_posterior_is_the_mean_of_the_posteriors():
    model, batch = make(spread=2.0), some_data(n=9)
    frame = latent_map(model, batch, aggregated=True)
    density, limit = frame.layers[0], frame.extent[1]
    side = len(density.values)
    mean, log_var = (part.detach() for part in model.encode(batch.x))
    laws = distributions.Independent(distributions.Normal(mean, (0.5 * log_var).exp()), 1)
    axis = ((torch.arange(side * 5).double() + 0.5) / (side * 5) * 2 - 1) * limit  # five points a cell each way
    z = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1).reshape(-1, 1, 2)
    fine = laws.log_prob(z).exp().mean(dim=1).reshape(side, 5, side, 5).mean(dim=(1, 3))
    np.testing.assert_allclose(density.values, fine, atol=0.01 * float(fine.max()))
    found = Aggregated(mean, log_var).log_prob(z[:50, 0])
    torch.testing.assert_close(found, laws.log_prob(z[:50]).logsumexp(dim=1) - math.log(9))


def test_a_gap_between_narrow_posteriors_amid_the_data_is_not_far_from_them():
    side = torch.arange(6, dtype=torch.float64)
    mean = torch.cartesian_prod(side, side)
    posteriors = Aggregated(mean, torch.full_like(mean, -12.0))
    assert posteriors.edge == pytest.approx(1.0)
    assert not posteriors.is_far(torch.tensor([[2.5, 2.5]]))
    assert posteriors.is_far(torch.tensor([[7.0, 2.0]]))


def test_a_position_far_from_all_posteriors_is_flagged_also_after_the_weights_moved():
    model, batch, noise = make(spread=2.0), some_data(n=50), Noise(1)
    mean, _ = model.encode(batch.x)
    far, near = LatentPoint(mean.detach().amax(0, keepdim=True) + 9.0), LatentPoint(mean.detach().mean(0, keepdim=True))
    assert decode_near_data(model, far, batch, noise).warning
    assert decode_near_data(model, far, batch, noise).note.startswith("Far from the data: none of 50 validation images")
    assert not decode_near_data(model, near, batch, noise).warning
    with torch.no_grad():
        model.encoder.net[-1][-1].bias[:2] += 9.0
    assert decode_near_data(model, near, batch, noise).warning


def test_what_is_far_follows_the_weights_that_a_session_trains():
    from explorer.engine import Session, SessionViews, Setup, open_data

    values = {"hidden": 16, "steps": 60, "lr": 1e-2}
    session = Session(Setup.of("vae", data="digits", values=values, device="cpu"), open_data("digits"), record=False)
    assert SessionViews(session).frame("decode") is not None  # with the initial weights
    while not session.finished:
        session.step()
    batch = session.data.batch("train", 0, 128)
    mean = session.model.encode(batch.x)[0].detach()
    for place in (mean[:1], mean[:1] + 50.0):
        frame = decode_near_data(session.model, LatentPoint(place), batch, Noise(0))
        assert frame.warning == bool(torch.equal(place, mean[:1] + 50.0))


def collapsed(latent: int, *, kl: float = 0.0, learnt: bool = True) -> VAE:
    """A VAE whose posterior has a given KL in its first dimension alone, and whose decoder gives the mean datum."""
    model = make(latent=latent)
    mean = some_data(n=9).x.mean(dim=0, keepdim=True)

    def codes(batch):
        means = torch.zeros(len(batch), latent, dtype=torch.float64)
        means[:, 0] = math.sqrt(2 * kl)  # KL = mean²/2
        return means, torch.zeros_like(means)

    model.codes = codes
    model.decode_mean = lambda z: (mean if learnt else torch.full_like(mean, 0.5)).expand(len(z), *mean.shape[1:])
    return model


@pytest.mark.parametrize("latent", [1, 2, 5])
def test_a_collapsed_posterior_is_said_in_an_alert(latent):
    batch = some_data(n=9)
    for view in (latent_map, kl_per_dimension):
        alert = view(collapsed(latent), batch).alert
        assert alert.startswith("Posterior collapse")
        assert "z says nothing about the data" in alert
    assert latent_map(collapsed(latent), batch).alert == kl_per_dimension(collapsed(latent), batch).alert
    assert f"all {latent} latent dimensions" in alert or latent == 1


@pytest.mark.parametrize("model", [collapsed(2, kl=0.02), collapsed(2, learnt=False), make(latent=2, spread=3.0)])
def test_a_posterior_that_tells_something_or_is_untrained_raises_no_alert(model):
    assert latent_map(model, some_data(n=9)).alert == ""
    assert kl_per_dimension(model, some_data(n=9)).alert == ""


def test_the_map_of_many_dimensions_tells_how_much_kl_there_is():
    assert latent_map(collapsed(5, kl=0.004), some_data(n=9)).note.endswith("with 100% of the KL of 0.004 nats.")
