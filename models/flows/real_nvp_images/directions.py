"""The directions of the noise along which the image changes most."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["first_directions", "refined", "slopes"]


def first_directions(k: int, dims: int) -> Tensor:
    """Orthonormal rows from which the iteration begins, always the same; (k, dims)."""
    rows = torch.randn(dims, k, generator=torch.Generator().manual_seed(0))
    return torch.linalg.qr(rows).Q.T.contiguous()


def slopes(f: Callable[[Tensor], Tensor], at: Tensor, directions: Tensor) -> Tensor:
    """J v for each direction v, with J = ∂x/∂ε at a place, (k, D) to (k, D).

    Args:
        f: The map x = f(ε), which treats the rows of its input one by one.
        at: The place ε, (D,).
        directions: Rows v.
    """
    return _products(f, at, directions, back=False)


def refined(f: Callable[[Tensor], Tensor], at: Tensor, directions: Tensor) -> Tensor:
    """One step of orthogonal iteration on JᵀJ, (k, D) to (k, D), with arguments as of `slopes`.

    Repeated, the rows become the right singular vectors of J with the largest singular values, in their order (Golub &
    Van Loan, 2013, Matrix Computations, section 8.2.4). Signs do not change from step to step.
    """
    q, r = torch.linalg.qr(_products(f, at, directions, back=True).T)
    return (q * torch.where(r.diagonal() < 0, -1.0, 1.0).to(q)).T.contiguous()


def _products(f: Callable[[Tensor], Tensor], at: Tensor, v: Tensor, *, back: bool) -> Tensor:
    """J v or, if `back`, Jᵀ J v, (k, D). J v is the derivative of u → (Jᵀu) · v."""
    with torch.enable_grad():
        e = at.detach().expand_as(v).clone().requires_grad_()
        x = f(e)
        u = torch.zeros_like(x, requires_grad=True)
        (transposed,) = torch.autograd.grad(x, e, u, create_graph=True)
        (along,) = torch.autograd.grad(transposed, u, v, retain_graph=back)
        return torch.autograd.grad(x, e, along)[0] if back else along
