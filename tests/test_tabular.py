"""Tables of binary conditionals: counts, contexts, the chain rule in any order, and gradient descent to the counts."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pages import session, tensors_of
from torch import Tensor, nn

from explorer.data import source
from explorer.engine import BadInput, SessionViews, Setup, open_data
from explorer.engine.data.tensors import TensorData
from explorer.engine.runs.curves import loss_curves
from models.autoregressive.tabular import Tabular
from models.autoregressive.tabular.chain_rule import ORDERINGS, divergence, factorised, joint_of, parameters_of
from models.autoregressive.tabular.contexts import contexts, entries_in_all
from models.autoregressive.tabular.sizes import recurrent_parameters
from models.autoregressive.tabular.tables import ContextTables, log_odds
from models.protocol import Data, DataBatch, DataSpec, Image

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
LAYOUTS = [("causal", False), ("causal", True), ("raster", False), ("raster", True)]
every_layout = pytest.mark.parametrize(("neighbours", "shared"), LAYOUTS)
EVERY_3X3 = torch.tensor(list(itertools.product((0.0, 1.0), repeat=9)), dtype=torch.float64).reshape(-1, 1, 3, 3)


def images(n: int, height: int, width: int, seed: int = 0) -> Tensor:
    """Binary images whose pixels depend on each other: rows of a random walk."""
    rng = torch.Generator().manual_seed(seed)
    flips = torch.rand(n, 1, height, width, generator=rng, dtype=torch.float64) < 0.3
    return (flips.cumsum(dim=3) % 2).double()


def data_of(x: Tensor, spec: DataSpec) -> Data:
    batch = DataBatch(x, None, torch.arange(len(x)))
    return Data(spec, lambda split, n: batch)


def fitted(x: Tensor, **config: Any) -> Tabular:
    """A model in float64, fitted to images."""
    spec = DataSpec(Image(1, *x.shape[2:], "binary"), len(x), levels=2)
    model = Tabular(Tabular.Config(**config), spec).double().eval()
    model.inherit(data_of(x, spec), {})
    return model


def by_hand(x: Tensor, context: np.ndarray) -> dict[tuple[int, tuple[int, ...]], list[int]]:
    """Numbers of zeros and ones of each pixel by the values of its context, counted one image after another."""
    found: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for image in x.flatten(1).int().tolist():
        for pixel, value in enumerate(image):
            key = tuple(image[place] for place in context[pixel] if place >= 0)
            found.setdefault((pixel, key), [0, 0])[value] += 1
    return found


# Contexts


def test_nearest_pixels_come_in_the_documented_order():
    steps = [(4 - place // 9, place % 9 - 4) for place in contexts(9, 9, 10, "causal")[4 * 9 + 4].tolist()]
    assert steps == [(0, -1), (1, 0), (1, -1), (1, 1), (0, -2), (2, 0), (1, -2), (1, 2), (2, -1), (2, 1)]


def test_a_pixel_at_the_border_depends_on_further_ones():
    first_column = contexts(4, 4, 3, "causal")[8].tolist()  # row 2, column 0
    assert first_column == [4, 5, 0]
    assert contexts(4, 4, 3, "causal", shared=True)[8].tolist() == [-1, 4, -1]  # left, up, up-left


def test_raster_order_takes_the_last_pixels():
    found = contexts(2, 3, 2, "raster")
    assert found.tolist() == [[-1, -1], [0, -1], [1, 0], [2, 1], [3, 2], [4, 3]]


@every_layout
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 5), (5, 1), (4, 6)])
@pytest.mark.parametrize("context", [0, 3, 16])
def test_contexts_are_different_earlier_pixels(neighbours, shared, height, width, context):
    found = contexts(height, width, context, neighbours, shared)
    assert found.shape == (height * width, context)
    for pixel, places in enumerate(found.tolist()):
        seen = [place for place in places if place >= 0]
        assert len(set(seen)) == len(seen)
        assert all(place < pixel for place in seen)
        if not shared:
            assert len(seen) == min(context, pixel)


@every_layout
@pytest.mark.parametrize("context", [0, 2, 8])
def test_the_number_of_entries_is_the_formula(neighbours, shared, context):
    assert ContextTables(3, 3, context, neighbours, shared).size == entries_in_all(9, context, shared)


def test_full_tables_have_one_entry_less_than_there_are_images():
    assert entries_in_all(9, 8) == 2**9 - 1
    assert entries_in_all(9, 16) == 2**9 - 1


# Counting


@every_layout
def test_counts_are_those_of_a_loop(neighbours, shared):
    x = images(40, 3, 4)
    context = contexts(3, 4, 3, neighbours, shared)
    tables = ContextTables(3, 4, 3, neighbours, shared)
    counts, entries = tables.counts(x), tables.entries(x)
    assert int(counts.sum()) == x.numel()
    if shared:
        return  # entries of several pixels add up: the next test
    for (pixel, key), (zeros, ones) in by_hand(x, context).items():
        value = sum(bit << j for j, bit in enumerate(key))
        assert counts[int(tables.first[pixel]) + value].tolist() == [zeros, ones]
    assert torch.equal(torch.stack([tables.entry(x, pixel) for pixel in range(12)], dim=1), entries)


def test_a_shared_table_counts_all_pixels():
    x = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])[None, None]
    counts = ContextTables(2, 3, 1, "raster", shared=True).counts(x)
    # Given 0, or nothing before: 1 first, 1 after the row, 0 at the end. Given 1: 1, 0, 0.
    assert counts.tolist() == [[1, 2], [2, 1]]


@pytest.mark.parametrize("smoothing", [0.0, 0.3, 2.0])
def test_entries_are_smoothed_frequencies(smoothing):
    x = images(50, 3, 3)
    model = fitted(x, context=2, smoothing=smoothing)
    for (pixel, key), (zeros, ones) in by_hand(x, contexts(3, 3, 2, "causal")).items():
        entry = int(model.tables.first[pixel]) + sum(bit << j for j, bit in enumerate(key))
        expected = (ones + smoothing) / (zeros + ones + 2 * smoothing)
        assert float(torch.sigmoid(model.theta[entry])) == pytest.approx(expected, abs=1e-14)


def test_what_was_never_seen_is_impossible_without_smoothing_and_even_with_it():
    counts = torch.tensor([[0, 0], [3, 0], [0, 2]])
    assert log_odds(counts, 0.0).tolist() == [0.0, -math.inf, math.inf]
    assert log_odds(counts, 0.5).tolist() == pytest.approx([0.0, -math.log(7), math.log(5)])


def test_without_smoothing_training_images_cost_their_conditional_entropy():
    x = images(60, 3, 3)
    nats = -fitted(x, context=3, smoothing=0.0).log_prob(x).mean()
    entropy = 0.0
    for zeros, ones in by_hand(x, contexts(3, 3, 3, "causal")).values():
        entropy -= sum(count * math.log(count / (zeros + ones)) for count in (zeros, ones) if count)
    assert float(nats) == pytest.approx(entropy / 60, rel=1e-12)


def test_an_excluded_image_has_probability_zero():
    x = torch.ones(5, 1, 2, 2, dtype=torch.float64)
    model = fitted(x, context=2, smoothing=0.0)
    assert model.log_prob(torch.cat([x[:1], torch.zeros_like(x[:1])])).tolist() == [0.0, -math.inf]
    assert torch.equal(model.sample(3, rng=torch.Generator().manual_seed(0)), torch.ones(3, 1, 2, 2).double())


# The model


@every_layout
@pytest.mark.parametrize(("context", "smoothing"), [(0, 0.3), (3, 0.0), (8, 0.3)])
def test_probabilities_of_all_images_add_up_to_one(neighbours, shared, context, smoothing):
    model = fitted(images(30, 3, 3), context=context, smoothing=smoothing, neighbours=neighbours, shared=shared)
    assert float(model.log_prob(EVERY_3X3).detach().exp().sum()) == pytest.approx(1.0, abs=1e-12)


@every_layout
def test_a_conditional_depends_on_its_context_alone(neighbours, shared):
    model = fitted(images(200, 4, 4), context=3, neighbours=neighbours, shared=shared)
    with torch.no_grad():
        model.theta.copy_(torch.randn(model.theta.shape, generator=torch.Generator().manual_seed(0)).double())
    x = images(64, 4, 4, seed=1)
    before = model.outputs(x)
    for place in range(16):
        flipped = x.flatten(1).clone()
        flipped[:, place] = 1 - flipped[:, place]
        moved = (model.outputs(flipped.reshape(x.shape)) != before).any(dim=0)[0]
        expected = torch.tensor([[bool(model.sees(r, c).flatten()[place]) for c in range(4)] for r in range(4)])
        assert torch.equal(moved, expected)


@every_layout
def test_pixels_are_drawn_as_by_whole_passes(neighbours, shared):
    model = fitted(images(200, 5, 5), context=4, neighbours=neighbours, shared=shared)
    u = torch.rand(20, 5, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    drawn = []
    for naive in (False, True):
        x = torch.full((20, 1, 5, 5), 0.0 if naive else 1.0, dtype=torch.float64)
        for _ in model.drawing(x, torch.zeros_like(x), u=u, naive=naive):
            pass
        drawn.append(x)
    assert torch.equal(*drawn)
    assert 0 < float(drawn[0].mean()) < 1


@pytest.mark.parametrize("smoothing", [0.3, 1.0])
def test_the_counts_are_the_minimum_of_the_loss(smoothing):
    x = images(40, 3, 3)
    counted = fitted(x, context=2, smoothing=smoothing).theta.detach()
    model = fitted(x, context=2, smoothing=smoothing, fit="gradient").train()
    batch = DataBatch(x, None, torch.arange(len(x)))
    assert torch.equal(model.counted, counted)
    optimiser = torch.optim.LBFGS(model.parameters(), max_iter=300, tolerance_grad=1e-12, tolerance_change=0.0)

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = model.loss(batch, rng=torch.Generator())["loss"]
        value.backward()
        return value

    assert float((model.theta - counted).detach().abs().max()) > 0.5
    optimiser.step(loss)
    torch.testing.assert_close(model.theta.detach(), counted, atol=1e-6, rtol=0)
    with torch.no_grad():
        values = model.loss(batch, rng=torch.Generator())
    assert float(values["nll"]) == pytest.approx(float(values["counted_nll"]), abs=1e-9)


def test_a_session_by_gradient_comes_near_the_counts():
    trained = session("tabular", data="digits-binary", context=2, fit="gradient", steps=300, batch=1300, lr=0.3)
    while not trained.finished:
        trained.step()
    last = trained.journal.history.last()
    assert last["nll"] == pytest.approx(last["counted_nll"], abs=0.05)  # from 44 nats
    assert last["held_out.nll"] == pytest.approx(last["held_out.counted_nll"], abs=0.05)


def test_digits_cost_less_with_neighbours():
    data = TensorData(open_data("digits-binary"), 0, torch.device("cpu")).whole()
    nats = {}
    for context in (0, 4, 8):
        model = session("tabular", data="digits-binary", context=context).model
        with torch.no_grad():
            nats[context] = -float(model.log_prob(data.test.x).mean())
    assert nats[8] < nats[4] < 20.5
    assert nats[0] == pytest.approx(_independent(data.train.x.numpy(), data.test.x.numpy()), abs=1e-3)


def _independent(train: np.ndarray, test: np.ndarray, smoothing: float = 0.3) -> float:
    """Nats of independent pixels, by their means."""
    p = (train.astype(float).sum(axis=0) + smoothing) / (len(train) + 2 * smoothing)
    return -float((test * np.log(p) + (1 - test) * np.log1p(-p)).sum(axis=(1, 2, 3)).mean())


@pytest.mark.skipif(not (SHARED / "binarized_mnist").is_dir(), reason="no copy of binarized MNIST at hand")
def test_independent_pixels_of_mnist_cost_what_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", SHARED.as_uri())
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path))
    data = TensorData(open_data("mnist-binarized"), 0, torch.device("cpu")).whole()
    tables = ContextTables(28, 28, 0, "causal")
    theta = log_odds(tables.counts(data.train.x), 0.3)
    test = data.test.x.double()
    nats = -torch.nn.functional.logsigmoid((2 * test.flatten(1) - 1) * theta[tables.entries(test)]).sum(dim=1).mean()
    assert float(nats) == pytest.approx(205.79, abs=0.01)


def test_tables_that_are_too_large_are_refused():
    with pytest.raises(BadInput, match=r"14 pixels of context take 12,632,063 entries for 784 pixels; the most is 4,1"):
        Setup.of("tabular", data="mnist-binarized", values={"context": 14})
    assert source("mnist-binarized").kind.shape == (1, 28, 28)
    assert Setup.of("tabular", data="digits-binary", values={"context": 16}).config.context == 16


# The chain rule

JOINTS = np.random.default_rng(0).dirichlet(np.full(8, 0.3), size=20).reshape(-1, 2, 2, 2)


@pytest.mark.parametrize("order", ORDERINGS)
def test_full_tables_give_the_joint_in_every_order(order):
    assert parameters_of(2) == 2**3 - 1
    for joint in (*JOINTS, joint_of(np.array([[0, 1, 1], [0, 1, 1], [1, 0, 1]]))):
        np.testing.assert_allclose(factorised(joint, order, 2), joint, atol=1e-12)


@pytest.mark.parametrize("order", ORDERINGS)
def test_a_context_of_one_loses_the_conditional_mutual_information(order):
    first, middle, last = order
    for joint in JOINTS:
        product = factorised(joint, order, 1)
        assert product.sum() == pytest.approx(1.0, abs=1e-12)
        expected = 0.0
        for bits in itertools.product((0, 1), repeat=3):
            p = joint[bits]
            of_middle = joint.sum(axis=tuple({0, 1, 2} - {middle}))[bits[middle]]
            pair = {
                side: joint.sum(axis=3 - side - middle)[tuple(bits[i] for i in sorted((side, middle)))]
                for side in (first, last)
            }
            expected += p * math.log(p * of_middle / (pair[first] * pair[last])) if p else 0.0
        assert divergence(joint, product) == pytest.approx(expected, abs=1e-12)
        assert expected > 1e-4


def test_the_six_orders_are_all_there_are():
    assert sorted(ORDERINGS) == sorted(itertools.permutations(range(3)))


def test_frequencies_of_three_bits():
    joint = joint_of(np.array([[1, 0, 1], [1, 0, 1], [0, 0, 0], [0, 1, 1]]))
    assert joint[1, 0, 1] == 0.5
    assert joint[0, 0, 0] == joint[0, 1, 1] == 0.25
    assert joint.sum() == 1.0


# Pictures


def test_the_recurrent_network_has_as_many_parameters_as_torchs():
    network = nn.ModuleList([nn.LSTM(1, 64), nn.Linear(64, 1)])
    assert recurrent_parameters() == sum(parameter.numel() for parameter in network.parameters())


def test_pictures_say_what_the_model_is():
    made = session("tabular", data="digits-binary", context=3)
    made.begin()
    views = SessionViews(made)
    held_out = made.journal.history.last()["held_out.nll"]
    context = views.frame("by_context")
    assert context.series[1].y[3] == pytest.approx(held_out, abs=1e-4)
    assert np.all(np.diff(context.series[0].y) < 0)
    data = views.frame("overfitting")
    assert data.series[1].y[-1] == pytest.approx(held_out, abs=1e-4)
    assert data.series[0].x[-1] == 1300
    tables = next(series for series in views.frame("parameters").series if series.key == "tables")
    assert tables.y[3] == made.model.theta.numel()
    assert "= 1.000000000000" in views.frame("normalisation").subtitle
    orderings = views.frame("orderings")
    assert orderings.values.min() > 0
    assert "7 parameters" in orderings.note
    joint = views.frame("joint", given=2)
    np.testing.assert_allclose(joint.values, joint.reference, atol=1e-12)
    assert np.abs(views.frame("joint", given=0).values - joint.reference).max() > 0.01


def test_a_pixel_without_context_is_drawn():
    views = SessionViews(session("tabular", data="digits-binary", context=0))
    assert "context of 0: 2^0 = 1" in views.frame("context").subtitle


def test_counts_do_not_depend_on_the_seed():
    one, other = (session("tabular", data="digits-binary", seed=seed) for seed in (0, 1))
    assert torch.equal(tensors_of(one)["model/theta"], tensors_of(other)["model/theta"])


def test_impossible_images_leave_gaps_in_the_curves():
    views = SessionViews(session("tabular", data="digits-binary", context=8, smoothing=0.0))
    data = views.frame("overfitting")
    assert np.isnan(data.series[1].y).all()
    assert "∞" in data.note
    context = views.frame("by_context")
    assert np.isfinite(context.series[1].y[:4]).all()
    assert np.isnan(context.series[1].y[8])


def test_pixels_that_cost_infinity_are_the_brightest():
    views = SessionViews(session("tabular", data="digits-binary", context=8, smoothing=0.0))
    nats = views.frame("nats")
    assert np.isfinite(nats.images).all()
    assert math.isfinite(nats.full)
    assert "inf" in nats.subtitle
    costs = -views.session.model.pixel_log_prob(views.session.data.batch("valid", 0, 1).x)[0].detach().numpy()
    assert np.isinf(costs).any()
    assert (nats.images[1, 0][np.isinf(costs)] == 1.0).all()
    assert "nan" not in views.frame("completion").note


def test_the_counted_optimum_is_dashed_beside_both_curves():
    trained = session("tabular", data="digits-binary", context=1, fit="gradient", steps=5)
    while not trained.finished:
        trained.step()
    drawn = loss_curves(Tabular, trained.journal.history, trained.setup.config).series
    series = {each.key: (each.label, each.role) for each in drawn}
    dashed = {each.key for each in drawn if each.dashed}
    assert dashed == {"counted_nll", "held_out.counted_nll"}
    assert series["counted_nll"] == ("counted", "data")
    assert series["held_out.counted_nll"] == ("counted, held out", series["held_out.nll"][1])
