"""Pictures of WaveNet: what they show is what the model computes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from sound_cases import OUTPUTS, outputs, rng, sounds, wavenet

from models.autoregressive.wavenet.conditionals import bits_along, bits_of_sounds, next_sample
from models.autoregressive.wavenet.sounds import MOMENTS, continuation, samples
from models.autoregressive.wavenet.speed import speed
from models.autoregressive.wavenet.tree import context, dilation_tree
from models.protocol import DataBatch, DataPoint, Noise


@pytest.fixture(autouse=True)
def _no_grad() -> Iterator[None]:
    """As the application computes views."""
    with torch.no_grad():
        yield


def test_the_tree_reaches_back_as_far_as_its_layers():
    model = wavenet(layers=6, cycle=4)
    sound = DataPoint(sounds(model, 1), 0, 0)
    for drawn, field in ((1, 2), (4, 16), (6, 19)):
        frame = dilation_tree(model, sound, at=90.0, layers=drawn)
        paths, units, _ = frame.layers
        assert units.xy[:, 0].min() == 1 - field
        assert sorted(set(units.xy[:, 1])) == list(range(drawn + 1))
        assert np.isfinite(paths.xy).all()
        steps = {(int(a[1]), int(b[0] - a[0])) for a, b in paths.xy}
        dilations = (1, 2, 4, 8, 1, 2)
        assert steps == {(layer, gap) for layer in range(drawn) for gap in (0, dilations[layer])}
    assert "19 samples, 19 ms" in frame.note


def test_the_context_doubles_with_each_layer_and_grows_by_one_without_dilation():
    dilated, plain = context(wavenet(layers=6, cycle=6)).series
    assert dilated.y.tolist() == [2, 4, 8, 16, 32, 64]
    assert plain.y.tolist() == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_next_sample_has_the_distribution_of_the_model(output):
    model = wavenet(output=output)
    x = sounds(model, 1)
    frame = next_sample(model, DataPoint(x, 1, 0), at=50.0, temperature=0.5)
    plain, tempered = frame.series
    with torch.no_grad():
        log_p = model.distribution.log_probs(outputs(model, model.grid.quantise(x), torch.tensor([1]))[0, 20])
        cost = -float(model.sample_log_probs(x, torch.tensor([1]))[0, 20]) / math.log(2)
    np.testing.assert_allclose(plain.y, log_p.exp().numpy(), atol=1e-12)
    np.testing.assert_allclose(tempered.y, (2 * log_p).softmax(0).numpy(), atol=1e-12)
    assert frame.marker == pytest.approx(float(model.grid.compand(x[0, 20])))
    assert f"costs {cost:.2f} bits" in frame.note


def test_bits_along_a_sound_leave_padding_out_and_have_its_mean():
    model = wavenet(length=1500)
    x, mask = sounds(model, 1), (torch.arange(1500) < 1100).double()[None]
    frames = list(bits_along(model, DataPoint(x, 0, 0, "valid", mask)))
    with torch.no_grad():
        bits = -model.sample_log_probs(x, torch.tensor([0]))[0, :1100] / math.log(2)
    assert len(frames) == 3
    curve, mean, _ = frames[-1].series
    np.testing.assert_allclose(curve.y, bits.reshape(-1, 10).mean(dim=1).numpy(), rtol=1e-9)
    assert mean.y[0] == pytest.approx(float(bits.mean()))


def test_bits_of_sounds_are_those_of_the_evaluation():
    model = wavenet(length=700)
    x, y = sounds(model, 3), torch.tensor([0, 1, 1])
    mask = (torch.arange(700) < torch.tensor([700, 650, 40])[:, None]).double()
    batch = DataBatch(x, y, torch.arange(3), mask, "valid")
    *_, last = bits_of_sounds(model, batch)
    (cloud,) = last.layers
    expected = model.evaluate(batch, rng=rng())["bits_per_sample"][:, 0]
    np.testing.assert_allclose(cloud.xy[:, 1], expected.numpy(), rtol=1e-9)
    assert cloud.xy[2, 0] == pytest.approx(10 * math.log10(float(x[2, :40].square().mean())))


def test_a_film_of_a_sound_grows_to_the_sample_of_the_same_noise():
    model = wavenet(length=200)
    films = list(samples(model, Noise(3), ms=200, temperature=0.8, **{"class": "high"}))
    for film in films:
        assert all(frame.length == 200 for frame in film.frames)
        assert [len(frame.samples) for frame in film.frames] == [round(at * 1000) for at in film.at]
    last = films[-1]
    assert len(last.frames) == MOMENTS
    expected = model.sample(1, rng=Noise(3).rng(), temperature=0.8, **{"class": "high"})
    np.testing.assert_allclose(last.frames[-1].samples, expected[0].numpy(), atol=1e-7)
    assert "class high" in last.subtitle


def test_a_continuation_begins_with_the_sound():
    model = wavenet(length=100)
    x = sounds(model, 1)
    *_, film = continuation(model, DataPoint(x, 1, 0), Noise(0), given=30)
    for frame in film.frames:
        assert frame.given == 30
        np.testing.assert_allclose(frame.samples[:30], x[0, :30].numpy(), atol=1e-6)
    assert len(film.frames[-1].samples) == 100


def test_measured_times_are_told_beside_the_reported_one():
    *_, frame = speed(wavenet(classes=()))
    lines = {series.key: series.y / series.x for series in frame.series}
    assert lines["reported"] == pytest.approx([5400.0, 5400.0])
    assert lines["real"] == pytest.approx([1.0, 1.0])
    assert (lines["naive"] > 0).all()
    assert (lines["cached"] > 0).all()
