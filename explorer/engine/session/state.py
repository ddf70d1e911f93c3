"""From a session to a checkpoint and back, bit for bit."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import torch

from explorer.engine.errors import RunError
from explorer.engine.randomness import initialising
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.setup import split_values
from models.protocol import GenerativeModel

if TYPE_CHECKING:
    from explorer.engine.session.session import Session

__all__ = ["full_checkpoint", "load_weights", "restore", "weights"]


def weights(session: Session) -> Checkpoint:
    """What is needed to use the model: its weights, raw and averaged."""
    tensors = {f"model/{name}": tensor.detach().clone() for name, tensor in session.model.own_state().items()}
    if session.averaged is not None:
        tensors |= {f"averaged/{name}": t.detach().clone() for name, t in session.averaged.own_state().items()}
    state = {"stage": session.model.stage, "config": dataclasses.asdict(session.setup.config)}
    return Checkpoint(session.step_count, state, tensors)


def full_checkpoint(session: Session) -> Checkpoint:
    """What is needed to go on."""
    base = weights(session)
    tensors = dict(base.tensors)
    for optimisation in session.players:
        prefix = f"optimiser/{optimisation.player.name}"
        tensors |= {f"{prefix}/{path}": tensor for path, tensor in optimisation.state().items()}
    tensors["generator"] = session.rng.get_state()
    state = {
        **base.state,
        "threads": torch.get_num_threads(),
        "training": dataclasses.asdict(session.setup.training),
        "optimisers": dataclasses.asdict(
            session.learner.training
        ),  # a change since the last round has not reached them
        "device": session.placement.device.type,
        "seconds": session.seconds,
        "position": session.position,
        "horizon": list(session.horizon),
        "best": session.best_score,
    }
    return Checkpoint(session.step_count, state, tensors)


def load_weights(model: GenerativeModel, checkpoint: Checkpoint, *, averaged: bool) -> None:
    """Puts a checkpoint's weights into a model built from the same config.

    Raises:
        RunError: Names or shapes differ.
    """
    stage = int(checkpoint.state.get("stage", 0))
    if stage != model.stage:
        device = model.device
        with initialising(0):  # new layers draw their weights, though these are replaced below
            model.enter_stage(stage)
        model.to(device)
    part = checkpoint.part("averaged") if averaged else {}
    _load(model, part or checkpoint.part("model"))


def _load(model: GenerativeModel, tensors: dict[str, torch.Tensor]) -> None:
    try:
        model.load_own_state(tensors)
    except RuntimeError as error:
        raise RunError(f"the checkpoint does not belong to this run ({str(error).splitlines()[0]})") from None


def restore(session: Session, checkpoint: Checkpoint) -> None:
    """Puts a session where it was when a full checkpoint was made.

    Raises:
        RunError: The checkpoint lacks something or belongs to another setup.
    """
    try:
        state = checkpoint.state
        model = type(session.model)
        config, _ = split_values(model, state["config"])
        _, training = split_values(model, state["training"])
        _, of_optimisers = split_values(model, state.get("optimisers", state["training"]))
        session.apply(config, training)
        load_weights(session.model, checkpoint, averaged=False)
        session.learner.rebuild_players(of_optimisers)
        if session.averaged is not None:
            load_weights(session.averaged, checkpoint, averaged=True)
        for optimisation in session.players:
            optimisation.load_state(checkpoint.part(f"optimiser/{optimisation.player.name}"))
        if state["device"] != session.placement.device.type:
            raise RunError(f"this run was trained on {state['device']}; go on there, for noise differs between devices")
        session.rng.set_state(checkpoint.tensors["generator"])
        session.take_counters(
            step=checkpoint.step,
            seconds=float(state["seconds"]),
            position=int(state["position"]),
            horizon=(int(state["horizon"][0]), float(state["horizon"][1])),
            best=None if state["best"] is None else float(state["best"]),
        )
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise RunError(f"the checkpoint of step {checkpoint.step} lacks something ({error!r})") from None
