"""Why a session cannot go on with a run here, although the run can be looked at."""

from __future__ import annotations

import os

from explorer.engine.devices import available, resolve
from explorer.engine.errors import BadInput, RunError, WriteError
from explorer.engine.runs.run import Run

__all__ = ["folder_obstacle", "training_obstacle"]


def training_obstacle(run: Run) -> str:
    """Why a run cannot be trained on here, in one sentence, or "" if it can.

    Raises:
        RunError: Its last checkpoint is damaged.
    """
    return folder_obstacle(run) or _of_device(run)


def folder_obstacle(run: Run) -> str:
    """That another process writes to a run, or that nobody can; "" if neither is so."""
    if not all(os.access(place, os.W_OK) for place in (run.folder, run.folder / "config.json")):
        return "its folder is read-only"
    try:
        run.acquire()
    except WriteError:
        return "its folder is read-only"
    except RunError:
        return "another process is training it"
    run.close()
    return ""


def _of_device(run: Run) -> str:
    """A device that this machine lacks, or another kind of device than that of the last checkpoint."""
    here = available()
    trained = str(run.last().state.get("device", "cpu")) if run.begun else ""
    if trained and trained not in {name.split(":")[0] for name in here}:
        return f"it was trained on {trained}, and this machine has {', '.join(here)}"
    try:
        device = resolve(run.setup.device)
    except BadInput as error:
        return str(error)
    if trained and device.type != trained:
        return f"it was trained on {trained}, and would go on on {device.type}"
    return ""
