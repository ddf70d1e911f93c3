"""Weights of a checkpoint, loaded into a model."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from explorer.engine.errors import RunError
from explorer.engine.randomness import initialising
from explorer.engine.runs.checkpoint import Checkpoint
from models.protocol import GenerativeModel

__all__ = ["load_tensors", "load_weights"]


def load_weights(model: GenerativeModel, checkpoint: Checkpoint, *, averaged: bool) -> None:
    """Loads a checkpoint's weights into a model built from the same config.

    Args:
        model: The model.
        checkpoint: A checkpoint of its run.
        averaged: Whether to load the averaged weights, if the checkpoint has any.

    Raises:
        RunError: Names or shapes differ.
    """
    part = checkpoint.part("averaged") if averaged else {}
    load_tensors(model, int(checkpoint.state.get("stage", 0)), part or checkpoint.part("model"))


def load_tensors(model: GenerativeModel, stage: int, tensors: Mapping[str, Tensor]) -> None:
    """Enters a stage of a model and loads its parameters and buffers.

    Raises:
        RunError: Names or shapes differ.
    """
    if stage != model.stage:
        device = model.device
        with initialising(0):  # new layers draw weights, which are replaced below
            model.enter_stage(stage)
        model.to(device)
    try:
        names = {name: model.renamed.get(name, name) for name in tensors}
        model.load_own_state({new: tensors[old] for old, new in names.items() if new is not None})
    except RuntimeError as error:
        raise RunError(f"the checkpoint does not belong to this run ({str(error).splitlines()[0]})") from None
