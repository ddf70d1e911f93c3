"""Recent runs at a glance: the newest first, with their newest samples, whatever else lies in the folder."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest

from explorer.engine import Setup, new_session
from explorer.engine.recent import recent_runs
from explorer.engine.runs.frame_file import read_frames, write_frames
from models.frames import Film, Images


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a finished run and one that was stopped."""
    folder = tmp_path_factory.mktemp("runs")
    for name, steps, stop in (("finished", 6, 6), ("stopped", 40, 5)):
        values = {"hidden": 16, "layers": 1, "steps": steps, "batch": 16}
        setup = Setup.of("vae", data="digits", values=values, device="cpu")
        session = new_session(setup, folder=folder / name)
        while not session.finished and session.step_count < stop:
            session.step()
        session.stop()
        session.close()
    return folder


@pytest.fixture
def runs(made, tmp_path):
    """A copy of it, the finished run the older by a minute."""
    folder = tmp_path / "runs"
    shutil.copytree(made, folder)
    for age, name in enumerate(("stopped", "finished")):
        _touch(folder / name, 1_700_000_000 - 60 * age)
    return folder


def _touch(place, when):
    for path in (place / "config.json", place / "metrics.jsonl", place / "summary.json"):
        if path.exists():
            os.utime(path, (when, when))


def test_a_glance_tells_what_the_run_folder_tells(runs):
    (stopped, finished), damaged = recent_runs(runs)
    assert damaged == 0
    assert (stopped.folder, finished.folder) == (runs / "stopped", runs / "finished")
    assert (stopped.step, stopped.steps, stopped.finished) == (5, 40, False)
    assert (finished.step, finished.steps, finished.finished) == (6, 6, True)
    assert (stopped.when, finished.when) == (1_700_000_000, 1_699_999_940)
    assert finished.title.startswith("Amortised VAE, Digits")
    metrics = json.loads((runs / "finished" / "summary.json").read_text())["metrics"]
    assert (finished.label, finished.value) == ("ELBO", metrics["held_out.elbo"])
    newest = max((runs / "finished" / "frames").iterdir())
    np.testing.assert_array_equal(finished.images, read_frames(newest)[1]["samples"].images[:4])


def test_only_as_many_as_asked_for_and_only_while_it_is_wanted(runs):
    assert [run.folder.name for run in recent_runs(runs, limit=1)[0]] == ["stopped"]
    answers = iter([True, False])
    assert len(recent_runs(runs, going_on=lambda: next(answers))[0]) == 1
    assert recent_runs(runs / "nowhere") == ([], 0)


def test_the_runs_of_one_page_without_pictures(runs):
    assert [run.folder.name for run in recent_runs(runs, images=0, page="vae")[0]] == ["stopped", "finished"]
    assert recent_runs(runs, page="gan") == ([], 0)
    (run, _), _ = recent_runs(runs, images=0)
    assert (run.images, run.points, run.data) == (None, None, "Digits 8×8")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", "{"),
        ("config.json", '{"format": 1}'),
        ("config.json", "[]"),
        ("summary.json", "[1]"),
        ("summary.json", '{"steps": "many"}'),
    ],
)
def test_damaged_folders_are_counted_and_passed_over(file, content, runs):
    (runs / "stopped" / file).write_text(content)
    (runs / "notes").mkdir()
    (runs / "stray.txt").write_text("")
    found, damaged = recent_runs(runs)
    assert [run.folder.name for run in found] == ["finished"]
    assert damaged == 1


def test_a_run_that_was_cut_off_is_listed_by_its_checkpoint(runs):
    (runs / "stopped" / "summary.json").unlink()
    shutil.rmtree(runs / "stopped" / "frames")
    run = next(run for run in recent_runs(runs)[0] if run.folder.name == "stopped")
    assert (run.step, run.state, run.value, run.images) == (5, "training", None, None)


def test_of_a_film_of_samples_the_end_is_shown(runs):
    folder = runs / "finished" / "frames"
    images = np.stack([np.full((5, 1, 8, 8), value) for value in (0.0, 1.0)])
    film = Film(tuple(Images(each) for each in images), np.array([0.0, 64.0]), "pixels drawn")
    write_frames(folder / "step-000000007.safetensors", 7, {"samples": film})
    finished = recent_runs(runs)[0][1]
    np.testing.assert_array_equal(finished.images, np.ones((4, 1, 8, 8)))
