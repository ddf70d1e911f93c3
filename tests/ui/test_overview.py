"""The overview: computed noise, samples of bundled models, recent runs, and links that lead somewhere."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import os
import time
from pathlib import Path

import numpy as np
import pytest
import toys
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget

import explorer.ui.overview.reading as reading
from explorer.engine import Setup, new_session, resume_session
from explorer.engine.bundle import BUNDLES
from explorer.engine.recent import Glance, recent_runs
from explorer.ui import threads
from explorer.ui.explain.noise import Dimension
from explorer.ui.overview import Overview
from explorer.ui.overview.dots import Dots
from explorer.ui.overview.family_card import family_bars, family_passes
from explorer.ui.overview.ladder import NoiseLadder, relation
from explorer.ui.overview.run_card import RunCard, progress_text, when_text
from explorer.ui.theme import LIGHT
from models import FAMILIES
from models.protocol import Lab

VAE_FAMILY = next(family for family in FAMILIES if family.id == "vae")


def families(n):
    return [dataclasses.replace(VAE_FAMILY, id=f"vae{i}", title=f"Family {i}") for i in range(n)]


def glance(**fields) -> Glance:
    values = {
        "folder": Path("/runs/one"), "page": "vae", "title": "Amortised VAE, MNIST", "step": 8576, "steps": 12_000,
        "seconds": 0.0, "state": "stopped", "when": 1e9, "label": "ELBO", "value": -139.52, "images": None,
    }  # fmt: skip
    return Glance(**{**values, **fields})


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """An empty folder of runs."""
    monkeypatch.setattr(reading, "runs_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def shown(theme, make_widget, qtbot, runs):
    """Shows an overview and waits until everything on it was read."""

    def show(families=(VAE_FAMILY,), width=1440, height=828) -> Overview:
        overview = make_widget(Overview(theme, families), width, height)
        settle(overview, qtbot)
        return overview

    return show


def settle(overview, qtbot):
    qtbot.waitUntil(lambda: not overview._empty.isHidden() or bool(overview.runs), timeout=20_000)
    qtbot.waitUntil(lambda: not overview.reader.isRunning(), timeout=20_000)


def train(folder, stop=3, steps=3):
    values = {"hidden": 16, "layers": 1, "steps": steps, "batch": 16}
    session = new_session(Setup.of("vae", data="digits", values=values, device="cpu"), folder=folder)
    while not session.finished and session.step_count < stop:
        session.step()
    session.stop()
    session.close()


# Noise


def test_the_noise_of_a_family_is_computed_from_its_model(shown):
    card = shown().cards["vae"]
    assert [bar.size for bar in card.bars] == [2, 784, 784]
    assert card.ladder.numbers == "2 + 784"
    assert card.chip.text() == "noise > data"


@pytest.mark.parametrize(
    ("noise", "said"),
    [((64,), "noise < data"), ((784,), "noise = data"), ((2, 784), "noise > data"), ((784_000,), "noise ≫ data")],
)
def test_noise_is_compared_and_drawn_to_scale_with_the_line_at_one_height(noise, said, theme, make_widget):
    bars = (*(Dimension("z", "prior", size, "latent") for size in noise), Dimension("x", "data", 784, "data"))
    ladder = make_widget(NoiseLadder(theme, bars), 240, 176)
    assert relation(bars) == said
    assert ladder.line == NoiseLadder(theme, bars[-1:] * 2).line
    stack = ladder.stack()
    assert all(block.top() >= 0 for block in stack)
    assert all(above.bottom() < below.top() for below, above in itertools.pairwise(stack))
    data_height = ladder.height() - 12 - ladder.line
    if not ladder.broken:
        expected = sorted((max(4, data_height * size / 784) for size in noise), reverse=True)
        np.testing.assert_allclose([block.height() for block in stack], expected)
    assert ladder.broken == (noise == (784_000,))


# Samples


def test_the_strip_shows_samples_of_the_bundled_model(shown, qtbot):
    card = shown().cards["vae"]
    qtbot.waitUntil(lambda: card.strip.images is not None, timeout=20_000)
    assert card.strip.images.shape == (5, 1, 28, 28)
    assert card.strip.images.max() > 0.8
    assert card.caption.text() == "mean of p(x|z), 5 z from the prior"
    assert len({tuple(image.ravel()) for image in card.strip.images}) == 5


def test_the_strip_shows_the_end_of_a_film_of_samples(shown, qtbot):
    family = next(family for family in FAMILIES if family.id == "autoregressive")
    card = shown((family,)).cards["autoregressive"]
    qtbot.waitUntil(lambda: card.strip.images is not None, timeout=20_000)
    assert card.strip.images.shape == (5, 1, 28, 28)
    assert np.isfinite(card.strip.images).all()  # every pixel is drawn
    assert 0.02 < card.strip.images.mean() < 0.4
    assert card.caption.text() == "5 images from the model"


def test_the_noise_of_a_family_without_a_latent_space_is_no_latent():
    noise = {family.id: [(bar.symbol, bar.label) for bar in family_bars(family)] for family in FAMILIES}
    assert noise["autoregressive"] == [("u", "noise"), ("x", "data")]
    assert noise["gan"] == [("z", "latent"), ("x", "data")]
    assert noise["vae"] == [("z", "latent"), ("ε", "noise of the decoder"), ("x", "data")]


def test_a_damaged_bundle_is_said_in_place_of_its_samples(shown, tmp_path, monkeypatch):
    monkeypatch.setitem(BUNDLES, "vae", {"One": str(tmp_path / "gone.safetensors")})
    card = shown().cards["vae"]
    assert card.strip.isHidden()
    assert "install the application again" in card.caption.text()


def test_samples_are_read_once_and_runs_each_time(shown, runs, qtbot, monkeypatch):
    overview = shown()
    opened = []
    monkeypatch.setattr(reading, "open_bundle", opened.append)
    train(runs / "new")
    overview.refresh()
    qtbot.waitUntil(lambda: len(overview.runs) == 1, timeout=20_000)
    qtbot.waitUntil(lambda: not overview.reader.isRunning(), timeout=20_000)
    assert opened == []
    assert overview._empty.isHidden()


def test_nothing_is_read_before_the_first_paint(theme, make_widget, qtbot, runs, monkeypatch):
    began = []
    monkeypatch.setattr(reading.OverviewReader, "read", lambda self: began.append(painted.copy()))
    painted = []
    monkeypatch.setattr(NoiseLadder, "_paint_labels", lambda self, painter, left: painted.append(1))
    make_widget(Overview(theme, (VAE_FAMILY,)), 1440, 828)
    qtbot.waitUntil(lambda: bool(began))
    assert began[0]


# Runs


def test_runs_are_listed_newest_first_with_a_button_each_and_damaged_ones_are_mentioned(shown, runs, qtbot):
    train(runs / "first")
    train(runs / "second", stop=2, steps=9)
    (runs / "broken").mkdir()
    (runs / "broken" / "config.json").write_text("{")
    overview = shown()
    assert [card.run.folder.name for card in overview.runs] == ["second", "first"]
    assert [card.button.text() for card in overview.runs] == ["Open", "Open"]
    assert overview.runs[0].progress.text() == "step 2 of 9, just now"
    assert overview.findChild(QLabel, "damaged_runs").text() == "1 run folder cannot be read"
    for card in overview.runs:
        with qtbot.waitSignal(overview.open_run) as emitted:
            qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
        assert emitted.args == [card.run.folder]


def test_a_run_in_training_says_how_far_it_is_and_offers_to_show_it(shown, runs, qtbot):
    train(runs / "going", stop=2, steps=9)
    train(runs / "other")
    overview = shown()
    overview.trained = lambda: {runs / "going": 7}
    before = overview.runs[0]
    overview.refresh()
    qtbot.waitUntil(lambda: overview.runs[0] is not before, timeout=20_000)
    words = {card.run.folder.name: (card.button.text(), card.progress.text()) for card in overview.runs}
    assert words == {"going": ("Show", "in training, step 7 of 9"), "other": ("Open", "finished just now, 3 steps")}


def test_opening_a_run_leaves_the_time_of_its_last_change(runs):
    train(runs / "one", stop=2, steps=9)
    for path in (runs / "one").glob("*.json*"):
        os.utime(path, (1e9, 1e9))
    session = resume_session(runs / "one")
    session.begin()
    session.stop()
    session.close()
    ((glance,), _) = recent_runs(runs)
    assert glance.when == 1e9


def test_without_runs_it_says_so(shown):
    overview = shown()
    assert overview._empty.isVisible()
    assert "No runs yet" in overview._empty.text()


def test_when_and_how_far_in_words():
    noon = datetime.datetime(2026, 5, 4, 12).timestamp()
    cases = {0: "just now", 59: "just now", 120: "2 min ago", 3599: "59 min ago", 7300: "2 h ago", 86_400: "yesterday"}
    assert {passed: when_text(noon - passed, noon) for passed in cases} == cases
    assert when_text(noon - 3 * 86_400, noon) == f"1 {datetime.date(2026, 5, 1):%b} 2026"
    assert when_text(noon + 5, noon) == "just now"  # a clock that was set back
    assert progress_text(glance(), 1e9 + 120) == "step 8\u2009576 of 12\u2009000, 2 min ago"
    assert progress_text(glance(seconds=60.0), 1e9) == "step 8\u2009576, just now"
    assert progress_text(glance(step=12_500), 1e9) == "step 12\u2009500, just now"  # trained on
    assert progress_text(glance(state="done"), 1e9) == "finished just now, 8\u2009576 steps"
    assert progress_text(glance(state="diverged"), 1e9) == "diverged at step 8\u2009576, just now"


def test_a_run_without_a_metric_shows_none(theme, make_widget):
    card = make_widget(RunCard(theme, glance(label="", value=None), time.time()), 600, 64)
    assert not [label for label in card.findChildren(QLabel) if "ELBO" in label.text()]
    with_value = make_widget(RunCard(theme, glance(), time.time()), 600, 64)
    assert [label.text() for label in with_value.findChildren(QLabel) if "ELBO" in label.text()] == ["ELBO −139.5"]


# Links


def test_every_link_opens_a_family_that_exists(shown, qtbot):
    overview = shown(families(3))
    for name in overview.cards:
        for button in (overview.cards[name].button, overview.findChild(QPushButton, f"path.{name}")):
            with qtbot.waitSignal(overview.open_family) as emitted:
                qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
            assert emitted.args == [name]


def test_one_button_is_filled(shown):
    overview = shown(families(5))
    kinds = [button.property("kind") for button in overview.findChildren(QPushButton)]
    assert kinds.count("primary") == 1
    assert overview.cards["vae0"].button.property("kind") == "primary"


# Layout


def in_body(widget: QWidget, body: QWidget) -> QRect:
    return QRect(widget.mapTo(body, widget.rect().topLeft()), widget.size())


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize(("width", "height"), [(1440, 828), (1024, 628), (960, 540)])
def test_everything_fits_across_and_nothing_is_cut_or_overlaps(n, width, height, shown, runs, qtbot):
    train(runs / "one")
    overview = shown(families(n), width, height)
    area = overview.findChild(QScrollArea)
    body = area.widget()
    assert body.width() <= area.viewport().width()
    leaves = [w for w in body.findChildren(QWidget) if w.isVisible() and not w.findChildren(QWidget)]
    boxes = {w: in_body(w, body) for w in leaves if not w.rect().isEmpty() and w.property("edge") is None}
    for leaf, box in boxes.items():
        assert body.rect().contains(box), leaf
        if isinstance(leaf, QLabel) and not leaf.wordWrap():
            assert leaf.width() >= leaf.fontMetrics().horizontalAdvance(leaf.text()), leaf.text()
        if isinstance(leaf, QLabel) and leaf.wordWrap():
            assert leaf.height() >= leaf.heightForWidth(leaf.width()), leaf.text()
        if isinstance(leaf, QPushButton):
            assert leaf.width() >= leaf.sizeHint().width(), leaf.text()
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        assert not a.intersects(b), (one, other)
    lines = {card.ladder.mapTo(body, card.ladder.rect().topLeft()).y() for card in overview.cards.values()}
    assert len(lines) == (2 if n == 5 and width < 1440 else 1)


def test_a_switch_of_the_theme_reaches_what_is_painted(shown, theme):
    overview = shown()
    card = overview.cards["vae"]
    at = card.ladder.stack()[0].center().toPoint()
    before = card.ladder.grab().toImage().pixelColor(at).name()
    theme.set_mode("light")
    after = card.ladder.grab().toImage().pixelColor(at).name()
    assert before != after == LIGHT.prior.lower()


def test_closing_ends_its_thread(theme, make_widget, runs, monkeypatch, qtbot):
    overview = make_widget(Overview(theme, (VAE_FAMILY,)), 1440, 828)
    qtbot.waitUntil(lambda: overview.reader.isRunning() or overview._empty.isVisible(), timeout=10_000)
    overview.close()
    assert not overview.reader.isRunning()
    assert overview.reader not in threads._running


def test_the_cost_of_a_sample_is_that_of_the_family_s_first_model():
    trained = [family for family in FAMILIES if not all(issubclass(page, Lab) for page in family.pages.values())]
    passes = {family.id: family_passes(family) for family in trained}
    assert passes.pop("autoregressive") == 784
    assert passes.pop("diffusion") == 20
    assert set(passes.values()) == {1}
    assert family_passes(toys.FAMILY) == 64  # the belief network draws one pixel a pass
    labs = {name: page for name, page in FAMILIES[0].pages.items() if issubclass(page, Lab)}
    assert family_passes(dataclasses.replace(FAMILIES[0], pages=labs)) is None


def test_a_family_of_labs_declares_the_noise_of_a_sample_if_it_has_one():
    labs = {name: page for name, page in FAMILIES[0].pages.items() if issubclass(page, Lab)}
    silent = dataclasses.replace(FAMILIES[0], pages=labs)
    assert family_bars(silent) is None
    noise, data = family_bars(dataclasses.replace(silent, draws=lambda kind: 2 * kind.h))
    assert (noise.size, data.size) == (56, 784)


def test_runs_of_one_page_are_told_apart_by_preset_seed_and_picture(shown, runs):
    for seed, values in ((0, {}), (3, {"r1": 1.0})):
        setup = Setup.of("gan", data="ring8", values={"steps": 2, "batch": 16, **values}, seed=seed, device="cpu")
        session = new_session(setup, folder=runs / f"run{seed}")
        while not session.finished:
            session.step()
        session.stop()
        session.close()
    cards = shown().runs
    assert len({card.run.title for card in cards}) == 1
    assert len({card.name.text() for card in cards}) == 2
    assert {card.name.text()[-6:] for card in cards} == {"seed 0", "seed 3"}
    for card in cards:
        assert card.name.isVisible()
        (dots,) = card.findChildren(Dots)
        image = dots.grab().toImage()
        shades = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert len(shades) > 10  # something is drawn


def test_more_than_four_runs_are_listed(shown, runs):
    for number in range(6):
        train(runs / f"run{number}", stop=1, steps=1)
    assert len(shown().runs) == 6
