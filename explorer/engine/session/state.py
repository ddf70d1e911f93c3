"""The state of a training run between two rounds, and its form as a checkpoint."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from explorer.engine.errors import RunError
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.setup import split_values
from explorer.engine.training import Training
from models.protocol import GenerativeModel

__all__ = ["TrainingState", "from_checkpoint", "to_checkpoint", "weights"]

_RNG = "generator"  # its key in checkpoints, whose format is fixed


@dataclass(frozen=True)
class TrainingState:
    """Everything that a session needs to continue training with bit-identical results.

    Attributes:
        step: Rounds completed.
        seconds: Training time.
        position: Position in the stream of training data.
        horizon: Length of the learning-rate schedule, (steps, seconds).
        best: Score of the best checkpoint by validation, or None.
        config: The page's config.
        training: Training settings in force.
        optimisers: Training settings of the optimisers, to which live changes are applied in the next round.
        stage: Stage of the model's structure.
        device: Type of the device: "cpu", "cuda" or "mps".
        threads: Number of threads that torch used.
        rng: State of the random number generator of training.
        tensors: By path: "model/…", "averaged/…" and "optimiser/<player>/<parameter>/<key>".
    """

    step: int
    seconds: float
    position: int
    horizon: tuple[int, float]
    best: float | None
    config: Any
    training: Training
    optimisers: Training
    stage: int
    device: str
    threads: int
    rng: Tensor
    tensors: Mapping[str, Tensor]

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors below a prefix, by the rest of their path."""
        start = f"{prefix}/"
        return {path[len(start) :]: tensor for path, tensor in self.tensors.items() if path.startswith(start)}


def weights(step: int, model: GenerativeModel, averaged: GenerativeModel | None) -> Checkpoint:
    """A checkpoint for inference, without optimiser state: a copy of its raw and averaged weights."""
    tensors = {f"model/{name}": tensor.detach().clone() for name, tensor in model.own_state().items()}
    if averaged is not None:
        tensors |= {f"averaged/{name}": tensor.detach().clone() for name, tensor in averaged.own_state().items()}
    return Checkpoint(step, {"stage": model.stage, "config": dataclasses.asdict(model.config)}, tensors)


def to_checkpoint(state: TrainingState) -> Checkpoint:
    """The form of a state on disk."""
    values = {
        "stage": state.stage,
        "config": dataclasses.asdict(state.config),
        "threads": state.threads,
        "training": dataclasses.asdict(state.training),
        "optimisers": dataclasses.asdict(state.optimisers),
        "device": state.device,
        "seconds": state.seconds,
        "position": state.position,
        "horizon": list(state.horizon),
        "best": state.best,
    }
    return Checkpoint(state.step, values, {**state.tensors, _RNG: state.rng})


def from_checkpoint(checkpoint: Checkpoint, page: type[GenerativeModel]) -> TrainingState:
    """The state that `to_checkpoint` wrote for a page.

    Raises:
        RunError: An entry is missing.
        BadInput: A stored value is refused.
    """
    try:
        stored = checkpoint.state
        config, _ = split_values(page, stored["config"])
        _, training = split_values(page, stored["training"])
        _, optimisers = split_values(page, stored.get("optimisers", stored["training"]))
        steps, seconds = stored["horizon"]
        return TrainingState(
            step=checkpoint.step,
            seconds=float(stored["seconds"]),
            position=int(stored["position"]),
            horizon=(int(steps), float(seconds)),
            best=None if stored["best"] is None else float(stored["best"]),
            config=config,
            training=training,
            optimisers=optimisers,
            stage=int(stored.get("stage", 0)),
            device=str(stored["device"]),
            threads=int(stored.get("threads", 1)),
            rng=checkpoint.tensors[_RNG],
            tensors={path: tensor for path, tensor in checkpoint.tensors.items() if path != _RNG},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"the checkpoint of step {checkpoint.step} is incomplete ({error!r})") from None
