"""Downloads: mirrors, the cache, and every way in which a file can be wrong."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import http.server
import io
import os
import struct
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from explorer.data import DataError, cache_dir, source
from explorer.data.dataset import sha256
from explorer.data.errors import Unreadable
from explorer.data.fetch import Remote, fetch
from explorer.data.mnist import _drawn
from explorer.data.readers import read_binary_rows, read_idx

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real files in ../shared/data")
PATH = "toy/images-idx3-ubyte.gz"
IMAGES = np.random.default_rng(1).integers(0, 256, (50, 6, 5)).astype(np.uint8)


def idx(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


PACKED = gzip.compress(idx(IMAGES))
REMOTE = Remote("Toy", PATH, (), read_idx, IMAGES.shape, sha256([IMAGES]))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DGM_EXPLORER_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return cache_dir()


@pytest.fixture
def server(monkeypatch):
    """A server on this machine. `answers` maps a path to a list of (status, body, bytes to leave out), used in turn."""
    answers: dict[str, list[tuple[int, bytes, int]]] = {}
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            queue = answers.get(self.path, [(404, b"", 0)])
            status, body, missing = queue.pop(0) if len(queue) > 1 else queue[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - missing])

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.answers, running.asked = answers, asked
        running.url = f"http://127.0.0.1:{running.server_port}"
        monkeypatch.setenv("DGM_EXPLORER_MIRROR", running.url)
        yield running
        running.shutdown()
        thread.join()


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def refusal(remote: Remote = REMOTE) -> str:
    with pytest.raises(DataError) as raised:
        fetch(remote)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def put(folder: Path, content: bytes, path: str = PATH) -> Path:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def test_a_folder_mirror_is_read_in_place(tmp_path, monkeypatch, cache):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", (tmp_path / "a mirror").as_uri() + "/")
    put(tmp_path / "a mirror", PACKED)
    np.testing.assert_array_equal(fetch(REMOTE), IMAGES)
    assert not cache.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(idx(IMAGES + 1)), "sha256 of the array should be"),
        (gzip.compress(idx(IMAGES[:-1])), "holds 49 × 6 × 5 numbers, not 50 × 6 × 5"),
        (gzip.compress(idx(IMAGES[0])), "holds no array of 3 dimensions"),
        (gzip.compress(idx(IMAGES)[:-3]), "is cut short"),
        (gzip.compress(idx(IMAGES) + b"x"), "is longer than its header says"),
        (gzip.compress(b"hello"), "is not an IDX file"),
        (b"", "is not an IDX file"),
        (b"<html>not found</html>", "is not an IDX file"),
        (PACKED[:-40], "is cut short"),
        (PACKED[:-4], "is cut short"),
        (PACKED[:30] + bytes(40) + PACKED[70:], "is damaged"),
        (PACKED[:-8] + bytes(8), "is damaged"),
    ],
)
def test_a_wrong_file_is_named_and_not_kept(server, tmp_path, monkeypatch, cache, content, said):
    server.answers[f"/{PATH}"] = [(200, content, 0)]
    message = refusal()
    assert said in message
    assert f"{server.url}/{PATH}" in message
    assert "unset DGM_EXPLORER_MIRROR" in message
    assert files_in(cache) == []
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", tmp_path.as_uri())
    path = put(tmp_path, content)
    message = refusal()
    assert said in message
    assert str(path) in message
    assert path.read_bytes() == content  # the mirror is the user's


def test_a_bomb_is_not_unpacked():
    packed = gzip.compress(idx(IMAGES) + bytes(10**7))
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="longer"):
            read_idx(packed, IMAGES.shape)
        assert tracemalloc.get_traced_memory()[1] < 2e6
    finally:
        tracemalloc.stop()


def test_a_download_is_kept_and_reported(server, cache):
    server.answers[f"/{PATH}"] = [(200, PACKED, 0)]
    told = []
    np.testing.assert_array_equal(fetch(REMOTE, lambda *report: told.append(report)), IMAGES)
    assert told[-1] == (PATH, len(PACKED), len(PACKED))
    assert all(done <= total for _, done, total in told)
    assert (cache / PATH).read_bytes() == PACKED
    np.testing.assert_array_equal(fetch(REMOTE), IMAGES)
    assert server.asked == [f"/{PATH}"]


def test_a_damaged_cached_file_is_fetched_again(server, cache):
    server.answers[f"/{PATH}"] = [(200, PACKED, 0)]
    put(cache, PACKED[:-20])
    np.testing.assert_array_equal(fetch(REMOTE), IMAGES)
    assert (cache / PATH).read_bytes() == PACKED


def test_missing_file(server, cache):
    assert "answered 404" in refusal()
    assert len(server.asked) == 1
    assert files_in(cache) == []


def test_cut_connection_is_tried_again_then_told(server, cache):
    server.answers[f"/{PATH}"] = [(200, PACKED, 300)]
    message = refusal()
    assert "broke off" in message
    assert "digits or sprites" in message
    assert len(server.asked) == 2
    assert files_in(cache) == []
    server.answers[f"/{PATH}"] = [(200, PACKED, 300), (200, PACKED, 0)]
    np.testing.assert_array_equal(fetch(REMOTE), IMAGES)


def test_a_busy_server_is_asked_twice(server):
    server.answers[f"/{PATH}"] = [(503, b"", 0), (200, PACKED, 0)]
    np.testing.assert_array_equal(fetch(REMOTE), IMAGES)


STALLED = """
import sys, time
from test_data_download import REMOTE
from explorer.data.fetch import fetch
fetch(REMOTE, lambda *done: (print("part", flush=True), time.sleep(600)))
"""


def test_what_a_killed_download_left_goes_with_the_next_and_a_living_one_keeps_its_part(server, cache):
    server.answers[f"/{PATH}"] = [(200, PACKED, 0)]
    path = os.pathsep.join((str(Path(__file__).parents[1]), str(Path(__file__).parent)))
    child = subprocess.Popen(
        [sys.executable, "-c", STALLED], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout.readline() == b"part\n"
        part = files_in(cache)
        assert len(part) == 2  # what came, and a lock
        np.testing.assert_array_equal(fetch(REMOTE), IMAGES)
        assert files_in(cache) == sorted([*part, PATH.rpartition("/")[2]])
    finally:
        child.kill()
        child.communicate()
    (cache / PATH).unlink()
    np.testing.assert_array_equal(fetch(REMOTE), IMAGES)
    assert files_in(cache) == [PATH.rpartition("/")[2]]


def test_offline(server, monkeypatch, cache):
    closed = f"http://127.0.0.1:{unused_port()}"
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", closed)
    message = refusal()
    assert f"{closed}/{PATH} cannot be reached" in message
    assert "DGM_EXPLORER_MIRROR" in message
    assert "digits or sprites" in message
    assert files_in(cache) == []


def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_public_homes_are_asked_in_turn(server, monkeypatch):
    monkeypatch.delenv("DGM_EXPLORER_MIRROR")
    server.answers["/b"] = [(200, gzip.compress(idx(IMAGES + 1)), 0)]
    server.answers["/c"] = [(200, PACKED, 0)]
    remote = dataclasses.replace(REMOTE, urls=tuple(f"{server.url}/{home}" for home in "abc"))
    np.testing.assert_array_equal(fetch(remote), IMAGES)
    assert server.asked == ["/a", "/b", "/c"]


def test_a_mirror_is_the_only_place_asked(server, monkeypatch):
    server.answers["/c"] = [(200, PACKED, 0)]
    assert "/c" not in refusal(dataclasses.replace(REMOTE, urls=(f"{server.url}/c",)))
    assert server.asked == [f"/{PATH}"]


def test_published_file_hashes_hold_for_public_homes_alone(server, monkeypatch, cache):
    server.answers[f"/{PATH}"] = server.answers["/c"] = [(200, PACKED, 0)]
    remote = dataclasses.replace(REMOTE, urls=(f"{server.url}/c",), sha256="", packed_sha256="0" * 64)
    np.testing.assert_array_equal(fetch(remote), IMAGES)
    (cache / PATH).unlink()
    monkeypatch.delenv("DGM_EXPLORER_MIRROR")
    assert "sha256 of the file should be 000000000000…" in refusal(remote)
    assert files_in(cache) == []


def test_labels_must_be_balanced_where_that_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", tmp_path.as_uri())
    labels = np.repeat(np.arange(10, dtype=np.uint8), 3)
    remote = Remote("Toy", "labels", (), read_idx, (30,), per_class=3)
    put(tmp_path, idx(labels), "labels")
    np.testing.assert_array_equal(fetch(remote), labels)
    labels[0] = 5
    put(tmp_path, idx(labels), "labels")
    assert "3 labels of each class" in refusal(remote)


def test_places_that_are_none(tmp_path, monkeypatch, cache):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", "/somewhere")
    assert "DGM_EXPLORER_MIRROR is /somewhere; it must start with file://" in refusal()
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", (tmp_path / "nowhere").as_uri())
    message = refusal()
    assert str(tmp_path / "nowhere" / PATH) in message
    assert "No such file" in message


def test_a_cache_that_cannot_be_written(server, tmp_path, monkeypatch):
    server.answers[f"/{PATH}"] = [(200, PACKED, 0)]
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "file"))
    message = refusal()
    assert "cannot be stored" in message
    assert "DGM_EXPLORER_HOME" in message


def test_what_progress_raises_ends_the_download(server, cache):
    server.answers[f"/{PATH}"] = [(200, PACKED, 0)]

    def stop(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(REMOTE, stop)
    assert files_in(cache) == []


def rows() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 2, (40, 12)).astype(np.uint8)


def text(array: np.ndarray, newline: str = "\n") -> bytes:
    return newline.join(" ".join(str(value) for value in row) for row in array.tolist()).encode()


def matlab(array: np.ndarray, name: str = "X", packed: bool = False) -> bytes:
    file = io.BytesIO()
    savemat(file, {name: array}, do_compression=packed)
    return file.getvalue()


@pytest.mark.parametrize(
    "pack",
    [text, lambda x: text(x, " \r\n"), matlab, lambda x: matlab(x, packed=True), lambda x: matlab(x.astype(float))],
)
def test_binary_rows_are_the_same_in_every_packing(pack):
    x = read_binary_rows(pack(rows()), (40, 1, 3, 4))
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x, rows().reshape(40, 1, 3, 4))


@pytest.mark.parametrize("pack", [matlab, lambda x: matlab(x, packed=True), lambda x: gzip.compress(idx(x))])
def test_damaged_files_never_do_worse_than_being_refused(pack):
    rng, whole = np.random.default_rng(3), pack(rows())
    read = read_idx if whole.startswith(b"\x1f\x8b") else read_binary_rows
    for _ in range(500):
        packed = np.frombuffer(whole, np.uint8).copy()
        packed[rng.integers(len(packed), size=3)] = rng.integers(256, size=3)
        with contextlib.suppress(Unreadable):
            assert read(packed[: rng.integers(60, 2 * len(packed))].tobytes(), (40, 12)).shape == (40, 12)


@pytest.mark.parametrize(
    "packed",
    [
        text(rows()[:-1]),
        text(rows()) + b" 0.5",
        text(rows()).replace(b"1", b"2"),
        b"",
        matlab(rows()[:-1]),
        matlab(rows(), "Y"),
        matlab(rows() * 2),
        matlab(rows())[:-30],
        matlab(rows())[:130],
        matlab(np.array("words")),
    ],
)
def test_other_rows_are_refused(packed):
    with pytest.raises(Unreadable):
        read_binary_rows(packed, (40, 1, 3, 4))


def test_the_order_of_rows_is_not_verified_but_their_content_is(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", tmp_path.as_uri())
    x = rows()
    ordered = np.array(sorted(x.tolist()), dtype=np.uint8)
    remote = Remote("Toy", "rows.amat", (), read_binary_rows, (40, 12), sha256([ordered]), unordered=True)
    put(tmp_path, text(x[::-1]), "rows.amat")
    np.testing.assert_array_equal(fetch(remote), x[::-1])
    x[7, 3] ^= 1
    put(tmp_path, text(x), "rows.amat")
    assert "holds other data" in refusal(remote)


@pytest.mark.parametrize("name", ["mnist", "mnist-dynamic", "mnist-binarized", "fashion-mnist"])
def test_datasets_refuse_other_data(name, tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", tmp_path.as_uri())
    with pytest.raises(DataError, match="No such file"):
        source(name).load()
    for folder in ("mnist", "fashion-mnist"):
        put(tmp_path, PACKED, f"{folder}/train-images-idx3-ubyte.gz")
    put(tmp_path, text(rows()), "binarized_mnist/binarized_mnist_train.amat")
    with pytest.raises(DataError, match=r"holds .* numbers, not (60,000 × 28|50,000 × 1 × 28) × 28; put the right"):
        source(name).load()


def test_fashion_mnist_has_the_layout_and_splits_of_mnist(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", tmp_path.as_uri())
    for part, n in (("train", 60_000), ("t10k", 10_000)):
        images = np.zeros((n, 28, 28), np.uint8)
        images[:, 0, 0], images[:, 0, 1] = np.arange(n) % 251, np.arange(n) // 251
        labels = (np.arange(n) % 10).astype(np.uint8)
        put(tmp_path, gzip.compress(idx(images), 1), f"fashion-mnist/{part}-images-idx3-ubyte.gz")
        put(tmp_path, gzip.compress(idx(labels), 1), f"fashion-mnist/{part}-labels-idx1-ubyte.gz")
    data = source("fashion-mnist").load()
    place = [
        split.x[:, 0, 0, 0] + 251 * split.x[:, 0, 0, 1].astype(int) for split in (data.train, data.valid, data.test)
    ]
    np.testing.assert_array_equal(place[0], np.arange(50_000))
    np.testing.assert_array_equal(place[1], np.arange(50_000, 60_000))
    np.testing.assert_array_equal(place[2], np.arange(10_000))
    np.testing.assert_array_equal(data.valid.y, np.arange(10_000) % 10)
    assert len(data.classes) == 10


def test_one_draw_a_pixel_has_the_grey_value_as_its_mean():
    grey = np.broadcast_to(np.arange(256, dtype=np.uint8), (4_000, 256))
    drawn = _drawn(grey, 0)
    assert set(np.unique(drawn)) == {0, 255}
    assert drawn[:, 0].max() == 0
    assert drawn[:, 255].min() == 255
    np.testing.assert_allclose(drawn.mean(axis=0), np.arange(256), atol=255 * 0.5 / np.sqrt(4_000) * 5)
    assert (_drawn(grey, 0) == drawn).all()
    assert (_drawn(grey, 1) != drawn).any()


@needs_data
class TestRealData:
    @pytest.fixture(autouse=True)
    def mirror(self, monkeypatch, cache):
        monkeypatch.setenv("DGM_EXPLORER_MIRROR", SHARED.as_uri())

    def test_mnist(self):
        data = source("mnist").load()
        assert (len(data.train), len(data.valid), len(data.test)) == (50_000, 10_000, 10_000)
        assert data.train.y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]  # as in every description of MNIST
        assert data.test.y[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
        counts = np.bincount(np.concatenate([data.train.y, data.valid.y]))
        assert counts.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
        whole = np.concatenate([data.train.x, data.valid.x])
        assert whole.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
        assert whole.std() / 255 == pytest.approx(0.3081, abs=5e-5)

    def test_dynamic_binarization(self):
        grey, data = source("mnist").load(), source("mnist-dynamic").load()
        assert data.resample
        np.testing.assert_array_equal(data.train.x, grey.train.x)
        np.testing.assert_array_equal(data.test.y, grey.test.y)
        assert data.moments() == grey.moments()
        for drawn, split in ((data.valid, grey.valid), (data.test, grey.test)):
            assert set(np.unique(drawn.x)) == {0, 255}
            assert drawn.x[split.x == 0].max() == 0
            assert drawn.x[split.x == 255].min() == 255
            assert drawn.x.mean() == pytest.approx(split.x.mean(), abs=0.1)
        assert data.digest == source("mnist-dynamic").load().digest

    def test_static_binarization(self):
        data = source("mnist-binarized").load()
        assert [len(split) for split in (data.train, data.valid, data.test)] == [50_000, 10_000, 10_000]
        assert data.train.y is None
        assert set(np.unique(data.train.x)) == {0, 1}
        grey = source("mnist").load()
        # One draw of the grey values: the mean image is that of MNIST within five standard errors.
        wanted = grey.train.x.mean(axis=0) / 255
        assert np.abs(data.train.x.mean(axis=0) - wanted).max() < 5 * 0.5 / np.sqrt(50_000)


@needs_data
@pytest.mark.parametrize("name", ["mnist", "mnist-dynamic"])
def test_fewer_training_images_of_mnist_are_the_first_and_the_others_stay(name, monkeypatch, cache):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", SHARED.as_uri())
    whole, part = source(name).load(), source(f"{name}:n=300").load()
    assert len(part.train) == 300
    np.testing.assert_array_equal(part.train.x, whole.train.x[:300])
    np.testing.assert_array_equal(part.train.y, whole.train.y[:300])
    np.testing.assert_array_equal(part.valid.x, whole.valid.x)
    np.testing.assert_array_equal(part.test.x, whole.test.x)
