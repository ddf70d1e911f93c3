"""What a page can open; each is made in the host's thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.engine import Session, Setup, new_session, resume_session
from explorer.engine.files import runs_folder
from explorer.engine.loading import Progress
from explorer.engine.runs.listing import newest_runs

__all__ = ["has_runs", "resumed", "untrained"]


def untrained(setup: Setup, progress: Progress | None = None) -> Session:
    """An untrained session that keeps nothing."""
    return new_session(setup, keep=False, progress=progress)


def resumed(folder: Path, changes: Mapping[str, Any], device: str | None, progress: Progress | None = None) -> Session:
    """A run at its last checkpoint, with live parameters changed; on its device, or on one that was named."""
    session = resume_session(folder, device=device, progress=progress)
    try:
        if changes:
            session.change(**changes)
    except BaseException:
        session.close()
        raise
    return session


def has_runs() -> bool:
    """Whether any run was ever kept."""
    return bool(newest_runs(runs_folder()))
