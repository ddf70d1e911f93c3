"""Where downloaded and unpacked data are kept, and how a file gets there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["HOME", "cache_dir", "write_whole"]

HOME = "DGM_EXPLORER_HOME"


def cache_dir() -> Path:
    """Folder of cached data: `cache/data` in `DGM_EXPLORER_HOME` where that is set, else the system's place."""
    home = os.environ.get(HOME)
    if home:
        return Path(home).expanduser() / "cache" / "data"
    import platformdirs

    return Path(platformdirs.user_cache_dir("dgm-explorer", appauthor=False)) / "data"


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file under another name in the same folder and renames it.

    Raises:
        OSError: It cannot be written; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp's files are for their owner alone
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
