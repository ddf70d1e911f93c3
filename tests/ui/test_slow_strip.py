"""The strip of slow motion: it speaks of the model at work, and each number has one name."""

from __future__ import annotations

import re

import pytest
from page_parts import State
from PySide6.QtWidgets import QVBoxLayout, QWidget

import models
from explorer.engine import Setup, new_session
from explorer.engine.session.rounds import Phase
from explorer.engine.session.slow_motion import PhaseReport, SlowMotion
from explorer.ui.page.panels.slow_strip import SlowStrip, updates_of
from models.protocol import GenerativeModel
from models.protocol.player import PHASES

MODELS = [
    name
    for family in models.FAMILIES
    for name, page in family.pages.items()
    if issubclass(page, GenerativeModel) and not page.fitted(page.Config())
]
_NUMBER = r"[+\u2212]?[\d\u2009]+(?:\.\d+)?(?:e\u2212?\d+)?"

DATA = {
    "gan": "ring8",
    "wavenet": "tones:n=50",
    "real-nvp": "ring8",
    "iaf": "ring8",
    "ddpm": "ring8",
    "flow-matching": "ring8",
    "implicit": "g-and-k:n=1000",
}  # of pages that take no images


def _round(theme, make_widget, name, **values):
    """The strip after each phase of a round: phase, title, explanation and numbers."""
    data = DATA.get(name, "digits")
    session = new_session(Setup.of(name, data=data, values={"batch": 32, **values}, device="cpu"), keep=False)
    state = State(name, models.find_page(name))
    strip = make_widget(SlowStrip(theme, state.shown), 800, 100)
    state.shown.show(session)
    slow, phases = SlowMotion(), []
    while not phases or not phases[-1][0].phase.is_last:
        report = slow.play(session, going_on=False)
        strip.show_phase(report)
        phases.append((report, strip.title.text(), strip.explanation.text(), strip.values))
        yield phases[-1]


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("name", MODELS)
def test_each_number_has_one_name_and_none_is_cut(theme, make_widget, name) -> None:
    strips = _round(theme, make_widget, name)
    for report, _, _, values in strips:
        values.parentWidget().show()
        text = values.text()
        assert "_" not in text, "a key of the program is shown"
        numbers = [number.lstrip("\u2212") for number in re.findall(rf"(?<= ){_NUMBER}", text)]
        assert len(numbers) == len(set(numbers)) or "0" in numbers or report.picture.values, text
        assert values.shown_text() == text or values.width() < 700, f"{text} is cut"
        if report.phase.name == "backward":
            assert text.startswith("norm of the gradient")
            assert "·" not in text
        if report.phase.name in ("forward", "terms"):
            assert text


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("name", ["vae", "vae-per-datapoint"])
def test_slow_motion_of_a_vae_speaks_of_a_vae(theme, make_widget, name) -> None:
    said = {report.phase.name: text for report, _, text, _ in _round(theme, make_widget, name)}
    assert not set(said.values()) & set(PHASES.values())
    words = (
        ("encode", "Encode") if name == "vae" else ("m and s", "No encoder"),
        ("draw ε", "ε ~ N(0, I)"),
        ("draw ε", "z = m + s ε"),
        ("decode", "Decode"),
        ("terms", "reconstruction"),
        ("terms", "KL"),
    )
    assert all(word in said[phase] for phase, word in words)
    order = list(dict.fromkeys(phase for phase, _ in words))
    assert list(said) == ["draw", *order, "backward", "update"]
    assert "with ε held fixed" in said["backward"]


@pytest.mark.usefixtures("parts")
def test_the_forward_pass_of_a_vae_shows_its_two_terms(theme, make_widget) -> None:
    texts = {
        report.phase.name: values.text()
        for report, _, _, values in _round(theme, make_widget, "vae", beta=10.0, latent=64)
    }
    words = [part.split() for part in texts["terms"].split(" · ")]
    value = {name: float(number.replace("−", "-")) for name, number, *_ in words}
    loss = 10.0 * value["KL"] - value["Reconstruction"]
    assert value["loss"] == pytest.approx(loss, rel=3e-3)  # as far as three digits tell
    assert texts["encode"].startswith("image a: m₁")
    assert texts["draw ε"].startswith("image a: ε₁")
    assert texts["update"].startswith("learning rate")


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(("name", "micro_batches"), [("vae", 1), ("vae", 2), ("gan", 2)])
def test_the_bars_are_the_phases_that_are_played(name, micro_batches) -> None:
    data = DATA.get(name, "digits")
    values = {"batch": 32, "micro_batches": micro_batches}
    session = new_session(Setup.of(name, data=data, values=values, device="cpu"), keep=False)
    state = State(name, models.find_page(name))
    state.shown.show(session)
    played = [session.substep()]
    while not played[-1].is_last:
        played.append(session.substep())
    bars = [(player.name, name) for player, names in updates_of(state.shown.players, len(played)) for name in names]
    assert bars == [(phase.player, phase.name) for phase in played]


@pytest.mark.usefixtures("parts")
def test_the_strip_keeps_the_height_of_its_longest_sentence(theme, make_widget, qtbot) -> None:
    state = State("vae", models.find_page("vae"))
    strip = make_widget(SlowStrip(theme, state.shown), 500, 100)
    column = make_widget(QWidget(), 500, 400)
    rows = QVBoxLayout(column)
    rows.addWidget(strip)
    rows.addStretch()
    strip.show()
    heights = []
    for number, sentence in enumerate(("Short.", "A sentence that takes several lines. " * 5, "Short."), start=1):
        strip.show_phase(PhaseReport(Phase("model", "draw", {}, number, 7, sentence), 1, {}))
        qtbot.wait(1)
        heights.append(strip.height())
    assert heights[0] < heights[1] == heights[2]
    column.resize(520, 400)
    strip.show_phase(PhaseReport(Phase("model", "draw", {}, 4, 7, "Short."), 1, {}))
    qtbot.waitUntil(lambda: strip.height() == heights[0])
