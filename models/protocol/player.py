"""`Player`, a part of a model with its own loss, and `Progress`, how far a run is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import nn

__all__ = ["PHASES", "Player", "Progress"]

PHASES: Mapping[str, str] = {
    "draw": "Draw a mini-batch of data.",
    "forward": "Compute the loss on it.",
    "backward": "Differentiate the loss with respect to the player's parameters.",
    "update": "Move the parameters against the gradient.",
}


@dataclass(frozen=True)
class Progress:
    """How far a training run is.

    Attributes:
        step: Rounds completed.
        share: Share of the learning-rate schedule that is done, from 0 to 1. The schedule's length, in steps or in
            seconds of training, is fixed when the run begins.
    """

    step: int
    share: float


@dataclass(frozen=True)
class Player:
    """A part of a model with its own loss and optimiser.

    Attributes:
        name: Shown with its phases.
        parameters: The parameters that its optimiser updates; all of them require gradients.
        updates: Updates in one round.
        lr: Training field that holds its learning rate.
        explain: One sentence for each phase ("draw", those of the forward pass, "backward", "update") that needs other
            words than the default.
        forward_phases: Names of the phases into which slow motion divides the forward pass, in order.
        rows: Sparse tables: those of the parameters (never all of them) that have a row for each training datum and
            sparse gradients. A row and its moments change only when its datum is in the batch.
        rows_lr: Training field that holds the learning rate of rows.
        symbol: Letter of the player on buttons and keys; by default the capital initial of its name.
        metric: Key of the metric that it optimises; by default that of its own loss, else the total of the objective.
    """

    name: str
    parameters: Sequence[nn.Parameter]
    updates: int = 1
    lr: str = "lr"
    explain: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[nn.Parameter] = ()
    rows_lr: str = "lr"
    symbol: str = ""
    forward_phases: Sequence[str] = ("forward",)
    metric: str = ""

    def __post_init__(self) -> None:
        """Fills in the default symbol.

        Raises:
            ValueError: A phase of the forward pass has no sentence.
        """
        silent = [phase for phase in self.forward_phases if phase not in {**PHASES, **self.explain}]
        if silent:
            raise ValueError(f"player {self.name}: `explain` has no sentence for the phase {silent[0]!r}")
        if not self.symbol:
            object.__setattr__(self, "symbol", self.name[:1].upper())

    @property
    def rates(self) -> tuple[str, ...]:
        """Training fields of its learning rates."""
        return (self.lr, self.rows_lr) if self.rows and self.rows_lr != self.lr else (self.lr,)

    def explanation(self, phase: str) -> str:
        """One sentence on what a phase does."""
        return self.explain[phase] if phase in self.explain else PHASES[phase]
