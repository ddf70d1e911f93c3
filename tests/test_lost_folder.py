"""The folder of a run that trains is deleted, moved or replaced: training stops, says so, and the model is saved."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from pages import kept_session, weights_of

from explorer.engine import BadInput, load_run, resume_session
from explorer.engine.errors import FolderLost, WriteError
from explorer.engine.session.rescue import move_session, rescue
from explorer.engine.session.session import Session

pytestmark = pytest.mark.usefixtures("fixture_pages")


def deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def replaced_by_a_copy(folder: Path) -> None:
    moved(folder)
    shutil.copytree(folder.with_name("elsewhere"), folder)


def replaced_by_an_empty_folder(folder: Path) -> None:
    moved(folder)
    folder.mkdir()


def replaced_by_another_run(folder: Path) -> None:
    moved(folder)
    kept_session("gauss", folder, steps=5).close()


def replaced_by_a_file(folder: Path) -> None:
    moved(folder)
    folder.write_text("")


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def train_and_save(made: Session) -> None:
    while not made.finished:
        made.step()
        made.stop()


LOSSES = [deleted, moved, replaced_by_a_copy, replaced_by_an_empty_folder, replaced_by_another_run,
          replaced_by_a_file, without_config]  # fmt: skip


WRITES = {
    "step": Session.step,
    "save": Session.save,
    "stop": Session.stop,
    "change": lambda made: made.change(lr_g=0.001),
    "lone round": lambda made: made.step_player("generator"),
}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but locks."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def trained(folder: Path, steps: int = 4) -> Session:
    """A session in the middle of a run, with a change and a round of one player alone."""
    made = kept_session("tiny-gan", folder, steps=20)
    for _ in range(steps - 1):
        made.step()
    made.change(lr_g=0.002)
    made.step_player("generator")
    made.save()
    return made


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder in which a file is open")
@pytest.mark.parametrize(
    ("lose", "writes"), [*((lose, "step") for lose in LOSSES), *((deleted, writes) for writes in WRITES)]
)
def test_nothing_is_written_into_a_folder_that_is_not_the_own(lose, writes, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.engine.runs.run._FLUSH", 0.0)
    made = trained(tmp_path / "run")
    lose(tmp_path / "run")
    before = tree(tmp_path)
    with pytest.raises(FolderLost, match="no longer the folder of this run") as raised:
        WRITES[writes](made)
    assert raised.value.code == 1
    assert made.unsaved
    assert made.status == "stopped"
    with pytest.raises(FolderLost):
        made.step()
    made.close()
    assert tree(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder in which a file is open")
@pytest.mark.parametrize("part", ["frames", "checkpoints", "summary.json"])
def test_a_folder_that_is_lost_during_a_write_is_told_as_such(part, tmp_path, monkeypatch, caplog):
    made = trained(tmp_path / "run")
    replace = os.replace

    def deleted_first(source: Path, target: Path) -> None:
        if part in str(target):
            deleted(tmp_path / "run")
        replace(source, target)

    monkeypatch.setattr(os, "replace", deleted_first)
    monkeypatch.setattr("explorer.engine.session.recording._FREE", 1e9)  # else frames depend on the machine
    with pytest.raises(FolderLost):
        train_and_save(made)
    assert made.unsaved
    assert caplog.messages == []  # not that recording has ended
    made.close()
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder in which a file is open")
@pytest.mark.parametrize("lose", [deleted, moved, replaced_by_another_run])
def test_the_run_goes_on_elsewhere_as_if_nothing_had_happened(lose, tmp_path):
    whole = trained(tmp_path / "whole")
    lines = whole.run.metrics()
    while not whole.finished:
        whole.step()
    whole.close()

    made = trained(tmp_path / "run")
    recorded = made.journal.recorder.steps()
    lose(tmp_path / "run")
    with pytest.raises(FolderLost):
        made.save()
    move_session(made, tmp_path / "other" / "place")
    assert not made.unsaved
    assert [line["step"] for line in made.run.metrics()] == [line["step"] for line in lines]
    assert made.journal.recorder.steps() == recorded
    made.step()
    made.stop()
    made.close()
    again = resume_session(tmp_path / "other" / "place")
    assert again.step_count == 5
    assert again.setup.training.rate("lr_g") == 0.002
    while not again.finished:
        again.step()
    again.close()
    assert again.run.changes() == whole.run.changes()
    for name, tensor in weights_of(whole.model).items():
        assert torch.equal(tensor, weights_of(again.model)[name]), name


def test_a_place_that_does_not_take_the_run_is_left_as_it_was(tmp_path, monkeypatch):
    made = trained(tmp_path / "run")
    occupied = tmp_path / "occupied"
    occupied.mkdir()
    (occupied / "mine").write_text("")
    with pytest.raises(BadInput, match="not empty"):
        move_session(made, occupied)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match="could not be saved anywhere else"):
            rescue(made)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["occupied", "run"]
    made.step()  # it goes on where it was
    made.stop()
    made.close()
    assert load_run(tmp_path / "run").step == 5


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder in which a file is open")
@pytest.mark.parametrize("named", [False, True])
def test_the_command_line_saves_the_model_and_says_where(named, command, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.engine.runs.run._FLUSH", 0.0)
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "home"))
    folder, step = tmp_path / "run", Session.step

    def step_then_lose(self: Session) -> None:
        step(self)
        if self.step_count == 6:
            shutil.rmtree(folder)

    monkeypatch.setattr(Session, "step", step_then_lose)
    given = ("--rescue", tmp_path / "mine") if named else ()
    done = command("train", "gauss", "--steps", 40, "--out", folder, "--json", *given)
    place = tmp_path / "mine" if named else tmp_path / "home" / "runs" / "run-rescued"
    assert done.code == 1
    assert not folder.exists()
    result = json.loads(done.out.splitlines()[-1])
    assert (result["run"], result["state"]) == (str(place), "stopped")
    told = done.err.splitlines()[-1]
    assert "no longer the folder of this run" in told
    assert f"saved in {place}" in told
    assert load_run(place).step == result["steps"] == 7
