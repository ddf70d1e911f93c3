"""Labs that accept data."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pages import CoinLab
from word_pages import WORD_PAGES, PairsLab

import models
from explorer.data import SOURCES, open_dataset
from explorer.engine import BadInput, Request
from explorer.engine.lab import lab_data, open_lab
from models.protocol import Planar, accepted, views_of

RING = "ring8:n=1000"


@pytest.fixture(autouse=True)
def word_pages(monkeypatch, fixture_pages):
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, WORD_PAGES))


def test_the_dataset_of_a_lab():
    first = next(name for name, found in SOURCES.items() if accepted(found.kind, (Planar,)))
    assert lab_data(PairsLab) == first
    assert lab_data(PairsLab, "moons:n=1000") == "moons:n=1000"
    assert lab_data(CoinLab) == ""
    with pytest.raises(BadInput, match="Coin takes no data; leave out ring8"):
        lab_data(CoinLab, "ring8")
    with pytest.raises(BadInput, match="Pairs does not take digits: it needs planar data or table data"):
        lab_data(PairsLab, "digits")
    with pytest.raises(BadInput, match="unknown dataset"):
        lab_data(PairsLab, "rings")


def test_views_of_a_lab_get_its_data():
    opened = open_lab(PairsLab, PairsLab.Config(scale=2.0), RING)
    data = open_dataset(RING)
    assert opened.spec.kind == Planar()
    points = opened.viewer.last_frame(Request("points")).layers[0].xy
    np.testing.assert_allclose(points, 2 * data.valid.x[:40], rtol=1e-6)
    mean = opened.viewer.last_frame(Request("mean")).values
    np.testing.assert_allclose(mean, 2 * data.valid.x[:100].mean(axis=0), rtol=1e-4, atol=1e-6)


def test_the_tensors_stay_while_the_config_changes():
    before, after = (open_lab(PairsLab, PairsLab.Config(scale=scale), RING) for scale in (1.0, 2.0))
    assert before.data is after.data
    assert open_lab(CoinLab, CoinLab.Config()).data is None
    assert open_lab(CoinLab, CoinLab.Config()).spec is None


def test_a_view_applies_by_the_spec_of_the_labs_data():
    view, config = views_of(PairsLab)["classes"], PairsLab.Config()
    assert not view.applies(PairsLab, config, None)
    assert view.applies(PairsLab, config, open_lab(PairsLab, config, RING).spec)
    assert not view.applies(PairsLab, config, open_lab(PairsLab, config, "moons:n=1000").spec)


def test_the_command_line_computes_a_lab_on_data(command, tmp_path):
    done = command("lab", "pairs", "--data", RING, "--set", "scale=3", "--out", tmp_path, "--json")
    assert done.code == 0
    result = json.loads(done.out.splitlines()[-1])
    assert result["data"] == RING
    assert {path.rsplit("/", 1)[1] for path in result["figures"] if path.endswith(".npz")} == {
        "points.npz",
        "mean.npz",
        "classes.npz",
    }
    plain = json.loads(command("lab", "coin", "--out", tmp_path / "coin", "--json").out.splitlines()[-1])
    assert set(plain) == {"page", "config", "figures"}


@pytest.mark.parametrize(
    ("page", "data", "words"),
    [
        ("coin", "ring8", "Coin takes no data; leave out ring8"),
        ("pairs", "digits", "Pairs does not take digits: it needs planar data or table data"),
        ("pairs", "nothing", "unknown dataset 'nothing'"),
    ],
)
def test_the_command_line_refuses_data_in_one_line(command, tmp_path, page, data, words):
    done = command("lab", page, "--data", data, "--out", tmp_path / "lab")
    assert done.code == 2
    assert words in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_list_names_the_datasets_of_a_lab(command):
    pages = {page["page"]: page for page in json.loads(command("list", "--json").out)["pages"]}
    assert "ring8" in pages["pairs"]["data"]
    assert pages["pairs"]["kind"] == "lab"
    assert pages["coin"]["data"] == []
