"""Own data on the command line: looked at, trained on, and their run opened elsewhere."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from own_files import sound, write_photos, write_sounds

from explorer.cli import main
from explorer.data import DataError, open_dataset, summary_of
from explorer.data.spelling import spelled
from explorer.engine import BadInput, Setup, load_run


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_photos_train_a_gan_whose_run_opens_elsewhere_without_them(tmp_path, capsys):
    write_photos(tmp_path / "photos", 80)
    assert main(["list", "--data", "photos/", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["readings"][0]
    assert listed["data"] == f"images:file={tmp_path / 'photos'}"
    assert "gan-images" in listed["pages"]
    run = tmp_path / "run"
    arguments = ["--set", "batch=8", "--steps", "2", "--device", "cpu", "--out", str(run)]
    assert main(["train", "gan-images", "--data", "images:file=photos,side=16", *arguments]) == 0
    said = capsys.readouterr().err
    assert "80 images: 64 to train + 8 to validate + 8 to test" in said
    digest = open_dataset("images:file=photos,side=16").digest
    shutil.rmtree("photos")
    assert load_run(shutil.move(run, tmp_path / "elsewhere")).data.digest == digest


def test_a_german_table_trains_a_gan(tmp_path, capsys):
    rows = np.random.default_rng(0).standard_normal((80, 2)).round(3).tolist()
    text = "Länge;Höhe\n" + "\n".join(";".join(str(value).replace(".", ",") for value in row) for row in rows)
    (tmp_path / "maße.csv").write_text(text, encoding="cp1252")
    arguments = ["--set", "batch=8", "--steps", "2", "--device", "cpu", "--out", "run"]
    assert main(["train", "gan", "--data", "maße.csv", *arguments]) == 0
    assert "decimal commas" in capsys.readouterr().err
    np.testing.assert_allclose(np.sort(load_run("run").data.content.x, axis=0), np.sort(rows, axis=0))


def test_a_folder_of_sounds_is_listed(tmp_path, capsys):
    write_sounds(tmp_path / "calls")
    (tmp_path / "calls" / "low" / "bad.wav").write_bytes(b"RIFF")
    (tmp_path / "calls" / "low" / "slow.wav").write_bytes(sound(rate=1))
    assert main(["list", "--data", "./calls"]) == 0
    said = capsys.readouterr().out
    for words in ("70 sounds: 56 to train + 7 to validate + 7 to test", "2: high 35, low 35", "wavenet",
                  "resampled from 4,000 to 8,000 Hz", "low/bad.wav: it", "low/slow.wav: it has 1 samples a second",
                  "not as your own images"):  # fmt: skip
        assert words in said


def test_the_lengths_of_sounds_are_those_of_the_files(tmp_path):
    data = open_dataset(spelled("sounds", {"file": write_sounds(tmp_path / "calls"), "rate": 4000, "length": 1050}))
    lengths = np.concatenate([split.lengths for split in (data.train, data.valid, data.test)])
    assert sorted(lengths) == sorted(min(1000 + number, 1050) for number in range(70))
    assert "19 sounds cut to 0.26 s" in str(summary_of(data))


def test_what_a_page_does_not_take_is_refused_in_words(tmp_path):
    write_photos(tmp_path / "photos", 64)
    with pytest.raises(BadInput, match="page gan does not take images: it needs planar data"):
        Setup.of("gan", data="images:file=photos")
    with pytest.raises(BadInput, match="photos/ is no file of a kind that this page takes"):
        Setup.of("gan", data="photos/")
    with pytest.raises(DataError, match=r"has no WAV files"):
        open_dataset("sounds:file=photos")
