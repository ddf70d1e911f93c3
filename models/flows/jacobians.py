"""Jacobians of maps by automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["jacobian_of_copies", "jacobians"]


def jacobians(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """The Jacobian of a map at each of n points, by one backward pass for each of its k outputs.

    Args:
        function: (n, d) to (n, k); its rows do not depend on each other.
        at: The points, (n, d).

    Returns:
        ∂ output i / ∂ input j, (n, k, d).
    """
    with torch.enable_grad():
        x = at.detach().requires_grad_()
        y = function(x)
        rows = [
            torch.autograd.grad(y[:, i].sum(), x, retain_graph=True, materialize_grads=True)[0]
            for i in range(y.shape[1])
        ]
    return torch.stack(rows, dim=1)


def jacobian_of_copies(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """The Jacobian of a map at one point, by one backward pass through k copies of it: copy i has output i.

    Args:
        function: (n, d) to (n, k); its rows do not depend on each other.
        at: The point, (1, d).

    Returns:
        ∂ output i / ∂ input j, (k, d).
    """
    with torch.enable_grad():
        outputs = function(at).shape[1]
        x = at.detach().expand(outputs, -1).clone().requires_grad_()
        return torch.autograd.grad(function(x).diagonal().sum(), x)[0]
