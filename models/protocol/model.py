"""What every model and every lab promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from models.protocol.declarations import Metric, Objective, Preset, Scene, Try
from models.protocol.inputs import Data, DataBatch
from models.protocol.kinds import DataSpec, Kind
from models.protocol.views import View

__all__ = [
    "GameModel",
    "GenerativeModel",
    "Lab",
    "LossModel",
    "Page",
    "Player",
]

PHASES: Mapping[str, str] = {
    "draw": "Draw a mini-batch of data.",
    "forward": "Compute the loss on it.",
    "backward": "Differentiate the loss with respect to the player's parameters.",
    "update": "Move the parameters against the gradient.",
}


@dataclass(frozen=True)
class Player:
    """A part of a model with its own loss and optimiser.

    Attributes:
        name: Shown with its phases.
        parameters: What its optimiser moves.
        updates: Updates in one round.
        lr: Training field that holds its learning rate.
        explain: What happens in each phase ("draw", "forward", "backward", "update"), where not the default.
        rows: Those of the parameters, not all of them, that are tables with a row for each training datum and have
            sparse gradients. A row moves when its datum is in the batch; until then its moments do not fade either.
        rows_lr: Training field that holds the learning rate of rows.
    """

    name: str
    parameters: Sequence[nn.Parameter]
    updates: int = 1
    lr: str = "lr"
    explain: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[nn.Parameter] = ()
    rows_lr: str = "lr"

    @property
    def rates(self) -> tuple[str, ...]:
        """Training fields of its learning rates."""
        return (self.lr, self.rows_lr) if self.rows and self.rows_lr != self.lr else (self.lr,)

    def explanation(self, phase: str) -> str:
        """One sentence on what a phase does."""
        return self.explain.get(phase, PHASES[phase])


class Page:
    """What models and labs have in common: the words by which a page describes itself."""

    title: ClassVar[str]
    reference: ClassVar[str] = ""
    Config: ClassVar[type]
    presets: ClassVar[tuple[Preset, ...]] = ()
    views: ClassVar[tuple[View, ...]] = ()
    scenes: ClassVar[tuple[Scene, ...]] = ()
    look_at: ClassVar[str] = ""
    try_next: ClassVar[tuple[Try, ...]] = ()


class GenerativeModel(Page, nn.Module, ABC):
    """A model that can be trained and sampled. Subclass `LossModel` or `GameModel`; subclasses of those are final.

    Class attributes:
        title, reference, presets, look_at, try_next: What the page says of itself.
        accepts: Kinds of data the model can be built for.
        objective: What is optimised; where it depends on the config, `objective_of` says so instead.
        metrics: Numbers to follow; those of source "train" come with every loss.
        validation: Key of the metric that picks the best checkpoint, or None for no validation.
        rates: Training field and label of each learning rate.
        batch_statistics: The model normalises by its batch, so a batch cannot be split into micro-batches.
        held_out: Data that a measurement on held-out data looks at while the model trains; fewer where they cost much.
        held_out_growth: Steps from one such measurement to the next, as a share of the steps so far; likewise more.
        Config: Frozen dataclass of `param(...)` fields.

    Args:
        config: The page's parameters.
        spec: What is known of the data.
    """

    accepts: ClassVar[tuple[Kind | type[Kind], ...]]
    objective: ClassVar[Objective]
    metrics: ClassVar[tuple[Metric, ...]]
    validation: ClassVar[str | None] = None
    rates: ClassVar[Mapping[str, str]] = {"lr": "Learning rate"}
    batch_statistics: ClassVar[bool] = False
    held_out: ClassVar[int] = 500
    held_out_growth: ClassVar[float] = 0.15

    def __init__(self, config: Any, spec: DataSpec):
        super().__init__()
        self.config = config
        self.spec = spec
        self.stage = 0

    @abstractmethod
    def players(self) -> tuple[Player, ...]:
        """The players, in the order in which they move in a round."""

    @abstractmethod
    def player_loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """What a player descends, as "loss", and metrics; scalars, means over the batch."""

    @abstractmethod
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """N draws from the model, (n, *data_shape), in data units."""

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

    def prepare(self, data: Data) -> None:
        """Called once before step 0 with the data, for buffers that depend on them."""

    def stage_at(self, step: int) -> int:
        """Stage of the model after a number of steps; another stage may have other players (progressive growing)."""
        return self.stage

    def enter_stage(self, stage: int) -> None:
        """Changes the structure to that of a stage; the session then rebuilds the optimisers."""
        self.stage = stage

    def after_update(self, player: str) -> None:
        """Called after each update of a player (weight clipping, say)."""

    def evaluate(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Values per datum, (n,), by the key that is reported ("elbo_nats"); keywords of `settings` can be set.

        An array may have fewer rows, where something is computed for some of the data; a scalar is a count.
        """
        return {}

    @property
    def device(self) -> torch.device:
        """Where the model's parameters are."""
        return next(self.parameters()).device


class LossModel(GenerativeModel, ABC):
    """A model with one player and one loss."""

    @abstractmethod
    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Scalars, means over the batch; "loss" is descended, the others are metrics."""

    def players(self) -> tuple[Player, ...]:
        """The one player: all parameters."""
        return (Player("model", tuple(self.parameters())),)

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
    """A demonstration of theory: parameters in, pictures out. Its views are methods marked `@view`."""

    def __init__(self, config: Any):
        self.config = config
