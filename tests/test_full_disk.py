"""A disk that is full: recording ends first, training goes on, and the model is saved if there is any way."""

from __future__ import annotations

import json
import logging

import pytest
from full_disk import Disk
from pages import kept_session

from explorer.engine import load_run, resume_session
from explorer.engine.errors import WriteError
from explorer.engine.runs.run import Run
from explorer.engine.session.session import Session

pytestmark = pytest.mark.usefixtures("fixture_pages")

STEPS = 12


@pytest.fixture
def disk(tmp_path, monkeypatch) -> Disk:
    monkeypatch.setattr("explorer.engine.runs.run._FLUSH", 0.0)
    monkeypatch.setattr("explorer.engine.session.recording._FREE", 1e9)  # else fewer moments on a busy machine
    (tmp_path / "disk").mkdir()
    return Disk(tmp_path / "disk", monkeypatch)


def trained(disk: Disk, steps: int) -> Session:
    made = kept_session("tiny-gan", disk.root / "run", steps=STEPS)
    for _ in range(steps):
        made.step()
    return made


def frames_of(run: Run) -> list[str]:
    return [path.name for path in run.frames.iterdir()]


def size_of_frame(run: Run) -> int:
    return max(path.stat().st_size for path in run.frames.iterdir())


def test_a_frame_that_does_not_fit_ends_recording_and_training_goes_on(disk, caplog):
    made = trained(disk, 3)
    kept = frames_of(made.run)
    disk.capacity = disk.used + size_of_frame(made.run) - 1
    with caplog.at_level(logging.WARNING, "explorer"):
        made.step()
    assert frames_of(made.run) == kept
    (told,) = caplog.messages
    assert told.startswith("Recording for the timeline has ended, and training goes on")
    assert "No space left" in told
    disk.capacity = 1 << 30
    while not made.finished:
        made.step()
    made.close()
    assert frames_of(made.run) == kept
    assert (made.status, made.unsaved) == ("done", False)


def test_recorded_frames_make_room_for_the_model(disk, caplog):
    made = trained(disk, STEPS - 1)
    before = len(frames_of(made.run))
    disk.capacity = disk.used + size_of_frame(made.run) * 10  # a checkpoint is as large as 15
    with caplog.at_level(logging.WARNING, "explorer"):
        made.step()
    made.close()
    assert len(caplog.messages) == 1  # that recording has ended
    assert made.status == "done"
    assert 0 < len(frames_of(made.run)) < before
    assert load_run(made.run.folder).step == STEPS
    assert json.loads((made.run.folder / "summary.json").read_text())["state"] == "done"
    assert made.journal.recorder.steps() == sorted(int(name[5:14]) for name in frames_of(made.run))


def test_an_older_checkpoint_makes_room_and_the_newest_is_never_given_up(disk):
    made = trained(disk, 2)
    made.save()
    made.step()
    made.save()
    made.step()
    newest, _ = made.run.newest_checkpoint()
    for path in made.run.frames.iterdir():
        path.unlink()
    disk.capacity = disk.used + 1200  # the metrics, but no checkpoint
    made.save()
    assert made.run.newest_checkpoint()[1] == 4
    assert newest.exists()
    disk.capacity = 0
    with pytest.raises(WriteError, match="No space left"):
        made.step()
    assert made.unsaved
    disk.capacity = 1 << 30
    made.save()  # there is room again: nothing was lost
    assert not made.unsaved
    made.close()
    assert [line["step"] for line in made.run.metrics() if "held_out" not in line][-1] == 5
    again = resume_session(made.run.folder)
    assert again.step_count == 5
    again.close()


@pytest.mark.parametrize("room_elsewhere", [True, False])
def test_the_command_line_ends_with_one_and_says_where_the_model_is(
    room_elsewhere, disk, command, tmp_path, monkeypatch
):
    home = tmp_path / "home" if room_elsewhere else disk.root / "home"
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(home))
    monkeypatch.setattr("tempfile.tempdir", str(disk.root / "temporary"))
    step = Session.step

    def step_then_fill(self: Session) -> None:
        step(self)
        if self.step_count == 6:
            disk.capacity = 0

    monkeypatch.setattr(Session, "step", step_then_fill)
    done = command("train", "tiny-gan", "--steps", 40, "--out", disk.root / "run", "--json")
    assert done.code == 1
    result = json.loads(done.out.splitlines()[-1])
    assert (result["state"], result["steps"]) == ("stopped", 7)
    told = done.err.splitlines()[-1]
    assert "No space left" in told
    if room_elsewhere:
        assert f"saved in {home / 'runs' / 'run-rescued'}" in told
        assert load_run(home / "runs" / "run-rescued").step == 7
    else:
        assert "could not be saved anywhere else" in told


def test_a_disk_that_is_full_from_the_beginning_is_no_bad_input(disk, command, tmp_path):
    disk.capacity = 0
    done = command("train", "tiny-gan", "--steps", 4, "--out", disk.root / "run")
    assert done.code == 1
    assert "No space left" in done.err
