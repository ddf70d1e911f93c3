"""The device that "auto" stands for: the faster one for a model, by stored figures. Nothing is timed at the start."""

from __future__ import annotations

import dataclasses

from explorer.engine.devices import available, resolve
from explorer.engine.randomness import build_model
from explorer.engine.setup import Setup, model_page
from models.protocol import DataSpec, GenerativeModel

__all__ = ["chosen_device", "faster_device"]

# Parameters × data of an update above which a GPU is faster. A CPU core makes 400 steps a second of the digits VAE,
# with 56,000 parameters and batches of 128, thus 2.9e9 parameters × data a second. An H200 makes at least 2,270
# captured rounds a second of small models, and some 270 where each operation is launched by the program.
_CORE = 2.9e9  # parameters × data a second
_CAPTURED = _CORE / 2270  # 1.3e6
_LAUNCHED = _CORE / 270  # 1.1e7


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
    parameters = sum(parameter.numel() for parameter in model.parameters())
    work = parameters * setup.training.batch
    captured = setup.training.graphs and names[0].startswith("cuda") and not any(p.rows for p in model.players())
    limit = _CAPTURED if captured else _LAUNCHED
    name, than = (names[0], "at least") if work >= limit else ("cpu", "below")
    figures = f"{parameters:,} parameters × {setup.training.batch:,} data a batch"
    return name, f"device {name}: {figures} are {than} the {limit:.0e} from which {names[0]} is faster"
