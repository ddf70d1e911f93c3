"""Files with a line of JSON for each step: appended together, and read although the last line may be torn."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import IO, Any

from explorer.engine.errors import RunError

__all__ = ["AppendedLines", "parse_lines", "read_lines"]


class AppendedLines:
    """Lines appended to a file.

    A write that fails leaves no part of a line behind, and the lines stay in memory for the next attempt. What is in
    the file can be read as long as it is open, even if its name is gone.

    Args:
        path: The file; it is opened with the first lines, or by `hold`.
    """

    def __init__(self, path: Path):
        self._path = path
        self._waiting: list[str] = []
        self._file: IO[bytes] | None = None

    def hold(self) -> None:
        """Opens the file if it exists, so that its content stays within reach.

        Raises:
            OSError: It cannot be opened.
        """
        if self._file is None and self._path.exists():
            self._file = open(self._path, "a+b", buffering=0)  # noqa: SIM115 (until `close`)

    def add(self, line: str) -> None:
        """Adds a line, which `flush` writes."""
        self._waiting.append(line)

    def flush(self) -> None:
        """Writes the lines that wait.

        Raises:
            OSError: The file cannot be written to; the lines wait on.
        """
        if not self._waiting:
            return
        if self._file is None:
            self._file = open(self._path, "a+b", buffering=0)  # noqa: SIM115 (until `close`)
        size = os.fstat(self._file.fileno()).st_size
        content = memoryview("".join(f"{line}\n" for line in self._waiting).encode())
        try:
            while content:
                content = content[self._file.write(content) :]
        except OSError:
            with contextlib.suppress(OSError):  # the error of the write is the one to tell
                self._file.truncate(size)
            raise
        self._waiting.clear()

    def sync(self) -> None:
        """Writes the lines that wait, and makes the system put them on the disk."""
        self.flush()
        if self._file is not None:
            os.fsync(self._file.fileno())

    def content(self) -> bytes:
        """All lines, also those that wait; without those on the disk where it cannot be read."""
        stored = b""
        with contextlib.suppress(OSError):
            if self._file is None:
                stored = self._path.read_bytes()
            else:
                self._file.seek(0)
                stored = self._file.read(os.fstat(self._file.fileno()).st_size)
        return stored + "".join(f"{line}\n" for line in self._waiting).encode()

    def close(self) -> None:
        """Writes the lines that wait and closes the file; if that fails, it stays open."""
        self.flush()
        self.drop()

    def drop(self) -> None:
        """Closes the file; lines that wait are lost."""
        self._waiting.clear()
        file, self._file = self._file, None
        if file is not None:
            file.close()


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a file, each an object with a "step"; a torn last one is left out, as is a missing file.

    Raises:
        RunError: A line before the last cannot be read.
    """
    if not path.exists():
        return []
    return parse_lines(path.read_bytes(), path)


def parse_lines(content: bytes, path: Path) -> list[dict[str, Any]]:
    """The lines in the content of a file; see `read_lines`."""
    lines = content.split(b"\n")
    parsed: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        if not line:
            continue
        try:
            found = json.loads(line)
            if not isinstance(found, dict) or not isinstance(found.get("step"), int):
                raise ValueError("no step")
            parsed.append(found)
        except ValueError:
            if number == len(lines) - 1:  # torn by a crash: it has no end of line
                break
            raise RunError(f"line {number + 1} of {path} is damaged") from None
    return parsed
