"""The dense invertible layer, whose determinant takes cubic time."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.flows.transforms.transform import Transform

__all__ = ["Dense"]


class Dense(Transform):
    """ε = W x + b with a full matrix W, the identity at first.

    log |det W| is computed anew in every pass by an LU decomposition, 2/3 d³ operations: the cost that triangular
    Jacobians avoid. Sampling solves a linear system.

    Args:
        d: Number of entries.
    """

    label = "dense"

    def __init__(self, d: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.eye(d)), nn.Parameter(torch.zeros(d))

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """Solves W x = ε − b."""
        x = torch.linalg.solve(self.weight, (e - self.bias).T).T
        return x, -torch.linalg.slogdet(self.weight).logabsdet.expand(len(e))

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """W x + b."""
        log_det = torch.linalg.slogdet(self.weight).logabsdet
        return torch.addmm(self.bias, x, self.weight.T), log_det.expand(len(x))
