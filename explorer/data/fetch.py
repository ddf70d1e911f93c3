"""Fetches an array of a dataset from the cache, a mirror or its public addresses, and verifies it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.cache import HOME, cache_dir
from explorer.data.dataset import sha256
from explorer.data.errors import DataError, Unreadable
from explorer.data.source import Progress

__all__ = ["MIRROR", "Remote", "fetch"]

MIRROR = "DGM_EXPLORER_MIRROR"
_ROUNDS = 2  # attempts at each address
_TIMEOUT = 30.0  # seconds without a response
_PARTS, _LOCK = ".part-", ".lock"


@dataclass(frozen=True)
class Remote:
    """One array of a dataset, in a file that is available at several addresses.

    The same data exist in several file formats (recompressed, as text, as MATLAB files), so the decoded array is
    verified.

    Attributes:
        title: Name of the dataset, for messages.
        path: Path of the file in a mirror and in the cache.
        urls: Public addresses in order of preference.
        reader: Decodes (file, shape) to an array and detects the file format; raises `Unreadable`.
        shape: Shape of the array.
        sha256: Hash of the array, or "" where it is unknown.
        unordered: The hash is that of the sorted rows, since copies differ in their order.
        packed_sha256: Published hash of the file, verified for public addresses only: a mirror may recompress it.
        per_class: Number of data of each of the ten labels, or None.
    """

    title: str
    path: str
    urls: tuple[str, ...]
    reader: Callable[[bytes, tuple[int, ...]], np.ndarray]
    shape: tuple[int, ...]
    sha256: str = ""
    unordered: bool = False
    packed_sha256: str = ""
    per_class: int | None = None

    def decode(self, packed: bytes) -> np.ndarray:
        """Decodes and verifies the array of a file.

        Raises:
            Unreadable: The file has other content.
        """
        array = self.reader(packed, self.shape)
        if self.sha256:
            digest = sha256([_sorted_rows(array) if self.unordered else array])
            if digest != self.sha256:
                expected = f"{self.sha256[:12]}…, not {digest[:12]}…"
                raise Unreadable(f"holds other data: the sha256 of the array should be {expected}")
        if self.per_class is not None and not np.array_equal(np.bincount(array), [self.per_class] * 10):
            raise Unreadable(f"holds other data: there should be {self.per_class:,} labels of each class")
        return array


def _sorted_rows(array: np.ndarray) -> np.ndarray:
    """Rows of zeros and ones in lexicographic order."""
    bits = np.packbits(array.reshape(len(array), -1), axis=1)
    order = np.lexsort(bits.T[::-1])
    return array[order]


class _Meter:
    """Adapter of `Progress` to the progress bar that pooch expects."""

    def __init__(self, what: str, progress: Progress | None):
        self.what, self.progress = what, progress
        self.total = self.done = 0

    def update(self, count: int) -> None:
        self.done += count
        if self.progress is not None:
            self.progress(self.what, min(self.done, self.total) if self.total else self.done, self.total)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        pass


def fetch(remote: Remote, progress: Progress | None = None) -> np.ndarray:
    """The array from the cache, else from the mirror if one is set, else from its public addresses.

    Raises:
        DataError: No address has the array; the message says what happened and what to do.
    """
    cached = cache_dir() / remote.path
    if cached.is_file():
        try:
            return remote.decode(cached.read_bytes())
        except Unreadable:
            cached.unlink()  # damaged: fetched again below
        except OSError as error:
            raise DataError(
                f"{cached} cannot be read: {error.strerror or error}; delete it to fetch it again"
            ) from None
    mirror = os.environ.get(MIRROR, "").strip().rstrip("/")
    if mirror.startswith("file://"):
        return _read_in_place(remote, mirror)
    if mirror and not mirror.startswith(("http://", "https://")):
        raise DataError(f"{MIRROR} is {mirror}; it must start with file://, http:// or https://")
    return _download(remote, (f"{mirror}/{remote.path}",) if mirror else remote.urls, cached, bool(mirror), progress)


def _read_in_place(remote: Remote, mirror: str) -> np.ndarray:
    path = Path(urllib.request.url2pathname(urllib.parse.urlsplit(mirror).path)) / remote.path
    try:
        return remote.decode(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{remote.title}: {path} cannot be read ({error.strerror}); put the file there, or unset {MIRROR}"
        ) from None
    except Unreadable as error:
        raise DataError(f"{remote.title}: {path} {error}; put the right file there, or unset {MIRROR}") from None


def _download(
    remote: Remote, urls: tuple[str, ...], cached: Path, mirrored: bool, progress: Progress | None
) -> np.ndarray:
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")  # at INFO it prints hashes and paths
    failures: dict[str, str] = {}
    exhausted: set[str] = set()
    for url in urls * _ROUNDS:
        if url in exhausted:
            continue
        bar = _Meter(remote.path, progress)
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=1 << 16, timeout=_TIMEOUT)
        try:
            with _parts(cached.parent) as folder:
                pooch.retrieve(url, None, fname=cached.name, path=folder, downloader=downloader)
                array = _verified(remote, folder / cached.name, mirrored)
                os.replace(folder / cached.name, cached)
            return array
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            failures[url] = f"answered {status}"
            if status < 500:
                exhausted.add(url)
        except requests.exceptions.ChunkedEncodingError:
            failures[url] = "broke off"
        except requests.ConnectionError:
            failures[url] = "cannot be reached"
        except requests.Timeout:
            failures[url] = f"did not answer within {_TIMEOUT:g} s"
        except requests.RequestException as error:
            failures[url] = f"failed ({type(error).__name__})"
        except Unreadable as error:
            failures[url] = str(error)
            exhausted.add(url)
        except OSError as error:  # the errors of requests, OSErrors too, are handled above
            raise DataError(
                f"{remote.title} cannot be stored in {cached.parent}: {error.strerror or error}; "
                f"free space there, or set {HOME} to another folder"
            ) from None
    reasons = "; ".join(f"{url} {why}" for url, why in failures.items())
    mirror = f"unset {MIRROR} or set it" if mirrored else f"set {MIRROR}"
    raise DataError(
        f"{remote.title} could not be downloaded: {reasons}. Try again with a network, {mirror} to an address "
        f"or file:// folder that has {remote.path}, or use digits or sprites, which need no download"
    )


@contextlib.contextmanager
def _parts(parent: Path) -> Iterator[Path]:
    """A folder for the parts of a download, gone afterwards; those of processes that were killed go before it.

    A process holds the lock in its folder, which the system releases with the process.
    """
    import filelock

    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{_PARTS}*/{_LOCK}"):
        with contextlib.suppress(OSError), filelock.FileLock(left, blocking=False):
            shutil.rmtree(left.parent, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PARTS, dir=parent))
    try:
        with filelock.FileLock(folder / _LOCK):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _verified(remote: Remote, path: Path, mirrored: bool) -> np.ndarray:
    packed = path.read_bytes()
    if remote.packed_sha256 and not mirrored and hashlib.sha256(packed).hexdigest() != remote.packed_sha256:
        raise Unreadable(f"holds other data: the sha256 of the file should be {remote.packed_sha256[:12]}…")
    return remote.decode(packed)
