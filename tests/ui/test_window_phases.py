"""Slow motion of a VAE in the window: each phase is drawn where it happens, and cards get their own frames back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from models.frames import Ellipses, Field, Images, Lines
from models.protocol import LatentPoint

MINE = "8 of this mini-batch"


@pytest.fixture
def slow(driver):
    """A run of a small VAE, paused after some steps, with slow motion on."""
    driver.train_small(steps=100_000)
    driver.until_step(20)
    driver.pause()
    driver.click("slow_motion")
    return driver


def next_phase(driver) -> str:
    """Plays one phase and returns its name and number as the strip tells them."""
    before = driver.find("slow_where").text()
    driver.click("next_phase")
    driver.until(lambda: driver.find("slow_where").text() != before)
    title = driver.find("slow_title").text().removeprefix("Model, ")
    return f"{title}, {driver.find('slow_where').text().partition(', ')[2]}"


def framed(driver) -> list[str]:
    """The cards that have a frame because slow motion draws on them in this phase."""
    return [name for name, card in driver.page.board.views.items() if card.property("phase") == "true"]


def added(driver) -> set[type]:
    """The kinds of layers on the map that are only there in slow motion."""
    return {type(layer) for layer in driver.frame_of("latent_map").layers[2:]}


def test_each_phase_is_drawn_where_it_happens_and_the_next_round_begins_anew(slow) -> None:
    plain = slow.card("latent_map").subtitle
    sliders = slow.editor(LatentPoint).panel
    assert sliders.isVisible()
    assert next_phase(slow) == "draw, phase 1 of 7"
    assert framed(slow) == ["decode"]
    assert slow.card("decode").subtitle == MINE
    assert (slow.frame_of("decode").row_labels, sliders.isVisible()) == (("x",), False)
    assert slow.card("latent_map").subtitle == plain
    drawn = slow.frame_of("decode").images
    assert next_phase(slow) == "encode, phase 2 of 7"
    assert framed(slow) == ["latent_map"]
    assert (slow.card("latent_map").subtitle, slow.card("decode").subtitle) == (MINE, MINE)
    assert Ellipses in added(slow)
    assert slow.find("slow_values").text().startswith("image a: m₁ ")
    assert next_phase(slow) == "draw ε, phase 3 of 7"
    assert Lines in added(slow)
    assert next_phase(slow) == "decode, phase 4 of 7"
    assert framed(slow) == ["decode"]
    np.testing.assert_array_equal(slow.frame_of("decode").images[:8], drawn)
    assert next_phase(slow) == "terms, phase 5 of 7"
    assert (len(slow.frame_of("decode").captions), Lines in added(slow)) == (16, True)
    assert "Reconstruction" in slow.find("slow_values").text()
    assert next_phase(slow) == "backward, phase 6 of 7"
    assert framed(slow) == []
    assert slow.card("latent_map").subtitle == MINE
    step = slow.page.shown.step
    assert next_phase(slow) == "update, phase 7 of 7"
    assert (framed(slow), Field in added(slow)) == (["latent_map"], True)
    slow.until_step(step + 1)  # the snapshot after the update brings frames of the new weights, which wait
    assert (slow.card("latent_map").subtitle, slow.card("decode").subtitle) == (MINE, MINE)
    assert next_phase(slow) == "draw, phase 1 of 7"
    assert slow.card("latent_map").subtitle == plain
    assert added(slow) == set()
    assert not np.array_equal(slow.frame_of("decode").images, drawn)  # another mini-batch


def test_leaving_slow_motion_gives_the_cards_their_own_frames_back(slow) -> None:
    own = slow.frame_of("decode")
    plain = {name: slow.card(name).subtitle for name in ("latent_map", "decode")}
    for _ in range(3):
        next_phase(slow)
    assert slow.card("decode").subtitle == slow.card("latent_map").subtitle == MINE
    # an exported figure claims no latent point for the mini-batch
    assert slow.page.identity(slow.card("decode"))["set"] == {}
    slow.click("slow_motion")
    assert {name: slow.card(name).subtitle for name in plain} == plain
    assert (framed(slow), slow.frame_of("decode")) == ([], own)
    assert slow.editor(LatentPoint).panel.isVisible()
    session = slow.page.thread_.host.shown
    slow.until(lambda: not session.between_phases and slow.page.shown.step == session.step_count)
    recorder = session.journal.recorder
    assert all(
        "mini-batch" not in frame.subtitle for step in recorder.steps() for frame in recorder.at(step)[1].values()
    )


def test_a_moved_latent_point_takes_its_card_back_until_the_next_phase_that_draws_there(slow) -> None:
    for _ in range(2):
        next_phase(slow)
    display = slow.card("latent_map").display
    display.setFocus()
    slow.key(Qt.Key.Key_Right)
    slow.until(lambda: slow.card("decode").subtitle.endswith("chosen z"))
    assert slow.editor(LatentPoint).panel.isVisible()
    assert slow.card("latent_map").subtitle == MINE
    next_phase(slow)
    assert slow.card("decode").subtitle.endswith("chosen z")
    next_phase(slow)
    assert slow.card("decode").subtitle == MINE


def test_a_rewound_page_shows_no_phase_and_the_next_one_goes_live(slow) -> None:
    for _ in range(2):
        next_phase(slow)
    slow.page.moment.go_to(slow.page.timeline.track.steps[0])
    slow.until(lambda: slow.card("latent_map").subtitle == "step 0")
    assert framed(slow) == []
    assert added(slow) == set()
    next_phase(slow)
    assert slow.page.moment.is_live
    assert slow.card("latent_map").subtitle == MINE


def test_in_another_scene_the_reconstructions_show_the_mini_batch(slow) -> None:
    slow.show_card("reconstructions")
    slow.until(lambda: not slow.card("reconstructions").is_empty)
    next_phase(slow)
    assert framed(slow) == ["reconstructions"]
    assert isinstance(slow.frame_of("reconstructions"), Images)
    assert slow.card("reconstructions").subtitle == MINE
