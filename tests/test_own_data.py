"""Runs on files of the user: they open from any folder, after the file was changed, moved or deleted, and elsewhere."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing

import numpy as np
import pytest
from pages import kept_session
from scipy.io import wavfile

from explorer.data import open_dataset, source
from explorer.data.drawn import save_drawing
from explorer.data.spelling import spelled
from explorer.engine import BadInput, RunError, Setup, load_run, resume_session
from explorer.engine.runs import own_data
from explorer.engine.runs.parents import read_parents, write_parents
from explorer.engine.runs.run import Run

pytestmark = pytest.mark.usefixtures("fixture_pages")

XY = np.random.default_rng(3).standard_normal((200, 2))
X = np.random.default_rng(4).standard_normal((150, 4))


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def german(x: np.ndarray) -> str:
    rows = [";".join(map(repr, row)) for row in x.tolist()]
    return "\n".join(["a;b;c;d"[: 2 * x.shape[1] - 1], *rows]).replace(".", ",")


def write_points():
    np.savetxt("points.csv", XY, delimiter=",", header="x,y", comments="")
    return "points.csv"


def write_table():
    with open("the table, 1.csv", "w", encoding="utf-8") as file:
        file.write(german(X))
    return "the table, 1.csv"


def write_npz():
    np.savez("table.npz", a=X[:, 0], b=X[:, 1], c=X[:, 2])
    return "table.npz"


def write_drawing():
    return save_drawing("mine", XY)


CASES = {
    "points": ("gauss", write_points, "drawn:file=points.csv"),
    "smoothed points": ("gauss", write_points, "drawn:file=./points.csv,smooth=0.2,n=1000"),
    "drawing": ("gauss", write_drawing, "drawn:file=mine"),
    "table": ("gauss-rows", write_table, 'table:file="the table, 1.csv",seed=3'),
    "chosen columns": ("gauss-rows", write_table, 'table:file="the table, 1.csv",columns=d;a'),
    "npz": ("gauss-rows", write_npz, "table:file=table.npz"),
}


@pytest.fixture(params=CASES)
def trained(request, tmp_path):
    """Folder of a run, its data's digest, and the file it was made from."""
    page, write, data = CASES[request.param]
    path = write()
    with closing(kept_session(page, tmp_path / "run", data=data, steps=4, batch=8)) as session:
        session.step()
        session.stop()
        return tmp_path / "run", session.data.data, path


def test_a_run_opens_from_any_folder_after_its_file_was_deleted_and_on_another_machine(trained, tmp_path, monkeypatch):
    run, data, path = trained
    os.remove(path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "other home"))
    elsewhere = shutil.move(run, tmp_path / "elsewhere")
    loaded = load_run(elsewhere)
    assert loaded.data.digest == data.digest
    assert loaded.data.columns == data.columns
    if data.log_prob is not None:
        np.testing.assert_array_equal(loaded.data.log_prob(XY), data.log_prob(XY))
    with closing(resume_session(elsewhere)) as resumed:
        resumed.step()
        assert resumed.step_count == 2


def test_a_run_keeps_its_data_when_the_file_is_changed(trained):
    run, data, path = trained
    with open(path, "wb") as file:
        file.write(b"x,y\n")
    assert load_run(run).data.digest == data.digest


def test_the_path_is_stored_absolute(tmp_path):
    write_points()
    setup = Setup.of("gauss", data="drawn:file=points.csv")
    assert source(setup.data).file == str(tmp_path / "work" / "points.csv")
    assert Setup.from_json(json.loads(json.dumps(setup.to_json()))).data == setup.data
    assert source("drawn:file=mine").file == "mine"  # the name of a drawing is no path
    home = os.path.expanduser("~")
    assert source("table:file=~/t.csv").file == f"{home}/t.csv"


@pytest.mark.parametrize(
    ("page", "write", "kind"), [("gauss", write_points, "drawn"), ("gauss-rows", write_table, "table"),
                                ("gauss-rows", write_npz, "table"), ("real-nvp", write_points, "drawn"),
                                ("real-nvp", write_table, "table")],
)  # fmt: skip
def test_a_path_alone_is_the_dataset_that_the_page_takes(page, write, kind, tmp_path):
    path = write()
    for text in (path, f"./{path}", str(tmp_path / "work" / path)):
        assert Setup.of(page, data=text).data == spelled(kind, {"file": tmp_path / "work" / path})


def test_a_path_that_a_page_cannot_take_is_refused_with_the_reason(tmp_path):
    with pytest.raises(BadInput, match="has 4 columns: a, b, c, d; points have 2"):
        Setup.of("gauss", data=write_table())
    with pytest.raises(BadInput, match=r"gone\.csv does not exist"):
        Setup.of("gauss", data="gone.csv")
    with pytest.raises(BadInput, match="is no file of a kind that this page takes"):
        Setup.of("gauss", data="./photo.png")
    with pytest.raises(BadInput, match="is no file of a kind that this page takes"):
        Setup.of("gauss", data="sound.wav")
    with pytest.raises(BadInput, match="unknown dataset 'rign8'"):
        Setup.of("gauss", data="rign8:std=0.05")


def test_a_damaged_copy_is_refused_and_data_without_a_file_have_none(trained, tmp_path):
    run, _, _ = trained
    copy = run / "data.safetensors"
    copy.write_bytes(copy.read_bytes()[:-9])
    with pytest.raises(RunError, match=r"data\.safetensors is damaged"):
        load_run(run)
    with closing(kept_session("gauss", tmp_path / "computed", data="drawn", steps=4, batch=8)):
        assert not (tmp_path / "computed" / "data.safetensors").exists()


def test_a_content_that_is_too_large_is_not_copied(monkeypatch, tmp_path):
    monkeypatch.setattr(own_data, "MOST_BYTES", 100)
    write_points()
    with closing(kept_session("gauss", tmp_path / "run", data="drawn:file=points.csv", steps=4, batch=8)) as session:
        session.step()
        session.stop()
    assert not (tmp_path / "run" / "data.safetensors").exists()
    assert load_run(tmp_path / "run").data.digest == session.data.data.digest
    os.remove("points.csv")
    with pytest.raises(BadInput, match=r"points\.csv does not exist"):
        load_run(tmp_path / "run")


def test_a_sound_is_made_from_its_copy(tmp_path):
    wavfile.write("own.wav", 8000, (20_000 * np.sin(0.1 * np.arange(9000))).astype(np.int16))
    data = open_dataset("waveform:file=own.wav,rate=4000,window=256")
    own_data.write_content(tmp_path / "copy", data.content)
    os.remove("own.wav")
    again = own_data.dataset_of(data.name, own_data.read_content(tmp_path / "copy"))
    assert again.digest == data.digest
    assert again.kind == data.kind


def test_a_parent_takes_its_data_along(trained, tmp_path):
    from explorer.engine.parents import _parent

    run, data, _ = trained
    parent = _parent(Run(run))
    write_parents(tmp_path / "parents", {"teacher": parent})
    read = read_parents(tmp_path / "parents", {"teacher": parent.ref})["teacher"]
    assert own_data.dataset_of(read.data, read.content).digest == data.digest
