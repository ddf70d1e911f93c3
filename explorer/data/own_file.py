"""Files of the user as datasets: their path, and the content that a run keeps."""

from __future__ import annotations

import dataclasses
import functools
import os
import stat
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from explorer.data.dataset import Content, Dataset
from explorer.data.errors import DataError
from explorer.data.source import Progress, Source

__all__ = ["FileSource"]

MOST_BYTES = 500_000_000


@dataclass(frozen=True)
class FileSource(Source):
    """A dataset made from a file of the user, whose parameter `file` names it; "" stands for an example.

    What the file holds goes with the dataset as its `content`, and runs keep it: files are changed and moved.

    Class attributes:
        takes: What kinds of file it reads, for messages.
        endings: How names of such files end, in small letters.
    """

    takes: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]

    file: str = ""

    def __post_init__(self) -> None:
        """Makes the path absolute, so that it names the same file from any working directory."""
        if self.is_path():
            object.__setattr__(self, "file", os.path.abspath(os.path.expanduser(self.file)))

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
            status = self.path.stat() if self.path is not None else None
        except (OSError, ValueError):
            return "missing"
        return "" if status is None else f"{status.st_mtime_ns} {status.st_size}"

    @abstractmethod
    def read(self, path: Path) -> Content:
        """Reads a file.

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

    def content(self) -> Content:
        """What the file holds now.

        Raises:
            DataError: It does not exist, cannot be read, or its content cannot be used.
        """
        return _content(self, self.version())

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset made from what the file holds now."""
        content = self.content()
        return dataclasses.replace(self.dataset(content), content=content if self.file else None)


@functools.lru_cache(maxsize=2)  # what a page checks before it trains is then not read twice
def _content(source: FileSource, version: str) -> Content:
    path = source.path
    if path is None:
        return source.example()
    try:
        str(path).encode()
        status = path.stat() if "\0" not in str(path) else None
        if status is None or not stat.S_ISREG(status.st_mode):
            raise DataError(f"{path} is no file; give the path of {source.takes}")
        if status.st_size > MOST_BYTES:
            raise DataError(f"{path} has more than {MOST_BYTES // 1_000_000} MB; take a part of it")
        return source.read(path)
    except FileNotFoundError:
        raise DataError(f"file {path} does not exist; give the path of {source.takes}") from None
    except UnicodeEncodeError:
        raise DataError(f"the path {str(path)!r} is not written in Unicode; rename the file") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error})") from None
