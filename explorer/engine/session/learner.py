"""The model of a session with its players' optimisers, its averaged weights and its stage."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import choose_threads, is_deferred
from explorer.engine.errors import RunError
from explorer.engine.randomness import build_model, derive, initialising
from explorer.engine.runs.weights import load_tensors
from explorer.engine.session.optimisation import Average, Optimisation, averaging_weight
from explorer.engine.session.state import TrainingState
from explorer.engine.setup import Setup, model_page
from explorer.engine.training import Training
from models.protocol import GenerativeModel, Progress

__all__ = ["Learner"]


class Learner:
    """A model in training.

    Attributes:
        model: The model with its raw weights.
        averaged: A copy with averaged weights, or None.
        players: Each player with its optimiser, in the order of their updates in a round.
        training: The settings of the optimisers.
        revision: Increases when the structure or the players may have changed.

    Args:
        setup: The model's page, its config and the training settings.
        data: The training data.
        device: Device of the model.
        parents: Trained models that the config names, on the device, by field.
    """

    def __init__(
        self,
        setup: Setup,
        data: TensorData,
        device: torch.device,
        parents: Mapping[str, GenerativeModel] = MappingProxyType({}),
    ):
        self._setup, self._device = setup, device
        self.model = build_model(model_page(setup.page), setup.config, data.spec, setup.seed).to(device)
        choose_threads(sum(parameter.numel() for parameter in self.model.parameters()))
        self.model.inherit(data.whole(), parents)
        averages = setup.training.ema > 0 and not self.model.fitted(setup.config)
        self.averaged = self.model.copy().eval() if averages else None
        self._follow()
        self._weight: float | Tensor = torch.zeros((), device=device) if is_deferred(device) else 0.0
        self.training = setup.training
        self.players: list[Optimisation] = []
        self.revision = 0
        self.rebuild_players(self.training)

    @property
    def structure(self) -> tuple[object, ...]:
        """The stage of the model, and what the window shows of its players."""
        players = [each.player for each in self.players]
        shown = ((each.name, each.symbol, each.updates, *each.forward_phases) for each in players)
        return self.model.stage, *shown

    def rebuild_players(self, training: Training) -> None:
        """Creates the optimisers again, because the players have changed."""
        self.training = training
        self.revision += 1
        names = {id(parameter): name for name, parameter in self.model.named_parameters()}
        self.players = [Optimisation(player, training, names) for player in self.model.players()]

    def set_training(self, training: Training) -> None:
        """Changes the settings of the optimisers before a round; moments that the new ones use are kept."""
        if training is self.training:
            return
        self.training = training
        for each in self.players:
            each.change(training)

    def display_model(self, raw: bool = False) -> GenerativeModel:
        """The model for views, samples and evaluation: with averaged weights, if it has any and `raw` is not set."""
        return self.model if raw or self.averaged is None else self.averaged

    def configure(self, config: Any) -> None:
        """Applies a config with other live values, which may change the numbers of updates in a round."""
        if config == self.model.config:
            return
        self.revision += 1
        self.model.config = config
        for each, player in zip(self.players, self.model.players(), strict=True):
            each.player = player
        if self.averaged is not None:
            self.averaged.config = config

    def set_averaging(self, step: int) -> None:
        """Sets the weight of the new weights in their average for a round; `step` is its number, from 1."""
        weight = averaging_weight(self._setup.training.ema, step)
        if isinstance(self._weight, Tensor):
            self._weight.fill_(weight)
        else:
            self._weight = weight

    def average(self) -> None:
        """Updates the averaged weights after a round."""
        if self._average is not None:
            self._average.update(self._weight)

    def _follow(self) -> None:
        """Lets the averaged weights follow those of the model, whose structure may have changed."""
        self._average = None if self.averaged is None else Average(self.averaged, self.model)

    def grow(self, progress: Progress) -> None:
        """Enters the model's stage for the current progress.

        Parameters that keep their name and shape keep their optimiser moments; the others start without any.
        """
        stage = self.model.stage_at(progress)
        if stage == self.model.stage:
            return
        memory = {each.player.name: each.state() for each in self.players}
        shapes = {name: parameter.shape for name, parameter in self.model.named_parameters()}
        with initialising(derive(self._setup.seed, "stage", stage)):
            self.model.enter_stage(stage)
        self.model.to(self._device)
        if self.averaged is not None:
            before = self.averaged.state_dict()
            self.averaged = self.model.copy().eval()
            after = self.averaged.state_dict()
            same = {name: old for name, old in before.items() if name in after and after[name].shape == old.shape}
            self.averaged.load_state_dict(same, strict=False)  # new parameters start at their own values
        self._follow()
        self.rebuild_players(self.training)
        unchanged = {name for name, p in self.model.named_parameters() if shapes.get(name) == p.shape}
        for each in self.players:
            moments = memory.get(each.player.name, {})
            each.load_state({path: value for path, value in moments.items() if path.rpartition("/")[0] in unchanged})

    def tensors(self) -> dict[str, Tensor]:
        """A copy of all weights and moments, by path as in `TrainingState.tensors`."""
        tensors = {f"model/{name}": value for name, value in self.model.own_state().items()}
        if self.averaged is not None:
            tensors |= {f"averaged/{name}": value for name, value in self.averaged.own_state().items()}
        for each in self.players:
            tensors |= {f"optimiser/{each.player.name}/{path}": value for path, value in each.state().items()}
        return {path: value.detach().clone() for path, value in tensors.items()}

    def load(self, state: TrainingState) -> None:
        """Loads weights, stage and moments from a state of the same setup.

        Raises:
            RunError: Names or shapes differ.
        """
        load_tensors(self.model, state.stage, state.part("model"))
        self.rebuild_players(state.optimisers)
        if self.averaged is not None:
            load_tensors(self.averaged, state.stage, state.part("averaged") or state.part("model"))
        self._follow()
        try:
            for each in self.players:
                each.load_state(state.part(f"optimiser/{each.player.name}"))
        except ValueError as error:
            raise RunError(f"the checkpoint does not belong to this run ({error})") from None
