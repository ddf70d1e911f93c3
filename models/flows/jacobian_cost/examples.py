"""One Jacobian of each kind: of a dense network, of a masked map, and of a coupling layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.flows.jacobians import jacobian_of_copies
from models.flows.small_maps import CouplingMap, DenseMap, MaskedMap
from models.views.words import as_array

__all__ = ["KINDS", "Example", "copies", "examples"]

KINDS = {"full": "full", "triangular": "lower triangular", "coupling": "coupling layer"}
"""The three kinds of Jacobian."""


@dataclass(frozen=True)
class Example:
    """A Jacobian and what is known of its determinant.

    Attributes:
        matrix: ∂x_i/∂ε_j by automatic differentiation, (k, k).
        log_det: log |det| of it by LU decomposition, nats.
        other: The same by another way, nats: for a full matrix the sum of the logs of its singular values, for a
            triangular one that of the logs of its diagonal, for a coupling layer the sum of its s.
    """

    matrix: np.ndarray
    log_det: float
    other: float


def copies(k: int, share: float) -> int:
    """Number d of entries that a coupling layer copies, at least 1 and less than k."""
    return min(max(round(share * k), 1), k - 1)


def examples(k: int, d: int, seed: int) -> dict[str, Example]:
    """The three kinds at one ε ~ N(0, I), in double precision."""
    rng = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, k, generator=rng, dtype=torch.float64)
    dense, masked, coupled = DenseMap(k, seed), MaskedMap(k, seed), CouplingMap(k, d, seed)
    flows: dict[str, Callable[[Tensor], Tensor]] = {"full": dense, "triangular": masked, "coupling": coupled}
    matrices = {name: jacobian_of_copies(flow, noise) for name, flow in flows.items()}
    others = {
        "full": torch.linalg.svdvals(matrices["full"]).log().sum(),
        "triangular": masked.conditioner(noise)[1].sum(),
        "coupling": coupled.conditioner(noise[:, :d])[0].sum(),
    }
    return {
        name: Example(as_array(matrix), float(torch.linalg.slogdet(matrix).logabsdet), float(others[name]))
        for name, matrix in matrices.items()
    }
