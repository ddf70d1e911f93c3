"""Summaries of recent runs: page, data, progress, metric and newest samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.data import SOURCES
from explorer.engine.errors import ExplorerError
from explorer.engine.files import read_json
from explorer.engine.naming import data_words, name_of_run
from explorer.engine.runs.frame_file import read_frames
from explorer.engine.runs.listing import newest_runs
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.setup import model_page
from models.frames import Film, Frame, Images, Plane, Points
from models.protocol import GenerativeModel

__all__ = ["Cloud", "Glance", "recent_runs"]

_SAMPLES = "samples"


@dataclass(frozen=True)
class Cloud:
    """Samples and data in the plane.

    Attributes:
        samples: Of the model, (n, 2).
        data: Data, (m, 2); m is 0 where the picture has none.
        extent: Left, right, low, high, in units that are as long upwards as sideways.
    """

    samples: np.ndarray
    data: np.ndarray
    extent: tuple[float, float, float, float]


@dataclass(frozen=True)
class Glance:
    """The summary of a run.

    Attributes:
        folder: Its folder.
        page: Name of its page.
        title: Title of the model and of its data.
        step, steps: Rounds done, and their total.
        seconds: Total training seconds if the run ends by time, else 0.
        state: "done", "stopped", "diverged", "out of memory", or "training" if it is running or was interrupted.
        when: Time of its last change, seconds since 1970.
        label, value: The validation metric, else another, and its newest value; "" and None if there is none.
        name: Its preset and what was changed of it, and its seed.
        data: Its data, in words.
        images: Some of its newest samples, (n, c, h, w), or None.
        points: Newest samples and data in the plane, (n, 2) each, and the extent that shows them, or None.
    """

    folder: Path
    page: str
    title: str
    step: int
    steps: int
    seconds: float
    state: str
    when: float
    label: str = ""
    value: float | None = None
    name: str = ""
    data: str = ""
    images: np.ndarray | None = None
    points: Cloud | None = None

    @property
    def finished(self) -> bool:
        """Whether the run is finished."""
        return self.state == "done"


def recent_runs(
    folder: Path, limit: int = 4, images: int = 4, going_on: Callable[[], bool] = lambda: True, page: str = ""
) -> tuple[list[Glance], int]:
    """Summaries of the runs in a folder that changed last, the newest first.

    Args:
        folder: Folder of runs; it need not exist.
        limit: Number of runs to return.
        images: Number of samples to read from each; with 0, recorded frames are not read at all.
        going_on: Called before each run is read; returns whether to continue.
        page: Name of the page whose runs are returned; "" for those of all pages.

    Returns:
        The summaries, and the number of run folders among the newest that cannot be read.
    """
    glances: list[Glance] = []
    damaged = 0
    for when, place in newest_runs(folder):
        if len(glances) == limit or not going_on():
            break
        try:
            run = Run(place)
            if page in ("", run.setup.page):
                glances.append(_glance(run, when, images))
        except (ExplorerError, OSError, KeyError, TypeError, ValueError, AttributeError):
            damaged += 1
    return glances, damaged


def _glance(run: Run, when: float, images: int) -> Glance:
    place, page = run.folder, model_page(run.setup.page)
    summary = read_json(place / "summary.json") if (place / "summary.json").exists() else {}
    state = str(summary.get("state", "training"))
    step = int(summary.get("steps", 0)) if summary else _saved_step(place)
    label, value = _telling(page, summary.get("metrics", {}))
    data = SOURCES.get(run.setup.data.split(":")[0])
    newest = _newest_frames(place / "frames") if images else {}
    return Glance(
        place,
        run.setup.page,
        f"{page.title}, {data.title if data is not None else run.setup.data}",
        step,
        run.setup.training.steps,
        run.setup.training.seconds,
        state,
        when,
        label,
        value,
        f"{name_of_run(SetupHistory.of(run))}, seed {run.setup.seed}",
        data_words(run.setup.data),
        _images(newest, images),
        _points(newest),
    )


def _saved_step(place: Path) -> int:
    names = (path.stem.removeprefix("step-") for path in (place / "checkpoints").glob("step-*.safetensors"))
    return max((int(name) for name in names if name.isdigit()), default=0)


def _telling(page: type[GenerativeModel], metrics: dict[str, Any]) -> tuple[str, float | None]:
    """The page's validation metric, on held-out data if measured; else the first metric that has a value."""
    labels = {metric.key: metric.label for metric in page.metrics}
    order = [page.validation, *labels] if page.validation is not None else list(labels)
    for key in order:
        for name in (f"held_out.{key}", str(key)):
            if name in metrics:
                return labels.get(str(key), str(key)), float(metrics[name])
    return "", None


def _newest_frames(folder: Path) -> dict[str, Frame]:
    """The frames that were recorded last, by view; of films the end."""
    path = max(folder.glob("step-*.safetensors"), default=None)
    if path is None:
        return {}
    return {name: _end_of(frame) for name, frame in read_frames(path)[1].items()}


def _end_of(frame: Frame) -> Frame:
    """The last frame of a film; other frames as they are."""
    return frame.frames[-1] if isinstance(frame, Film) else frame


def _images(newest: dict[str, Frame], count: int) -> np.ndarray | None:
    """Some samples, or other images where no view of that name was recorded."""
    sheets = [frame.images for frame in newest.values() if isinstance(frame, Images)]
    samples = newest.get(_SAMPLES)
    chosen = samples.images if isinstance(samples, Images) else sheets[0] if sheets else None
    return None if chosen is None else chosen[:count].copy()


def _points(newest: dict[str, Frame]) -> Cloud | None:
    """Samples in the plane, with the data beside them, or else another plane with both."""
    planes = {name: frame for name, frame in newest.items() if isinstance(frame, Plane)}
    both = (frame for frame in planes.values() if {"model", "data"} <= _clouds_of(frame).keys())
    plane = planes.get(_SAMPLES) or next(both, None)
    parts = {} if plane is None else _clouds_of(plane)
    if plane is None or "model" not in parts:
        return None
    samples, data = parts["model"], parts.get("data", np.zeros((0, 2)))
    everything = np.concatenate([samples, data])
    low, high = everything.min(axis=0), everything.max(axis=0)
    left, right, bottom, top = map(float, plane.extent or (low[0], high[0], low[1], high[1]))
    if plane.square:
        return Cloud(samples.copy(), data.copy(), (left, right, bottom, top))
    corner, size = np.array([left, bottom]), np.array([right - left, top - bottom])
    return Cloud((samples - corner) / size, (data - corner) / size, (0.0, 1.0, 0.0, 1.0))


def _clouds_of(plane: Plane) -> dict[str, np.ndarray]:
    """The points of a plane by their role."""
    return {layer.role: np.asarray(layer.xy) for layer in plane.layers if isinstance(layer, Points)}
