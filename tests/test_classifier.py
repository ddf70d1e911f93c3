"""Classifiers that come with the data: what their cards promise, and how they are made."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from explorer.engine import BadInput, open_data
from explorer.engine.data import instruments as made_by
from explorer.engine.data.instruments import CLASSIFIERS, make_classifier, open_classifier
from explorer.engine.data.tensors import TensorData
from explorer.engine.runs.checkpoint import read_checkpoint
from models.protocol import Classifier

WEIGHTS = Path(__file__).parents[1] / "assets" / "weights"
CPU = torch.device("cpu")


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_the_card_of_each_is_in_the_readme_and_the_file_small(name):
    text = (WEIGHTS / "README.md").read_text(encoding="utf-8")
    card = read_checkpoint(WEIGHTS / CLASSIFIERS[name]).state["card"]
    assert (WEIGHTS / CLASSIFIERS[name]).stat().st_size <= 300_000
    assert card["test"]["accuracy"] >= 0.97
    row = next(line for line in text.splitlines() if line.startswith(f"| `{CLASSIFIERS[name]}`"))
    assert f"{100 * card['test']['accuracy']:.2f} %" in row
    assert f"{100 * card['test']['confident'] + 1e-9:.1f} %" in row
    assert card["data_digest"][:16] in row
    assert f"{card['command']} --out assets/weights/{CLASSIFIERS[name]}" in text


@pytest.mark.parametrize("name", ["digits", "sprites:n=1000"])
def test_it_classifies_test_data_as_its_card_says(name):
    data, found = open_data(name), open_classifier(name, CPU)
    x = torch.tensor(data.test.x) * data.scale
    log_prob = found.log_prob(x)
    assert torch.allclose(log_prob.exp().sum(1), torch.ones(len(x)), atol=1e-5)
    accuracy = float((log_prob.argmax(1) == torch.tensor(data.test.y)).double().mean())
    assert accuracy == pytest.approx(found.accuracy, abs=2e-5)
    assert accuracy >= 0.97
    assert found.classes == data.classes
    assert found.features(x[:3]).shape == (3, 64)
    assert not found.features(x[:3].double()).requires_grad


def test_other_data_have_none():
    assert open_classifier("fashion-mnist", CPU) is None
    assert open_classifier("ring8", CPU) is None


def test_what_is_kept_of_some_data_is_not_taken_for_others_of_the_same_name():
    whole = open_data("digits")
    few = dataclasses.replace(whole, train=whole.test)  # as the data in a bundle are
    first, again, other = (TensorData(data, 0, CPU).instrument(Classifier) for data in (whole, whole, few))
    assert first.cache is again.cache
    assert first.cache is not other.cache


def test_one_is_made_from_a_dataset_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr(made_by, "_STEPS", 150)
    told = []
    card = make_classifier(open_data("digits"), tmp_path / "c.safetensors", progress=lambda *at: told.append(at))
    assert told == [(100, 150)]
    assert card["test"]["accuracy"] > 0.8
    stored = read_checkpoint(tmp_path / "c.safetensors")
    assert stored.state["card"] == card
    assert all(tensor.dtype == torch.float16 for tensor in stored.tensors.values())
    again = make_classifier(open_data("digits"), tmp_path / "again.safetensors")
    assert again["test"] == card["test"]


def test_points_of_the_plane_are_refused(tmp_path):
    with pytest.raises(BadInput, match="ring8:n=1000 cannot be classified"):
        make_classifier(open_data("ring8:n=1000"), tmp_path / "c.safetensors")


@pytest.mark.parametrize("out", ["c.txt", "folder.safetensors", "file/c.safetensors"])
def test_a_place_that_cannot_be_is_refused_before_anything_is_trained(out, tmp_path, monkeypatch, command):
    (tmp_path / "folder.safetensors").mkdir()
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(made_by, "_STEPS", 0)
    done = command("classifier", "digits", "--out", tmp_path / out)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "--out" in done.err
