"""Slow motion of a VAE: what is drawn of a mini-batch is what the loss is computed from."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from vae_cases import generator, make, some_data

from models.exact.normal import prior_kl
from models.frames import Bars, Ellipses, Field, Images, Lines, Plane, Points
from models.protocol import DataSpec, Image, build, views_of
from models.vae.per_datapoint.model import PerDatapointVAE
from models.vae.phases import forward_pass
from models.views.latent import kl_per_dimension, latent_map

N = 12  # of the mini-batch; 8 of them are drawn


def per_datapoint(**config) -> PerDatapointVAE:
    torch.manual_seed(0)
    spec = DataSpec(Image(1, 8, 8, "binary"), 100, levels=2)
    return PerDatapointVAE(build(PerDatapointVAE.Config, {"hidden": 16, **config}), spec).double()


def train_batch():
    return dataclasses.replace(some_data(n=N), split="train")


def shown(model, **params):
    """The cards that a phase may draw on, for the batch itself."""
    with torch.no_grad():
        frames = {"latent_map": latent_map(model, train_batch(), **params)}
        blank = Images(np.zeros((1, 1, 8, 8)))
        return {**frames, "decode": blank, "kl_per_dimension": kl_per_dimension(model, train_batch())}


def pictures(model, cards, **options):
    """Each phase's picture, with the same noise."""
    phases = ("draw", *model.players()[0].forward_phases, "backward", "update")
    batch = train_batch()
    with torch.no_grad():
        return {
            phase: model.phase_picture("model", phase, batch, rng=generator(), shown=cards, **options)
            for phase in phases
        }


def layers_of(picture, kind):
    """The layers of a kind that lie over the map itself."""
    return [layer for layer in picture.frames["latent_map"].layers[2:] if isinstance(layer, kind)]


@pytest.mark.parametrize("config", [
    {"latent": 2, "beta": 1.0},
    {"latent": 3, "beta": 4.0, "free_bits": 0.5},
    {"latent": 2, "decoder": "gaussian"},  # whose data get noise, drawn after ε
    {"latent": 1, "decoder": "learned"},
])  # fmt: skip
def test_the_terms_of_each_image_average_to_those_of_the_loss_and_sum_to_it(config) -> None:
    model, batch = make(**config), train_batch()
    values = model.loss(batch, rng=generator())
    done = forward_pass(model, batch, rng=generator())
    assert done.reconstruction.shape == done.kl.shape == (N,)
    torch.testing.assert_close(done.reconstruction.mean(), values["reconstruction"], rtol=1e-12, atol=0)
    torch.testing.assert_close(done.kl.mean(), values["kl"], rtol=1e-12, atol=0)
    lack = (config.get("free_bits", 0.0) - prior_kl(done.mean, done.log_var).mean(0)).clamp_min(0).sum()
    loss = config.get("beta", 1.0) * (done.kl.mean() + lack) - done.reconstruction.mean()
    torch.testing.assert_close(loss, values["loss"], rtol=1e-12, atol=0)
    torch.testing.assert_close(done.z, done.mean + done.std * done.noise, rtol=1e-12, atol=0)
    other = forward_pass(model, batch, rng=generator(1))
    assert (other.reconstruction - done.reconstruction).abs().min() > 1e-6  # other noise, other terms


def test_the_terms_without_an_encoder_are_those_of_the_loss() -> None:
    model, batch = per_datapoint(beta=2.0), train_batch()
    values, done = model.loss(batch, rng=generator()), forward_pass(model, batch, rng=generator())
    loss = 2.0 * done.kl.mean() - done.reconstruction.mean()
    torch.testing.assert_close(loss, values["loss"], rtol=1e-12, atol=0)
    torch.testing.assert_close(done.mean, model.mean[batch.index], rtol=0, atol=0)


@pytest.mark.parametrize(("latent", "params", "dims"), [(2, {}, (0, 1)), (4, {"across": 4, "upwards": 2}, (3, 1))])
def test_q_and_z_stand_on_the_map_in_the_dimensions_that_it_shows(latent, params, dims) -> None:
    model, batch = make(latent=latent, spread=3.0), train_batch()
    cards = shown(model, **params)
    drawn, done = pictures(model, cards), forward_pass(model, batch, rng=generator())
    (ellipses,), (means,) = layers_of(drawn["encode"], Ellipses), layers_of(drawn["encode"], Points)
    axes = list(dims)
    np.testing.assert_allclose(ellipses.centers, done.mean[:8, axes].detach())
    np.testing.assert_allclose(ellipses.axes, done.std[:8, axes].detach())
    np.testing.assert_allclose(means.xy, ellipses.centers)
    assert means.label.tolist() == batch.y[:8].tolist()
    assert "".join(ellipses.labels) == "abcdefgh"
    (ways,), (_, z) = layers_of(drawn["draw ε"], Lines), layers_of(drawn["draw ε"], Points)
    np.testing.assert_allclose(z.xy, done.z[:8, axes].detach())
    np.testing.assert_allclose(np.stack(list(ways.pieces())), np.stack([means.xy, z.xy], axis=1))
    for phase in ("encode", "draw ε"):
        frame = drawn[phase].frames["latent_map"]
        assert (frame.dims, frame.extent) == (dims, cards["latent_map"].extent)
    m, s, noise = (tensor[0, dims[0]].item() for tensor in (done.mean, done.std, done.noise))
    first = str(dims[0] + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    assert drawn["encode"].values[f"image a: m{first}"] == pytest.approx(m)
    assert drawn["encode"].values[f"s{first}"] == pytest.approx(s)
    assert drawn["draw ε"].values[f"image a: ε{first}"] == pytest.approx(noise)


def test_images_are_decoded_from_the_drawn_z_and_carry_their_terms() -> None:
    model, batch = make(), train_batch()
    drawn, done = pictures(model, shown(model)), forward_pass(model, batch, rng=generator())
    data, decoded, terms = (drawn[phase].frames["decode"] for phase in ("draw", "decode", "terms"))
    np.testing.assert_array_equal(data.images, batch.x[:8])
    np.testing.assert_array_equal(decoded.images[:8], batch.x[:8])
    np.testing.assert_allclose(decoded.images[8:], model.decode_mean(done.z[:8]).detach(), rtol=1e-12)
    printed = [float(text.replace("−", "-")) for text in terms.captions]
    np.testing.assert_allclose(printed, [*done.kl[:8].tolist(), *done.reconstruction[:8].tolist()], atol=0.0501)
    bars = drawn["terms"].frames["kl_per_dimension"]
    assert bars.values.sum() == pytest.approx(done.kl.mean().item())


def test_the_update_is_drawn_as_arrows_from_the_old_means_to_the_new() -> None:
    model, after = make(), make()
    with torch.no_grad():
        for parameter in after.encoder.parameters():
            parameter.add_(0.01)
    (arrows,) = layers_of(pictures(model, shown(after), after=after)["update"], Field)
    old, new = model.encode(train_batch().x)[0][:8].detach(), after.encode(train_batch().x)[0][:8].detach()
    np.testing.assert_allclose(arrows.xy, old)
    np.testing.assert_allclose(arrows.uv, new - old)
    longest = (new - old).norm(dim=1).max().item()
    stated = arrows.longest / longest
    assert stated > 1
    assert arrows.name == f"change of m, drawn ×{stated:.2g}"


def test_a_phase_draws_on_cards_in_sight_alone_and_images_on_one_of_them() -> None:
    model = make()
    assert all(not picture.frames for picture in pictures(model, {}).values())
    both = {**shown(model), "reconstructions": Images(np.zeros((1, 1, 8, 8)))}
    drawn = pictures(model, both)
    assert [sorted(picture.frames) for picture in drawn.values()] == [
        ["reconstructions"], ["latent_map"], ["latent_map"], ["reconstructions"],
        ["kl_per_dimension", "reconstructions"], [], [],
    ]  # fmt: skip


@pytest.mark.parametrize("latent", [1, 2, 3])
@pytest.mark.parametrize("make_model", [make, per_datapoint])
def test_every_frame_is_of_the_kind_of_its_card(make_model, latent) -> None:
    model, after = make_model(latent=latent), make_model(latent=latent)
    kinds = {name: view.frame for name, view in views_of(type(model)).items()}
    drawn = pictures(model, shown(model), after=after)
    frames = [(name, frame) for picture in drawn.values() for name, frame in picture.frames.items()]
    assert {type(frame) for _, frame in frames} == {Plane, Images, Bars}
    assert all(type(frame) is kinds[name] for name, frame in frames)
    assert all("this mini-batch" in frame.subtitle for _, frame in frames)


def test_with_one_dimension_q_is_a_line_of_its_width_at_the_height_of_log_s() -> None:
    model, batch = make(latent=1, spread=3.0), train_batch()
    done = forward_pass(model, batch, rng=generator())
    (line,) = layers_of(pictures(model, shown(model))["encode"], Lines)
    ends = np.stack(list(line.pieces()))  # (8, 2, 2)
    mean, std = done.mean[:8, 0].detach(), done.std[:8, 0].detach()
    np.testing.assert_allclose(ends[:, :, 0], np.stack([mean - std, mean + std], axis=1))
    np.testing.assert_allclose(ends[:, :, 1], std.log()[:, None].expand(-1, 2))
