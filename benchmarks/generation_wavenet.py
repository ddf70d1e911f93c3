"""WaveNet of 20 layers: samples a second, and whether caching changes what is drawn."""

from __future__ import annotations

import statistics
import time
from typing import Any

import torch

from models.autoregressive.wavenet import WaveNet
from models.autoregressive.wavenet.generation import Generation, NaiveGeneration, generation
from models.nets.wavenet_cache import ArrayCache, TensorCache
from models.protocol import DataSpec, Waveform, build

__all__ = ["measure_wavenet"]

_ROUNDS = 5  # naive and cached in turn, so that other load on the machine affects both
_COMPARED = 64  # samples that both ways draw from the same noise
_TARGETS = {"cached_samples_per_s": 2000, "ratio": 20}
_CONFIG = {"layers": 20, "cycle": 10, "kernel": 2, "residual": 64, "gate": 128, "skip": 64, "head": 64}


def measure_wavenet(seconds: float, device: torch.device) -> dict[str, Any]:
    torch.manual_seed(0)
    model = WaveNet(build(WaveNet.Config, _CONFIG), DataSpec(Waveform(16_000, 16_000), 1)).to(device).eval()
    speeds: dict[str, list[tuple[float, float]]] = {"naive": [], "cached": []}
    for _ in range(_ROUNDS):
        for name, kind in (("naive", NaiveGeneration), ("cached", generation)):
            speeds[name].append(_samples_per_second(_begin(model, kind, 200_000), seconds / _ROUNDS))
    naive, cached = (statistics.median(wall for wall, _ in each) for each in speeds.values())
    busy_naive, busy_cached = (statistics.median(busy for _, busy in each) for each in speeds.values())
    result: dict[str, Any] = {
        "receptive_field": model.receptive_field,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "device": str(device),
        "naive_samples_per_s": round(naive, 1),
        "cached_samples_per_s": round(cached, 1),
        "ratio": round(cached / naive, 1),
        "naive_samples_per_processor_s": round(busy_naive, 1),
        "cached_samples_per_processor_s": round(busy_cached, 1),
    }
    result["same_draws"] = _same_draws(model)
    result["largest_difference_of_outputs_in_float64"] = _largest_difference(model)
    return {**result, "targets": _TARGETS, "reached": all(result[key] >= least for key, least in _TARGETS.items())}


def _begin(model: WaveNet, kind: Any, length: int) -> Generation:
    noise = model.noise(1, length, torch.Generator(model.device).manual_seed(0))
    return kind(model.network, model.distribution, noise)


def _samples_per_second(drawn: Generation, seconds: float) -> tuple[float, float]:
    """By the clock, and by the processor time of this process, which other programs on the machine do not change."""
    drawn.advance(2)
    began, busy, first = time.perf_counter(), time.process_time(), drawn.done
    while time.perf_counter() < began + seconds and drawn.done < drawn.length:
        drawn.advance(1 if isinstance(drawn, NaiveGeneration) else 50)
    drawn.levels.cpu()  # waits for the device
    count = drawn.done - first
    return count / (time.perf_counter() - began), count / (time.process_time() - busy)


def _same_draws(model: WaveNet) -> bool:
    both = [_begin(model, kind, _COMPARED) for kind in (NaiveGeneration, generation)]
    for drawn in both:
        drawn.advance(_COMPARED)
    return torch.equal(both[0].levels, both[1].levels)


@torch.no_grad()
def _largest_difference(model: WaveNet) -> float:
    exact = model.copy().double().cpu()
    stack, field = exact.network.stack, exact.receptive_field
    x = torch.randn(1, field + _COMPARED, 64, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = stack(x)[:, 1:]
    tensors, arrays = TensorCache(stack, x[:, :field]), ArrayCache(stack, x[:, :field])
    differences = []
    for t in range(_COMPARED):
        step = x[:, field + t]
        differences += [
            tensors.step(step) - expected[:, t],
            torch.from_numpy(arrays.step(step.numpy())) - expected[:, t],
        ]
    return float(torch.stack(differences).abs().max())
