"""Files of the user as datasets: their path, and the content that a run keeps."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
import threading
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from explorer.data.dataset import Content, Dataset
from explorer.data.errors import DataError
from explorer.data.source import Progress, Source

__all__ = ["FileSource"]

MOST_BYTES = 500_000_000
_SHARED = 2  # contents that stay in memory


@dataclass(frozen=True)
class FileSource(Source):
    """A dataset made from a file of the user, whose parameter `file` names it; "" stands for an example.

    What the file holds goes with the dataset as its `content`, and runs keep it: files are changed and moved.

    Class attributes:
        takes: What kinds of file it reads, for messages.
        endings: How names of such files end, in small letters.
        folders: Whether it reads folders, too.
    """

    takes: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]
    folders: ClassVar[bool] = False

    file: str = ""

    def __post_init__(self) -> None:
        """Makes the path absolute, so that it names the same file from any working directory."""
        if self.is_path():
            object.__setattr__(self, "file", os.path.abspath(os.path.expanduser(self.file)))

    @classmethod
    def claims(cls, path: str) -> bool:
        """Whether a path looks like what this reads, by its ending alone."""
        return path.lower().endswith(cls.endings)

    def is_path(self) -> bool:
        """Whether `file` is a path."""
        return bool(self.file)

    @property
    def path(self) -> Path | None:
        """The file, or None for the example."""
        return Path(self.file) if self.file else None

    def version(self) -> str:
        """Modification time and size of the file, which distinguish its contents; "" for the example."""
        try:
            return "" if self.path is None else _version(self.path)
        except (OSError, ValueError):
            return "missing"

    @abstractmethod
    def read(self, path: Path, progress: Progress | None = None) -> Content:
        """Reads a file or folder.

        Args:
            path: The file.
            progress: As for `Source.load`.

        Raises:
            DataError: Its content cannot be used; the message says where, and what to do.
            OSError: It cannot be read.
        """

    @abstractmethod
    def example(self) -> Content:
        """What is used without a file."""

    @abstractmethod
    def dataset(self, content: Content) -> Dataset:
        """The dataset made from a content, the same each time.

        Raises:
            DataError: The content does not suffice for these parameters.
        """

    def content(self, progress: Progress | None = None) -> Content:
        """What the file holds now; where it does not exist any more, what a run that was opened has kept of it.

        Raises:
            DataError: It does not exist, cannot be read, or its content cannot be used.
        """
        key = (self, self.version())
        with _lock:
            found = _read.get(key) or (_kept.get(self) if key[1] == "missing" else None)
        if found is None:
            found = self.example() if self.path is None else self._opened(self.path, progress)
            with _lock:
                _read[key] = found
                _drop_old(_read)
        return found

    def keep(self, content: Content) -> None:
        """Notes a content that a run has kept, so that data can be made of it once the file is gone."""
        with _lock:
            _kept.pop(self, None)
            _kept[self] = content
            _drop_old(_kept)

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset made from what the file holds now."""
        content = self.content(progress)
        return dataclasses.replace(self.dataset(content), content=content if self.file else None)

    def _opened(self, path: Path, progress: Progress | None) -> Content:
        try:
            str(path).encode()
            status = path.stat() if "\0" not in str(path) else None
            is_folder = status is not None and stat.S_ISDIR(status.st_mode) and self.folders
            if status is None or not (is_folder or stat.S_ISREG(status.st_mode)):
                raise DataError(f"{path} is no file; give the path of {self.takes}")
            if not is_folder and status.st_size > MOST_BYTES:
                raise DataError(f"{path} has more than {MOST_BYTES // 1_000_000} MB; take a part of it")
            return self.read(path, progress)
        except FileNotFoundError:
            raise DataError(f"file {path} does not exist; give the path of {self.takes}") from None
        except UnicodeEncodeError:
            raise DataError(f"the path {str(path)!r} is not written in Unicode; rename the file") from None
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error.strerror or error})") from None


_lock = threading.Lock()
_read: dict[tuple[FileSource, str], Content] = {}  # what a page checks before it trains is then not read twice
_kept: dict[FileSource, Content] = {}


def _drop_old(contents: dict[Any, Content]) -> None:
    while len(contents) > _SHARED:
        del contents[next(iter(contents))]


def _version(path: Path) -> str:
    """Modification time and size of a file; of a folder, those of all its files together."""
    status = path.stat()
    if not stat.S_ISDIR(status.st_mode):
        return f"{status.st_mtime_ns} {status.st_size}"
    digest = hashlib.sha256()
    for folder, inner, names in os.walk(path):
        inner.sort()
        for name in sorted(names):
            one = os.lstat(os.path.join(folder, name))
            digest.update(f"{folder}/{name} {one.st_mtime_ns} {one.st_size}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
