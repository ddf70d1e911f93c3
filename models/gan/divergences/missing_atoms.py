"""Data on K points, and a model that is uniform on some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.exact.divergences import jensen_shannon, kl

__all__ = ["MissingAtoms"]


@dataclass(frozen=True)
class MissingAtoms:
    """p_data, uniform on K points, and p_θ, uniform on K − j of them.

    Attributes:
        atoms: K.
        missing: j, below K.
    """

    atoms: int
    missing: int = 1

    @classmethod
    def of(cls, config: Any) -> MissingAtoms:
        """The points of a config of the page; at least one is not missed."""
        return cls(config.atoms, min(config.missing, config.atoms - 1))

    def masses(self, missed: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """p_data and p_θ, (K,) each. p_θ has the mass `missed` at each missing point and equal masses at the others."""
        data = np.full(self.atoms, 1.0 / self.atoms)
        model = np.full(self.atoms, missed)
        model[self.missing :] = (1.0 - self.missing * missed) / (self.atoms - self.missing)
        return data, model

    def forward(self, missed: float = 0.0) -> float:
        """KL(p_data ‖ p_θ), nats: infinite if points are missing and `missed` is 0."""
        return kl(*self.masses(missed))

    def reverse(self) -> float:
        """KL(p_θ ‖ p_data) = log(K/(K − j)), nats."""
        data, model = self.masses()
        return kl(model, data)

    def jensen_shannon(self) -> float:
        """Jensen–Shannon divergence, nats."""
        return jensen_shannon(*self.masses())
