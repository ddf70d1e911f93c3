"""The device that "auto" stands for: the faster one for a model, by stored figures. Nothing is timed at the start."""

from __future__ import annotations

import dataclasses
import math

from torch import nn

from explorer.engine.devices import available, resolve
from explorer.engine.randomness import build_model
from explorer.engine.setup import Setup, model_page
from models.protocol import DataSpec, GenerativeModel, Waveform

__all__ = ["chosen_device", "faster_device"]

# Where a whole round is captured as a CUDA graph, a GPU is faster for every model: an H200 makes seven times as many
# rounds a second of the smallest ones as a core of its machine (benchmarks/gpu.py). Where the program launches each
# operation, it makes some 270 rounds a second of a small model, and a core 2.9e9 parameters × data: 400 steps of the
# digits VAE, with 56,000 parameters and batches of 128.
_SHARING = (nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d, nn.RNNBase, nn.RNNCellBase)  # layers that share weights
_LAUNCHED = 2.9e9 / 270  # 1.1e7 parameters × data an update, above which a GPU is faster


def chosen_device(setup: Setup, spec: DataSpec) -> tuple[Setup, str]:
    """A setup with its device, chosen where it is "auto".

    Args:
        setup: The setup.
        spec: What the model knows of its data.

    Returns:
        The setup, and a sentence that says which device was chosen and why; "" where there was no choice.
    """
    if setup.device != "auto":
        return setup, ""
    names = available()
    if len(names) == 1:
        return dataclasses.replace(setup, device=names[0]), ""
    model = build_model(model_page(setup.page), setup.config, spec, setup.seed)
    name, reason = faster_device(model, setup, names)
    return dataclasses.replace(setup, device=str(resolve(name))), reason


def faster_device(model: GenerativeModel, setup: Setup, names: list[str]) -> tuple[str, str]:
    """The faster of some devices for a model, and why.

    Args:
        model: The model, on any device.
        setup: Its batch, and whether rounds may be captured.
        names: Devices of the machine, the fastest for large models first and "cpu" last.
    """
    first = names[0]
    captured = setup.training.graphs and first.startswith("cuda") and not any(p.rows for p in model.players())
    if captured:
        return (
            first,
            f"device {first}: it replays a round as one CUDA graph, which is faster than a CPU",
        )
    parameters, uses = sum(parameter.numel() for parameter in model.parameters()), _uses(model)
    name, than = (first, "at least") if parameters * uses * setup.training.batch >= _LAUNCHED else ("cpu", "below")
    places = f" × {uses:,} places of a datum" if uses > 1 else ""
    figures = f"{parameters:,} parameters × {setup.training.batch:,} data a batch{places}"
    return name, f"device {name}: {figures} are {than} the {_LAUNCHED:.0e} from which {first} is faster"


def _uses(model: GenerativeModel) -> int:
    """How often a weight is used for one datum: once, or at each entry by convolutions and recurrent networks."""
    shared = isinstance(model.spec.kind, Waveform) or any(isinstance(each, _SHARING) for each in model.modules())
    return math.prod(model.spec.kind.shape) if shared else 1
