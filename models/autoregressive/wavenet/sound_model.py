"""What the views of the page need of its model."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from models.autoregressive.wavenet.generation import Generation
from models.autoregressive.wavenet.network import Network
from models.likelihoods.quantised import MuLaw, SampleDistribution
from models.protocol import DataSpec

__all__ = ["SoundModel"]


class SoundModel(Protocol):
    """A model of sound with a network, a grid of levels and a distribution over them; `WaveNet` documents all of it."""

    config: Any
    spec: DataSpec
    network: Network
    grid: MuLaw
    distribution: SampleDistribution
    classes: tuple[str, ...]

    @property
    def rate(self) -> int:
        """Samples a second."""

    @property
    def receptive_field(self) -> int:
        """Number of earlier samples on which a sample depends."""

    @property
    def device(self) -> torch.device:
        """Device of the parameters."""

    @property
    def dtype(self) -> torch.dtype:
        """Type of the parameters."""

    def class_of(self, y: Tensor | None) -> Tensor | None:
        """The classes as the network takes them."""

    def sample_log_probs(self, x: Tensor, y: Tensor | None, start: int = 0, stop: int | None = None) -> Tensor:
        """Log probability of each sample given those before it."""

    def noise(self, n: int, length: int, rng: torch.Generator) -> Tensor:
        """Uniform numbers from which samples are drawn."""

    def begin(
        self, n: int, length: int, *, rng: torch.Generator, temperature: float = 1.0, class_: str = ""
    ) -> Generation:
        """Sounds of which no sample is drawn yet."""

    def begin_completion(
        self, x: Tensor, mask: Tensor, *, rng: torch.Generator, y: Tensor | None = None, temperature: float = 1.0
    ) -> Generation:
        """Sounds of which some samples are given."""
