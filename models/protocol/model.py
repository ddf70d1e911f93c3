"""The base classes of models and labs."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from models.protocol.declarations import Metric, Objective, Preset, Scene, Try
from models.protocol.inputs import Data, DataBatch
from models.protocol.kinds import DataSpec, Kind
from models.protocol.player import Player, Progress
from models.protocol.views import View

__all__ = [
    "GameModel",
    "GenerativeModel",
    "Lab",
    "LossModel",
    "Page",
]


class Page:
    """The class attributes that models and labs have in common.

    Class attributes:
        title, reference, presets, look_at, try_next: Texts and presets of the page.
        about: What data, model and players are, with their letters: at most two sentences, or "".
        Config: Frozen dataclass of `param(...)` fields.
        accepts: Kinds of data that the page takes. A lab that declares none has no data.
        views: Views that the page uses beside its own methods marked `@view`.
        scenes: Named arrangements of its cards.
        time: The `TimeStep` of its views at first.
        cure: What the window offers beside an alert of a view, or None. It sets live fields and restarts nothing.
    """

    title: ClassVar[str]
    reference: ClassVar[str] = ""
    about: ClassVar[str] = ""
    accepts: ClassVar[tuple[Kind | type[Kind], ...]] = ()
    Config: ClassVar[type]
    presets: ClassVar[tuple[Preset, ...]] = ()
    views: ClassVar[tuple[View, ...]] = ()
    scenes: ClassVar[tuple[Scene, ...]] = ()
    look_at: ClassVar[str] = ""
    try_next: ClassVar[tuple[Try, ...]] = ()
    time: ClassVar[float] = 0.0
    cure: ClassVar[Try | None] = None

    @classmethod
    def objective_of(cls, config: Any) -> Objective | None:
        """What is optimised under a config, or the equations that a lab is about; None if there are none."""
        return None


class GenerativeModel(Page, nn.Module, ABC):
    """A model that can be trained and sampled. Subclass `LossModel` or `GameModel`; subclasses of those are final.

    Class attributes (see `Page` for the others):
        objective: What is optimised; where it depends on the config, `objective_of` says so instead.
        metrics: Numbers to follow; those of source "train" come with every loss.
        validation: Key of the metric that picks the best checkpoint, or None for no validation.
        rates: Training field and label of each learning rate.
        batch_statistics: The model normalises by its batch, so a batch cannot be split into micro-batches.
        validation_size: Number of validation data that a measurement during training uses.
        validation_part: Number of them that is measured at once; requests are served between two parts.
        validation_interval_growth: Steps between two such measurements, as a share of the steps so far.
        renamed: Parameters and buffers that had another name in earlier versions: that name to today's, or to None for
            what is no longer stored. Checkpoints of earlier versions are read with it.
        Config: Frozen dataclass of `param(...)` fields.

    Attributes:
        processes: Number of processes that train the model together, each on its part of every batch. What a loss
            counts on its part counts for all of them.

    Args:
        config: The page's parameters.
        spec: What is known of the data.
    """

    objective: ClassVar[Objective]
    metrics: ClassVar[tuple[Metric, ...]]
    validation: ClassVar[str | None] = None
    rates: ClassVar[Mapping[str, str]] = {"lr": "Learning rate"}
    batch_statistics: ClassVar[bool] = False
    validation_size: ClassVar[int] = 500
    validation_part: ClassVar[int] = 500
    validation_interval_growth: ClassVar[float] = 0.15
    renamed: ClassVar[Mapping[str, str | None]] = {}

    def __init__(self, config: Any, spec: DataSpec):
        super().__init__()
        self.config = config
        self.spec = spec
        self.stage = 0
        self.processes = 1
        self.inherited: tuple[str, ...] = ()

    @abstractmethod
    def players(self) -> tuple[Player, ...]:
        """The players, in the order in which they move in a round; none if the model is `fitted`."""

    @abstractmethod
    def player_loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """What a player descends, as "loss", and metrics; scalars, means over the batch."""

    @abstractmethod
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws n samples from the model, (n, *data_shape), in data units and in the type of the kind of data.

        Further keywords declared by `param(...)`, under the decorator `settings`, are the settings of sampling
        (temperature, class, guidance): `sample --set` and `evaluate --set` take them, and a view that passes
        `**settings` on shows them as controls.
        """

    def sampling(self, n: int, *, rng: torch.Generator, **settings: Any) -> Iterator[Tensor | None]:
        """The same draws in parts: None wherever the work may be interrupted, then the samples.

        A model whose samples take many passes yields after each pass, and its `sample` returns what comes last.
        """
        yield self.sample(n, rng=rng, **settings)

    @classmethod
    @abstractmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """Number of independent scalar draws that one exact sample needs."""

    @classmethod
    def objective_of(cls, config: Any) -> Objective:
        """What is optimised under a config."""
        return cls.objective

    @classmethod
    def check(cls, config: Any, kind: Kind) -> None:
        """Refuses a config that does not go with a kind of data which the model accepts otherwise.

        Raises:
            BadValue: One sentence with what goes.
        """

    @classmethod
    def sampling_passes(cls, config: Any, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """Passes through the network that one batch of samples takes, one after the other.

        Validation, sample metrics and recorded views draw fewer samples where these cost more.

        Args:
            config: The page's parameters.
            settings: Value of every setting of `sample`.
            spec: The data, or None where they are unknown.
        """
        return 1

    @classmethod
    def fitted(cls, config: Any) -> str:
        """How `prepare` fits a model with this config to its data, such as "counting"; "" for one that is trained.

        A fitted model has no players: its run is done at step 0, whatever the training says.
        """
        return ""

    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Called once before step 0, and before the weights of a run are loaded where the run has parents.

        Here a model makes buffers that depend on the data and takes the networks of its parents, which may be kept as
        submodules: they are neither trained nor stored a second time with the model's own weights.

        Args:
            data: The data.
            parents: Trained models in eval mode, without gradients, by the field of the config that names their run
                (`param(…, run_of=…)`). A field that names none is missing.
        """

    def inherit(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Calls `prepare` and notes which submodules belong to parents. The engine calls this, a model overrides that.

        A submodule of a parent stays in eval mode, and `own_state` leaves its weights out.
        """
        self.prepare(data, parents)
        frozen = {id(module) for parent in parents.values() for module in parent.modules()}
        names = [name for name, module in self.named_modules(remove_duplicate=False) if id(module) in frozen]
        self.inherited = tuple(name for name in names if not any(name.startswith(f"{other}.") for other in names))
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Puts the model in training or eval mode; submodules that belong to parents stay in eval mode."""
        super().train(mode)
        for name in self.inherited:
            self.get_submodule(name).eval()
        return self

    def copy(self) -> Self:
        """A copy with weights of its own; submodules that belong to parents are shared."""
        shared = [self.get_submodule(name) for name in self.inherited]
        copied = copy.deepcopy(self, {id(module): module for module in shared})
        for module in copied.modules():
            if isinstance(module, nn.RNNBase):
                module.flatten_parameters()  # cuDNN would put them side by side again in every call
        return copied

    def own_state(self) -> dict[str, Tensor]:
        """The state dict without the weights of parents."""
        return {name: tensor for name, tensor in self.state_dict().items() if not self._is_inherited(name)}

    def load_own_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Loads what `own_state` returned.

        Raises:
            RuntimeError: Names or shapes differ.
        """
        inherited = {name: tensor for name, tensor in self.state_dict().items() if self._is_inherited(name)}
        self.load_state_dict({**inherited, **tensors})

    def _is_inherited(self, name: str) -> bool:
        return any(name.startswith(f"{module}.") for module in self.inherited)

    def begin_round(self, progress: Progress) -> None:
        """Called at the start of each round, to anneal what changes during training (a KL weight, a temperature).

        What it changes must live in buffers on the model's device and be written in place, so that a captured CUDA
        graph reads the new value. It must not draw random numbers.

        Args:
            progress: Rounds completed before this one, and the share of the schedule that is done.
        """

    @property
    def round_variant(self) -> Hashable:
        """What decides, beside config and stage, which operations the round that has begun consists of.

        Rounds with equal values are replayed from one CUDA graph. A model that computes a term in some rounds only (a
        penalty in every 16th update) returns whether this is one of them.
        """
        return None

    def stage_at(self, progress: Progress) -> int:
        """Stage that the model is to have after a round; another stage may have other players (progressive growing).

        Args:
            progress: Rounds completed, this one included, and the share of the schedule that is done.
        """
        return self.stage

    def enter_stage(self, stage: int) -> None:
        """Changes the structure to that of a stage. The session then makes the optimisers anew."""
        self.stage = stage

    def after_update(self, player: str) -> None:
        """Called after each update of a player (weight clipping, say).

        A replayed CUDA graph repeats what it does on the device and nothing else.
        """

    def evaluate(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Values per datum, (n,), by the key that is reported ("elbo_nats"); `evaluate --set` takes its settings.

        An array may have fewer rows, where something is computed for some of the data; a scalar is a count. An array
        (n, 2) holds values and their weights in the mean, such as the number of samples of each sound. A model with
        `HasLogProb` that returns "nll_nats" itself, because its data have padding or a given class, is not asked again.
        """
        return {}

    @property
    def device(self) -> torch.device:
        """Device of the model's parameters."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the model's parameters."""
        return next(self.parameters()).dtype


class LossModel(GenerativeModel, ABC):
    """A model with one player and one loss.

    Attributes:
        phases: What the phases of its update do, for slow motion; see `Player.explain`.
        forward_phases: The phases of its forward pass; see `Player.forward_phases`.
    """

    phases: ClassVar[Mapping[str, str]] = {}
    forward_phases: ClassVar[tuple[str, ...]] = ("forward",)

    @abstractmethod
    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Scalars, means over the batch; "loss" is descended, the others are metrics."""

    def players(self) -> tuple[Player, ...]:
        """The one player: all parameters that require gradients."""
        if self.fitted(self.config):
            return ()
        parameters = tuple(p for p in self.parameters() if p.requires_grad)
        return (Player("model", parameters, explain=self.phases, forward_phases=self.forward_phases),)

    def player_loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The loss."""
        return self.loss(batch, rng=rng)


class GameModel(GenerativeModel, ABC):
    """A model with several players, each with a loss of its own."""

    @abstractmethod
    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Scalars, means over the batch; "loss" is descended by the player, the others are metrics."""

    def player_loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The player's loss."""
        return self.loss(player, batch, rng=rng)


class Lab(Page, ABC):
    """A demonstration of theory: parameters in, pictures out.

    A lab that declares `accepts` has a dataset beside its parameters: its views get it as their `Data`, `DataBatch` and
    `DataPoint`, and their `when` gets its `DataSpec`.

    Attributes:
        points: Where the `Points` of its views are at first, k pairs; () for the corners of a square.
    """

    points: ClassVar[tuple[tuple[float, float], ...]] = ()

    def __init__(self, config: Any):
        self.config = config

    def values(self) -> Mapping[str, float]:
        """Value of each key that the terms of `objective_of` name, under the lab's config.

        Values are exact and come from the functions that the views use, so that Explain and pictures agree. They are
        computed once for a config and must take less than 5 ms: what takes longer is left out.
        """
        return {}
