"""The cache of downloaded and unpacked data, and atomic writing of files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["HOME", "cache_dir", "write_whole"]

HOME = "DGM_EXPLORER_HOME"


def cache_dir() -> Path:
    """Folder of cached data: `cache/data` in `DGM_EXPLORER_HOME` if it is set, else in the cache folder of the user."""
    home = os.environ.get(HOME)
    if home:
        return Path(home).expanduser() / "cache" / "data"
    import platformdirs

    return Path(platformdirs.user_cache_dir("dgm-explorer", appauthor=False)) / "data"


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file atomically: under a temporary name in the same folder, then renamed.

    Raises:
        OSError: The file cannot be written; no temporary file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp makes files that only the owner can read
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
