"""What the page says it shows: run, data, weights, and what waits for a reset."""

from __future__ import annotations

import dataclasses
from contextlib import closing

import numpy as np
import pages
import pytest
from page_parts import State

import models
from explorer.data import SOURCES
from explorer.data.drawn import save_drawing
from explorer.engine.bundle import open_bundle
from explorer.engine.naming import name_of, preset_of
from explorer.engine.setup import Setup
from explorer.ui.page.panels.context_line import ContextLine
from explorer.ui.page.panels.side_panel import SidePanel
from explorer.ui.page.state.shown import PageState
from models.protocol import GenerativeModel, Param, params_of


def _choose(combo, value) -> None:
    """Chooses a value as the mouse does: the box changes before the signal is emitted."""
    combo.setCurrentIndex(combo._values.index(value))
    combo.activated.emit(combo.currentIndex())


MODELS = [n for f in models.FAMILIES for n, page in f.pages.items() if issubclass(page, GenerativeModel)]
WITH_DATA = {n: f for f in (*models.FAMILIES, pages.FIXTURES) for n, page in f.pages.items() if page.accepts}
OF_KINDS = {WITH_DATA[name].pages[name].accepts: name for name in WITH_DATA}  # one page of those that accept the same


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Names of the parameters whose predicates are asked, each of its own class."""
    names: list[str] = []
    applies = Param.applies

    def watch(self, config, latent_dim=None):
        names.append(self.name)
        own = params_of(type(config))
        assert own[self.name].when is self.when, f"{self.name} is asked of a {type(config).__name__}"
        return applies(self, config, latent_dim)

    monkeypatch.setattr(Param, "applies", watch)
    return names


def _panel(theme, make_widget, name: str) -> tuple[State, SidePanel]:
    state = State(name, WITH_DATA[name].pages[name])
    return state, make_widget(SidePanel(theme, WITH_DATA[name], state.draft, state.shown, state.moment), 300, 700)


def _choose_data(state: State, side: SidePanel, data: str) -> None:
    _choose(side.dataset._dataset, data)
    assert state.draft.state.data == data
    assert list(side.dataset.form.rows) == list(params_of(SOURCES[data]))


@pytest.mark.parametrize("name", WITH_DATA)
@pytest.mark.usefixtures("parts")
def test_no_predicate_is_asked_of_another_class(theme, make_widget, asked, name) -> None:
    state, side = _panel(theme, make_widget, name)
    for data in state.draft.datasets():
        _choose_data(state, side, data)
    for preset in state.draft.page.presets:
        state.draft.choose_preset(preset.title)
    assert asked


@pytest.mark.parametrize("name", OF_KINDS.values())
@pytest.mark.usefixtures("parts")
def test_nor_from_any_dataset_to_any_other(theme, make_widget, asked, name) -> None:
    state, side = _panel(theme, make_widget, name)
    names = list(state.draft.datasets())
    for place, one in enumerate(names):
        _choose_data(state, side, one)
        for other in names[place + 1 :]:
            _choose_data(state, side, other)
            _choose_data(state, side, one)
    assert asked


@pytest.mark.usefixtures("parts")
def test_data_that_wait_for_a_reset_say_so_as_fields_do(theme, make_widget, tmp_path) -> None:
    state = State("gauss")
    side = make_widget(SidePanel(theme, pages.FIXTURES, state.draft, state.shown, state.moment), 300, 700)
    line = make_widget(ContextLine(theme, state.draft, state.shown, state.moment), 900, 28)
    asked = []
    line.reset.connect(lambda: asked.append(True))
    with closing(pages.kept_session("gauss", tmp_path / "run", jitter=0.1, steps=20, batch=32)) as session:
        state.shown.show(session)
        state.draft.take(session.setup)
        state.shown.set_state(PageState.PAUSED)
    assert (side.dataset.hint.text(), line.waiting.text()) == ("", "")
    assert not line.reset_button.isVisible()
    _choose(side.dataset._dataset, "grid25")
    assert side.dataset.hint.text() == "applies after reset"
    assert side.dataset.hint.isVisible()
    assert line.waiting.text() == "Dataset applies after reset"
    line.reset_button.click()
    assert asked == [True]
    state.draft.undo.undo()
    assert (side.dataset.hint.text(), line.waiting.text()) == ("", "")
    side.dataset.form.rows["n"].editor.set_number(2000)
    state.draft.set_data_value("n", 2000)
    assert side.dataset.form.rows["n"].hint == "applies after reset"
    state.draft.set_values({"jitter": 0.5, "scale": 2.0})  # the scale is live
    assert line.waiting.text().endswith(" and 1 more apply after reset")
    state.draft.undo.undo()
    state.draft.undo.undo()
    state.draft.set_seed(3)
    assert line.waiting.text() == "Seed applies after reset"


@pytest.mark.usefixtures("parts")
def test_a_drawing_that_was_painted_anew_waits_for_a_reset(theme, make_widget, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "home"))
    xy = np.random.default_rng(0).standard_normal((100, 2))
    save_drawing("mine", xy)
    state = State("gauss")
    line = make_widget(ContextLine(theme, state.draft, state.shown, state.moment), 900, 28)
    with closing(pages.kept_session("gauss", tmp_path / "run", data="drawn:file=mine", steps=20, batch=8)) as session:
        state.shown.show(session)
        state.draft.take(session.setup)
    assert line.waiting.text() == ""
    save_drawing("mine", xy[:80])
    state.draft.choose_drawing("mine")
    assert line.waiting.text() == "Dataset applies after reset"


@pytest.mark.usefixtures("parts")
def test_the_line_tells_run_data_and_weights(theme, make_widget, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path))
    state = State("gauss")
    line = make_widget(ContextLine(theme, state.draft, state.shown, state.moment), 900, 28)
    state.shown.show(pages.session("gauss", jitter=0.1, steps=20, batch=32))
    state.shown.set_state(PageState.READY)
    assert line.title.text() == "Ring, seed 0"
    assert line.about.text() == "Ring of 8 Gaussians, n 1000 · untrained weights"
    assert not line.open_button.isVisible()
    with closing(pages.kept_session("gauss", tmp_path / "runs" / "one", seed=4, jitter=0.5)) as session:
        state.shown.show(session)
        state.shown.set_state(PageState.TRAINING)
        assert line.title.text() == "Ring with noise on the data 0.5, seed 4"
        assert line.about.text() == "Ring of 8 Gaussians, n 1000 · weights in training · one"
        state.moment.go_to(3)
        assert "recorded step 3" in line.about.text()
        state.moment.go_live()
        state.shown.set_state(PageState.DONE)
        assert "trained weights step 0" in line.about.text()
    state.shown.show(pages.session("gauss"))
    state.shown.set_state(PageState.READY)
    chosen = []
    line.run_chosen.connect(chosen.append)
    line.open_button.click()
    assert chosen == [tmp_path / "runs" / "one"]


@pytest.mark.usefixtures("parts")
def test_a_bundled_model_is_named_as_long_as_it_is_shown(theme, make_widget) -> None:
    (vae,) = (family for family in models.FAMILIES if "vae" in family.pages)
    state = State("vae", vae.pages["vae"])
    side = make_widget(SidePanel(theme, vae, state.draft, state.shown, state.moment), 300, 700)
    line = make_widget(ContextLine(theme, state.draft, state.shown, state.moment), 900, 28)
    page = open_bundle("vae")
    state.shown.show(page)
    state.shown.set_state(PageState.STATIC)
    assert line.title.text() == "Bundled model: MNIST, 2-D latent"
    assert line.about.text().startswith("MNIST")
    assert line.about.text().endswith("steps, fixed")
    assert line.waiting.text() == "Train begins a run on Digits 8×8"
    assert side.bundle.value == "MNIST, 2-D latent"
    state.shown.show(open_bundle("vae", "MNIST, 10-D latent"))
    assert side.bundle.value == "MNIST, 10-D latent"
    state.shown.show(pages.session("gauss"))
    assert side.bundle.value == ""


def test_noise_and_data_dimension_are_those_of_what_is_shown(driver) -> None:
    driver.until_state("static")
    assert driver.page.explain._bars.bars[-1].size == 784
    driver.train_small(steps=20, latent=5)
    driver.until_state("done")
    assert [bar.size for bar in driver.page.explain._bars.bars][0::2] == [5, 64]
    driver.page.draft.choose_data("sprites")
    driver.page.draft.set_values({"latent": 3})
    assert driver.page.explain._bars.bars[0].size == 5  # it still runs
    assert driver.find("waiting").text() == "Dataset and 1 more apply after reset"
    driver.click("apply_reset")
    driver.until(lambda: driver.page.explain._bars.bars[0].size == 3)
    assert driver.find("waiting").text() == ""


@pytest.mark.parametrize("page", MODELS)
def test_a_preset_is_recognised_in_the_setup_of_its_run(page) -> None:
    for preset in models.find_page(page).presets:
        setup = Setup.of(page, preset=preset.title, seed=7)
        assert preset_of(setup) == preset.title
        assert preset_of(setup.with_values(steps=12_345)) == preset.title
        assert name_of(setup) == preset.title
        assert preset_of(dataclasses.replace(setup, data=f"{setup.data.split(':')[0]}:n=1234")) == ""


def test_a_run_is_named_by_what_was_changed_of_its_preset() -> None:
    setup = Setup.of("vae", preset="Digits, 2-D latent")
    assert name_of(setup.with_values(beta=4.0)) == "Digits, 2-D latent with β 4"
    assert name_of(setup.with_values(beta=4.0, latent=10)).endswith("latent dimensions 10, β 4")
    assert name_of(setup.with_values(beta=4.0, latent=11, hidden=33)) == "Digits, 2-D latent with 3 changes"
    assert name_of(dataclasses.replace(setup, data="sprites:n=1234")) == "Custom"


@pytest.mark.usefixtures("parts")
def test_a_run_that_was_changed_while_it_trained_says_so_from_that_step_on(theme, make_widget, tmp_path) -> None:
    state = State("gauss")
    line = make_widget(ContextLine(theme, state.draft, state.shown, state.moment), 900, 28)
    with closing(pages.kept_session("gauss", tmp_path / "run", jitter=0.1, steps=20, batch=32)) as session:
        for _ in range(3):
            session.step()
        session.change(scale=3.0)
        session.step()
        state.shown.show(session)
        state.shown.set_state(PageState.PAUSED)
        assert line.title.text() == "Ring, changed at step 3, seed 0"
        state.moment.go_to(3)
        assert line.title.text() == "Ring, seed 0"
        state.moment.go_to(4)
        assert line.title.text() == "Ring, changed at step 3, seed 0"
