"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pages import FIXTURES, SMALL, kept_session
from PIL import Image

import models
from explorer import __main__ as program
from explorer import cli, startup
from explorer.engine import Run, load_run
from explorer.version import __version__
from models.protocol import views_of

VAE = ("vae", "--data", "digits", "--set", "hidden=8", "batch=16", "--device", "cpu")


def numbers(folder: Path) -> list[dict]:
    return [{key: value for key, value in line.items() if key != "time"} for line in Run(folder).metrics()]


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory) -> Path:
    """A VAE trained a little on digits."""
    folder = tmp_path_factory.mktemp("digits") / "run"
    session = kept_session("vae", folder, data="digits", hidden=8, batch=16, steps=60)
    while not session.finished:
        session.step()
    session.close()
    return folder


@pytest.fixture(scope="module")
def gauss_run(tmp_path_factory) -> Path:
    """A Gaussian trained a little on ring8."""
    folder = tmp_path_factory.mktemp("gauss") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "FAMILIES", (*models.FAMILIES, FIXTURES))
        session = kept_session("gauss", folder, steps=40)
        while not session.finished:
            session.step()
        session.close()
    return folder


# One line and exit 2


def refused(done, *parts: str) -> None:
    """One line on standard error with these parts, nothing on standard output, exit 2."""
    assert done.code == 2
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert done.err.startswith("dgm-explorer: ")
    for part in parts:
        assert part in done.err


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("train", "nowhere"), ("there is no page nowhere", "vae")),
        (("train", "vae", "--set", "latents=3"), ("there is no parameter latents", "latent", "beta", "steps")),
        (("train", "vae", "--set", "latent"), ("--set takes name=value, not latent",)),
        (("train", "vae", "--set", "latent=500"), ("latent takes a whole number from 1 to 64, not 500",)),
        (("train", "vae", "--set", "network=deep"), ("network takes mlp or convolutional, not deep",)),
        (("train", "vae", "--steps", "0"), ("steps takes a whole number", "not 0")),
        (("train", "vae", "--data", "digitz"), ("unknown dataset", "digits")),
        (("train", "vae", "--data", "ring8"), ("page vae does not take ring8", "image data")),
        (("train", "gauss", "--data", "ring8:std=9"), ("std takes a number from 0.01 to 2, not 9",)),
        (("train", "gauss", "--data", "ring8:width=1"), ("no parameter width", "radius", "std")),
        (("train", "vae", "--preset", "huge"), ("there is no preset huge", "Digits, 2-D latent")),
        (("train", "vae", "--device", "tpu"), ("there is no device tpu", "cpu")),
        (("train", "vae", "--seed", "-1"), ("--seed", "at least 0, not -1")),
        (("train", "vae", "--stop-at", "x"), ("--stop-at", "not x")),
        (("train", "vae", "--steps", "3", "--seconds", "3"), ("not allowed with",)),
        (("train", "coin"), ("coin is a lab",)),
        (("train",), ("PAGE",)),
        (("lab", "vae"), ("vae is a model", "train vae")),
        (("lab", "coin", "--set", "p=2"), ("p takes a number from 0 to 1, not 2",)),
        (("lab", "nowhere"), ("there is no page nowhere",)),
        (("train", "vae", "--steps", "10.000"), ("steps: “10.000” can mean 10 or 10000",)),
        (("train", "vae", "--set", "lr=1,234"), ("lr: “1,234” can mean 1.234 or 1234",)),
        (("train", "vae", "--stop-at", "1.000"), ("--stop-at", "can mean 1 or 1000")),
        (("dance",), ("dance", "train")),
        ((), ("a command is missing", "train", "resume")),
        (("tour", "--seconds", "soon"), ("seconds takes a number", "soon")),
        (("resume", "/nowhere/at/all"), ("/nowhere/at/all", "give the folder of a run")),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value[0], str) else "",
)
def test_bad_input_is_one_line(arguments, parts, command):
    refused(command(*arguments), *parts)


def test_numbers_are_taken_as_help_writes_them(tmp_path, command):
    grouped = ("--set", "steps=10,000", "batch=1 000", "--seed", "12,345", "--stop-at", "1")
    assert command("train", "gauss", "--data", SMALL, *grouped, "--device", "cpu", "--out", tmp_path / "run").code == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["training"]["steps"], config["training"]["batch"], config["seed"]) == (10_000, 1_000, 12_345)


@pytest.fixture
def closed(tmp_path, monkeypatch):
    """A folder without permission to enter it, whichever user runs the tests."""
    folder = tmp_path / "closed"
    folder.mkdir()
    real = os.stat

    def stat(path, *rest, **more):
        if isinstance(path, (str, os.PathLike)) and folder in Path(path).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "stat", stat)
    return folder


OUTPUTS = [
    ("figure", "RUN", "curves", "--out", ".png"), ("figure", "RUN", "--scene", "Train", "--out", ".png"),
    ("sample", "RUN", "--out", ".npz"), ("bundle", "RUN", "--out", ".safetensors"),
    ("compare", "RUN", "RUN", "--out", ".svg"),
    ("classifier", "digits", "--out", ".safetensors"), ("lab", "coin", "--out", ""), ("train", *VAE, "--out", ""),
]  # fmt: skip


@pytest.mark.parametrize("arguments", OUTPUTS, ids=lambda value: " ".join(value[:3]))
@pytest.mark.parametrize("where", ["closed", "below closed", "long name", "long folder"])
def test_an_out_that_is_not_possible_is_one_line(arguments, where, closed, digits_run, tmp_path, command):
    long = "n" * 300
    places = {"closed": closed / "x", "below closed": closed / "y" / "x", "long name": tmp_path / long,
              "long folder": tmp_path / long / "x"}  # fmt: skip
    out = f"{places[where]}{arguments[-1]}"
    filled = [digits_run if part == "RUN" else part for part in arguments[:-1]]
    refused(command(*filled, out), out, "choose another")


@pytest.mark.parametrize(
    "arguments", [("figure", "RUN", "curves", "--out", "OUT"), ("evaluate", "RUN"), ("resume", "RUN")]
)
@pytest.mark.parametrize("name", ["closed/run", "n" * 300])
def test_a_run_that_cannot_be_read_is_one_line_and_not_called_damaged(arguments, name, closed, tmp_path, command):
    places = {"RUN": tmp_path / name, "OUT": tmp_path / "x.png"}
    done = command(*(places.get(part, part) for part in arguments))
    refused(done, str(tmp_path / name))
    assert "damaged" not in done.err


@pytest.mark.parametrize("where", ["below a file", "not empty"])
def test_an_out_that_cannot_be_written_to_is_one_line(where, tmp_path, command):
    (tmp_path / "file").write_text("kept")
    out = tmp_path / "file" / "run" if where == "below a file" else tmp_path
    refused(command("train", *VAE, "--steps", 2, "--out", out), str(out), "choose another --out")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("action", ["resume", "sample", "evaluate", "figure"])
@pytest.mark.parametrize("damage", ["config", "truncated", "no checkpoint"])
def test_a_damaged_run_is_one_line(action, damage, digits_run, tmp_path, command):
    run = tmp_path / "run"
    shutil.copytree(digits_run, run)
    paths = sorted((run / "checkpoints").glob("step-*"))
    if damage == "config":
        (run / "config.json").write_text('{"format": 1, "page"')
    elif damage == "truncated":
        paths[-1].write_bytes(paths[-1].read_bytes()[:1000])
    else:
        for path in paths:
            path.unlink()
    more = {"sample": ("--out", tmp_path / "x.npz"), "figure": ("samples", "--out", tmp_path / "x.pdf")}.get(action, ())
    words = {"config": "the run is damaged", "truncated": "is damaged", "no checkpoint": "has no checkpoint"}
    refused(command(action, run, *more), words[damage])
    assert not list(tmp_path.glob("x.*"))


def test_a_damaged_metrics_line_is_one_line(digits_run, tmp_path, command):
    run = tmp_path / "run"
    shutil.copytree(digits_run, run)
    lines = (run / "metrics.jsonl").read_bytes().split(b"\n")
    (run / "metrics.jsonl").write_bytes(b"\n".join([lines[0], lines[1][:10], *lines[2:]]))
    refused(command("resume", run), "line 2 of", "damaged")
    refused(command("figure", run, "curves", "--out", tmp_path / "x.svg"), "line 2 of", "damaged")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("figure", "RUN", "nothing", "--out", "OUT.png"), ("there is no view nothing", "latent_map (Latent map)")),
        (("figure", "RUN", "latent_map", "--out", "OUT.jpg"), (".png", ".jpg")),
        (("figure", "RUN", "samples", "--set", "colour=red", "--out", "OUT.png"), ("no parameter colour", "noise")),
        (("figure", "RUN", "samples", "--set", "noise=x", "--out", "OUT.png"), ("noise takes a whole number",)),
        (("figure", "RUN", "decode", "--set", "z=1", "--out", "OUT.png"), ("z takes 2 numbers separated by commas",)),
        (("figure", "RUN", "decode", "--step", "3", "--out", "OUT.png"), ("decode is not recorded",)),
        (("sample", "RUN", "--n", "0", "--out", "OUT.npz"), ("--n takes", "not 0")),
        (("sample", "RUN", "--out", "OUT.txt"), (".txt",)),
        (("evaluate", "RUN", "--set", "L=3"), ("evaluation has no setting L", "K")),
        (("evaluate", "RUN", "--set", "K=0"), ("K takes",)),
        (("evaluate", "RUN", "--split", "all"), ("all", "test")),
    ],
    ids=lambda value: " ".join(value),
)
def test_bad_input_about_a_run_is_one_line(arguments, parts, digits_run, tmp_path, command):
    names = {"RUN": str(digits_run)}
    filled = [names.get(a, a.replace("OUT", str(tmp_path / "out"))) for a in arguments]
    refused(command(*filled), *parts)
    assert list(tmp_path.iterdir()) == []


def test_a_run_in_use_is_one_line(digits_run, command):
    with contextlib.closing(Run(digits_run)) as run:
        run.acquire()
        refused(command("resume", digits_run), "being trained by another process")


# Training


def test_training_twice_gives_the_same_numbers_and_one_json_object(tmp_path, command):
    done = [command("train", *VAE, "--steps", 40, "--json", "--out", tmp_path / name) for name in ("a", "b")]
    for each, name in zip(done, ("a", "b"), strict=True):
        assert each.code == 0
        (line,) = each.out.splitlines()
        result = json.loads(line)
        assert {"run", "steps", "state", "metrics"} <= result.keys()
        assert (result["run"], result["steps"], result["state"]) == (str(tmp_path / name), 40, "done")
        assert {"elbo", "kl", "reconstruction", "loss"} <= result["metrics"].keys()
    assert numbers(tmp_path / "a") == numbers(tmp_path / "b")
    assert [line["step"] for line in numbers(tmp_path / "a") if "held_out" not in line] == list(range(1, 41))


def test_stopped_and_resumed_is_as_never_stopped(tmp_path, command):
    assert command("train", *VAE, "--steps", 40, "--out", tmp_path / "whole").code == 0
    part = command("train", *VAE, "--steps", 40, "--stop-at", 15, "--json", "--out", tmp_path / "part")
    assert json.loads(part.out)["state"] == "stopped"
    assert json.loads((tmp_path / "part" / "summary.json").read_text())["steps"] == 15
    rest = command("resume", tmp_path / "part", "--json")
    assert (rest.code, json.loads(rest.out)["state"], json.loads(rest.out)["steps"]) == (0, "done", 40)
    assert numbers(tmp_path / "part") == numbers(tmp_path / "whole")


def test_more_steps_go_on_along_the_stored_schedule(tmp_path, command):
    command("train", "gauss", "--data", SMALL, "--steps", 5, "--device", "cpu", "--out", tmp_path / "run")
    done = command("resume", tmp_path / "run", "--steps", 8, "--json")
    assert json.loads(done.out)["steps"] == 8
    rates = [line["lr"] for line in numbers(tmp_path / "run") if "lr" in line]
    assert rates[5:] == pytest.approx([1e-3 * 0.02] * 3)
    assert Run(tmp_path / "run").changes() == [{"step": 5, "set": {"steps": 8, "seconds": 0.0}}]


def test_training_by_the_clock_stores_the_rate_of_each_step(tmp_path, command):
    done = command(
        "train", "gauss", "--data", SMALL, "--seconds", 0.05, "--device", "cpu", "--json", "--out", tmp_path / "run"
    )
    result = json.loads(done.out)
    assert result["state"] == "done"
    assert result["seconds"] >= 0.05
    rows = [line for line in numbers(tmp_path / "run") if "lr" in line]
    assert len(rows) == result["steps"] > 1
    assert rows[0]["lr"] > rows[-1]["lr"] > 0


def test_a_preset_is_found_by_the_beginning_of_its_title(tmp_path, command):
    done = command(
        "train", "gauss", "--preset", "rin", "--set", "scale=2", "--out", tmp_path / "run", "--device", "cpu"
    )
    assert done.code == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["config"]["jitter"], config["config"]["scale"], config["training"]["steps"]) == (0.1, 2.0, 20)


def test_a_diverged_run_ends_with_1_and_still_says_how_it_stands(tmp_path, command):
    done = command("train", "exploding", "--data", SMALL, "--json", "--out", tmp_path / "run", "--device", "cpu")
    assert done.code == 1
    result = json.loads(done.out)
    assert (result["state"], result["steps"]) == ("diverged", 2)
    assert "not finite at step 3" in result["error"]
    assert "smaller learning rate" in done.err.splitlines()[-1]
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["state"] == "diverged"


def test_too_little_memory_ends_with_1_and_names_a_batch(tmp_path, command):
    arguments = ("train", "hungry", "--data", SMALL, "--device", "cpu", "--steps", 2)
    done = command(*arguments, "--set", "batch=64", "--json", "--out", tmp_path / "run")
    assert (done.code, json.loads(done.out)["state"]) == (1, "out of memory")
    batch = re.search(r"set batch=(\d+)", done.err)[1]
    assert command(*arguments, "--set", f"batch={batch}", "--out", tmp_path / "again").code == 0


def test_the_interrupt_handler_is_given_back(tmp_path, command):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    command("train", "gauss", "--data", SMALL, "--steps", 2, "--out", tmp_path / "run", "--device", "cpu")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_a_signal_that_is_ignored_stays_so_as_under_nohup():
    from explorer.signals import Ended, handled, raise_ended

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with handled(raise_ended):
            signal.raise_signal(signal.SIGHUP)
            with pytest.raises(Ended, match="SIGTERM"):
                signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_shorter_run_than_is_done_is_refused_and_leaves_the_run_as_it_was(tmp_path, command):
    run = tmp_path / "run"
    command("train", *VAE, "--steps", 6, "--out", run)
    refused(command("resume", run, "--steps", 3), "6 steps are done")
    assert not (run / "changes.jsonl").exists()
    assert command("resume", run, "--steps", 8).code == 0


def test_a_limit_that_only_the_view_knows_is_one_line(tmp_path, command):
    run = tmp_path / "run"
    command("train", *VAE, "--steps", 2, "--out", run)
    refused(command("figure", run, "latent_map", "--set", "across=5", "--out", tmp_path / "x.png"), "across")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_saves_ends_with_its_status_and_the_run_can_be_resumed(name, status, tmp_path, command):
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer", "train", *VAE, "--steps", "1000000", "--json", "--out", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # the suite may run under nohup
    )
    try:
        deadline = time.monotonic() + 60
        metrics = folder / "metrics.jsonl"
        while not (metrics.exists() and metrics.stat().st_size):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(getattr(signal, name))
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == status
    result = json.loads(out.splitlines()[-1])
    assert result["state"] == "stopped"
    assert Run(folder).last().step == result["steps"]
    done = command("resume", folder, "--stop-at", result["steps"] + 3, "--json")
    assert (done.code, json.loads(done.out)["steps"]) == (0, result["steps"] + 3)
    steps = [line["step"] for line in numbers(folder) if "held_out" not in line]
    assert steps == list(range(1, result["steps"] + 4))


BROKEN = [">/dev/full", "2>/dev/full >&-", "<&- >&- 2>&-"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("streams", BROKEN)
def test_a_run_is_trained_whatever_becomes_of_its_output(streams, tmp_path):
    run = tmp_path / "run"
    parts = [sys.executable, "-m", "explorer", "train", *VAE, "--steps", "2", "--out", str(run)]
    done = subprocess.run(
        ["sh", "-c", f"exec {shlex.join(parts)} {streams}"],
        capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == (1 if streams.startswith(">/dev/full") else 0)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    if streams == ">/dev/full":
        assert done.stderr.endswith("standard output could not be written (No space left on device)\n")
    assert Run(run).last().step == 2
    assert json.loads((run / "summary.json").read_text())["state"] == "done"


@pytest.mark.parametrize("arguments", [("list",), ("lab", "coin"), ("train", "gauss", "--data", SMALL, "--steps", 1)])
def test_without_standard_streams_a_command_still_does_its_work(arguments, tmp_path, monkeypatch, command):
    out = () if arguments[0] == "list" else ("--out", tmp_path / "out")
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert command(*arguments, *out).code == 0
    assert (sys.stdout, sys.stderr) == (None, None)
    assert not out or list((tmp_path / "out").iterdir())


# Using


def test_samples_are_those_of_the_seed(digits_run, tmp_path, command):
    arrays = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        done = command("sample", digits_run, "--n", 7, "--seed", seed, "--out", tmp_path / f"{name}.npz")
        assert (done.code, done.out) == (0, f"{tmp_path / name}.npz\n")
        with np.load(tmp_path / f"{name}.npz", allow_pickle=False) as stored:
            arrays.append(stored["x"])
    assert arrays[0].shape == (7, 1, 8, 8)
    assert arrays[0].min() >= 0
    assert arrays[0].max() <= 1
    np.testing.assert_array_equal(arrays[0], arrays[1])
    assert not np.array_equal(arrays[0], arrays[2])


def test_evaluation_has_a_standard_error_for_each_metric(digits_run, command):
    done = command("evaluate", digits_run, "--set", "K=5", "--json")
    assert done.code == 0
    result = json.loads(done.out.splitlines()[-1])
    assert {"run", "step", "checkpoint", "split", "n", "metrics"} <= result.keys()
    assert (result["step"], result["checkpoint"], result["split"], result["n"]) == (60, "last", "test", 297)
    metrics = result["metrics"]
    keys = {key for key in metrics if not key.endswith("_se")}
    assert {"elbo_nats", "iwae_nats", "knn5_accuracy"} <= keys
    assert all(f"{key}_se" in metrics for key in keys)
    assert 0 < metrics["elbo_nats_se"] < abs(metrics["elbo_nats"])
    # The whole split was estimated, its first 50 images integrated; errors go with the number of either.
    assert (metrics["quadrature_n"], metrics["quadrature_n_se"]) == (50, None)
    assert metrics["log_prob_quadrature_nats_se"] > metrics["iwae_nats_se"]
    few = json.loads(command("evaluate", digits_run, "--set", "K=5", "--n", 30, "--split", "valid", "--json").out)
    assert (few["n"], few["split"]) == (30, "valid")


def test_evaluation_of_a_density_is_its_mean_and_standard_error(gauss_run, command):
    metrics = json.loads(command("evaluate", gauss_run, "--json").out)["metrics"]
    loaded = load_run(gauss_run)
    x = loaded.data.test.x.astype(np.float64)
    mean, std = (p.detach().double().numpy() for p in (loaded.model.mean, loaded.model.log_std.exp()))
    nll = (0.5 * ((x - mean) / std) ** 2 + np.log(std) + 0.5 * np.log(2 * np.pi)).sum(1)
    assert metrics["nll_nats"] == pytest.approx(nll.mean(), rel=1e-5)
    assert metrics["nll_nats_se"] == pytest.approx(nll.std(ddof=1) / 100, rel=1e-4)  # 10,000 data
    gap = nll + loaded.data.log_prob(x)
    assert metrics["nll_gap_nats"] == pytest.approx(gap.mean(), rel=1e-4)
    assert {"modes", "modes_near", "high_quality_percent", "mode_kl_nats", "precision", "recall"} <= metrics.keys()
    again = json.loads(command("evaluate", gauss_run, "--checkpoint", "best", "--json").out)
    assert again["checkpoint"] == "best"


def test_figures_of_a_run_are_files_of_their_kind(digits_run, tmp_path, command):
    for view, name, more, start in (
        ("latent_map", "x.pdf", (), b"%PDF"),
        ("curves", "y.png", ("--width", 60, "--height", 50, "--dpi", 80), b"\x89PNG"),
        ("latent_map", "z.npz", ("--step", 30), b"PK"),
        ("decode", "w.svg", ("--set", "z=0.5,-1"), b"<?xml"),
    ):
        done = command("figure", digits_run, view, "--out", tmp_path / name, *more)
        assert (done.code, done.out) == (0, f"{tmp_path / name}\n")
        assert (tmp_path / name).read_bytes().startswith(start)


def test_a_scene_of_a_run_is_a_file_for_each_of_its_views(digits_run, tmp_path, command):
    done = command("figure", digits_run, "the bound", "--out", tmp_path / "bound.png")
    assert done.code == 0
    (scene,) = (scene for scene in models.find_page("vae").scenes if scene.name == "The bound")
    paths = [tmp_path / f"bound-{view}.png" for view in scene.views]
    assert done.out.split() == [str(path) for path in paths]
    identity = json.loads(Image.open(paths[0]).text["identity"])
    assert (identity["scene"], identity["view"]) == ("The bound", scene.lead)


def test_a_scene_at_a_recorded_step_leaves_out_what_is_not_recorded(digits_run, tmp_path, command):
    done = command("figure", digits_run, "Train", "--step", 30, "--out", tmp_path / "train.png")
    assert done.code == 0
    recorded = {name for name, view in views_of(models.find_page("vae")).items() if view.record} | {"curves"}
    (scene,) = (scene for scene in models.find_page("vae").scenes if scene.name == "Train")
    assert {path.stem for path in tmp_path.iterdir()} == {f"train-{view}" for view in scene.views if view in recorded}
    assert [line.split()[0] for line in done.err.splitlines()] == [v for v in scene.views if v not in recorded]


@pytest.fixture(scope="module")
def other_gauss_run(tmp_path_factory) -> Path:
    """The same with another scale, stopped early."""
    folder = tmp_path_factory.mktemp("gauss") / "other"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "FAMILIES", (*models.FAMILIES, FIXTURES))
        session = kept_session("gauss", folder, steps=40, scale=2.0)
        for _ in range(10):
            session.step()
        session.stop()
        session.close()
    return folder


def test_two_runs_are_compared_in_aligned_tables(gauss_run, other_gauss_run, command):
    done = command("compare", gauss_run, other_gauss_run)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == f"A  {gauss_run}: Ring, seed 0, step 40"
    assert lines[1] == f"B  {other_gauss_run}: Ring with scale s 2, seed 0, step 10"
    assert lines[3:7] == ["              A   B", "  Scale s     1   2", "  Steps done  40  10", "22 settings are equal"]
    (row,) = (line for line in lines if line.startswith("  Log-likelihood, nats"))
    trained = [[line for line in numbers(run) if "held_out" not in line] for run in (gauss_run, other_gauss_run)]
    last = [lines[-1]["log_likelihood"] for lines in trained]
    assert [float(text) for text in row.split()[-2:]] == pytest.approx(last, abs=5e-5)
    columns = {len(line) for line in lines[lines.index("last values") + 1 :]}
    assert len(columns) == 1  # flush right


def test_a_comparison_as_json_has_every_metric_by_its_key(gauss_run, other_gauss_run, command):
    result = json.loads(command("compare", gauss_run, other_gauss_run, "--json").out.splitlines()[-1])
    assert result["runs"] == [str(gauss_run), str(other_gauss_run)]
    assert result["steps"] == [40, 10]
    assert result["differences"][0] == {"name": "Scale s", "values": ["1", "2"]}
    assert result["equal"] == 22
    assert (
        result["metrics"]["held_out.modes"][0]
        == json.loads((gauss_run / "summary.json").read_text())["metrics"]["held_out.modes"]
    )


def test_a_run_is_compared_with_itself(gauss_run, command):
    done = command("compare", gauss_run, gauss_run)
    assert (done.code, "A and B are the same run" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("name", "start"),
    [("x.png", b"\x89PNG"), ("x.svg", b"<?xml"), ("x.pdf", b"%PDF"), ("x.csv", b"#"), ("x.npz", b"PK")],
)
def test_the_curves_of_two_runs_are_drawn_over_one_another(name, start, gauss_run, other_gauss_run, tmp_path, command):
    done = command("compare", gauss_run, other_gauss_run, "--out", tmp_path / name)
    assert (done.code, done.out.splitlines()[-1]) == (0, str(tmp_path / name))
    content = (tmp_path / name).read_bytes()
    assert content.startswith(start)
    if name.endswith("csv"):
        rows = list(csv.DictReader(line for line in content.decode().splitlines() if not line.startswith("#")))
        filled = {name: sum(bool(row[name]) for row in rows) for name in rows[0]}
        assert [max(n for name, n in filled.items() if name.startswith(run)) for run in ("A", "B")] == [40, 10]
        assert json.loads(content.decode().split("# B: ")[1].splitlines()[0])["run"] == "other"


def test_runs_that_cannot_be_compared_are_one_line(gauss_run, digits_run, tmp_path, command):
    refused(command("compare", gauss_run, digits_run), "is a run of gauss", "one of vae", "the same page")
    refused(command("compare", gauss_run, tmp_path), str(tmp_path), "give the folder of a run")
    refused(command("compare", gauss_run), "RUN_B")
    refused(command("compare", gauss_run, gauss_run, "--out", tmp_path / "x.gif"), ".gif", ".svg")
    kept_session("gauss", tmp_path / "new", steps=8).close()
    nothing = command("compare", tmp_path / "new", tmp_path / "new", "--out", tmp_path / "x.svg")
    refused(nothing, "neither run has measured anything")
    assert not (tmp_path / "x.svg").exists()


def test_settings_of_a_scene_are_refused(digits_run, tmp_path, command):
    refused(command("figure", digits_run, "The bound", "--set", "z=0,0", "--out", tmp_path / "x.png"), "--set", "view")


def test_a_scene_is_drawn_as_panels_of_one_figure(digits_run, tmp_path, command):
    out = tmp_path / "bound.svg"
    done = command("figure", digits_run, "--scene", "the bound", "--size", "text", "--out", out)
    assert (done.code, [path.name for path in tmp_path.iterdir()]) == (0, ["bound.svg"])
    assert all(f"{letter} " in out.read_text() for letter in "abc")
    for name, z in (("one.svg", "0,0"), ("two.svg", "2,-1")):
        more = ("--set", f"decode.z={z}", "--size", "text", "--out", tmp_path / name)
        assert command("figure", digits_run, "--scene", "Train", *more).code == 0
    assert (tmp_path / "one.svg").read_text() != (tmp_path / "two.svg").read_text()
    base = ("figure", digits_run, "--scene", "Train", "--size", "text", "--out", tmp_path / "x.png")
    refused(command(*base, "--set", "z=0,0"), "--set", "names the view", "decode")
    refused(command(*base, "--set", "decode.z=0"), "z takes 2 numbers")
    refused(command(*base, "--title", "Mine"), "--title")
    refused(command("figure", digits_run, "samples", "--scene", "Train", "--out", tmp_path / "x.png"), "not both")
    refused(command("figure", digits_run, "--out", tmp_path / "x.png"), "name a view")
    refused(command("figure", digits_run, "--scene", "samples", "--out", tmp_path / "x.png"), "is a view")


def test_a_figure_of_a_run_is_titled_as_in_the_window_and_as_asked(digits_run, tmp_path, command):
    titles = []
    for name, more in (("a.png", ()), ("b.png", ("--title", "Mine")), ("c.png", ("--title", ""))):
        assert command("figure", digits_run, "samples", "--out", tmp_path / name, *more).code == 0
        titles.append(json.loads(Image.open(tmp_path / name).text["identity"]).get("title"))
    step = Run(digits_run).last().step
    assert titles == [f"Samples · Digits 8×8 · Amortised VAE · step {step}", "Mine", None]


def test_a_slide_has_its_size_and_a_width_its_own_height(digits_run, tmp_path, command):
    shapes = []
    for name, more in (("a.png", ()), ("b.png", ("--width", 100))):
        command("figure", digits_run, "curves", "--size", "slide", "--dpi", 60, "--out", tmp_path / name, *more)
        with Image.open(tmp_path / name) as image:
            shapes.append(image.size)
    assert shapes[0] == (600, round(143 / 25.4 * 60))
    assert shapes[1][0] == round(100 / 25.4 * 60)


def test_a_view_is_known_by_its_title_too(digits_run, tmp_path, command):
    for title, view in (("latent MAP", "latent_map"), ("Loss", "curves")):
        assert command("figure", digits_run, title, "--out", tmp_path / "x.csv").code == 0
        assert f'# view: "{view}"' in (tmp_path / "x.csv").read_text()


def test_a_bundled_model_is_drawn_by_its_title(tmp_path, command):
    assert command("figure", "mnist, 2-d latent", "decode", "--set", "z=0.5,-1", "--out", tmp_path / "x.png").code == 0
    identity = json.loads(Image.open(tmp_path / "x.png").text["identity"])
    assert (identity["bundle"], identity["data"]) == ("MNIST, 2-D latent", "mnist-dynamic")
    assert identity["title"] == "Decode · MNIST, binarized per batch · Amortised VAE · step 25\u2009000"
    refused(command("figure", "MNIST, 2-D latent", "curves", "--out", tmp_path / "y.png"), "without the curves")
    refused(command("figure", "MNIST, 2-D latent", "decode", "--step", 3, "--out", tmp_path / "y.png"), "--step")


def test_a_folder_that_is_not_there_is_refused(digits_run, tmp_path, command):
    missing = tmp_path / "no folder"
    for action in (("figure", digits_run, "curves"), ("sample", digits_run)):
        refused(command(*action, "--out", missing / "x.csv"), f"there is no folder {missing}", "create it")
    assert not missing.exists()


def test_list_tells_the_views_of_a_page_and_what_can_be_set(command):
    lines = command("list", "--views", "vae").out.splitlines()
    titles = {line.split()[0]: line[22:] for line in lines if not line.startswith(" ")}
    views = views_of(models.find_page("vae"))
    assert {name: titles[name] for name in views} == {name: view.title for name, view in views.items()}
    assert titles["curves"] == "Loss"
    assert any(line.split()[:4] == ["point", "such", "as", "12"] for line in lines)
    found = json.loads(command("list", "--views", "vae", "--json").out)
    assert set(found["views"]["bound"]["set"]) == {"steps", "point"}
    assert "Train" in found["scenes"]
    refused(command("list", "--views", "nothing"), "nothing")


def test_a_lab_draws_all_its_views(tmp_path, command):
    done = command("lab", "coin", "--set", "p=0.25", "--out", tmp_path / "coin", "--json")
    assert done.code == 0
    result = json.loads(done.out)
    assert result["config"] == {"p": 0.25, "q": 0.5}
    names = {f"{view}.{suffix}" for view in ("entropy", "outcomes", "slope") for suffix in ("png", "svg", "npz")}
    assert {Path(path).name for path in result["figures"]} == names
    assert all(Path(path).stat().st_size for path in result["figures"])


# Asking


def test_list_tells_pages_data_and_presets(command):
    listed = json.loads(command("list", "--json").out)
    pages = {page["page"]: page for page in listed["pages"]}
    assert pages["vae"]["kind"] == "model"
    assert pages["coin"]["kind"] == "lab"
    assert "digits" in pages["vae"]["data"]
    assert "ring8" not in pages["vae"]["data"]
    assert "ring8" in pages["gauss"]["data"]
    assert pages["gauss"]["presets"][0]["title"] == "Ring"
    assert pages["vae"]["config"]["latent"] == 2
    data = {entry["data"]: entry for entry in listed["data"]}
    assert data["ring8"]["params"]["std"] == 0.2
    assert listed["devices"][-1] == "cpu"
    text = command("list").out
    assert all(name in text for name in [*pages, *data])
    assert pages["mean-field"]["about"].startswith("The posterior p(z₁, z₂|x) is Gaussian")
    assert pages["mean-field"]["about"] in " ".join(text.split())  # its lines are wrapped


def test_help_of_a_page_tells_its_parameters_presets_and_views(command):
    done = command("train", "gauss", "--help")
    assert done.code == 0
    for part in (
        "scale",
        "Scale s: a number from 0.1 to 10 (1.0)",
        "zero or drawn",
        "steps",
        "Ring (ring8",
        "cloud",
    ):
        assert part in done.out
    assert "latent" in command("train", "vae", "--help").out
    assert "Probability p of heads" in command("lab", "coin", "--help").out
    assert "The data are the point 0" in command("lab", "dirac-gan", "--help").out


def test_version_tells_what_runs(command):
    done = command("--version")
    assert done.code == 0
    lines = dict(line.split(" ", 1) for line in done.out.splitlines())
    assert lines["dgm-explorer"] == __version__
    assert lines["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"Qt", "torch", "device"} <= lines.keys()


# Without a display


def test_the_tour_trains_and_draws(tmp_path, command):
    done = command("tour", "--seconds", 0.5, "--out", tmp_path / "run")
    assert done.code == 0
    paths = [Path(line) for line in done.out.splitlines()]
    views = ("curves", "latent_map", "reconstructions", "samples")
    assert {path.name for path in paths} == {f"{view}.{suffix}" for view in views for suffix in ("png", "svg")}
    assert all(path.stat().st_size > 1000 for path in paths)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["state"] == "done"


def test_without_arguments_and_display_the_tour_is_given(monkeypatch, capsys):
    given = []
    monkeypatch.setattr(sys, "argv", ["dgm-explorer"])
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cli, "main", lambda arguments: given.append(list(arguments)) or 0)
    assert program.main() == 0
    assert given == [["tour"]]
    assert capsys.readouterr().err == "dgm-explorer: no display is available; running the headless tour instead\n"


def test_arguments_go_to_the_command_line(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["dgm-explorer", "list", "--json"])
    monkeypatch.setattr(cli, "main", lambda arguments: len(arguments))
    assert program.main() == 2


def test_a_display_that_does_not_answer_is_none(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(startup, "_x_answers", lambda: False)
    assert startup.no_display() == "display :7 does not answer"
    monkeypatch.setattr(startup, "_x_answers", lambda: True)
    assert startup.no_display() == ""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("DISPLAY")
    assert startup.no_display() == ""


@pytest.mark.parametrize(
    ("qt", "python", "bad"),
    [
        ("6.12.0", (3, 11), True),
        ("6.13.1", (3, 11), True),
        ("6.12.0", (3, 12), False),
        ("6.11.3", (3, 11), False),
        ("6.10.1", (3, 11), False),
        ("7.0.0", (3, 11), True),
    ],
)
def test_the_bad_pair_of_qt_and_python_is_one_line(qt, python, bad):
    message = startup.bad_pair(qt, python)
    assert bool(message) is bad
    if bad:
        assert qt in message
        assert "3.11" in message
        assert "PySide6-Essentials<6.12" in message
        assert "\n" not in message


def test_a_missing_qt_is_one_line(monkeypatch):
    def missing(name):
        raise startup.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(startup.importlib.metadata, "version", missing)
    assert "PySide6-Essentials is not installed" in startup.window_problem()


def test_ctrl_c_before_anything_has_begun_is_no_traceback(monkeypatch, capsys):
    from explorer import __main__ as entry

    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "_run", interrupted)
    assert entry.main() == 130
    assert capsys.readouterr() == ("", "")


def test_no_garbage_is_collected_among_imports_and_again_afterwards():
    import gc

    assert gc.isenabled()
    with startup.importing():
        assert not gc.isenabled()
    assert gc.isenabled()
