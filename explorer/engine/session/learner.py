"""The model of a session with all that moves it: its players' optimisers, its averaged weights, its stage."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import choose_threads
from explorer.engine.randomness import build_model, derive, initialising
from explorer.engine.session.optimisation import Optimisation, average_into
from explorer.engine.setup import Setup, model_page
from explorer.engine.training import Training
from models.protocol import GenerativeModel

__all__ = ["Learner"]


class Learner:
    """A model that learns.

    Attributes:
        model: With the raw weights.
        averaged: A copy with averaged weights, or None.
        players: Each player with its optimiser, in the order in which they move.
        training: The settings that the optimisers were made with.

    Args:
        setup: What is trained, and how.
        data: Its data.
        device: Where.
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
        if type(self.model).prepare is not GenerativeModel.prepare:  # `whole` computes the data's entropy
            self.model.inherit(data.whole(), parents)
        self.averaged = copy.deepcopy(self.model).eval() if setup.training.ema > 0 else None
        self.training = setup.training
        self.players: list[Optimisation] = []
        self.rebuild_players(self.training)

    def rebuild_players(self, training: Training) -> None:
        """Makes the optimisers anew, as when the players changed."""
        self.training = training
        names = {id(parameter): name for name, parameter in self.model.named_parameters()}
        self.players = [Optimisation(player, training, names) for player in self.model.players()]

    def set_training(self, training: Training) -> None:
        """Takes other settings of the optimisers, at the beginning of a round, with as much memory as can be kept."""
        if training is self.training:
            return
        self.training = training
        for each in self.players:
            each.change(training)

    def display_model(self, raw: bool = False) -> GenerativeModel:
        """The model that views, samples and evaluation use: averaged weights where there are some."""
        return self.model if raw or self.averaged is None else self.averaged

    def configure(self, config: Any) -> None:
        """Takes a config with other live values; numbers of updates in a round may be among them."""
        if config is self.model.config:
            return
        self.model.config = config
        for each, player in zip(self.players, self.model.players(), strict=True):
            each.player = player
        if self.averaged is not None:
            self.averaged.config = config

    def average(self, step: int) -> None:
        """Moves the averaged weights after a round."""
        if self.averaged is not None:
            average_into(self.averaged, self.model, self._setup.training.ema, step)

    def grow(self, step: int) -> None:
        """Enters the stage that belongs to a step; parameters that stay keep their optimiser's memory."""
        stage = self.model.stage_at(step)
        if stage == self.model.stage:
            return
        memory = {each.player.name: each.state() for each in self.players}
        with initialising(derive(self._setup.seed, "stage", stage)):
            self.model.enter_stage(stage)
        self.model.to(self._device)
        if self.averaged is not None:
            kept = self.averaged.state_dict()
            self.averaged = copy.deepcopy(self.model).eval()
            now = self.averaged.state_dict()
            same = {name: value for name, value in kept.items() if name in now and now[name].shape == value.shape}
            self.averaged.load_state_dict(same, strict=False)  # what is new begins at its own value
        self.rebuild_players(self.training)
        for each in self.players:
            each.load_state(memory.get(each.player.name, {}))
