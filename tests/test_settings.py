"""Settings of `sample` and `evaluate`, declared cost, and kinds whose entries are symbols."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from pages import kept_session, session
from word_pages import LENGTH, WORD_PAGES, Counted, Grammar, Unigram, letters

import models
from explorer.data import SOURCES, Split, open_dataset
from explorer.data.sequences import pad_sequences
from explorer.engine import BadInput, Request, SessionViews, evaluate
from explorer.engine.data.spec import spec_of
from explorer.engine.measure.budget import budget, recorded_params
from explorer.engine.measure.settings import check_settings
from explorer.engine.measure.validation import Validator
from models.protocol import Tokens, settings_of, views_of
from models.vae.amortised import VAE


@pytest.fixture(autouse=True)
def word_pages(monkeypatch, fixture_pages):
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, WORD_PAGES))
    monkeypatch.setitem(SOURCES, "grammar", Grammar)


@pytest.fixture
def kept(tmp_path):
    """A short run of the unigram model."""
    made = kept_session("unigram", tmp_path / "run", data="grammar", batch=16, steps=4)
    while not made.finished:
        made.step()
    made.close()
    return tmp_path / "run"


# Settings


def test_settings_are_declared_by_sample_and_evaluate():
    assert list(settings_of(Unigram.sample)) == ["temperature", "guidance", "first"]
    assert settings_of(Unigram.evaluate)["temperature"].high == 10.0
    assert settings_of(Unigram.log_prob) == {}
    assert settings_of(VAE.sample)["mean"].type is bool


def test_a_view_with_settings_has_those_of_the_models_sample_after_its_own():
    assert list(views_of(Unigram)["samples"].params) == ["n", "temperature", "guidance", "first"]
    assert vars(Unigram)["samples"].params.keys() == {"n"}  # other pages share the view


def test_a_view_passes_its_settings_on():
    made = session("unigram", data="grammar")
    with torch.no_grad():
        made.model.logits.copy_(torch.tensor([2.0, 0.0, 0.0, 0.0]))
    cold = SessionViews(made).frame("samples", n=20, temperature=0.01)
    warm = SessionViews(made).frame("samples", n=20)
    assert set(cold.values.ravel()) == {0.0}
    assert len(set(warm.values.ravel())) > 1
    with pytest.raises(BadInput, match="first takes a symbol below 4"):
        SessionViews(made).frame("samples", first=9)
    with pytest.raises(BadInput, match="view samples has no parameter heat"):
        SessionViews(made).frame("samples", heat=1.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"heat": "1"}, "sampling has no setting heat; there are: temperature, guidance, first"),
        ({"temperature": "0"}, "temperature takes a number from 0.01 to 10, not 0"),
        ({"first": "1.5"}, "first takes a whole number from -1 to 1,000"),
    ],
)
def test_settings_that_are_refused(values, message):
    with pytest.raises(BadInput, match=message):
        check_settings(settings_of(Unigram.sample), values, "sampling")


def test_the_command_line_takes_settings_of_sampling(command, kept, tmp_path):
    out = tmp_path / "x.npz"
    assert command("sample", kept, "--n", 20, "--set", "first=2", "temperature=0.5", "--out", out).code == 0
    with np.load(out) as stored:
        assert stored["x"].shape == (20, LENGTH)
        assert stored["x"].dtype == np.int64
        assert set(stored["x"][:, 0]) == {2}
        about = json.loads(str(stored["about"])) if "about" in stored else {}
    assert about.get("set", {"first": 2, "temperature": 0.5}) == {"first": 2, "temperature": 0.5}


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("heat=1", "sampling has no setting heat; there are: temperature, guidance, first"),
        ("temperature=-1", "temperature takes a number from 0.01 to 10, not -1"),
        ("first=7", "first takes a symbol below 4, not 7"),
    ],
)
def test_the_command_line_refuses_settings_in_one_line(command, kept, tmp_path, pair, words):
    done = command("sample", kept, "--set", pair, "--out", tmp_path / "x.npz")
    assert done.code == 2
    assert done.err.strip().splitlines() == [f"dgm-explorer: {words}"]
    assert not (tmp_path / "x.npz").exists()


def test_evaluate_takes_settings_of_evaluation_and_of_sampling(command, kept):
    plain = json.loads(command("evaluate", kept, "--json").out)["metrics"]
    hot = json.loads(command("evaluate", kept, "--json", "--set", "temperature=10", "first=1").out)["metrics"]
    assert hot["elbo_nats"] != plain["elbo_nats"]
    assert hot["nll_nats"] == plain["nll_nats"]
    done = command("evaluate", kept, "--set", "heat=1")
    assert done.code == 2
    assert "evaluation has no setting heat; there are: temperature, guidance, first" in done.err


def test_the_mean_of_a_vae_is_a_setting(command, tmp_path):
    made = kept_session("vae", tmp_path / "vae", data="digits-binary", steps=1, batch=16, hidden=8)
    made.step()
    made.close()
    for pair, binary in (("mean=false", True), ("mean=true", False)):
        assert command("sample", tmp_path / "vae", "--n", 3, "--set", pair, "--out", tmp_path / "x.npz").code == 0
        with np.load(tmp_path / "x.npz") as stored:
            assert np.isin(stored["x"], (0, 1)).all() == binary


# Cost


@pytest.mark.parametrize(
    ("n", "passes", "floor", "wanted"),
    [(2500, 1, 250, 2500), (2500, 5, 250, 500), (2500, 64, 250, 250), (100, 64, 250, 100), (7, 1, 250, 7)],
)
def test_budget(n, passes, floor, wanted):
    assert budget(n, passes, floor) == wanted


@pytest.mark.parametrize(("passes", "samples", "data"), [(1, 2500, 500), (5, 500, 100), (64, 250, 50)])
def test_validation_draws_fewer_samples_where_they_cost_more(passes, samples, data):
    made = session("counted", passes=passes)
    Counted.drawn.clear()
    Counted.seen.clear()
    made.begin()
    assert Counted.drawn == [samples]
    assert Counted.seen == [data]


def test_a_recorded_view_draws_fewer_samples_where_they_cost_more():
    model = session("unigram", data="grammar").model
    views = views_of(Unigram)
    assert recorded_params(views["lengths"], model) == {}
    assert recorded_params(views["samples"], model) == {"n": 16}  # 48 / 6 is fewer than the least
    plane = session("ddpm", data="ring8:n=1000").model
    assert recorded_params(views_of(type(plane))["samples"], plane) == {"n": 200}  # 1,000 / 50 would show no density
    recorded = session("unigram", data="grammar", record=True)
    recorded.begin()
    assert recorded.journal.recorder.at(0)[1]["samples"].values.shape == (16, LENGTH)
    assert SessionViews(recorded).frame("samples").values.shape == (48, LENGTH)  # what is asked for is drawn


def test_passes_depend_on_settings_and_data():
    made = session("unigram", data="grammar")
    assert Unigram.sampling_passes(made.setup.config, {"guidance": 1.0}) == 1
    assert Unigram.sampling_passes(made.setup.config, {"guidance": 2.0}, made.model.spec) == 2 * LENGTH


def test_evaluation_compares_fewer_images_where_they_cost_more(monkeypatch):
    numbers = []

    def values(model, data, split, n, rng, **settings):
        numbers.append(n)
        return {}

    monkeypatch.setattr("explorer.engine.measure.evaluation.image_values", values)
    for passes in (1, 2, 64):
        made = session("counted", data="ring8:n=1000", passes=passes)
        evaluate(made.model, made.data, split="train")
    assert numbers == [1000, 500, 500]


# Sequences


def test_sequences_are_padded_and_their_lengths_are_kept():
    x, lengths = pad_sequences([[1, 2], [3], [1, 2, 3]], padding=9)
    np.testing.assert_array_equal(x, [[1, 2, 9], [3, 9, 9], [1, 2, 3]])
    np.testing.assert_array_equal(lengths, [2, 1, 3])
    assert pad_sequences([[1]], 4)[0].shape == (1, 4)
    with pytest.raises(ValueError, match="a sequence has 3 symbols, and they are padded to 2"):
        pad_sequences([[1, 2, 3]], 2)
    with pytest.raises(ValueError, match="are no sequences of these lengths"):
        Split(x, lengths=lengths + 1)


def test_batches_of_sequences_are_integers_with_a_mask():
    made = session("unigram", data="grammar")
    data = made.data
    for batch in (data.train_batch(0, 20, torch.Generator()), data.batch("valid"), data.whole().split("test", 7)):
        assert batch.x.dtype == torch.int64
        assert batch.mask.dtype == torch.float32
        assert batch.mask.shape == batch.x.shape
        assert torch.equal(batch.mask == 0, batch.x == 3)  # the padding, and nothing else
    assert torch.equal(data.point("valid", 3).mask, data.batch("valid").mask[3:4])
    assert session("gauss").data.batch("valid").mask is None


def test_symbols_have_no_moments_but_a_hash_of_their_lengths():
    data = open_dataset("grammar")
    assert spec_of(data).mean == (0.0,)
    assert spec_of(data).std == (1.0,)
    assert spec_of(data).kind == Tokens(LENGTH, 4)
    split = data.train
    assert len(Split(split.x.copy(), lengths=split.lengths.copy()).arrays) == 2


def test_a_model_of_sequences_is_trained_in_micro_batches():
    made = session("unigram", data="grammar", batch=32, micro_batches=4, lr=0.05)
    for _ in range(40):
        made.step()
    share = torch.softmax(made.model.logits, 0)
    assert share[3] < 0.15  # padding is masked, so the dot is never seen
    assert share[0] > share[1]
    assert letters(made.model.sample(2, rng=torch.Generator().manual_seed(0)))[0]


def test_views_of_sequences_get_masks():
    frame = SessionViews(session("unigram", data="grammar")).frame("lengths")
    lengths = open_dataset("grammar").valid.lengths
    np.testing.assert_allclose(frame.values, [lengths.mean(), lengths[0]], rtol=1e-6)


def test_the_command_line_trains_and_draws_sequences(command, tmp_path):
    done = command("train", "unigram", "--data", "grammar:n=40", "--steps", 3, "--out", tmp_path / "run", "--json")
    assert done.code == 0
    assert command("sample", tmp_path / "run", "--out", tmp_path / "x.npz").code == 0
    picture = command("sample", tmp_path / "run", "--out", tmp_path / "x.png")
    assert picture.code in (0, 2)
    assert picture.code == 0 or "write an .npz" in picture.err
    assert (
        command("figure", tmp_path / "run", "samples", "--set", "n=5", "first=1", "--out", tmp_path / "f.csv").code == 0
    )


def test_requests_for_views_with_settings_are_checked_like_others():
    made = session("unigram", data="grammar")
    frame = SessionViews(made).viewer.last_frame(Request("samples", params={"n": "3", "first": "1"}))
    assert frame.values[:, 0].tolist() == [1, 1, 1]


def test_held_out_data_are_measured_in_parts_between_which_requests_are_served(monkeypatch):
    made = session("counted", data="ring8:n=1000")
    monkeypatch.setattr(Counted, "validation_part", 200)
    between, Counted.seen[:] = [], []
    parts = Validator(made.data, 0, 0.1, lambda: between.append(len(Counted.seen))).measure(made.model)
    assert Counted.seen == [200, 200, 100]
    assert between == [1, 2]
    monkeypatch.setattr(Counted, "validation_part", 500)
    whole = Validator(made.data, 0, 0.1).measure(made.model)
    assert parts["log_likelihood"] == pytest.approx(whole["log_likelihood"], rel=1e-5)
