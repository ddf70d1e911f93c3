"""The family `toys` is a leaf: command line, engine and files handle it although nothing but its folder knows it."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from toys import FAMILY

import models
from explorer.engine import Run, load_run
from explorer.engine.runs.recorder import Recorder
from models.frames import Film
from models.protocol import Progress


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch, fixture_pages: None) -> None:
    """The family in the catalogue."""
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, FAMILY))


def train(command, page, out, *arguments) -> Run:
    done = command("train", page, "--device", "cpu", "--out", out, *arguments)
    assert done.code == 0, done.err
    return Run(out)


@pytest.fixture
def belief(command, tmp_path) -> Run:
    """A belief network trained a little."""
    return train(command, "toy-belief-network", tmp_path / "belief", "--steps", 60)


@pytest.mark.parametrize("page", list(FAMILY.pages))
def test_each_page_trains_evaluates_and_samples(command, page, tmp_path):
    out = tmp_path / "run"
    train(command, page, out, "--steps", 8)
    assert command("evaluate", out, "--json").code == 0
    done = command("sample", out, "--n", 5, "--out", tmp_path / "x.npz")
    assert done.code == 0, done.err
    assert len(np.load(tmp_path / "x.npz")["x"]) == 5
    done = command("sample", out, "--n", 5, "--out", tmp_path / "x.png")
    assert done.code == 0, done.err


def test_samples_are_a_film_that_is_recorded_drawn_and_read_back(command, belief, tmp_path):
    recorder = Recorder(belief.frames)
    recorder.load()
    film = recorder.at(60)[1]["drawn"]
    assert isinstance(film, Film)
    assert film.at.tolist() == [8.0, 16.0, 24.0, 32.0, 40.0, 48.0, 56.0, 64.0]
    for before, after in zip(film.frames, film.frames[1:], strict=False):
        rows = np.any(before.images != after.images, axis=(0, 1, 3))
        assert rows.sum() <= 1  # one more row of pixels is drawn from frame to frame
    out = tmp_path / "film.png"
    assert command("figure", belief.folder, "drawn", "--out", out).code == 0
    assert out.stat().st_size > 1000


def test_a_canvas_is_completed_and_its_given_pixels_stay(command, belief, tmp_path):
    out = tmp_path / "completed.npz"
    done = command("figure", belief.folder, "completion", "--set", "canvas=3:lower", "n=4", "--out", out)
    assert done.code == 0, done.err
    images = np.load(out)["images"]
    assert images.shape == (4, 1, 8, 8)
    assert (images[:, :, :4] == images[:1, :, :4]).all()
    assert (images[:, :, 4:] != images[:1, :, 4:]).any()


def test_the_weights_of_a_chosen_pixel_are_shown(command, belief, tmp_path):
    shown = {}
    for pixel in ("0,0", "6,4"):
        out = tmp_path / "weights.npz"
        done = command("figure", belief.folder, "weights", "--set", f"pixel={pixel}", "--out", out)
        assert done.code == 0, done.err
        shown[pixel] = np.load(out)["images"][0, 0].ravel()
    assert (shown["0,0"] == 0.5).all()  # the first pixel depends on none
    assert (shown["6,4"][: 6 * 8 + 4] != 0.5).any()
    assert (shown["6,4"][6 * 8 + 4 :] == 0.5).all()


def test_a_temperature_is_a_setting_of_sampling(command, belief, tmp_path):
    spread = {}
    for temperature in ("0.05", "5"):
        out = tmp_path / "x.npz"
        done = command("sample", belief.folder, "--n", 40, "--set", f"temperature={temperature}", "--out", out)
        assert done.code == 0, done.err
        spread[temperature] = np.load(out)["x"].std(axis=0).mean()
    assert spread["5"] > 2 * spread["0.05"]
    done = command("sample", belief.folder, "--n", 4, "--set", "temperature=-1", "--out", tmp_path / "x.npz")
    assert done.code == 2
    assert "temperature takes" in done.err


def test_three_players_learn_and_the_noise_is_annealed(command, tmp_path):
    run = train(command, "toy-bigan", tmp_path / "run", "--steps", 4)
    keys = {key for line in run.metrics() for key in line}
    assert {"encoder_loss", "generator_loss", "discriminator_loss"} <= keys
    model = load_run(run.folder).model
    assert [player.symbol for player in model.players()] == ["E", "G", "D"]
    assert float(model.noise_scale) == pytest.approx(1 - 3 / 4)  # the last of four rounds began after three


def test_a_structure_that_changes_at_half_time_resumes(command, tmp_path):
    whole = train(command, "toy-growing", tmp_path / "whole", "--steps", 12, "--seed", 1)
    parts = train(command, "toy-growing", tmp_path / "parts", "--steps", 12, "--stop-at", 8, "--seed", 1)
    assert load_run(parts.folder).model.stage == 1
    assert command("resume", parts.folder).code == 0
    lines = [[{k: v for k, v in line.items() if k != "time"} for line in run.metrics()] for run in (whole, parts)]
    assert lines[0] == lines[1]
    model = load_run(whole.folder).model
    assert len(model.centers) == 8
    assert model.stage_at(Progress(5, 0.49)) == 0


def test_a_student_learns_from_a_copy_of_its_parent(command, belief, tmp_path):
    run = train(
        command, "toy-student", tmp_path / "student", "--steps", 200, "--set", f"teacher={belief.folder}", "lr=0.1"
    )
    teacher = load_run(belief.folder).model
    x = teacher.sample(4000, rng=torch.Generator().manual_seed(3))
    loaded = load_run(run.folder)
    mean = loaded.model.logits.sigmoid()
    error = (mean - x.mean(dim=0)).abs().mean().item()  # KL(p ‖ q) is least where q has the marginals of p
    assert error < 3 * math.sqrt(0.25 / 4000) + 0.03
    assert not any("weight" in name for name, _ in loaded.model.named_parameters())
    for path in sorted(belief.folder.rglob("*"), reverse=True):  # the run is whole without its parent's folder
        path.unlink() if path.is_file() else path.rmdir()
    done = command("resume", run.folder, "--steps", 210, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out.splitlines()[-1])["steps"] == 210
    done = command("train", "toy-student", "--steps", 2, "--set", "teacher=nowhere", "--out", tmp_path / "no")
    assert done.code == 2
    assert "nowhere" in done.err
