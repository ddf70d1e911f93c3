"""How fast training is: a session beside the bare loop, and a minute of a VAE beside pythae's. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from benchmarks.beside_pythae import measure_pythae
from benchmarks.session_speed import measure_sessions

_SLICE, _SLICES = 1.0, 40
_MINUTE, _RUNS = 60.0, 2


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, help=f"of a slice ({_SLICE:g}) and of a run beside pythae ({_MINUTE:g})"
    )
    parser.add_argument("--repeats", type=int, help=f"slices ({_SLICES}) and runs ({_RUNS}) of each kind")
    parser.add_argument("--only", choices=("session", "pythae"), help="one of the two parts")
    parser.add_argument("--costs", action="store_true", help="leave out the parts of a session in turn")
    parser.add_argument("--pythae-python", metavar="PATH", help="interpreter of an environment that has pythae")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON object")
    chosen = parser.parse_args(arguments)
    result: dict[str, Any] = {"machine": _machine()}
    if chosen.only != "pythae":
        result["session"] = measure_sessions(chosen.seconds or _SLICE, chosen.repeats or _SLICES, chosen.costs)
    if chosen.only != "session":
        result["pythae"] = measure_pythae(chosen.pythae_python, chosen.seconds or _MINUTE, chosen.repeats or _RUNS)
    result["machine"]["load_after"] = _load()
    if not chosen.json:
        _tell(result)
    print(json.dumps(result, allow_nan=False))
    return 0


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "load_before": _load(),
    }


def _load() -> float | None:
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _tell(result: dict[str, Any]) -> None:
    for each in result.get("session", []):
        verdict = "reached" if each["reached"] else "missed"
        print(
            f"{each['page']} on {each['data']}: {each['session_steps_per_s']} of {each['bare_steps_per_s']} steps/s, "
            f"ratio {each['ratio']} (by processor time {each['ratio_by_processor_time']}); "
            f"target {each['target']}, {verdict}; {each['snapshots_per_s']} snapshots/s"
        )
    beside = result.get("pythae", {})
    if "skipped" in beside:
        print(f"pythae: skipped, {beside['skipped']}")
    elif beside:
        print(
            f"vae on {beside['data']}: {beside['ours']['examples_per_s']} examples/s, "
            f"pythae {beside['theirs']['examples_per_s']}; ratio {beside['ratio']} (target {beside['target']})"
        )


if __name__ == "__main__":
    sys.exit(main())
