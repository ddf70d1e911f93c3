"""`figure`: draws a view of a run, or every view of a scene."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from explorer import figures
from explorer.cli.arguments import read_pairs
from explorer.cli.progress import download_progress
from explorer.engine import BadInput, Viewer, load_run
from explorer.engine.runs.curves import loss_curves
from explorer.engine.runs.directions import read_directions
from explorer.engine.runs.history import History
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.session.journal import metrics_of
from explorer.engine.setup import model_page
from explorer.engine.views.from_text import request_from_text
from models.frames import Curves, Frame
from models.protocol import Scene, scenes_of, views_of

__all__ = ["draw_figure", "run_curves"]

Drawn = tuple[Frame, dict[str, Any]]  # a frame and its identity


def draw_figure(arguments: argparse.Namespace) -> int:
    """Draws a view or a scene of a run; see the help of `figure`."""
    path = Path(arguments.out)
    figures.check_path(path)
    sizes = {"width_mm": arguments.width, "height_mm": arguments.height, "dpi": arguments.dpi}
    style = figures.Style(theme=arguments.theme, **{key: value for key, value in sizes.items() if value is not None})
    for target, (frame, identity) in _frames(arguments, path).items():
        figures.save(frame, target, style=style, identity=identity)
        print(target)
    return 0


def run_curves(run: Run) -> Curves:
    """The curves of a run, read from its metrics."""
    return loss_curves(model_page(run.setup.page), _history_of(run), run.setup.config)


def _history_of(run: Run) -> History:
    """What a run has measured."""
    history, rates = History(), set(model_page(run.setup.page).rates)
    history.changed = SetupHistory.of(run).changed_steps()
    for line in run.metrics():
        history.add(line["step"], metrics_of(line, rates))
    return history


def _frames(arguments: argparse.Namespace, path: Path) -> dict[Path, Drawn]:
    """Frames by the file they are written to: one for a view, one for each view of a scene."""
    run, values = Run(Path(arguments.run)), read_pairs(arguments.set)
    scene = _scene(run, arguments.view)
    if scene is None:
        draw = _curves if arguments.view == "curves" else _source(arguments, run)
        return {path: draw(run, arguments.view, values)}
    if values:
        raise BadInput("--set takes the parameters and inputs of one view; name a view instead of a scene")
    drawn, draw = {}, _source(arguments, run)
    for view in scene.views:
        try:
            frame, identity = (_curves if view == "curves" else draw)(run, view, {})
        except BadInput as error:
            print(f"{view} is left out: {error}", file=sys.stderr)
            continue
        drawn[path.with_name(f"{path.stem}-{view}{path.suffix}")] = frame, {**identity, "scene": scene.name}
    if not drawn:
        raise BadInput(f"no view of the scene {scene.name} can be drawn for this run")
    return drawn


def _scene(run: Run, name: str) -> Scene | None:
    """The scene of a name, whatever the case of its letters; None where a view has the name, or nothing has."""
    page = model_page(run.setup.page)
    if name == "curves" or name in views_of(page):
        return None
    return next((scene for scene in scenes_of(page) if scene.name.lower() == name.lower()), None)


def _source(arguments: argparse.Namespace, run: Run) -> Callable[[Run, str, Mapping[str, str]], Drawn]:
    """Draws a view of the last checkpoint, or of a recorded step."""
    return _Checkpoint(arguments) if arguments.step is None else _Recorded(run, arguments.step)


def _curves(run: Run, view: str, values: Mapping[str, str]) -> Drawn:
    return run_curves(run), {**run.identity, **SetupHistory.of(run).identity(None), "view": view}


class _Recorded:
    """The frames recorded at a step."""

    def __init__(self, run: Run, step: int):
        recorder = Recorder(run.frames)
        recorder.load()
        self._step, self._frames = recorder.at(step)
        if self._step != step:
            print(f"no frame was recorded at step {step}; drawing step {self._step}", file=sys.stderr)

    def __call__(self, run: Run, view: str, values: Mapping[str, str]) -> Drawn:
        if view not in self._frames:
            raise BadInput(f"view {view} is not recorded; recorded are {', '.join(self._frames)}")
        if values:
            raise BadInput("--set cannot change a recorded step; leave out --set or --step")
        frame = self._frames[view]
        frame = dataclasses.replace(
            frame, subtitle=", ".join(part for part in (frame.subtitle, f"step {self._step:,}") if part)
        )
        past = SetupHistory.of(run).identity(self._step)
        return frame, {**run.identity, **past, "view": view, "step": self._step}


class _Checkpoint:
    """The views of a checkpoint."""

    def __init__(self, arguments: argparse.Namespace):
        self._loaded = loaded = load_run(
            arguments.run, checkpoint=arguments.checkpoint, device=arguments.device, progress=download_progress
        )
        self._viewer = Viewer(loaded.model, loaded.tensors, loaded.model.device, _history_of(loaded.run))

    def __call__(self, run: Run, view: str, values: Mapping[str, str]) -> Drawn:
        loaded, found = self._loaded, self._viewer.view(view)
        if not found.applies(type(loaded.model), loaded.config, loaded.model.spec):
            raise BadInput(f"view {view} does not apply to this run's config and data")
        directions = read_directions(loaded.run.folder)
        request = request_from_text(found, loaded.model, loaded.tensors, dict(values), directions)
        past = SetupHistory.of(run).identity(loaded.step)
        identity = {**run.identity, **past, "view": view, "step": loaded.step, "set": dict(values)}
        return self._viewer.last_frame(request), identity
