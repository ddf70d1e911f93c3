"""Atomic writing of files, and the folder of the application's data."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

import platformdirs

from explorer.engine.errors import RunError, WriteError

__all__ = ["check_writable", "file_identity", "home", "read_json", "runs_folder", "write_atomically", "write_json"]

_WINDOWS = os.name == "nt"


def home() -> Path:
    """Folder of the application's data: `DGM_EXPLORER_HOME`, else the system's folder for such data."""
    chosen = os.environ.get("DGM_EXPLORER_HOME")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("dgm-explorer", appauthor=False))


def runs_folder() -> Path:
    """Folder of the runs."""
    return home() / "runs"


def check_writable(path: Path) -> None:
    """Checks that a file can be written at a path, before what it is to hold is computed.

    Raises:
        WriteError: A folder of the path cannot be entered or written to, or a name is too long.
    """
    try:
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        path.exists()  # raises where the name itself is not possible
        reason = "" if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) else f"{folder} is not writable"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason:
        raise WriteError(f"{path} cannot be written ({reason}); choose another folder or name")


def file_identity(path: Path) -> tuple[int, int]:
    """Device and number of a file; no other file has them while this one is open."""
    found = path.stat()
    return found.st_dev, found.st_ino


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file atomically: after a crash it has either the old content or the new. Its mode is 0644.

    The folder must exist: creating it here would hide that it was deleted or moved.

    Raises:
        WriteError: The folder is missing or not writable, or the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        _replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise WriteError(f"{path} could not be written ({error.strerror or error}); choose another folder") from error


def _replace(temporary: Path, path: Path) -> None:
    attempts = 5 if _WINDOWS else 1  # a virus scanner may hold the file for a moment
    for attempt in range(attempts):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            if attempt == attempts - 1:
                raise
            time.sleep(0.1)


def _sync_folder(folder: Path) -> None:
    if _WINDOWS:  # Windows has no handle for a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, value: Any) -> None:
    """Writes JSON atomically.

    Raises:
        ValueError: A value is not finite, which JSON cannot represent.
    """
    write_atomically(path, (json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """Reads JSON.

    Raises:
        RunError: No such file, or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise RunError(f"{path.parent} has no {path.name}; give the folder of a run") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error})") from None
    except ValueError as error:
        raise RunError(f"{path} cannot be read ({error}); the run is damaged") from None
