"""What `figure` draws: the checkpoint of a run, a recorded step of it, or a model that comes with the application."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from explorer.cli.progress import download_progress
from explorer.engine import BadInput, Viewer, load_run
from explorer.engine.bundle import find_bundle, open_bundle
from explorer.engine.loading import LoadedRun
from explorer.engine.runs.curves import read_history, run_curves
from explorer.engine.runs.directions import read_directions
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.setup import model_page
from explorer.engine.views.from_text import request_from_text
from models.frames import Frame
from models.protocol import GenerativeModel

__all__ = ["Drawn", "Subject", "subject_of"]

Drawn = tuple[Frame, dict[str, Any]]  # a frame and its identity


class Subject(Protocol):
    """A model at one moment, whose views can be drawn."""

    @property
    def page(self) -> type[GenerativeModel]:
        """Its page."""

    def curves(self) -> Drawn:
        """What was measured while it was trained."""

    def draw(self, view: str, values: Mapping[str, str]) -> Drawn:
        """A view, with parameters and inputs as text."""


def subject_of(arguments: argparse.Namespace) -> Subject:
    """What the arguments of `figure` name.

    Raises:
        BadInput: A bundled model has no recorded steps.
        RunError: The folder is not a run, or the run is damaged.
    """
    bundle = None if os.path.exists(arguments.run) else find_bundle(arguments.run)
    if bundle is not None:
        if arguments.step is not None:
            raise BadInput(f"{arguments.run} comes with the application and has no recorded steps; leave out --step")
        return _Bundled(*bundle)
    run = Run(Path(arguments.run))
    return _Checkpoint(arguments, run) if arguments.step is None else _Recorded(run, arguments.step)


class _OfRun:
    """A moment of a run."""

    def __init__(self, run: Run):
        self._run = run

    @property
    def page(self) -> type[GenerativeModel]:
        return model_page(self._run.setup.page)

    def curves(self) -> Drawn:
        return run_curves(self._run), {**self._identity(None), "view": "curves"}

    def _identity(self, step: int | None) -> dict[str, Any]:
        """What a figure says of the run, with the parameters in force at a step, or at the last one."""
        return {**self._run.identity, **SetupHistory.of(self._run).identity(step)}


class _Recorded(_OfRun):
    """The frames recorded at a step."""

    def __init__(self, run: Run, step: int):
        super().__init__(run)
        self._asked = step

    @cached_property
    def _moment(self) -> tuple[int, dict[str, Frame]]:
        recorder = Recorder(self._run.frames)
        recorder.load()
        step, frames = recorder.at(self._asked)
        if step != self._asked:
            print(f"no frame was recorded at step {self._asked}; drawing step {step}", file=sys.stderr)
        return step, frames

    def draw(self, view: str, values: Mapping[str, str]) -> Drawn:
        step, frames = self._moment
        if view not in frames:
            raise BadInput(f"view {view} is not recorded; recorded are {', '.join(frames)}")
        if values:
            raise BadInput("--set cannot change a recorded step; leave out --set or --step")
        frame = frames[view]
        subtitle = ", ".join(part for part in (frame.subtitle, f"step {step:,}") if part)
        return dataclasses.replace(frame, subtitle=subtitle), {**self._identity(step), "view": view, "step": step}


class _Checkpoint(_OfRun):
    """The views of a checkpoint."""

    def __init__(self, arguments: argparse.Namespace, run: Run):
        super().__init__(run)
        self._arguments = arguments

    @cached_property
    def _loaded(self) -> LoadedRun:
        chosen = self._arguments
        return load_run(chosen.run, checkpoint=chosen.checkpoint, device=chosen.device, progress=download_progress)

    @cached_property
    def _viewer(self) -> Viewer:
        loaded = self._loaded
        return Viewer(loaded.model, loaded.tensors, loaded.model.device, read_history(loaded.run))

    def draw(self, view: str, values: Mapping[str, str]) -> Drawn:
        loaded, found = self._loaded, self._viewer.view(view)
        if not found.applies(type(loaded.model), loaded.config, loaded.model.spec):
            raise BadInput(f"view {view} does not apply to this run's config and data")
        directions = read_directions(loaded.run.folder)
        request = request_from_text(found, loaded.model, loaded.tensors, dict(values), directions)
        identity = {**self._identity(loaded.step), "view": view, "step": loaded.step, "set": dict(values)}
        return self._viewer.last_frame(request), identity


class _Bundled:
    """The views of a model that comes with the application."""

    def __init__(self, page: str, title: str):
        self._name, self._title = page, title

    @property
    def page(self) -> type[GenerativeModel]:
        return model_page(self._name)

    def curves(self) -> Drawn:
        raise BadInput(f"{self._title} comes with the application without the curves of its training; name a view")

    def draw(self, view: str, values: Mapping[str, str]) -> Drawn:
        shown = open_bundle(self._name, self._title)
        found, data = shown.viewer.view(view), shown.data
        if not found.applies(type(shown.page), shown.config, shown.spec):
            raise BadInput(f"view {view} does not apply to {self._title}")
        request = request_from_text(found, shown.page, data, dict(values))
        identity = {"page": self._name, "bundle": self._title, "data": "" if data is None else data.data.name}
        frame = shown.viewer.last_frame(request)
        return frame, {**identity, "view": view, "step": shown.step, "set": dict(values)}
