"""Sound data: WAV files of every coding, resampling, windows of a file, generated tones, spoken digits."""

from __future__ import annotations

import io
import struct
import tarfile
import wave
from pathlib import Path

import numpy as np
import pytest

from explorer.data import DataError, source
from explorer.data.errors import Unreadable
from explorer.data.spoken_digits import read_recordings
from explorer.data.tones import pluck
from explorer.data.wav import read_wav, resampled
from explorer.engine.data.spec import spec_of
from models.protocol import Waveform

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not (SHARED / "spoken_digits").is_dir(), reason="needs the recordings in ../shared/data/spoken_digits"
)
PCM, FLOAT = 1, 3


def wav(content: bytes, *, bits: int, rate: int = 8000, channels: int = 1, coding: int = PCM) -> bytes:
    """A WAV file of encoded samples."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", coding, channels, rate, rate * block, block, bits)
    parts = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(parts)) + parts


def encoded(x: np.ndarray, bits: int) -> bytes:
    whole = np.round(x * 2 ** (bits - 1)).clip(max=2 ** (bits - 1) - 1).astype(np.int64)
    if bits == 8:
        return (whole + 128).astype(np.uint8).tobytes()
    return b"".join(int(value).to_bytes(bits // 8, "little", signed=True) for value in whole.ravel())


SINE = 0.8 * np.sin(np.arange(200) * 0.1)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_whole_numbers_of_every_length_are_read(bits):
    x, rate = read_wav(wav(encoded(SINE, bits), bits=bits, rate=11_025))
    assert rate == 11_025
    np.testing.assert_allclose(x, SINE, atol=0.51 / 2 ** (bits - 1))


@pytest.mark.parametrize(("bits", "dtype"), [(32, "<f4"), (64, "<f8")])
def test_floating_point_numbers_are_read(bits, dtype):
    x, _ = read_wav(wav(SINE.astype(dtype).tobytes(), bits=bits, coding=FLOAT))
    np.testing.assert_allclose(x, SINE, atol=1e-6)
    loud, _ = read_wav(wav((4 * SINE).astype(dtype).tobytes(), bits=bits, coding=FLOAT))
    np.testing.assert_allclose(loud, SINE / np.abs(SINE).max(), atol=1e-6)


def test_the_extremes_of_whole_numbers_are_within_the_range():
    x, _ = read_wav(wav(np.array([-32768, 32767, 0], "<i2").tobytes(), bits=16))
    assert x.tolist() == [-1.0, 32767 / 32768, 0.0]


def test_channels_are_averaged():
    both = np.stack([SINE, -0.5 * SINE], axis=1)
    x, _ = read_wav(wav(encoded(both, 16), bits=16, channels=2))
    np.testing.assert_allclose(x, 0.25 * SINE, atol=1e-4)


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (b"", "is not a WAV file"),
        (b"ID3 an MP3 file, say", "is not a WAV file"),
        (b"RIFF", "cannot be read"),
        (wav(b"", bits=16), "holds no sound"),
        (wav(bytes(100), bits=4, coding=17), "cannot be read"),
        (wav(np.array([0.0, np.nan], "<f4").tobytes(), bits=32, coding=FLOAT), "not finite"),
    ],
)
def test_other_files_are_refused(packed, reason):
    with pytest.raises(Unreadable, match=reason):
        read_wav(packed)


def test_a_file_cut_anywhere_is_read_or_refused():
    packed = wav(encoded(SINE, 24), bits=24, channels=2)
    for length in range(0, len(packed), 7):
        try:
            x, _ = read_wav(packed[:length])
        except Unreadable:
            continue
        assert np.isfinite(x).all()


@pytest.mark.parametrize(("rate", "wanted"), [(44_100, 8000), (8000, 16_000), (22_050, 11_025)])
def test_resampling_keeps_pitch_loudness_and_length(rate, wanted):
    x = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    y = resampled(x, rate, wanted)
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(wanted) / wanted)
    assert len(y) == wanted
    middle = slice(wanted // 10, -wanted // 10)
    np.testing.assert_allclose(y[middle], expected[middle], atol=5e-3)


def test_resampling_removes_what_is_above_half_of_the_new_rate():
    x = np.sin(2 * np.pi * 5000 * np.arange(32_000) / 32_000)
    assert np.abs(resampled(x, 32_000, 8000)[200:-200]).max() < 0.02


# Tones


def test_tones_have_the_pitch_of_their_class():
    data = source("tones").load()
    frequencies = np.fft.rfftfreq(2048, 1 / 4000)
    spectra = np.abs(np.fft.rfft(data.test.x * np.hanning(2048), axis=1))
    loudest = frequencies[spectra[:, 60:300].argmax(axis=1) + 60]
    expected = np.array([261.63, 329.63, 392.00, 523.25])[data.test.y]
    assert data.classes == ("C4", "E4", "G4", "C5")
    assert np.abs(loudest - expected).max() < 5
    assert np.abs(data.train.x).max() * data.scale <= 1


def test_a_note_is_silent_before_it_is_plucked_and_fades_after():
    note = pluck(440.0, 4000, 4000, np.random.default_rng(0))
    power = [np.square(part).mean() for part in np.split(note, 20)]
    assert np.argmax(power) < 3
    assert power[-1] < 0.01 * max(power)


def test_the_same_tones_are_made_each_time_and_splits_differ():
    one, two = source("tones:n=60").load(), source("tones:n=60").load()
    assert one.digest == two.digest
    assert len(one.train) == 60
    assert not np.array_equal(one.valid.x, one.test.x)


# A file of one's own


def write(path: Path, x: np.ndarray, rate: int = 8000) -> Path:
    path.write_bytes(wav(encoded(x, 16), bits=16, rate=rate))
    return path


def test_a_file_is_cut_into_windows_and_split_by_position(tmp_path):
    x = np.linspace(-0.9, 0.9, 10_000)
    data = source(f"waveform:file={write(tmp_path / 'ramp.wav', x)},window=256").load()
    assert data.kind == Waveform(256, 8000)
    counts = [int(split.lengths.sum()) for split in (data.train, data.valid, data.test)]
    assert counts == [8000, 1000, 1000]
    together = [split.x.ravel()[: split.lengths.sum()] for split in (data.train, data.valid, data.test)]
    np.testing.assert_allclose(np.concatenate(together), x, atol=1e-4)
    assert data.valid.x.shape == (4, 256)
    assert data.valid.lengths.tolist() == [256, 256, 256, 232]
    assert (data.valid.x[-1, 232:] == 0).all()


def test_a_file_is_resampled(tmp_path):
    path = write(tmp_path / "a.wav", np.sin(np.arange(44_100) * 0.05), 44_100)
    data = source(f"waveform:file={path},rate=4000,window=256").load()
    assert data.kind.rate == 4000
    assert sum(int(split.lengths.sum()) for split in (data.train, data.valid, data.test)) == 4000


def test_without_a_file_there_is_an_example():
    data = source("waveform").load()
    assert data.kind == source("waveform").kind == Waveform(4096, 8000)
    assert len(data.train) > 10


def test_a_changed_file_is_read_again(tmp_path):
    path = write(tmp_path / "a.wav", np.sin(np.arange(9000.0)))
    declared = source(f"waveform:file={path},window=256")
    before = declared.version()
    write(path, np.sin(np.arange(9999.0)))
    assert declared.version() != before


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "does not exist; give the path of a WAV file"),
        (lambda path: path.write_text("no sound"), "is not a WAV file; convert it to WAV"),
        (lambda path: write(path, SINE), "lasts 0.03 s; windows of 4,096 samples need at least 5.12 s"),
        (lambda path: write(path, np.zeros(50_000)), "is silent"),
        (lambda path: path.mkdir(), "is no file; give the path of a WAV file"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path, make, reason):
    path = tmp_path / "own.wav"
    make(path)
    with pytest.raises(DataError, match=reason) as caught:
        source(f"waveform:file={path}").load()
    assert "\n" not in str(caught.value)
    assert "own.wav" in str(caught.value)


# Spoken digits


def archive(names: list[str], x: np.ndarray, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for name in names:
            packed = wav(encoded(x, 16), bits=16, rate=rate)
            member = tarfile.TarInfo(f"some/folder/{name}")
            member.size = len(packed)
            file.addfile(member, io.BytesIO(packed))
    return out.getvalue()


def test_archives_without_all_recordings_are_refused():
    with pytest.raises(Unreadable, match=r"lacks 2,999 recordings, the first of them 0_george_1\.wav"):
        read_recordings(archive(["0_george_0.wav", "notes.txt"], SINE), (3000, 101))
    with pytest.raises(Unreadable, match="16,000 samples a second, not 8,000"):
        read_recordings(archive(["0_george_0.wav"], SINE, 16_000), (3000, 101))
    for packed in (b"", b"no archive", archive(["0_george_0.wav"], SINE)[:200]):
        with pytest.raises(Unreadable, match="archive"):
            read_recordings(packed, (3000, 101))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DGM_EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("DGM_EXPLORER_MIRROR", SHARED.as_uri())
        yield source("spoken-digits").load()


@needs_data
def test_spoken_digits_are_the_samples_of_the_files(spoken):
    with tarfile.open(SHARED / "spoken_digits" / "recordings.tar.gz") as file:
        packed = {Path(m.name).name: file.extractfile(m).read() for m in file if m.name.endswith(("_3.wav", "_7.wav"))}
    for split, take in ((spoken.test, 3), (spoken.valid, 7)):
        known = {row[:length].tobytes(): int(y) for row, length, y in zip(split.x, split.lengths, split.y, strict=True)}
        for name, content in packed.items():
            if name.endswith(f"_{take}.wav"):
                with wave.open(io.BytesIO(content)) as sound:
                    samples = sound.readframes(sound.getnframes())[: 2 * 8192]
                assert known[samples] == int(name[0]), name


@needs_data
def test_spoken_digits_are_split_by_take_and_padded(spoken):
    assert [len(split) for split in (spoken.train, spoken.valid, spoken.test)] == [2400, 300, 300]
    for split in (spoken.valid, spoken.test):
        assert np.bincount(split.y).tolist() == [30] * 10
        assert len(set(split.y[:20].tolist())) > 5  # the first are of several digits
    padding = np.arange(8192) >= spoken.train.lengths[:, None]
    assert (spoken.train.x[padding] == 0).all()
    assert int(spoken.train.lengths.max()) == 8192


@needs_data
def test_moments_of_sound_leave_padding_out(spoken):
    spec = spec_of(spoken)
    heard = np.concatenate([x[:n] for x, n in zip(spoken.train.x, spoken.train.lengths, strict=True)]) / 32768
    assert spec.mean == pytest.approx((heard.mean(),))
    assert spec.std == pytest.approx((heard.std(),))
