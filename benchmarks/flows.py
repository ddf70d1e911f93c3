"""How fast flows are: density, sampling, and a training step, alternating with zuko and nflows. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch import Tensor, nn

from benchmarks.flows_peers import PEERS, Peer
from models.flows import FAMILY
from models.protocol import DataSpec, Table

__all__ = ["main"]

_SIZES = ((8, 64), (64, 256))  # dimensions and hidden width
_BATCH = 1024
_LAYERS = {"maf": 5, "real-nvp": 10}
_TARGETS = {
    ("maf", "sample", 8): 2.0,
    ("maf", "sample", 64): 5.0,
}
"""Speed as a multiple of the faster peer's; 1 where none is named."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=_LAYERS, help="one of the flows")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement, for each library")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON object")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    missing = {name: found for name, make in PEERS.items() if isinstance(found := make("maf", 8, 8, 1), str)}
    result: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "torch": torch.__version__},
        "skipped": missing,
        "rows": [],
    }
    for name in [chosen.only] if chosen.only else _LAYERS:
        for dims, width in _SIZES:
            for row in _measure(name, dims, width, chosen.seconds):
                result["rows"].append(row)
                if not chosen.json:
                    print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    print(json.dumps(result, allow_nan=False))
    return 0


def _ours(name: str, dims: int, width: int, layers: int) -> Peer:
    """A flow of this program with the layers of the peers: ReLU, two hidden layers, nothing between the layers."""
    page = FAMILY.pages[name]
    values: dict[str, Any] = {"layers": layers, "width": width, "hidden": 2, "activation": "relu"}
    if name == "real-nvp":
        values |= {"d": dims // 2, "affine": False}
    spec = DataSpec(Table(dims), 1, mean=(0.0,) * dims, std=(1.0,) * dims)
    model: Any = page(page.Config(**values), spec)
    rng = torch.Generator().manual_seed(0)
    return Peer(model, lambda x: model(x)[1], lambda n: model.sample(n, rng=rng))


def _measure(name: str, dims: int, width: int, seconds: float) -> list[dict[str, Any]]:
    x = torch.randn(_BATCH, dims, generator=torch.Generator().manual_seed(1))
    flows = {"ours": _ours(name, dims, width, _LAYERS[name])}
    for peer, make in PEERS.items():
        made = make(name, dims, width, _LAYERS[name])
        if isinstance(made, Peer):
            flows[peer] = made
    operations: Mapping[str, Callable[[Peer], Callable[[], object]]] = {
        "log_prob": lambda flow: lambda: _without_gradients(flow.log_prob, x),
        "sample": lambda flow: lambda: _without_gradients(flow.sample, _BATCH),
        "forward_backward": lambda flow: lambda: _step(flow, x),
    }
    rows = []
    for operation, of in operations.items():
        times = _alternating({which: of(flow) for which, flow in flows.items()}, seconds)
        row: dict[str, Any] = {"flow": name, "dims": dims, "width": width, "operation": operation}
        row |= {f"{which}_ms": round(1000 * least, 3) for which, least in times.items()}
        peers = [least for which, least in times.items() if which != "ours"]
        if peers:
            row |= {"ratio": round(min(peers) / times["ours"], 3), "target": _TARGETS.get((name, operation, dims), 1.0)}
        rows.append(row)
    return rows


def _without_gradients(function: Callable[[Any], Tensor], argument: Any) -> Tensor:
    with torch.no_grad():
        return function(argument)


def _step(flow: Peer, x: Tensor) -> None:
    """A pass and its gradients."""
    nn.Module.zero_grad(flow.module, set_to_none=True)
    (-flow.log_prob(x).mean()).backward()


def _alternating(calls: Mapping[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """The least time of each call, s; they take turns, and each call gets about the same time in all."""
    least = dict.fromkeys(calls, float("inf"))
    spent = dict.fromkeys(calls, 0.0)
    while min(spent.values()) < seconds:
        for which, call in calls.items():
            if spent[which] > min(spent.values()) + seconds:
                continue
            since = time.perf_counter()
            call()
            took = time.perf_counter() - since
            least[which], spent[which] = min(least[which], took), spent[which] + took
    return least


if __name__ == "__main__":
    sys.exit(main())
