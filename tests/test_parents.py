"""Runs that are made with the trained model of another run."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from pages import kept_session, session, weights_of
from word_pages import WORD_PAGES, Student

import models
from explorer.engine import BadInput, RunError, Setup, evaluate, load_run, new_session, resume_session
from explorer.engine.bundle import make_bundle
from explorer.engine.files import runs_folder
from explorer.engine.runs.checkpoint import read_checkpoint
from explorer.engine.runs.run import Run
from models.protocol import BadValue, params_of

MEAN = torch.tensor([3.0, -1.0])


@pytest.fixture(autouse=True)
def word_pages(monkeypatch, fixture_pages):
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, WORD_PAGES))


@pytest.fixture
def teacher(tmp_path):
    """The folder of a trained Gaussian with a known mean."""
    made = kept_session("gauss", tmp_path / "teacher", steps=3, batch=16, ema=0.0)
    made.step()
    with torch.no_grad():
        made.model.mean.copy_(MEAN)
    made.stop()
    made.close()
    return tmp_path / "teacher"


def student(teacher, folder, page="student", **values):
    return kept_session(page, folder, teacher=str(teacher), steps=8, batch=16, lr=0.1, **values)


def test_the_parameter_says_what_it_takes():
    declared = params_of(Student.Config)["teacher"]
    assert declared.accepts == "a run of gauss or student"
    assert declared.check("runs/one") == "runs/one"
    with pytest.raises(BadValue, match="teacher takes a run of gauss or student, not 3"):
        declared.check(3)


def test_the_parent_is_frozen_and_handed_over(teacher, tmp_path):
    made = student(teacher, tmp_path / "run")
    parent = made.model.teacher
    torch.testing.assert_close(parent.mean.detach(), MEAN)
    assert not any(parameter.requires_grad for parameter in parent.parameters())
    assert not parent.training
    made.model.train()
    assert not parent.training
    assert [len(player.parameters) for player in made.model.players()] == [1]
    before = weights_of(parent)
    for _ in range(8):
        made.step()
    assert all(torch.equal(before[name], value) for name, value in weights_of(made.model.teacher).items())
    assert made.model.mean.detach()[0] > 0.3  # it moves towards the teacher's
    made.close()


def test_the_run_keeps_a_copy_and_names_the_parent(teacher, tmp_path):
    made = student(teacher, tmp_path / "run")
    made.step()
    made.stop()
    made.close()
    run = Run(tmp_path / "run")
    ref = run.setup.parents["teacher"]
    assert (ref.run, ref.step) == ("teacher", 1)
    copy = read_checkpoint(run.parents / "teacher.safetensors")
    assert copy.digest == ref.digest
    assert set(copy.tensors) == {"model/mean", "model/log_std"}
    about = json.loads((run.parents / "teacher.json").read_text())
    assert (about["page"], about["step"], about["config"]["scale"]) == ("gauss", 1, 1.0)
    stored = run.last().tensors
    assert {name for name in stored if name.startswith("model/")} == {"model/mean"}  # the teacher is not stored again
    assert "parents" not in json.loads((teacher / "config.json").read_text())


def test_resume_and_evaluation_do_not_need_the_parents_folder(teacher, tmp_path):
    whole = student(teacher, tmp_path / "whole")
    for _ in range(6):
        whole.step()
    whole.stop()
    whole.close()
    half = student(teacher, tmp_path / "half")
    for _ in range(3):
        half.step()
    half.stop()
    half.close()
    shutil.rmtree(teacher)
    half = resume_session(tmp_path / "half")
    for _ in range(3):
        half.step()
    torch.testing.assert_close(half.model.mean, whole.model.mean, rtol=0, atol=0)
    half.stop()
    half.close()
    loaded = load_run(tmp_path / "half")
    torch.testing.assert_close(loaded.model.teacher.mean, MEAN)
    values = evaluate(loaded.model, loaded.tensors)
    assert values["field_error"] > 0


def test_averaged_weights_of_the_parent_are_used_where_it_has_some(tmp_path):
    made = kept_session("gauss", tmp_path / "teacher", steps=30, batch=16, lr=0.1, ema=0.9)
    for _ in range(20):
        made.step()
    made.stop()
    averaged = made.learner.averaged.mean.detach().clone()
    made.close()
    kept = student(tmp_path / "teacher", tmp_path / "run", ema=0.9)
    torch.testing.assert_close(kept.model.teacher.mean, averaged)
    kept.step()
    torch.testing.assert_close(kept.learner.averaged.teacher.mean, averaged, rtol=0, atol=0)
    assert kept.learner.averaged.teacher is kept.model.teacher  # held in memory once
    assert kept.learner.averaged.mean is not kept.model.mean
    kept.stop()
    kept.close()
    assert not any("teacher" in name for name in Run(tmp_path / "run").last().tensors)
    torch.testing.assert_close(load_run(tmp_path / "run").model.mean, kept.learner.averaged.mean)


def test_a_run_is_named_by_its_name_too(teacher, tmp_path):
    shutil.copytree(teacher, runs_folder() / "named-teacher")
    try:
        made = new_session(Setup.of("student", data="ring8:n=1000", values={"teacher": "named-teacher"}), keep=False)
        torch.testing.assert_close(made.model.teacher.mean, MEAN)
        assert made.setup.parents["teacher"].run == "named-teacher"
    finally:
        shutil.rmtree(runs_folder() / "named-teacher")


def test_a_parent_may_have_a_parent(teacher, tmp_path):
    first = student(teacher, tmp_path / "first")
    for _ in range(3):
        first.step()
    first.stop()
    first.close()
    second = student(tmp_path / "first", tmp_path / "second")
    second.step()
    second.stop()
    second.close()
    shutil.rmtree(tmp_path / "first")
    shutil.rmtree(teacher)
    resumed = resume_session(tmp_path / "second")
    torch.testing.assert_close(resumed.model.teacher.mean, first.model.mean)
    torch.testing.assert_close(resumed.model.teacher.teacher.mean, MEAN)
    assert resumed.model.inherited == ("teacher",)
    resumed.close()
    assert {p.name for p in (tmp_path / "second" / "parents" / "teacher").iterdir()} == {
        "teacher.json",
        "teacher.safetensors",
    }


def test_a_copy_of_a_parents_weights_is_trained_and_stored(teacher, tmp_path):
    made = student(teacher, tmp_path / "run", page="heir")
    assert len(made.learner.players[0].parameters) == 2
    for _ in range(4):
        made.step()
    trained = made.model.scale.detach().clone()
    assert not torch.equal(trained, made.model.teacher.log_std)
    made.stop()
    made.close()
    assert torch.equal(load_run(tmp_path / "run").model.scale, trained)


def test_without_a_parent_the_field_is_missing(tmp_path):
    made = session("student")
    assert made.model.teacher is None
    assert made.model.inherited == ()
    assert "parents" not in made.setup.to_json()


@pytest.mark.parametrize("kind", ["missing", "page", "damaged", "unfinished"])
def test_what_is_no_parent_is_refused_in_one_line(command, teacher, tmp_path, kind):
    value = teacher
    if kind == "missing":
        value = tmp_path / "nothing"
        words = f"teacher takes a run of gauss or student, and {value} is no run: give its folder or name"
    elif kind == "page":
        other = kept_session("tiny-gan", tmp_path / "gan", steps=1, batch=16)
        other.step()
        other.close()
        value = tmp_path / "gan"
        words = f"teacher takes a run of gauss or student, and {value} is a run of tiny-gan"
    elif kind == "damaged":
        path = max((teacher / "checkpoints").glob("step-*"))
        path.write_bytes(path.read_bytes()[:-8])
        words = "is damaged"
    else:
        shutil.rmtree(teacher / "checkpoints")
        words = f"teacher cannot use {value}: {value} has no checkpoint"
    done = command("train", "student", "--set", f"teacher={value}", "--steps", 1, "--out", tmp_path / "run")
    assert done.code == 2
    assert words in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_the_command_line_trains_with_a_parent(command, teacher, tmp_path):
    done = command(
        "train", "student", "--set", f"teacher={teacher}", "batch=16", "--steps", 3, "--out", tmp_path / "run", "--json"
    )
    assert done.code == 0
    assert command("resume", tmp_path / "run", "--steps", 5, "--json").code == 0
    assert command("sample", tmp_path / "run", "--out", tmp_path / "x.npz").code == 0
    assert "field_error" in json.loads(command("evaluate", tmp_path / "run", "--json").out)["metrics"]


@pytest.mark.parametrize("what", ["weights", "changed", "about", "gone"])
def test_a_damaged_copy_is_said_when_the_run_is_opened(teacher, tmp_path, what):
    made = student(teacher, tmp_path / "run")
    made.step()
    made.stop()
    made.close()
    folder = tmp_path / "run" / "parents"
    if what == "weights":
        (folder / "teacher.safetensors").write_bytes(b"no weights")
        words = "is damaged"
    elif what == "changed":
        shutil.copy(max((teacher / "checkpoints").glob("step-*")), folder / "teacher.safetensors")
        words = "is not the model that this run was trained with"
    elif what == "about":
        (folder / "teacher.json").write_text("{}")
        words = "is damaged"
    else:
        (folder / "teacher.json").unlink()
        words = "has no teacher.json"
    for opening in (load_run, resume_session):
        with pytest.raises(RunError, match=words):
            opening(tmp_path / "run")


def test_a_run_with_a_parent_is_not_bundled(teacher, tmp_path):
    made = student(teacher, tmp_path / "run")
    made.step()
    made.stop()
    made.close()
    with pytest.raises(BadInput, match="was trained with another run"):
        make_bundle(tmp_path / "run", tmp_path / "bundle.safetensors")
