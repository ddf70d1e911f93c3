"""The full Jacobian of a transform, by automatic differentiation."""

from __future__ import annotations

import torch
from torch import Tensor

from models.flows.transforms import Transform

__all__ = ["jacobian_of"]


def jacobian_of(transform: Transform, e: Tensor) -> Tensor:
    """∂x/∂ε at each place, (n, D) to (n, D, D), in D backward passes.

    Args:
        transform: The map x = f(ε), which treats the rows of its input one by one.
        e: The places.
    """
    with torch.enable_grad():
        e = e.detach().clone().requires_grad_()
        x, _ = transform(e)
        rows = [torch.autograd.grad(x[:, i].sum(), e, retain_graph=True)[0] for i in range(x.shape[1])]
    return torch.stack(rows, dim=1).detach()
