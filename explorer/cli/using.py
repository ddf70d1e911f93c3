"""`sample`, `evaluate`, `figure` and `lab`: use trained models and labs."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

import models
from explorer import figures
from explorer.cli.arguments import read_pairs
from explorer.cli.progress import count_progress, download_progress
from explorer.engine import BadInput, Request, Viewer, evaluate, load_run
from explorer.engine.lab import open_lab
from explorer.engine.measure.settings import refusing, sample_settings
from explorer.engine.randomness import derive
from explorer.engine.runs.curves import loss_curves
from explorer.engine.runs.directions import read_directions
from explorer.engine.runs.history import History
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.session.journal import metrics_of
from explorer.engine.setup import model_page
from explorer.engine.views.from_text import request_from_text
from models.frames import Curves, Frame
from models.protocol import BadValue, Lab, Preset, build, params_of
from models.views.samples import frame_of

__all__ = ["draw_figure", "evaluate_run", "lab", "run_curves", "sample"]

_PART = 500


def sample(arguments: argparse.Namespace) -> int:
    """Draws from a trained model; see the help of `sample`."""
    if not 1 <= arguments.n <= 10_000_000:
        raise BadInput(f"--n takes a number of samples from 1 to 10000000, not {arguments.n}")
    path = Path(arguments.out)
    figures.check_path(path)
    loaded = load_run(
        arguments.run, checkpoint=arguments.checkpoint, device=arguments.device, progress=download_progress
    )
    settings = sample_settings(loaded.model, read_pairs(arguments.set))
    rng = torch.Generator(loaded.model.device).manual_seed(derive(arguments.seed, "sample"))
    parts = []
    with torch.no_grad(), refusing():
        for start in range(0, arguments.n, _PART):
            count = min(_PART, arguments.n - start)
            parts.append(loaded.model.sample(count, rng=rng, **settings).cpu().numpy())
    x = np.concatenate(parts)
    identity = {**loaded.run.identity, "step": loaded.step, "checkpoint": loaded.checkpoint, "seed": arguments.seed}
    if settings:
        identity["set"] = settings
    if path.suffix.lower() == ".npz":
        figures.save_arrays({"x": x}, path, identity=identity)
    else:
        subtitle = f"{len(x):,} draws from the model, step {loaded.step:,}"
        figures.save(frame_of(loaded.run.spec.kind, x, subtitle=subtitle), path, identity=identity)
    print(path)
    return 0


def evaluate_run(arguments: argparse.Namespace) -> int:
    """Measures a trained model; see the help of `evaluate`."""
    if arguments.n is not None and arguments.n < 1:
        raise BadInput(f"--n takes a number of data of at least 1, not {arguments.n}")
    loaded = load_run(
        arguments.run, checkpoint=arguments.checkpoint, device=arguments.device, progress=download_progress
    )

    metrics = evaluate(
        loaded.model,
        loaded.tensors,
        split=arguments.split,
        limit=arguments.n,
        seed=arguments.seed,
        settings=read_pairs(arguments.set),
        progress=count_progress,
    )
    n = metrics.pop("n")
    result: dict[str, Any] = {
        "run": str(loaded.run.folder),
        "step": loaded.step,
        "checkpoint": loaded.checkpoint,
        "split": arguments.split,
        "n": n,
        "metrics": metrics,
    }
    if arguments.json:
        finite = {key: value if value is None or math.isfinite(value) else None for key, value in metrics.items()}
        print(json.dumps({**result, "metrics": finite}, allow_nan=False))
        return 0
    print(f"step {loaded.step} ({loaded.checkpoint}), {n} {arguments.split} data")
    for key, value in metrics.items():
        if not key.endswith("_se"):
            error = metrics.get(f"{key}_se")
            print(f"  {key:<26}{value:12.4f}" + (f"  ± {error:.4f}" if error is not None else ""))
    return 0


def run_curves(run: Run) -> Curves:
    """The curves of a run, read from its metrics."""
    history = History()
    page = model_page(run.setup.page)
    for line in run.metrics():
        history.add(line["step"], metrics_of(line, set(page.rates)))
    return loss_curves(page, history, run.setup.config)


def draw_figure(arguments: argparse.Namespace) -> int:
    """Draws a view of a run; see the help of `figure`."""
    path = Path(arguments.out)
    figures.check_path(path)
    sizes = {"width_mm": arguments.width, "height_mm": arguments.height, "dpi": arguments.dpi}
    style = figures.Style(theme=arguments.theme, **{key: value for key, value in sizes.items() if value is not None})
    frame, identity = _frame_of(arguments)
    figures.save(frame, path, style=style, identity=identity)
    print(path)
    return 0


def _frame_of(arguments: argparse.Namespace) -> tuple[Frame, dict[str, Any]]:
    values = read_pairs(arguments.set)
    if arguments.view == "curves":
        run = Run(Path(arguments.run))
        return run_curves(run), {**run.identity, "view": "curves"}
    if arguments.step is not None:
        run = Run(Path(arguments.run))
        recorder = Recorder(run.frames)
        recorder.load()
        step, frames = recorder.at(arguments.step)
        if step != arguments.step:
            print(f"no frame was recorded at step {arguments.step}; drawing step {step}", file=sys.stderr)
        if arguments.view not in frames:
            raise BadInput(f"view {arguments.view} is not recorded; recorded are {', '.join(frames)}")
        if values:
            raise BadInput("--set cannot change a recorded step; leave out --set or --step")
        frame = frames[arguments.view]
        frame = dataclasses.replace(frame, subtitle=f"{frame.subtitle}, step {step:,}")
        return frame, {**run.identity, "view": arguments.view, "step": step}
    loaded = load_run(
        arguments.run, checkpoint=arguments.checkpoint, device=arguments.device, progress=download_progress
    )
    viewer = Viewer(loaded.model, loaded.tensors, loaded.model.device)
    view = viewer.view(arguments.view)
    if not view.applies(type(loaded.model), loaded.config, loaded.model.spec):
        raise BadInput(f"view {view.name} does not apply to this run's config and data")
    directions = read_directions(loaded.run.folder)
    request = request_from_text(view, loaded.model, loaded.tensors, values, directions)
    identity = {**loaded.run.identity, "view": view.name, "step": loaded.step, "set": values}
    return viewer.last_frame(request), identity


def _preset_of(page: type[Lab], title: str | None) -> Preset:
    if title is None:
        return Preset("", "")
    for preset in page.presets:
        if preset.title.lower().startswith(title.lower()):
            return preset
    raise BadInput(f"unknown preset {title}; the presets are: {'; '.join(preset.title for preset in page.presets)}")


def lab(arguments: argparse.Namespace) -> int:
    """Computes a lab and draws its views; see the help of `lab`."""
    try:
        page = models.find_page(arguments.page)
    except BadValue as error:
        raise BadInput(str(error)) from None
    if not issubclass(page, Lab):
        raise BadInput(f"{arguments.page} is a model, not a lab; see dgm-explorer train {arguments.page}")
    preset = _preset_of(page, arguments.preset)
    values = {**preset.config, **read_pairs(arguments.set)}
    try:
        config: Any = build(page.Config, values)
    except BadValue as error:
        raise BadInput(str(error)) from None
    opened = open_lab(page, config, arguments.data or preset.data, download_progress)
    folder = Path(arguments.out or arguments.page)
    identity = {"page": arguments.page, "config": {name: getattr(config, name) for name in params_of(page.Config)}}
    if opened.data is not None:
        identity |= {"data": opened.data.data.name, "data_digest": opened.data.data.digest}
    written = []
    for name, view in opened.viewer.views.items():
        if view.applies(page, config, opened.spec):
            frame = opened.viewer.last_frame(Request(name))
            for suffix in (".png", ".svg", ".npz"):
                path = folder / f"{name}{suffix}"
                written.append(str(figures.save(frame, path, identity={**identity, "view": name})))
    if arguments.json:
        data = {"data": identity["data"]} if "data" in identity else {}
        print(json.dumps({"page": arguments.page, **data, "config": identity["config"], "figures": written}))
    else:
        print("\n".join(written))
    return 0
