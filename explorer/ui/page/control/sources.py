"""What a page can open; each is made in the host's thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.engine import Session, Setup, load_run, new_session, resume_session
from explorer.engine.files import runs_folder
from explorer.engine.loading import Progress
from explorer.engine.obstacle import training_obstacle
from explorer.engine.runs.listing import newest_runs
from explorer.engine.runs.run import Run
from explorer.engine.watched import WatchedRun

__all__ = ["has_runs", "opened", "resumed", "untrained"]


def untrained(setup: Setup, progress: Progress | None = None) -> Session:
    """An untrained session that keeps nothing."""
    return new_session(setup, keep=False, progress=progress)


def opened(
    folder: Path, changes: Mapping[str, Any], device: str | None, progress: Progress | None = None
) -> Session | WatchedRun:
    """A run at its last checkpoint, to be trained on with live parameters changed, or else to be looked at."""
    reason = training_obstacle(Run(folder), device)
    if not reason:
        return resumed(folder, changes, device, progress)
    loaded = load_run(folder, progress=progress)
    return WatchedRun(loaded.run, loaded.model, loaded.tensors, reason)


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
