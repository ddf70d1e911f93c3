"""Fetches one array of a dataset from cache, mirror or its public homes, and believes only what it has checked."""

from __future__ import annotations

import hashlib
import os
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.cache import HOME, cache_dir
from explorer.data.dataset import sha256
from explorer.data.errors import DataError, Unreadable
from explorer.data.source import Progress

__all__ = ["MIRROR", "Remote", "fetch"]

MIRROR = "DGM_EXPLORER_MIRROR"
_ROUNDS = 2  # times each place is asked before giving up
_TIMEOUT = 30.0  # seconds without an answer


@dataclass(frozen=True)
class Remote:
    """One array of a dataset, in a file that several places offer.

    The same data exist in several packings (recompressed, as text, as MATLAB files), so what is verified is the
    array that comes out.

    Attributes:
        title: Name of the dataset, for messages.
        path: Where the file lies in a mirror and in the cache.
        urls: Its public homes, in the order in which they are asked.
        reader: (file, shape) to array; raises `Unreadable`. It knows the packings apart.
        shape: Shape of the array.
        sha256: Hash of the array, or "" where no copy was at hand from which to compute it.
        unordered: The hash is of the sorted rows, since copies list them in different orders.
        packed_sha256: Published hash of the file itself, asked of the public homes only: a mirror may pack it anew.
        per_class: How often each of the ten labels occurs, or None.
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
        """The array in a file.

        Raises:
            Unreadable: It holds something else.
        """
        array = self.reader(packed, self.shape)
        if self.sha256:
            found = sha256([_sorted_rows(array) if self.unordered else array])
            if found != self.sha256:
                expected = f"{self.sha256[:12]}…, not {found[:12]}…"
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
    """What pooch takes for a progress bar."""

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
    """The array, from the cache if it is there, else from the mirror if one is set, else from its public homes.

    Raises:
        DataError: No place has it; the message says what happened and what to do.
    """
    cached = cache_dir() / remote.path
    if cached.is_file():
        try:
            return remote.decode(cached.read_bytes())
        except Unreadable:
            cached.unlink()  # damaged since it was verified: fetched again
        except OSError as error:
            raise DataError(
                f"{cached} cannot be read: {error.strerror or error}; delete it, and it is fetched again"
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

    pooch.get_logger().setLevel("WARNING")  # it prints hashes and paths
    failures: dict[str, str] = {}
    useless: set[str] = set()
    for url in urls * _ROUNDS:
        if url in useless:
            continue
        bar = _Meter(remote.path, progress)
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=1 << 16, timeout=_TIMEOUT)
        try:
            pooch.retrieve(url, None, fname=cached.name, path=cached.parent, downloader=downloader)
            return _verified(remote, cached, mirrored)
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            failures[url] = f"answered {status}"
            if status < 500:
                useless.add(url)
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
            useless.add(url)
        except OSError as error:  # requests' own errors, which are OSErrors too, are dealt with above
            raise DataError(
                f"{remote.title} cannot be kept in {cached.parent}: {error.strerror or error}; "
                f"make room there, or set {HOME} to another folder"
            ) from None
    told = "; ".join(f"{url} {why}" for url, why in failures.items())
    mirror = f"unset {MIRROR} or set it" if mirrored else f"set {MIRROR}"
    raise DataError(
        f"{remote.title} could not be downloaded: {told}. Try again with a network, {mirror} to an address "
        f"or file:// folder that has {remote.path}, or use digits or sprites, which need no download"
    )


def _verified(remote: Remote, cached: Path, mirrored: bool) -> np.ndarray:
    packed = cached.read_bytes()
    try:
        if remote.packed_sha256 and not mirrored and hashlib.sha256(packed).hexdigest() != remote.packed_sha256:
            raise Unreadable(f"holds other data: the sha256 of the file should be {remote.packed_sha256[:12]}…")
        return remote.decode(packed)
    except Unreadable:
        cached.unlink()
        raise
