"""Slow motion of a GAN in the plane: what is drawn of a mini-batch is what the losses are computed from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from test_gan import make
from vae_cases import generator

from models.frames import Density, Field, Lines, Plane, Points
from models.gan.planar.phases import FORWARD_PHASES, forward_pass
from models.protocol import DataBatch

CONFIGS = ({}, {"instance_noise": 0.3}, {"noise": "uniform", "pac": 2}, {"objective": "wasserstein", "latent": 3})


def some_points(n: int = 60) -> DataBatch:
    x = torch.randn(n, 2, dtype=torch.float64, generator=generator(3))
    return DataBatch(x, None, torch.arange(n), split="train")


def drawn(model, player: str, phase: str, after=None):
    """The layers that a phase puts over the map of the card of samples, by kind."""
    card = Plane(
        (Density(np.zeros((2, 2)), (-4, 4, -4, 4)), Points(np.zeros((3, 2)))), extent=(-4, 4, -4, 4), alert="!"
    )
    with torch.no_grad():
        picture = model.phase_picture(
            player, phase, some_points(), rng=generator(), shown={"samples": card}, after=after
        )
    if not picture.frames:
        return None
    frame = picture.frames["samples"]
    assert (frame.layers[0], frame.extent, frame.alert) == (card.layers[0], card.extent, "!")
    assert frame.subtitle == "48 of this mini-batch"
    return frame.layers[1:]


@pytest.mark.parametrize("config", CONFIGS)
def test_what_d_judges_gives_the_losses_of_both_players(config) -> None:
    model, batch = make(**config).double(), some_points()
    value = model.loss("discriminator", batch, rng=generator())
    done = forward_pass(model, "discriminator", batch, rng=generator())
    assert done.real is not None
    for key, term, u in (("on_data", model.game.on_data, done.real), ("on_samples", model.game.on_samples, done.fake)):
        torch.testing.assert_close(-term(model.judge(model.packs(u))).mean(), value[key], rtol=1e-12, atol=1e-14)
    done = forward_pass(model, "generator", batch, rng=generator())
    loss = model.game.generator(model.judge(model.packs(done.fake)))
    torch.testing.assert_close(loss, model.loss("generator", batch, rng=generator())["loss"], rtol=1e-12, atol=1e-14)


def test_z_goes_to_its_sample_and_the_judged_points_are_data_and_samples() -> None:
    model, batch = make().double(), some_points()
    done = forward_pass(model, "discriminator", batch, rng=generator())
    made = model.units.from_units(done.generated)[:48].detach()
    (data,) = drawn(model, "discriminator", "draw")
    np.testing.assert_allclose(data.xy, batch.x[:48])
    *_, z = drawn(model, "discriminator", "draw z")
    np.testing.assert_allclose(z.xy, model.units.from_units(done.z)[:48])
    _, ways, samples = drawn(model, "discriminator", "generate")
    assert isinstance(ways, Lines)
    np.testing.assert_allclose(samples.xy, made)
    np.testing.assert_allclose(np.stack(list(ways.pieces())), np.stack([z.xy, samples.xy], axis=1))
    real, fake = drawn(model, "discriminator", "judge")
    np.testing.assert_allclose(real.xy, batch.x[:48])
    np.testing.assert_allclose(fake.xy, made)
    assert len(drawn(model, "generator", "judge")) == 1
    assert drawn(model, "generator", "draw") is None


def test_the_update_of_g_is_drawn_as_arrows_from_the_old_samples_to_the_new() -> None:
    model, after = make().double(), make().double()
    with torch.no_grad():
        for weight in after.generator.parameters():
            weight.add_(0.01)
    z = forward_pass(model, "generator", some_points(), rng=generator()).z[:48]
    samples, arrows = drawn(model, "generator", "update", after)
    assert isinstance(arrows, Field)
    np.testing.assert_allclose(arrows.xy, model.decode_mean(z).detach())
    np.testing.assert_allclose(arrows.xy + arrows.uv, samples.xy)
    np.testing.assert_allclose(samples.xy, after.decode_mean(z).detach())


@pytest.mark.parametrize(("objective", "letter"), [("non-saturating", "D"), ("wasserstein", "F")])
def test_the_numbers_are_means_of_d_or_of_a_critic(objective, letter) -> None:
    model, batch = make(objective=objective).double(), some_points()
    done = forward_pass(model, "discriminator", batch, rng=generator())
    with torch.no_grad():
        values = model.phase_picture("discriminator", "judge", batch, rng=generator(), shown={}).values
        f = {"data": model.judge(done.real), "samples": model.judge(done.fake)}
    expected = {name: (f[name].sigmoid() if letter == "D" else f[name]).mean().item() for name in f}
    assert values == pytest.approx({f"mean {letter} on {name}": value for name, value in expected.items()})


def test_noise_of_many_dimensions_has_no_place_and_its_samples_are_drawn_all_the_same() -> None:
    model = make(latent=5).double()
    points = {phase: drawn(model, "generator", phase) for phase in FORWARD_PHASES}
    assert [len(layers[-1].xy) for layers in points.values()] == [0, 48, 48]
