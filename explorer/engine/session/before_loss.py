"""What a loss is computed from, kept in slow motion so that the phases of an update can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.frames import Frame
from models.protocol import DataBatch, GenerativeModel, HasPhasePictures, PhasePicture

__all__ = ["BeforeLoss"]


@dataclass(frozen=True)
class BeforeLoss:
    """Model, data and noise of a loss. The model is a copy, so that training does not depend on what is drawn.

    Attributes:
        model: The model before the loss was computed.
        batch: The data.
        rng_state: State of the generator of training in which the loss found it.
    """

    model: GenerativeModel
    batch: DataBatch
    rng_state: Tensor

    @classmethod
    def keep(cls, model: GenerativeModel, batch: DataBatch, rng: torch.Generator) -> BeforeLoss | None:
        """Keeps what the next loss of a model is computed from; None for a model that draws no phases."""
        return cls(model.copy(), batch, rng.get_state()) if isinstance(model, HasPhasePictures) else None

    @torch.no_grad()
    def picture(
        self, player: str, phase: str, shown: Mapping[str, Frame], after: GenerativeModel | None = None
    ) -> PhasePicture:
        """Frames and numbers of a phase.

        Args:
            player: The player that is updated.
            phase: The phase.
            shown: Frame of each view in sight.
            after: The model after the update, or None before it.
        """
        assert isinstance(self.model, HasPhasePictures)
        rng = torch.Generator(self.model.device)
        rng.set_state(self.rng_state)
        changed = None if after is None else after.copy()
        assert changed is None or isinstance(changed, HasPhasePictures)
        return self.model.copy().phase_picture(player, phase, self.batch, rng=rng, shown=shown, after=changed)
