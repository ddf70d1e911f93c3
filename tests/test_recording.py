"""Recorded views of several frames: one frame a round, of the weights of their own step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from pages import TinyGAN, kept_session, session, weights_of

import models
from explorer.engine import Session, SessionViews
from explorer.engine.session import recording
from models import Family
from models.frames import Plane, Points
from models.protocol import Noise, view, views_of

FRAMES = 5


class Streaming(TinyGAN):
    """A game with a recorded view of several frames."""

    title, presets, try_next = "Streaming", (), ()
    views = tuple(views_of(TinyGAN).values())
    computed = 0
    broken = False

    @view("Film", record=True)
    def film(self, noise: Noise) -> Iterator[Plane]:
        for number in range(FRAMES):
            type(self).computed += 1
            if self.broken:
                raise RuntimeError("no film")
            yield Plane((Points((number + 1) * self.sample(3, rng=noise.rng()).numpy(), role="model"),))


@pytest.fixture(autouse=True)
def _catalogue(fixture_pages, monkeypatch) -> None:
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, Family("words", "Words", {"streaming": Streaming})))
    monkeypatch.setattr(Streaming, "computed", 0)


def film_of(made: Session, step: int) -> np.ndarray:
    at, frames = made.journal.recorder.at(step)
    assert at == step
    assert set(frames) == {"film", "samples"}
    return frames["film"].layers[0].xy


def now(made: Session) -> np.ndarray:
    return SessionViews(made).frame("film").layers[0].xy


def test_a_round_computes_one_frame_and_the_last_is_filed_under_the_step_of_its_weights():
    made, quiet = session("streaming", record=True, batch=16), session("streaming", batch=16)
    made.journal.recorder.due = lambda step: step in (3, 20)
    for _ in range(3):
        made.step()
        quiet.step()
    expected = now(quiet)
    Streaming.computed = 0
    gained = []
    for _ in range(FRAMES):
        before = Streaming.computed
        assert made.journal.recorder.steps() == []
        made.step()
        gained.append(Streaming.computed - before)
    assert gained == [1] * (FRAMES - 1) + [0]  # the first frame came with step 3; the last call finds the end
    np.testing.assert_array_equal(film_of(made, 3), expected)


def test_saving_and_stopping_complete_what_is_recorded(tmp_path):
    kept = kept_session("streaming", tmp_path / "run", batch=16, steps=100)
    kept.step()
    assert kept.journal.recorder.steps() == []
    kept.save()
    assert kept.journal.recorder.steps() == [0, 1]
    kept.step()
    kept.stop()
    assert kept.journal.recorder.steps() == [0, 1, 2]
    kept.close()


def test_what_is_recorded_does_not_depend_on_when_it_is_completed():
    plain, saved = (session("streaming", record=True, batch=16, steps=40) for _ in range(2))
    weights = {}
    for step in range(1, 41):
        plain.step()
        saved.step()
        weights[step] = weights_of(saved.model)
        if step % 3 == 0:
            saved.save()
    assert plain.journal.recorder.steps() == saved.journal.recorder.steps()
    for step in plain.journal.recorder.steps():
        np.testing.assert_array_equal(film_of(plain, step), film_of(saved, step))
    quiet = session("streaming", batch=16)
    last = plain.journal.recorder.steps()[-2]
    quiet.model.load_state_dict(weights[last])
    np.testing.assert_array_equal(film_of(plain, last), now(quiet))


def test_moments_that_wait_are_few_and_views_are_served_while_one_is_completed(monkeypatch):
    monkeypatch.setattr(recording, "_MOST_PENDING", 2)
    made = session("streaming", record=True, batch=16)
    served = []
    made.between_micro_batches = lambda: served.append(made.step_count)
    for _ in range(8):  # recorded at each of these steps, and a moment takes more rounds than one
        made.step()
    assert len(made.journal._recording._pending) == 2
    assert made.journal.recorder.steps() == list(range(7))
    assert len(served) > FRAMES


def test_a_recorded_view_that_fails_on_the_way_is_left_out_from_there_on(monkeypatch, caplog):
    made = session("streaming", record=True, batch=16)
    made.step()
    monkeypatch.setattr(Streaming, "broken", True)
    with caplog.at_level("WARNING"):
        for _ in range(4):
            made.step()
        made.save()
    assert [record.getMessage() for record in caplog.records] == ["view film is no longer recorded: no film"]
    assert made.step_count == 5
    assert set(made.journal.recorder.at(5)[1]) == {"samples"}


def test_the_mode_of_the_model_in_training_is_left_alone():
    made = session("streaming", record=True, batch=16)
    made.step()
    assert made.model.training
    assert torch.is_grad_enabled()
