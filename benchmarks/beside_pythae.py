"""A minute of a VAE on MNIST from the command line, beside a minute of pythae's: same network, batch and threads."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from explorer.engine import BadInput, load_run, open_data
from models.nets import parameter_count

__all__ = ["measure_pythae"]

_ROOT = Path(__file__).resolve().parents[1]
_DATA = "mnist"  # grey, as pythae's users pass it: both sides descend the cross-entropy on intensities
_BATCH, _LATENT, _HIDDEN, _LR, _THREADS = 128, 10, 400, 1e-3, 1
_EDGE = 10.0  # seconds at either end that are compared
_TARGET = 2.0


def measure_pythae(interpreter: str | None, seconds: float, repeats: int) -> dict[str, Any]:
    """Runs of ours and of pythae's in turn, each in its own process.

    Args:
        interpreter: Path of a Python that has pythae; without one the part is skipped.
        seconds: Length of a run, imports and reading of data left out on both sides.
        repeats: Runs of each.
    """
    if interpreter is None:
        return {"skipped": "no --pythae-python"}
    try:
        data = open_data(_DATA)
    except BadInput as error:
        return {"skipped": str(error)}
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder) / "images.npy"
        np.save(images, data.train.x.astype(np.float32) * np.float32(data.scale))
        for number in range(repeats):
            ours.append(_ours(Path(folder) / f"run{number}", seconds))
            theirs.append(_theirs(interpreter, images, seconds))
    if ours[0]["parameters"] != theirs[0]["parameters"]:
        raise ValueError(f"the networks differ: {ours[0]['parameters']} and {theirs[0]['parameters']} parameters")
    ratios = [a["examples_per_s"] / b["examples_per_s"] for a, b in zip(ours, theirs, strict=True)]
    ratio = statistics.median(ratios)
    return {
        "data": _DATA,
        "batch": _BATCH,
        "threads": _THREADS,
        "seconds": seconds,
        "ours": _medians(ours),
        "theirs": _medians(theirs),
        "ratio": round(ratio, 3),
        "ratios": [round(value, 3) for value in ratios],
        "target": _TARGET,
        "reached": ratio >= _TARGET,
    }


def _ours(folder: Path, seconds: float) -> dict[str, float]:
    values = {"latent": _LATENT, "hidden": _HIDDEN, "layers": 2, "batch": _BATCH, "lr": _LR, "schedule": "constant"}
    command = [sys.executable, "-m", "explorer", "train", "vae", "--data", _DATA, "--device", "cpu", "--json"]
    command += ["--seconds", str(seconds), "--out", str(folder)]
    command += [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    _run(command)
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    ends = [line["time"] for line in lines if "held_out" not in line]
    result = _speeds(ends)
    # The training clock stands while frames are recorded, held-out data measured and checkpoints written; someone who
    # waits for the result waits for these too. The file of the first frames is written just before the first step.
    first = min((folder / "frames").iterdir(), key=lambda path: path.name)
    waited = (folder / "summary.json").stat().st_mtime - first.stat().st_mtime
    result["parameters"] = parameter_count(load_run(folder).model)
    result["examples_per_training_s"] = result["examples_per_s"]
    result["examples_per_s"] = len(ends) * _BATCH / waited
    return result


def _theirs(interpreter: str, images: Path, seconds: float) -> dict[str, float]:
    command = [interpreter, str(_ROOT / "benchmarks" / "pythae_vae.py"), str(images)]
    settings = {"seconds": seconds, "batch": _BATCH, "latent": _LATENT, "hidden": _HIDDEN, "lr": _LR}
    command += [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    output = _run([*command, "--threads", str(_THREADS)])
    told = json.loads(output.splitlines()[-1])
    return {**_speeds(told["ends"]), "parameters": told["parameters"]}


def _run(command: list[str]) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": str(_THREADS)}
    return subprocess.run(
        command, cwd=_ROOT, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout


def _speeds(ends: list[float]) -> dict[str, float]:
    """Examples a second over the whole, the first and the last seconds, from when each step ended."""
    edge = min(_EDGE, ends[-1] / 3)
    first = sum(end <= edge for end in ends) / edge
    last = sum(end > ends[-1] - edge for end in ends) / edge
    return {
        "examples_per_s": len(ends) * _BATCH / ends[-1],
        "first_examples_per_s": first * _BATCH,
        "last_examples_per_s": last * _BATCH,
        "last_over_first": last / first,
        "longest_step_ms": 1000 * max(after - before for before, after in pairwise([0.0, *ends])),
    }


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}
