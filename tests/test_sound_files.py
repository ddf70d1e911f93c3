"""Sound as files: WAV with its origin, the figure of sound, samples from the command line, weighted means."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from pages import kept_session

from explorer.engine.measure.evaluation import _mean
from explorer.figures import FigureError, render, save
from models.frames import Audio, Curves, Film, Series
from models.frames.audio import spectrogram

SMALL = {"layers": 3, "residual": 4, "gate": 4, "skip": 4, "head": 4, "window": 64, "batch": 4, "steps": 2}
SINE = 0.8 * np.sin(np.arange(500) * 0.1)


def read(packed: bytes) -> tuple[np.ndarray, int]:
    with wave.open(io.BytesIO(packed)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32767, sound.getframerate()


def test_a_wav_file_has_the_samples_and_the_identity():
    packed = render(Audio(SINE, 8000), None, "wav", identity={"run": "a run", "step": 7})
    x, rate = read(packed)
    np.testing.assert_allclose(x, SINE, atol=1 / 32767)
    assert rate == 8000
    comment = packed[packed.index(b"ICMT") + 8 :]
    assert json.loads(comment[: comment.index(b"\0")])["step"] == 7


def test_a_wav_file_of_a_film_has_its_last_sound(tmp_path):
    film = Film((Audio(SINE[:100], 4000, 500), Audio(SINE, 4000)), np.array([0.025, 0.125]), "time (s)")
    x, rate = read(save(film, tmp_path / "film.wav").read_bytes())
    assert (len(x), rate) == (500, 4000)


def test_other_pictures_are_no_sound(tmp_path):
    curves = Curves((Series("a", "a", np.arange(3.0), np.arange(3.0)),))
    with pytest.raises(FigureError, match=r"a \.wav takes sound, not a frame of the kind Curves"):
        save(curves, tmp_path / "a.wav")
    assert not list(tmp_path.iterdir())


def test_samples_beyond_the_range_are_clipped():
    x, _ = read(render(Audio(np.array([-2.0, np.nan, 2.0]), 8000), None, "wav"))
    assert x.tolist() == [-1.0, 0.0, 1.0]


def test_a_spectrogram_is_loudest_at_the_pitch():
    levels = spectrogram(np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000), 8000)
    peak = levels[:, 20:-20].argmax(axis=0) * 8000 / 256
    assert np.abs(peak - 1000).max() <= 8000 / 256
    assert levels.max() == pytest.approx(0.0)


def test_a_figure_of_sound_that_is_partly_drawn_leaves_room_for_the_rest():
    whole = Audio(SINE, 8000, given=200, role="model", spectrogram=True)
    part = Audio(SINE[:100], 8000, length=500, given=200, role="model")
    assert whole.seconds == part.seconds == 500 / 8000
    for frame in (whole, part, Audio(np.empty(0), 8000, length=50)):
        assert render(frame, None, "png").startswith(b"\x89PNG")
    svg = render(whole, None, "svg").decode()
    assert "given" in svg
    assert "drawn by the model" in svg


def test_the_mean_over_all_samples_weighs_sounds_by_their_length():
    rng = np.random.default_rng(0)
    sounds = [rng.normal(size=n) for n in rng.integers(5, 90, 400)]
    values = torch.tensor([[each.mean(), len(each)] for each in sounds])
    mean, error = _mean(values)
    assert mean == pytest.approx(np.concatenate(sounds).mean())
    # Samples are independent here, so that the error is that of their mean.
    assert error == pytest.approx(1 / np.sqrt(sum(map(len, sounds))), rel=0.1)
    alike = torch.stack([values[:, 0], torch.full((400,), 3.0)], dim=1)
    assert _mean(alike) == pytest.approx(_mean(values[:, 0]))
    assert _mean(values[:1])[1] is None


@pytest.fixture(scope="module")
def tones_run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tones") / "run"
    session = kept_session("wavenet", folder, data="tones:n=50", **SMALL)
    while not session.finished:
        session.step()
    session.close()
    return folder


def test_samples_are_written_as_sound(tones_run, tmp_path, command):
    done = command("sample", tones_run, "--n", 2, "--set", "class=G4", "--out", tmp_path / "two.wav")
    assert done.code == 0, done.err
    x, rate = read((tmp_path / "two.wav").read_bytes())
    assert rate == 4000
    assert len(x) == 2 * 2048 + 1000  # a quarter of a second between them
    assert (x[2048:3048] == 0).all()
    assert command("sample", tones_run, "--n", 2, "--set", "class=G4", "--out", tmp_path / "two.npz").code == 0
    with np.load(tmp_path / "two.npz") as stored:
        assert stored["x"].shape == (2, 2048)
        np.testing.assert_allclose(x[:2048], stored["x"][0], atol=1 / 32767)


def test_an_unknown_class_and_sound_of_images_are_refused(tones_run, tmp_path, command):
    done = command("sample", tones_run, "--set", "class=H1", "--out", tmp_path / "a.wav")
    assert done.code == 2
    assert "class takes C4, E4, G4, C5, or nothing for any, not H1" in done.err
    session = kept_session("vae", tmp_path / "vae", data="digits-binary", steps=1, batch=16, hidden=8)
    session.step()
    session.close()
    done = command("sample", tmp_path / "vae", "--out", tmp_path / "a.wav")
    assert done.code == 2
    assert "a .wav takes sound" in done.err


def test_evaluation_reports_bits_per_sample(tones_run, command):
    metrics = json.loads(command("evaluate", tones_run, "--n", 6, "--json").out)["metrics"]
    assert metrics["bits_per_sample"] == pytest.approx(metrics["nll_nats"] / 2048 / np.log(2), rel=1e-6)
    assert metrics["bits_per_sample_se"] > 0
    assert 6 < metrics["bits_per_sample"] < 10


def test_a_view_of_sound_is_written_as_sound(tones_run, tmp_path, command):
    done = command("figure", tones_run, "continuation", "--set", "given=50", "--out", tmp_path / "c.wav")
    assert done.code == 0, done.err
    assert len(read((tmp_path / "c.wav").read_bytes())[0]) == 2048
