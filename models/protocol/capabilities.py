"""Capabilities that a model may declare: what views, evaluation and the window can ask of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from models.frames import Frame
from models.protocol.inputs import DataBatch
from models.protocol.kinds import DataSpec
from models.protocol.phase_picture import PhasePicture

__all__ = ["HasConditional", "HasDecoder", "HasLatent", "HasLikelihood", "HasLogProb", "HasPhasePictures"]


class HasLogProb(ABC):
    """The model's density can be computed exactly."""

    @abstractmethod
    def log_prob(self, x: Tensor) -> Tensor:
        """Log density, (n, *data_shape) to (n,), nats, in data units."""

    @classmethod
    def log_prob_passes(cls, config: Any, spec: DataSpec | None = None) -> int:
        """Passes through the network that the log density of one batch takes, one after the other.

        Measurements during training use fewer data where these cost more.

        Args:
            config: The page's parameters.
            spec: The data, or None where they are unknown.
        """
        return 1


class HasDecoder(ABC):
    """The model has a latent space, every point of which can be decoded: the window gives it sliders.

    List a capability after `LossModel` or `GameModel` among the bases of a model, whose `device` and `dtype` then hold.

    Class attributes:
        other_noise: What the noise of a sample is that is no latent point.
    """

    other_noise: ClassVar[str] = "noise of the decoder"

    config: Any
    spec: DataSpec

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Device of the model's parameters."""

    @property
    @abstractmethod
    def dtype(self) -> torch.dtype:
        """Type of the model's parameters."""

    @classmethod
    @abstractmethod
    def latent_dim_of(cls, config: Any, spec: DataSpec | None) -> int | None:
        """Dimension of the latent space under a config and data; None where it follows from data that are unknown."""

    @property
    def latent_dim(self) -> int:
        """Dimension of the latent space."""
        dimension = self.latent_dim_of(self.config, self.spec)
        assert dimension is not None
        return dimension

    def first_latent(self) -> Tensor:
        """The latent point that pictures show until another is chosen, (1, latent_dim): by default the origin.

        The weights do not enter: the window calls this while the model trains in another thread.
        """
        return torch.zeros(1, self.latent_dim)

    @abstractmethod
    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z from the prior, (n, latent_dim)."""

    @abstractmethod
    def decode_mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z), which is x itself where z determines it; (n, latent_dim) to (n, *data_shape)."""


class HasLikelihood(HasDecoder, ABC):
    """The decoder gives a distribution p(x|z), not x itself."""

    @property
    def decoder_note(self) -> str:
        """One sentence on what the values of p(x|z) are, where that needs saying; else ""."""
        return ""

    @abstractmethod
    def decode_draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), (n, latent_dim) to (n, *data_shape)."""


class HasLatent(HasDecoder, ABC):
    """Each datum has an approximate posterior q(z|x), a Gaussian with diagonal covariance, and the prior is N(0, I)."""

    def codes(self, batch: DataBatch) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the q of each datum of a batch, each (n, latent_dim).

        A model that stores a q for each training datum overrides this and returns the stored ones.
        """
        return self.encode(batch.x)

    @abstractmethod
    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x), each (n, latent_dim)."""


class HasConditional(ABC):
    """The model can complete a datum of which a part is given."""

    @abstractmethod
    def complete(self, x: Tensor, mask: Tensor, *, rng: torch.Generator) -> Tensor:
        """Draws the entries whose mask is 0 given the others, (n, *data_shape)."""


class HasPhasePictures(ABC):
    """Slow motion can draw the phases of an update where they happen, on the cards of the page."""

    @abstractmethod
    def phase_picture(
        self,
        player: str,
        phase: str,
        batch: DataBatch,
        *,
        rng: torch.Generator,
        shown: Mapping[str, Frame],
        after: Self | None = None,
    ) -> PhasePicture:
        """Pictures and numbers of one phase, for the first few data of its batch.

        Called in slow motion alone, without gradients and on a copy of the model from before the update: what it draws
        or changes there does not reach training. It takes a few milliseconds.

        Args:
            player: The player that is updated.
            phase: "draw", one of the `forward_phases` of the player, "backward" or "update".
            batch: The data of the loss; with micro-batches, of the current one.
            rng: In the state in which the loss finds it: the same draws in the same order give the noise of the loss.
            shown: The frame that the card of each view in sight shows, for the weights of this moment. A phase draws on
                these cards alone, and over these frames, so that dimensions and range of a map stay.
            after: In the phase "update", a copy of the model from after it, otherwise None.
        """
