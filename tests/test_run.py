"""A run on disk: whole or refused, never torn; and what of it is kept."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import os
import stat
import sys

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given
from hypothesis import strategies as st
from pages import kept_session

from explorer.engine import BadInput, Run, RunError, Setup, load_run, resume_session
from explorer.engine.files import home, read_json, runs_folder, write_atomically, write_json
from explorer.engine.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from explorer.engine.runs.frame_file import read_frames, write_frames
from explorer.engine.runs.recorder import Recorder
from explorer.engine.schedule import Schedule
from models import frames
from models.protocol import DataSpec, Planar

pytestmark = pytest.mark.usefixtures("fixture_pages")

CHECKPOINT = Checkpoint(
    7, {"position": 224, "best": None}, {"model/w": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(3)}
)


def new_run(folder, **values) -> Run:
    return Run.create(Setup.of("gauss", data="ring8:n=1000", values=values), DataSpec(Planar(), 1000), "digest", folder)


def a_run(folder, steps: int = 3) -> Run:
    """A finished run of a few steps."""
    kept = kept_session("gauss", folder, steps=steps)
    for _ in range(steps):
        kept.step()
    kept.close()
    return kept.run


# Files


@pytest.mark.parametrize("breaks", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_the_old_file_and_nothing_else(breaks, tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    write_json(path, {"old": 1})

    def crash(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, breaks, crash)
        with pytest.raises(RunError, match=r"file\.json could not be written \(No space left on device\)"):
            write_json(path, {"new": 2})
    assert read_json(path) == {"old": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_content_is_on_disk_before_the_name_is(tmp_path, monkeypatch):
    order = []
    for name in ("fsync", "replace"):
        original = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, _name=name, _do=original: (order.append(_name), _do(*a))[1])
    (tmp_path / "deep").mkdir()
    write_atomically(tmp_path / "deep" / "file", b"content")
    assert order[:2] == ["fsync", "replace"]
    assert (tmp_path / "deep" / "file").read_bytes() == b"content"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_files_are_readable_by_others(tmp_path):
    write_checkpoint(tmp_path / "c.safetensors", CHECKPOINT)
    assert stat.S_IMODE((tmp_path / "c.safetensors").stat().st_mode) == 0o644


def test_json_that_nobody_could_read_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "file.json", {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_home_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "elsewhere"))
    assert home() == tmp_path / "elsewhere"
    run = new_run(None)
    assert run.folder.parent == runs_folder() == tmp_path / "elsewhere" / "runs"
    assert "gauss-ring8" in run.folder.name


# Checkpoints


def test_a_checkpoint_comes_back_bit_for_bit(tmp_path):
    write_checkpoint(tmp_path / "c.safetensors", CHECKPOINT)
    found = read_checkpoint(tmp_path / "c.safetensors")
    assert (found.step, found.state) == (7, CHECKPOINT.state)
    assert found.tensors.keys() == CHECKPOINT.tensors.keys()
    for name, tensor in CHECKPOINT.tensors.items():
        assert torch.equal(found.tensors[name], tensor)
        assert found.tensors[name].dtype == tensor.dtype
    assert found.part("model").keys() == {"w"}


def test_every_truncation_and_every_bit_flip_is_refused_in_one_line(tmp_path):
    path = tmp_path / "c.safetensors"
    write_checkpoint(path, CHECKPOINT)
    whole = path.read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole), 7)]
    damaged += [whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :] for at in range(len(whole))]
    accepted, messages = [], []
    for content in damaged:
        path.write_bytes(content)
        try:
            accepted.append(read_checkpoint(path))
        except RunError as error:
            messages.append(str(error))
    for found in accepted:  # a flip in what JSON leaves free, such as padding, changes nothing
        assert (found.step, found.state) == (7, CHECKPOINT.state)
        assert all(torch.equal(found.tensors[name], tensor) for name, tensor in CHECKPOINT.tensors.items())
    assert len(accepted) < 20
    assert all(str(path) in message and "damaged" in message and "\n" not in message for message in messages)


def test_a_missing_checkpoint_is_one_line(tmp_path):
    with pytest.raises(RunError, match=r"nothing\.safetensors cannot be read \(No such file"):
        read_checkpoint(tmp_path / "nothing.safetensors")


def test_the_last_two_and_the_best_are_kept(tmp_path):
    run = new_run(tmp_path / "run")
    for step in (0, 10, 20, 30):
        run.save(dataclasses.replace(CHECKPOINT, step=step))
    assert run.best() is None
    run.save_best(dataclasses.replace(CHECKPOINT, step=10))
    names = sorted(path.name for path in (run.folder / "checkpoints").iterdir())
    assert names == ["best.safetensors", "step-000000020.safetensors", "step-000000030.safetensors"]
    assert (run.last().step, run.best().step) == (30, 10)


def test_of_a_damaged_last_checkpoint_it_is_said_how_to_go_on(tmp_path):
    run = new_run(tmp_path / "run")
    for step in (0, 10):
        run.save(dataclasses.replace(CHECKPOINT, step=step))
    last = run.folder / "checkpoints" / "step-000000010.safetensors"
    last.write_bytes(last.read_bytes()[:-1])
    with pytest.raises(RunError, match=r"damaged .*; delete it to continue from the one before"):
        run.last()
    last.unlink()
    assert run.last().step == 0


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    a_run(tmp_path / "run")
    path = sorted((tmp_path / "run" / "checkpoints").glob("step-*"))[-1]
    found = read_checkpoint(path)
    for tensors in ({"generator": found.tensors["generator"]}, {**found.tensors, "model/mean": torch.zeros(3)}):
        write_checkpoint(path, dataclasses.replace(found, tensors=tensors))
        with pytest.raises(RunError, match="does not belong to this run"):
            resume_session(tmp_path / "run")
    write_checkpoint(path, dataclasses.replace(found, state={"config": found.state["config"]}))
    with pytest.raises(RunError, match="is incomplete"):
        resume_session(tmp_path / "run")


# Metrics


def test_a_torn_last_line_is_left_out(tmp_path):
    run = new_run(tmp_path / "run")
    rows = [{"step": 1, "loss": 0.1}, {"step": 2, "loss": 1 / 3}]
    for row in rows:
        run.add_metrics(row)
    run.close()
    with open(run.folder / "metrics.jsonl", "a") as file:
        file.write('{"step": 3, "lo')
    assert run.metrics() == rows
    assert run.cut(2) == rows
    run.add_metrics({"step": 3})
    run.close()
    assert run.metrics() == [*rows, {"step": 3}]


@pytest.mark.parametrize("line", [b'{"step": 2, "lo', b"\xff\xfe", b"17", b"{}", b'{"step": "2"}'])
def test_a_damaged_line_before_the_last_is_refused(line, tmp_path):
    run = new_run(tmp_path / "run")
    (run.folder / "metrics.jsonl").write_bytes(b'{"step": 1}\n' + line + b'\n{"step": 3}\n')
    with pytest.raises(RunError, match=r"line 2 of .*metrics\.jsonl is damaged"):
        run.metrics()


def test_a_run_is_cut_at_a_step(tmp_path):
    run = new_run(tmp_path / "run")
    for step in range(5):
        run.add_metrics({"step": step})
        run.add_change(step, {"scale": step + 1.0})
    assert [line["step"] for line in run.cut(3)] == [0, 1, 2, 3]
    assert [line["step"] for line in run.changes()] == [0, 1, 2, 3]
    assert run.cut(0) == []  # step 0 is measured again
    assert [line["step"] for line in run.changes()] == [0]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_one_line(tmp_path):
    run = new_run(tmp_path / "run")
    (run.folder / "metrics.jsonl").symlink_to("/dev/full")
    with pytest.raises(RunError, match=r"cannot be written to \(No space left on device\)"):
        run.add_metrics({"step": 1})
    with pytest.raises(RunError, match="No space left"):
        run.close()
    run.close()


# The folder


def test_a_config_comes_back_as_the_setup(tmp_path):
    run = new_run(tmp_path / "run", scale=2.5, batch=17)
    found = Run(run.folder)
    assert found.setup == run.setup
    assert (found.setup.config.scale, found.setup.training.batch) == (2.5, 17)
    assert found.spec == DataSpec(Planar(), 1000)
    assert found.identity["versions"]["torch"] == torch.__version__


NEWER = [
    ({"format": 99}, "its format is another"), ({"page": "gone"}, "there is no page gone"),
    ({"config": {"new": 1}}, "no parameter new"),
    ({"training": {"new": 1}}, "no parameter new"), ({"spec": {"kind": {"kind": "Cube"}}}, "Cube"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "unknown"), NEWER)
@pytest.mark.parametrize("version", ["0.1.1", "0.10.0", "1.0", "2.0.0rc1"])
def test_a_run_of_a_newer_version_is_not_called_damaged(change, unknown, version, tmp_path):
    run = new_run(tmp_path / "run")
    (run.folder / "config.json").write_text(json.dumps({**run.config, **change, "versions": {"app": version}}))
    with pytest.raises(RunError) as error:
        Run(run.folder)
    assert f"was written by version {version}" in str(error.value)
    assert unknown in str(error.value)
    assert "update this one" in str(error.value)
    assert "damaged" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "holds no run that this version"),
        ({"page": "gone"}, "there is no page gone"),
        ({"page": "coin"}, "is a lab"),
        ({"config": {"scale": 99}}, "scale takes"),
        ({"config": []}, "damaged"),
        ({"training": {"unknown": 1}}, "there is no parameter unknown"),
        ({"seed": None}, "damaged"),
        ({"spec": None}, "damaged"),
        ({"spec": {"kind": {"kind": "Cube"}}}, "damaged"),
    ],
)
def test_a_damaged_config_is_refused_in_one_line(change, message, tmp_path):
    run = new_run(tmp_path / "run")
    (run.folder / "config.json").write_text(json.dumps({**run.config, **change}))
    with pytest.raises(RunError, match=message) as caught:
        Run(run.folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_config_that_is_none_is_refused(content, tmp_path):
    run = new_run(tmp_path / "run")
    (run.folder / "config.json").write_bytes(content)
    with pytest.raises(RunError, match=r"cannot be read|holds no run"):
        Run(run.folder)
    with pytest.raises(RunError, match="give the folder of a run"):
        Run(tmp_path)


def test_a_run_has_one_writer(tmp_path):
    run = new_run(tmp_path / "run")
    run.acquire()
    other = Run(run.folder)
    with pytest.raises(RunError, match="being trained by another process"):
        other.acquire()
    run.close()
    other.acquire()
    with pytest.raises(RunError, match="being trained by another process"):
        run.acquire()
    other.close()


def test_what_a_killed_writer_left_is_cleared_away_by_the_next(tmp_path):
    run = new_run(tmp_path / "run")
    run.save(CHECKPOINT)
    torn = [run.folder / ".summary.json.7.tmp", run.folder / "checkpoints" / ".step-000000008.safetensors.7.tmp"]
    for path in torn:
        path.write_bytes(b"half")
    with contextlib.closing(run):
        run.acquire()
        assert not any(path.exists() for path in torn)
        assert run.last().step == 7


def test_a_folder_in_use_is_not_taken(tmp_path):
    new_run(tmp_path / "run")
    with pytest.raises(BadInput, match="is not empty; choose another --out"):
        new_run(tmp_path / "run")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"cannot be made a run folder .*; choose another --out"):
        new_run(tmp_path / "file" / "run")


def test_other_data_than_then_are_refused(tmp_path):
    run = a_run(tmp_path / "run")
    (run.folder / "config.json").write_text(json.dumps({**run.config, "data_digest": "another"}))
    for use in (load_run, resume_session):
        with pytest.raises(RunError, match=r"differs from the data .* was trained on"):
            use(run.folder)


def test_a_loaded_run_is_the_trained_model_with_its_data(tmp_path):
    kept = kept_session("gauss", tmp_path / "run", steps=60, ema=0.9, lr=0.1)
    for _ in range(60):
        kept.step()
    kept.close()
    loaded = load_run(tmp_path / "run")
    assert (loaded.step, loaded.checkpoint, loaded.model.training) == (60, "last", False)
    assert torch.equal(loaded.model.mean, kept.learner.averaged.mean)
    assert not torch.equal(loaded.model.mean, kept.model.mean)
    assert loaded.config == kept.setup.config
    assert len(loaded.data.train) == 1000
    assert loaded.data.centers.shape == (8, 2)
    assert loaded.data.std == 0.2
    assert load_run(tmp_path / "run", checkpoint="best").step in (0, 50, 60)


def test_a_page_without_validation_has_no_best_checkpoint(tmp_path):
    kept = kept_session("tiny-gan", tmp_path / "run", steps=1, batch=8)
    kept.step()
    kept.close()
    with pytest.raises(BadInput, match="use --checkpoint last"):
        load_run(tmp_path / "run", checkpoint="best")


# Frames

XY = np.arange(8.0).reshape(4, 2)
LAYERS = (
    frames.Points(XY, np.arange(4), ("a", "b"), np.arange(4), "model", "samples", 3.0),
    frames.Density(XY, (0.0, 1.0, 0.0, 2.0), low=0.0, contours=(0.1, 0.2)),
    frames.Field(XY, -XY),
    frames.Grid(XY.reshape(2, 2, 2)),
    frames.Lines(XY, np.array([0, 2]), dashed=True),
    frames.Ellipses(XY, XY + 1, np.zeros(4), ("i", "ii", "iii", "iv")),
    frames.Paths(XY.reshape(2, 2, 2), np.ones((2, 2)), "prior", "path", 2.0),
)
SERIES = frames.Series("elbo", "ELBO", np.arange(3.0), np.ones(3), low=np.zeros(3), high=np.ones(3) * 2, unit="nats")
EXAMPLES = [
    frames.Plane(
        LAYERS, "z₁", "z₂", (-1.0, 1.0, -1.0, 1.0), (0, 1), False, subtitle="all layers", note="n", warning=True
    ),
    frames.Curves((SERIES, dataclasses.replace(SERIES, key="kl", low=None, high=None)), marker=2.0),
    frames.Images(np.random.default_rng(0).random((2, 1, 3, 3), np.float32), 2, ("x",), ("a", "b"), np.array([3, 5])),
    frames.Bars(("a", "b"), np.array([1.0, 2.0]), np.array([0.1, 0.2]), ("data", "model"), None, "nats"),
    frames.Matrix(XY, ("r",) * 4, ("c", "d")),
    frames.Audio(np.zeros(5, np.float32), 8000),
    frames.Discs(
        ("N", "S"), XY[:2], np.array([3.0, 1.0]), np.array([2.0, 2.0]), np.array([1.0, 0.5]), "%", "1/2", "held"
    ),
    frames.Text(("CC(=O)O", "", "$x$"), ((0, 1, 3, "model"),), subtitle="a molecule"),
    frames.Drawing(
        (frames.Stroke(XY, "data", 2.0), frames.Stroke(XY, filled=True)),
        (frames.Label(0.0, 1.0, "N", "prior", 0.5),),
        (0.0, 1.0, 0.0, 2.0),
    ),
    frames.Film(
        tuple(frames.Plane(LAYERS, note=f"step {k}") for k in range(3)), np.array([0.0, 0.5, 2.0]), "t", note="a film"
    ),
]


def same(one, other) -> None:
    assert type(one) is type(other)
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        for pair in zip(one, other, strict=True):
            same(*pair)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    else:
        assert one == other


def test_examples_are_of_every_kind():
    assert {type(frame) for frame in EXAMPLES} == set(frames.FRAMES)
    assert {type(layer) for layer in LAYERS} == set(frames.LAYERS)


@pytest.mark.parametrize("frame", EXAMPLES, ids=lambda frame: type(frame).__name__)
def test_a_frame_comes_back_from_its_file(frame, tmp_path):
    write_frames(tmp_path / "f.safetensors", 12, {"view": frame, "second": EXAMPLES[0]})
    step, found = read_frames(tmp_path / "f.safetensors")
    assert step == 12
    assert set(found) == {"view", "second"}
    same(frame, found["view"])
    same(EXAMPLES[0], found["second"])


def images_film(levels: np.ndarray, divisor: float) -> frames.Film:
    """A film of the images (k, n, 1, h, w), levels over a divisor."""
    pictures = tuple(frames.Images((level / divisor).astype(np.float32)) for level in levels)
    return frames.Film(pictures, np.arange(len(pictures)), "pixels drawn")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("values", [np.arange(256) / 255, np.array([0, 1])], ids=["all levels", "binary"])
def test_images_of_whole_levels_are_stored_as_bytes_and_come_back_exactly(values, dtype, tmp_path):
    images = values.astype(dtype).reshape(1, 1, 1, -1)
    if dtype is np.float32:
        images = (np.round(values * 255).astype(np.float32) / np.float32(255)).reshape(1, 1, 1, -1)
    write_frames(tmp_path / "f", 0, {"view": frames.Images(images)})
    stored = safetensors.numpy.load((tmp_path / "f").read_bytes())
    assert stored["view.images"].dtype == np.uint8
    same(read_frames(tmp_path / "f")[1]["view"], frames.Images(images))


@pytest.mark.parametrize("stray", [0.5, -1 / 255, 1.0000001, np.nan])
def test_images_with_one_value_between_levels_are_stored_as_they_are(stray, tmp_path):
    images = np.ones((2, 1, 3, 3), np.float32)
    images[1, 0, 2, 1] = stray
    write_frames(tmp_path / "f", 0, {"view": frames.Images(images)})
    assert safetensors.numpy.load((tmp_path / "f").read_bytes())["view.images"].dtype == np.float32
    same(read_frames(tmp_path / "f")[1]["view"], frames.Images(images))


def test_a_recorded_film_has_32_frames_with_the_first_and_the_last_and_the_live_one_all(tmp_path):
    levels = np.random.default_rng(0).integers(0, 256, (101, 4, 1, 5, 5)).astype(np.float32)
    film = images_film(levels, 255)
    recorder = Recorder(tmp_path)
    recorder.add(0, {"film": film})
    assert len(film.frames) == 101
    kept = read_frames(next(tmp_path.iterdir()))[1]["film"]
    same(kept, recorder.at(0)[1]["film"])
    assert len(kept.frames) == 32
    assert (kept.at[0], kept.at[-1]) == (0, 100)
    assert set(np.diff(kept.at).tolist()) == {3, 4}
    for at, frame in zip(kept.at.tolist(), kept.frames, strict=True):
        np.testing.assert_array_equal(frame.images, film.frames[at].images)


@pytest.mark.parametrize(
    ("shape", "divisor", "expected"),
    [((64, 1, 28, 28), 255, 32), ((64, 1, 28, 28), 257, (2, 16)), ((300, 3, 32, 32), 255, (2, 4)),
     ((600, 3, 32, 32), 255, 1)],
)  # fmt: skip
def test_a_recorded_film_is_at_most_two_megabytes(shape, divisor, expected, tmp_path):
    levels = np.random.default_rng(0).integers(0, 256, (40, *shape)).astype(np.float32)
    film = images_film(levels, divisor)
    recorder = Recorder(tmp_path)
    recorder.add(0, {"film": film})
    kept = read_frames(next(tmp_path.iterdir()))[1]["film"]
    size = next(tmp_path.iterdir()).stat().st_size
    assert size <= 2_000_000
    low, high = expected if isinstance(expected, tuple) else (expected, expected)
    assert low <= len(kept.frames) <= high
    assert size > 0.45 * 2_000_000  # no more is dropped than must be
    assert kept.at[-1] == 39
    assert kept.at[0] == (0 if len(kept.frames) > 1 else 39)


def test_positions_of_a_recorded_film_stay_apart(tmp_path):
    film = frames.Film((frames.Text(("a",)), frames.Text(("b",))), np.array([1e9, 1e9 + 1]), "seconds")
    recorder = Recorder(tmp_path)
    recorder.add(0, {"film": film})
    recorder._held.clear()
    same(recorder.at(0)[1]["film"], film)


def test_a_damaged_frame_file_is_refused(tmp_path):
    path = tmp_path / "f.safetensors"
    write_frames(path, 1, {"view": EXAMPLES[0]})
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(RunError, match="is damaged"):
        read_frames(path)


def moment(number: int) -> dict[str, frames.Frame]:
    return {"view": frames.Images(np.full((1, 1, 8, 8), number, np.uint8))}  # 64 bytes


def test_the_recorder_keeps_within_its_bytes_first_and_last_among_them(tmp_path):
    one = write_frames(tmp_path / "one", 79, moment(79))
    (tmp_path / "one").unlink()
    recorder = Recorder(tmp_path, budget=one * 20)
    for step in range(80):
        recorder.add(step, moment(step))
    steps = recorder.steps()
    assert 3 < len(steps) <= 20
    assert (steps[0], steps[-1]) == (0, 79)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= one * 20
    assert sorted(int(path.stem.removeprefix("step-")) for path in tmp_path.iterdir()) == steps
    gaps = np.diff(steps)
    assert gaps[: len(gaps) // 2].mean() < gaps[len(gaps) // 2 :].mean()  # denser early
    again = Recorder(tmp_path)
    again.load()
    assert again.steps() == steps
    same(again.at(79)[1]["view"], recorder.at(79)[1]["view"])


def test_a_recorded_moment_is_the_last_at_or_before_a_step():
    recorder = Recorder()
    with pytest.raises(BadInput, match="nothing was recorded up to step 5"):
        recorder.at(5)
    for step in (0, 4, 9):
        recorder.add(step, moment(step))
    assert [recorder.at(step)[0] for step in (0, 3, 4, 8, 100)] == [0, 0, 4, 4, 9]


def test_frames_after_a_checkpoint_are_dropped(tmp_path):
    recorder = Recorder(tmp_path)
    for step in (0, 1, 2, 3):
        recorder.add(step, moment(step))
    again = Recorder(tmp_path)
    again.load(last=1)
    assert again.steps() == [0, 1]
    assert len(list(tmp_path.iterdir())) == 2


@given(every=st.integers(1, 60), growth=st.floats(0, 1), cap=st.integers(60, 500), stop=st.integers(-1, 400))
def test_a_resumed_cadence_meets_the_same_steps(every, growth, cap, stop):
    whole, resumed = Schedule(every, growth, cap), Schedule(every, growth, cap)
    expected = [step for step in range(401) if whole.due(step)]
    resumed.skip(stop)
    assert [step for step in range(stop + 1, 401) if resumed.due(step)] == [step for step in expected if step > stop]
    assert expected[0] == 0
    assert all(every <= gap <= cap for gap in np.diff(expected))


def test_a_long_timeline_stays_on_disk_and_comes_back_as_it_was(tmp_path):
    recorder = Recorder(tmp_path, held=3 * 64)
    for step in range(20):
        recorder.add(step, moment(step))
    assert recorder.steps() == list(range(20))
    assert list(recorder._held) == [17, 18, 19]
    step, shown = recorder.at(2)
    assert step == 2
    same(shown["view"], moment(2)["view"])
    assert recorder.at(2)[1] is shown  # the second look takes it from memory
    (tmp_path / "step-000000003.safetensors").unlink()
    with pytest.raises(RunError, match="step-000000003"):
        recorder.at(3)
