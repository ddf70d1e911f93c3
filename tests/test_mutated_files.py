"""Damaged files: each is read, or refused in one line within two seconds; none does anything else."""

from __future__ import annotations

import io
import time
import tracemalloc
import warnings

import numpy as np
import PIL.Image
import pytest
from own_files import encoded, idx, packed, pixels, sound

from explorer.data import DataError, open_dataset
from explorer.data.errors import Unreadable
from explorer.data.pictures import Look, read_picture
from explorer.data.spelling import spelled
from explorer.data.wav import read_wav, resampled

MUTATIONS = 200
SECONDS = 2.0
BYTES = 256_000_000
X = np.random.default_rng(1).standard_normal((80, 3))
_TOKENS = [
    b"\0",
    b'"',
    b",",
    b";",
    b"\t",
    b"\n",
    b"e9999",
    b"nan",
    b"\xff\xfe",
    b"PK\x03\x04",
    b"sep=;\n",
    b"#",
    b"(" * 99,
]


def _csv(separator: str, decimal: str = ".") -> bytes:
    lines = ["a,b,c".replace(",", separator)]
    lines += [separator.join(repr(v).replace(".", decimal) for v in row) for row in X.tolist()]
    return "\n".join(lines).encode()


def _saved(save, **arrays) -> bytes:
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


FILES = {
    "csv": _csv(","),
    "tsv": _csv("\t", ","),
    "npy": _saved(np.save, arr=X),
    "npz": _saved(np.savez_compressed, a=X[:, 0], b=X[:, 1], c=X[:, 2]),
}


def picture(path):
    """Reads an image as a folder of images does."""
    read_picture(path.read_bytes(), Look(8, colour=True, crop=True, background=0))


def images(path):
    """Reads a file of images."""
    open_dataset(spelled("images", {"file": path, "side": 8}))


def wave(path):
    """Reads a sound as a folder of sounds does."""
    resampled(*read_wav(path.read_bytes()), 8000)


_PHOTO = PIL.Image.fromarray(pixels(24, 16))
OTHERS = {
    "png": (encoded(_PHOTO, "png"), picture),
    "jpeg": (encoded(_PHOTO, "jpeg"), picture),
    "bmp": (encoded(_PHOTO, "bmp"), picture),
    "webp": (encoded(_PHOTO, "webp"), picture),
    "idx": (idx(np.stack([pixels(8, 8, seed)[..., 0] for seed in range(62)])), images),
    "zip": (packed(), images),
    "wav": (sound(), wave),
}


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """A content with bytes flipped, cut, doubled or put in, more often near its ends, where headers are."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 6)):
        at = int(
            rng.choice([rng.integers(len(data) + 1), rng.integers(min(128, len(data) + 1)), max(0, len(data) - 64)])
        )
        match rng.integers(5):
            case 0 if at < len(data):
                data[at] = rng.integers(256)
            case 1:
                del data[at : at + int(rng.integers(1, 200))]
            case 2:
                data[at:at] = data[: int(rng.integers(1, 400))]
            case 3:
                data[at:at] = _TOKENS[rng.integers(len(_TOKENS))]
            case _ if at < len(data):
                data[at] ^= 1 << int(rng.integers(8))
    return bytes(data)


@pytest.mark.parametrize("ending", FILES)
def test_mutated_files_are_read_or_refused_in_one_line(ending, tmp_path):
    rng = np.random.default_rng([7, *ending.encode()])
    path, refusals = tmp_path / f"x.{ending}", list[str]()
    for _ in range(MUTATIONS):
        path.write_bytes(mutated(FILES[ending], rng))
        start = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                open_dataset(spelled("table", {"file": path}))
        except DataError as error:
            refusals.append(str(error))
        assert time.perf_counter() - start < SECONDS
    assert len(refusals) > MUTATIONS / 4
    assert not any("\n" in refusal for refusal in refusals)


@pytest.mark.parametrize("ending", OTHERS)
def test_mutated_images_and_sounds_are_read_or_refused_in_one_line(ending, tmp_path):
    rng, refusals = np.random.default_rng([8, *ending.encode()]), list[str]()
    content, read = OTHERS[ending]
    whole = tmp_path / f"whole.{ending}"
    whole.write_bytes(content)
    read(whole)  # imports the libraries, which takes seconds on a busy machine
    for number in range(MUTATIONS):
        path = tmp_path / f"{number}.{ending}"
        path.write_bytes(mutated(content, rng))
        start = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read(path)
        except (DataError, Unreadable) as error:
            refusals.append(str(error))
        assert time.perf_counter() - start < SECONDS
    assert len(refusals) > MUTATIONS / 8
    assert not any("\n" in refusal for refusal in refusals)


def test_a_large_claim_takes_little_memory(tmp_path):
    """An NPZ of zeros that packs a thousand to one, read in full as far as the limit allows."""
    path = tmp_path / "x.npz"
    np.savez_compressed(path, x=np.zeros((5_000_000, 2), np.float32))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="is 0 in all rows"):
            open_dataset(spelled("table", {"file": path}))
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()
