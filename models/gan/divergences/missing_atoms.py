"""Data on K points, and a model that is uniform on some of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.exact.divergences import jensen_shannon, kl

__all__ = ["MissingAtoms"]


@dataclass(frozen=True)
class MissingAtoms:
    """F̂, uniform on K points, and p, uniform on K − j of them.

    Attributes:
        atoms: K.
        missing: j, below K.
    """

    atoms: int
    missing: int = 1

    def masses(self, delta: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """F̂ and p, (K,) each, where p gives `delta` to each missing point and the rest to the others alike."""
        data = np.full(self.atoms, 1.0 / self.atoms)
        model = np.full(self.atoms, delta)
        model[self.missing :] = (1.0 - self.missing * delta) / (self.atoms - self.missing)
        return data, model

    def forward(self, delta: float = 0.0) -> float:
        """KL(F̂ ‖ p), nats: infinite where a point is missed and `delta` is 0."""
        return kl(*self.masses(delta))

    def reverse(self) -> float:
        """KL(p ‖ F̂) = log(K/(K − j)), nats."""
        data, model = self.masses()
        return kl(model, data)

    def jensen_shannon(self) -> float:
        """Jensen–Shannon divergence, nats."""
        return jensen_shannon(*self.masses())
