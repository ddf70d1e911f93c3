"""A disk of limited size, for tests: files below a folder can be written as long as all of them fit."""

from __future__ import annotations

import builtins
import errno
from pathlib import Path
from typing import Any

import pytest

from explorer.engine import files
from explorer.engine.runs import lines

__all__ = ["Disk"]


class Disk:
    """A folder of limited size.

    Args:
        root: The folder.
        monkeypatch: Of the test.

    Attributes:
        capacity: Bytes of all files below the folder.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch):
        self.root, self.capacity = root, 1 << 40
        for module in (files, lines):
            monkeypatch.setattr(module, "open", self._open, raising=False)

    @property
    def used(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())

    def _open(self, path: Any, mode: str, **how: Any) -> Any:
        file = builtins.open(path, mode, **how)  # noqa: SIM115 (its user closes it)
        return _File(self, file) if Path(path).is_relative_to(self.root) else file


class _File:
    """An open file on a disk of limited size."""

    def __init__(self, disk: Disk, file: Any):
        self._disk, self._file = disk, file

    def write(self, content: Any) -> int:
        if self._disk.used + len(content) > self._disk.capacity:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self._file.write(content))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
