"""`sample`, `evaluate` and `lab`: use trained models and labs."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

import models
from explorer import figures
from explorer.cli.arguments import read_pairs
from explorer.cli.drawing import check_folder
from explorer.cli.progress import Working, download_progress
from explorer.engine import BadInput, Request, evaluate, load_run
from explorer.engine.lab import open_lab
from explorer.engine.measure.settings import refusing, sample_settings
from explorer.engine.randomness import derive
from explorer.engine.runs.setup_history import SetupHistory
from models.frames import Audio
from models.protocol import BadValue, Kind, Lab, Preset, Table, Waveform, build, params_of
from models.views.samples import frame_of
from models.views.words import column_names, plural

__all__ = ["evaluate_run", "lab", "sample"]

_PART = 500
_SILENCE = 0.25  # seconds between two sounds of one file


def sample(arguments: argparse.Namespace) -> int:
    """Draws from a trained model; see the help of `sample`."""
    if not 1 <= arguments.n <= 10_000_000:
        raise BadInput(f"--n takes a number of samples from 1 to 10000000, not {arguments.n}")
    path = Path(arguments.out)
    figures.check_path(path)
    check_folder(path)
    loaded = load_run(
        arguments.run, checkpoint=arguments.checkpoint, device=arguments.device, progress=download_progress
    )
    if path.suffix.lower() == ".wav" and not isinstance(loaded.run.spec.kind, Waveform):
        raise BadInput(f"a .wav takes sound, and {arguments.run} has none: give --out another ending than {path.name}")
    settings = sample_settings(loaded.model, read_pairs(arguments.set))
    rng = torch.Generator(loaded.model.device).manual_seed(derive(arguments.seed, "sample"))
    parts = []
    with torch.no_grad(), refusing(), Working("sampling") as working:
        for start in range(0, arguments.n, _PART):
            count = min(_PART, arguments.n - start)
            parts.append(loaded.model.sample(count, rng=rng, **settings).cpu().numpy())
            working.count(start + count, arguments.n)
    x = np.concatenate(parts)
    past = SetupHistory.of(loaded.run).identity(loaded.step)
    identity = {**loaded.run.identity, **past, "step": loaded.step}
    identity |= {"checkpoint": loaded.checkpoint, "seed": arguments.seed}
    if settings:
        identity["set"] = settings
    if path.suffix.lower() == ".wav":
        figures.save(_one_after_another(x, loaded.run.spec.kind), path, identity=identity)
    elif path.suffix.lower() == ".npz":
        figures.save_arrays({"x": x}, path, identity=identity)
    else:
        subtitle = f"{plural(len(x), 'draw')} from the model, step {loaded.step:,}"
        spec = loaded.run.spec
        names = column_names(spec) if isinstance(spec.kind, Table) else ()
        figures.save(frame_of(spec.kind, x, names=names, subtitle=subtitle), path, identity=identity)
    print(path)
    return 0


def _one_after_another(x: np.ndarray, kind: Kind) -> Audio:
    """Sounds (n, length) as one, with silence between them."""
    assert isinstance(kind, Waveform)
    assert kind.rate is not None
    silence = np.zeros((len(x), round(_SILENCE * kind.rate)), x.dtype)
    return Audio(np.concatenate([x, silence], axis=1).ravel()[: x.size + silence.size - silence.shape[1]], kind.rate)


def evaluate_run(arguments: argparse.Namespace) -> int:
    """Measures a trained model; see the help of `evaluate`."""
    if arguments.n is not None and arguments.n < 1:
        raise BadInput(f"--n takes a number of data of at least 1, not {arguments.n}")
    loaded = load_run(
        arguments.run, checkpoint=arguments.checkpoint, device=arguments.device, progress=download_progress
    )
    with Working("evaluating") as working:
        metrics = evaluate(
            loaded.model,
            loaded.tensors,
            split=arguments.split,
            limit=arguments.n,
            seed=arguments.seed,
            settings=read_pairs(arguments.set),
            progress=working.count,
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
    views = {n: v for n, v in opened.viewer.views.items() if v.applies(page, config, opened.spec)}
    with Working(page.title) as working:
        for number, (name, view) in enumerate(views.items(), start=1):
            working.step(f"{view.title}, view {number} of {len(views)}")
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
