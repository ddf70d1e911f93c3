"""How many samples and data a measurement uses, given what one of them costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.protocol import GenerativeModel, HasLogProb, Planar, View, settings_of

__all__ = ["budget", "log_prob_passes", "recorded_params", "sampling_passes"]

_RECORDED, _POINTS = 16, 200  # samples in a recorded frame, at least; of the plane, whose density they are to show


def budget(n: int, passes: int, floor: int) -> int:
    """Number of samples or data that a measurement uses.

    A model of one pass gets all n. Another gets n / passes, but at least `floor`, below which the number measured
    means little, and at most n.

    Args:
        n: Number where each takes one pass through the network.
        passes: Passes through the network that a batch takes.
        floor: Smallest useful number.
    """
    return n if passes <= 1 else min(n, max(floor, n // passes))


def sampling_passes(model: GenerativeModel, settings: Mapping[str, Any] | None = None) -> int:
    """Passes of one batch of a model's samples.

    Args:
        model: The model.
        settings: Settings of its `sample`; defaults where missing.
    """
    defaults = {name: declared.default for name, declared in settings_of(type(model).sample).items()}
    return type(model).sampling_passes(model.config, {**defaults, **(settings or {})}, model.spec)


def log_prob_passes(model: GenerativeModel) -> int:
    """Passes of the log density of one batch, 1 for a model without one."""
    return type(model).log_prob_passes(model.config, model.spec) if isinstance(model, HasLogProb) else 1


def recorded_params(view: View, model: GenerativeModel) -> dict[str, Any]:
    """Parameters with which a view is recorded: fewer samples than by default if sampling is expensive."""
    if not view.samples:
        return {}
    n = int(view.params[view.samples].default)
    settings = {name: declared.default for name, declared in view.params.items() if name != view.samples}
    known = {name: value for name, value in settings.items() if name in settings_of(type(model).sample)}
    least = _POINTS if isinstance(model.spec.kind, Planar) else _RECORDED
    fewest = max(least, int(view.params[view.samples].low or 0))
    recorded = budget(n, sampling_passes(model, known), fewest)
    return {} if recorded == n else {view.samples: recorded}
