"""How fast autoregressive models generate: from cached activations, and naively. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from benchmarks.generation_pixel_cnn import measure_pixel_cnn
from benchmarks.generation_wavenet import measure_wavenet

__all__ = ["MODELS", "main"]

MODELS: Mapping[str, Callable[[float, torch.device], dict[str, Any]]] = {
    "pixel-cnn": measure_pixel_cnn,
    "wavenet": measure_wavenet,
}
"""Given seconds of each measurement and a device, measures one model."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MODELS, help="one of the models")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--device", default="cpu", help="cpu (one thread) or cuda")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON object")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "torch": torch.__version__}
    names = [chosen.only] if chosen.only else list(MODELS)
    results = {name: MODELS[name](chosen.seconds, torch.device(chosen.device)) for name in names}
    if not chosen.json:
        for name, result in results.items():
            print(f"{name}: {', '.join(f'{key} {value}' for key, value in result.items())}")
    print(json.dumps({"machine": machine, **results}, allow_nan=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
