"""WaveNet: causality, receptive field, exact sums, cached generation, completion, padding."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from sound_cases import OUTPUTS, outputs, rng, sounds, wavenet

from models.autoregressive.wavenet import WaveNet
from models.autoregressive.wavenet.crops import crop
from models.autoregressive.wavenet.generation import NaiveGeneration, OnArraysAside, generation
from models.nets.wavenet import dilations_of, receptive_field
from models.nets.wavenet_cache import ArrayCache, TensorCache
from models.protocol import BadValue, DataBatch, DataSpec, Kind, Waveform, build, settings_of

# The network


@pytest.mark.parametrize(
    ("layers", "cycle", "kernel", "field"),
    [(20, 10, 2, 2047), (5, 3, 2, 11), (5, 3, 3, 21), (4, 9, 2, 16), (1, 1, 4, 4)],
)
def test_the_receptive_field_follows_from_the_dilations(layers, cycle, kernel, field):
    assert receptive_field(dilations_of(layers, cycle), kernel) == field


def test_dilations_double_and_begin_again():
    assert dilations_of(7, 3) == (1, 2, 4, 1, 2, 4, 1)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("kernel", [2, 3])
def test_a_prediction_depends_on_exactly_the_samples_of_its_receptive_field(output, kernel):
    model = wavenet(output=output, kernel=kernel, classes=(), length=30)
    levels = model.grid.quantise(sounds(model, 1))
    before = outputs(model, levels)[0]
    field = model.receptive_field
    assert field == 1 + (kernel - 1) * (1 + 2 + 4 + 1 + 2)
    for changed in range(30):
        other = levels.clone()
        other[0, changed] = (other[0, changed] + 7) % model.config.levels
        differs = (outputs(model, other)[0] != before).any(dim=1)
        expected = [changed < t <= changed + field for t in range(30)]
        assert differs.tolist() == expected, changed


def test_no_parameter_is_idle():
    model = wavenet(output="mu-law")
    batch = DataBatch(sounds(model), torch.tensor([0, 1]), torch.arange(2))
    model.loss(batch, rng=rng())["loss"].backward()
    assert [name for name, value in model.named_parameters() if value.grad is None] == []


# The likelihood


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("classes", [(), ("a", "b", "c")])
def test_probabilities_of_all_sounds_add_up_to_one(output, classes):
    model = wavenet(output=output, levels=3, length=4, classes=classes, layers=3)
    every = torch.tensor(list(itertools.product(range(3), repeat=4)))  # (81, 4)
    x = model.grid.amplitude(every, torch.float64)
    with torch.no_grad():
        assert float(model.log_prob(x).exp().sum()) == pytest.approx(1.0, abs=1e-10)
        for k in range(len(classes)):
            given = model.log_prob(x, torch.full((81,), k))
            assert float(given.exp().sum()) == pytest.approx(1.0, abs=1e-10)


def test_without_its_class_a_sound_has_the_mean_probability_over_the_classes():
    model = wavenet()
    x = sounds(model, 3)
    with torch.no_grad():
        each = [model.log_prob(x, torch.full((3,), k)) for k in range(2)]
        torch.testing.assert_close(model.log_prob(x), ((each[0].exp() + each[1].exp()) / 2).log())
    assert (each[0] - each[1]).abs().min() > 0.1


@pytest.mark.parametrize("output", OUTPUTS)
def test_log_probabilities_in_parts_are_those_of_the_whole(output):
    model = wavenet(output=output)
    x, y = sounds(model, 1), torch.tensor([1])
    with torch.no_grad():
        whole = model.sample_log_probs(x, y)
        parts = [model.sample_log_probs(x, y, start, min(start + 7, 40)) for start in range(0, 40, 7)]
        output = outputs(model, model.grid.quantise(x), y)
        direct = model.distribution.log_prob(output, model.grid.quantise(x))
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=0, atol=1e-12)
    torch.testing.assert_close(direct, whole, rtol=0, atol=1e-12)


def test_log_prob_is_that_of_the_quantised_sound():
    model = wavenet(levels=4)
    x = sounds(model, 2)
    near = (x + 0.01).clamp(-1, 1)
    assert not torch.equal(x, near)
    with torch.no_grad():
        assert torch.equal(model.log_prob(x), model.log_prob(near))


# Training


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_crop_of_the_whole_sound_has_the_likelihood_of_the_sound(output):
    model = wavenet(output=output, window=40)
    x, y = sounds(model, 3), torch.tensor([0, 1, 1])
    with torch.no_grad():
        values = model.loss(DataBatch(x, y, torch.arange(3)), rng=rng())
        expected = -model.log_prob(x, y).mean() / 40
    assert float(values["loss"]) == pytest.approx(float(expected), rel=1e-12)
    assert float(values["bits_per_sample"]) == pytest.approx(float(expected) / math.log(2), rel=1e-12)


def test_a_crop_is_predicted_from_the_samples_before_it():
    model = wavenet(length=60)
    levels = model.grid.quantise(sounds(model, 1))
    found = set()
    for seed in range(40):
        made = crop(levels, None, 8, model.network, rng(seed))
        start = next(k for k in range(53) if torch.equal(levels[0, k : k + 8], made.levels[0]))
        with torch.no_grad():
            output = model.network(made.tokens, torch.tensor([0]))
        expected = outputs(model, levels, torch.tensor([0]))[:, start : start + 8]
        torch.testing.assert_close(output, expected, rtol=0, atol=1e-12)
        found.add(start)
    assert min(found) == 0
    assert max(found) == 52
    assert len(found) > 15


def test_padding_never_changes_the_loss():
    model = wavenet(window=16)
    x, lengths = sounds(model, 3), torch.tensor([40, 23, 9])
    mask = (torch.arange(40) < lengths[:, None]).double()
    other = torch.where(mask > 0, x, sounds(model, 3, seed=9))
    assert not torch.equal(x, other)
    y = torch.tensor([0, 1, 0])
    with torch.no_grad():
        for seed in range(10):
            one, two = (
                model.loss(DataBatch(each, y, torch.arange(3), mask), rng=rng(seed))["loss"] for each in (x, other)
            )
            assert torch.equal(one, two)
        cut = [model.log_prob(x[k : k + 1, :length], y[k : k + 1]) for k, length in enumerate(lengths.tolist())]
        torch.testing.assert_close(model.log_prob(x, y, mask), torch.cat(cut))


def test_evaluation_counts_samples_and_leaves_padding_out():
    model = wavenet()
    x, y = sounds(model, 2), torch.tensor([0, 1])
    mask = (torch.arange(40) < torch.tensor([40, 10])[:, None]).double()
    values = model.evaluate(DataBatch(x, y, torch.arange(2), mask), rng=rng())
    with torch.no_grad():
        nats = -model.log_prob(x, y, mask)
    torch.testing.assert_close(values["nll_nats"], nats)
    bits, counts = values["bits_per_sample"].unbind(1)
    assert counts.tolist() == [40, 10]
    torch.testing.assert_close(bits, nats / counts / math.log(2))


# Generation


def drawn(model: WaveNet, n: int, y, *, naive: bool, temperature: float = 1.0, x=None, mask=None) -> torch.Tensor:
    levels = None if x is None else model.grid.quantise(x)
    begin = NaiveGeneration if naive else generation
    made = begin(
        model.network, model.distribution, model.noise(n, 40, rng(5)), model.class_of(y), temperature, levels, mask
    )
    assert made.done == (0 if mask is None else int((mask > 0).all(0).long().cumprod(0).sum()))
    while made.done < made.length:
        made.advance(9)
    return made.levels


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("kernel", [2, 3])
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_cached_generation_draws_what_the_naive_one_draws(output, kernel, n, temperature):
    for classes in ((), ("a", "b")):
        model = wavenet(output=output, kernel=kernel, classes=classes)
        y = torch.arange(n) % 2
        one = drawn(model, n, y, naive=True, temperature=temperature)
        assert torch.equal(one, drawn(model, n, y, naive=False, temperature=temperature))
        assert len(one.unique()) > 3


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("known", [1, 5, 25, 40])
def test_cached_continuation_of_a_beginning_is_the_naive_one(output, known):
    model = wavenet(output=output)
    x, y = sounds(model, 3), torch.tensor([0, 1, 1])
    mask = torch.zeros_like(x)
    mask[:, :known] = 1
    one, two = (drawn(model, 3, y, naive=naive, x=x, mask=mask) for naive in (True, False))
    assert torch.equal(one, two)
    assert torch.equal(one[:, :known], model.grid.quantise(x)[:, :known])


@pytest.mark.parametrize("kernel", [2, 3])
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("cache", [ArrayCache, TensorCache])
def test_cached_outputs_are_those_of_the_network(kernel, n, cache):
    model = wavenet(kernel=kernel)
    stack, field = model.network.stack, model.receptive_field
    x = torch.randn(n, field + 30, 4, generator=rng(2), dtype=torch.float64)
    y, before = torch.arange(n) % 2, x.clone()
    with torch.no_grad():
        expected = stack(x, y)[:, 1:]
        step = cache(stack, x[:, :field], y).step
        inputs = x[:, field:].unbind(1)
        found = [step(each) if cache is TensorCache else torch.from_numpy(step(each.numpy())) for each in inputs]
    torch.testing.assert_close(torch.stack(found, dim=1), expected, rtol=0, atol=1e-12)
    assert torch.equal(x, before)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("known", [0, 5])
def test_a_copy_aside_draws_the_same_in_parts_and_continues_a_beginning(output, known):
    model = wavenet(output=output)
    x, y = sounds(model, 3), torch.tensor([0, 1, 1])
    mask = torch.zeros_like(x)
    mask[:, :known] = 1
    levels, noise = model.grid.quantise(x), model.noise(3, 40, rng(5))
    both = [
        begin(model.network, model.distribution, noise, model.class_of(y), 0.8, levels, mask)
        for begin in (generation, OnArraysAside)
    ]
    for made in both:
        while made.done < made.length:
            made.advance(9)
    assert torch.equal(both[0].levels, both[1].levels)
    assert torch.equal(both[1].levels[:, :known], levels[:, :known])


def test_tensors_draw_what_arrays_draw():
    for output in OUTPUTS:
        model = wavenet(output=output)
        distribution, network = model.distribution, model.network
        made = generation(network, distribution, model.noise(2, 40, rng(5)), torch.tensor([0, 1]))
        made.advance(40)
        with torch.no_grad():
            cache, levels = TensorCache(network.stack, made_start(model), torch.tensor([0, 1])), []
            token = torch.full((2,), network.before)
            for t in range(40):
                out = cache.step(network.entrance(token[:, None])[:, 0])
                token = distribution.draw(out, model.noise(2, 40, rng(5))[:, t], 1.0)
                levels.append(token)
        assert torch.equal(torch.stack(levels, dim=1), made.levels)


def made_start(model: WaveNet) -> torch.Tensor:
    tokens = torch.full((2, model.receptive_field), model.network.before)
    return model.network.entrance(tokens)


@pytest.mark.parametrize("output", OUTPUTS)
def test_samples_have_the_probabilities_of_the_model(output):
    model = wavenet(output=output, levels=3, length=2, layers=2, classes=())
    every = torch.tensor(list(itertools.product(range(3), repeat=2)))
    n = 20_000
    with torch.no_grad():
        p = model.log_prob(model.grid.amplitude(every, torch.float64)).exp()
        levels = model.grid.quantise(model.sample(n, rng=rng(3)))
    counts = torch.bincount(levels[:, 0] * 3 + levels[:, 1], minlength=9)
    chi2 = float(((counts - n * p).square() / (n * p)).sum())
    assert chi2 < 26.1  # 99.9 % of a chi-square distribution of 8 degrees


def test_completion_keeps_what_is_given():
    model = wavenet()
    x = sounds(model, 2) * 0.97  # not on the grid
    mask = torch.zeros(2, 40, dtype=torch.float64)
    mask[:, :11] = 1
    mask[0, 20] = 1
    for y in (None, torch.tensor([1, 0])):
        made = model.complete(x, mask, rng=rng(4), y=y)
        assert torch.equal(made[mask > 0], x[mask > 0])
        assert not torch.equal(made[:, 30:], x[:, 30:])


def test_a_given_sample_changes_what_follows_it_and_nothing_before():
    model = wavenet(classes=())
    mask = torch.zeros(30, 40, dtype=torch.float64)
    mask[:, 20] = 1
    one, two = (model.complete(torch.full((30, 40), value).double(), mask, rng=rng(4)) for value in (-0.9, 0.9))
    assert torch.equal(one[:, :20], two[:, :20])
    assert not torch.equal(one[:, 21:], two[:, 21:])


def test_a_missing_class_is_drawn_given_the_beginning():
    model = wavenet(classes=("a", "b"))
    x, n = sounds(model, 1).expand(4000, -1), 4000
    mask = torch.zeros(n, 40, dtype=torch.float64)
    mask[:, :3] = 1
    drawn_classes = model._classes_given(x, mask, rng(1))
    with torch.no_grad():
        each = [float(model.log_prob(x[:1], torch.tensor([k]), mask[:1]).exp()) for k in range(2)]
    p = each[1] / sum(each)
    assert float(drawn_classes.double().mean()) == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / n))


def test_a_class_is_chosen_by_its_name():
    model = wavenet(classes=("low", "high"))
    assert list(settings_of(WaveNet.sample)) == ["temperature", "class"]
    low, high, again = (model.sample(2, rng=rng(1), **{"class": name}) for name in ("low", "high", "high"))
    assert torch.equal(high, again)
    assert not torch.equal(low, high)
    with pytest.raises(BadValue, match=r"class takes low, high, or nothing for any, not loud"):
        model.sample(1, rng=rng(1), **{"class": "loud"})
    with pytest.raises(BadValue, match="no class is given, not low"):
        wavenet(condition=False).sample(1, rng=rng(1), **{"class": "low"})


def test_a_low_temperature_draws_the_most_likely_level():
    model = wavenet(output="mu-law", classes=())
    levels = model.grid.quantise(model.sample(1, rng=rng(1), temperature=0.01))
    assert torch.equal(outputs(model, levels).argmax(-1), levels)


def test_settings_that_do_not_go_together_are_refused():
    kind: Kind = Waveform(40, 1000)
    for values, reason in (({"gate": 7}, "even"), ({"levels": 2048}, "softmax has at most 1,024 levels")):
        with pytest.raises(BadValue, match=reason):
            WaveNet.check(build(WaveNet.Config, values), kind)
    WaveNet.check(build(WaveNet.Config, {"levels": 65_536, "output": "logistics"}), kind)


def test_one_scalar_is_drawn_for_a_sample_or_two_with_logistics():
    kind = Waveform(40, 1000)
    for output, dims in zip(OUTPUTS, (40, 80), strict=True):
        assert WaveNet.noise_dims(build(WaveNet.Config, {"output": output}), kind) == dims
    assert WaveNet.sampling_passes(WaveNet.Config(), {}, DataSpec(kind, 1)) == 40
    assert WaveNet.sampling_passes(WaveNet.Config(), {}, DataSpec(Waveform(), 1)) > 1000


def test_amplitudes_are_on_the_grid():
    model = wavenet()
    x = model.sample(2, rng=rng(0))
    grid = model.grid.amplitude(torch.arange(16), torch.float64).numpy()
    assert np.isin(x.numpy(), grid).all()
