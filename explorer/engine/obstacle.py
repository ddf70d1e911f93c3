"""Why a session cannot go on with a run here, although the run can be looked at."""

from __future__ import annotations

import os

from explorer.engine.devices import available
from explorer.engine.errors import RunError, WriteError
from explorer.engine.runs.run import Run

__all__ = ["folder_obstacle", "training_obstacle"]


def training_obstacle(run: Run, device: str | None = None) -> str:
    """Why a run cannot be trained on here, in one sentence, or "" if it can.

    Args:
        run: The run.
        device: A device that was named, on which the run may go on whatever it was trained on; None for its own.

    Raises:
        RunError: Its last checkpoint is damaged.
    """
    return folder_obstacle(run) or (_of_device(run) if device is None else "")


def folder_obstacle(run: Run) -> str:
    """Why a run cannot be written to: another process holds it, or it is read-only; "" if it can be."""
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
    """That this machine lacks the device on which the run was trained last."""
    here = available()
    trained = str(run.last().state.get("device", "cpu")) if run.begun else run.setup.device.split(":")[0]
    if trained in {"auto", *(name.split(":")[0] for name in here)}:
        return ""
    return f"it was trained on {trained}, and this machine has {', '.join(here)}; choose a device to go on with it here"
