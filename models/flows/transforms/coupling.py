"""Coupling layers: one part of the vector stays, and says how the other part is moved."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.flows.transforms.scaling import Bound, bounded, scale, unscale
from models.flows.transforms.spline import rational_quadratic
from models.flows.transforms.transform import Transform
from models.nets.mlp import MLP

__all__ = ["AffineCoupling", "Coupling", "SplineCoupling"]


class Coupling(Transform):
    """x_{1:d} = ε_{1:d}, and each later entry is moved by a function that depends on ε_{1:d}.

    The Jacobian is lower triangular: the identity in the first d rows, and a diagonal block below it on the right.

    Args:
        kept: Entries that stay, (d,), at least one and not all of them.
        moved: The other entries, (k − d,).
    """

    kept: Tensor
    moved: Tensor
    place: Tensor

    def __init__(self, kept: Tensor, moved: Tensor):
        super().__init__()
        if not len(kept) or not len(moved):
            raise ValueError(f"a coupling keeps some entries and moves some, not {len(kept)} and {len(moved)}")
        order = torch.cat([kept, moved])
        self.register_buffer("kept", kept, persistent=False)
        self.register_buffer("moved", moved, persistent=False)
        self.register_buffer("place", order.argsort(), persistent=False)  # of each entry in (kept, moved)
        k, every = len(order), order.tolist()
        self.order = every
        self._kept_first = every == list(range(k))
        self._kept_last = every == [*range(len(moved), k), *range(len(moved))]

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """Noise to data."""
        kept, moved = self._parted(e)
        x, log_det = self.move(kept, moved)
        return self._joined(kept, x), log_det

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Data to noise, at the same cost."""
        kept, moved = self._parted(x)
        e, log_det = self.move_back(kept, moved)
        return self._joined(kept, e), log_det

    @abstractmethod
    def move(self, kept: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
        """The moved part of x and the log-determinant, from the kept part (n, d) and noise (n, k − d)."""

    @abstractmethod
    def move_back(self, kept: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """The inverse of `move`."""

    def _parted(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if self._kept_first:
            return x[:, : len(self.kept)], x[:, len(self.kept) :]
        if self._kept_last:
            return x[:, len(self.moved) :], x[:, : len(self.moved)]
        return x[:, self.kept], x[:, self.moved]

    def _joined(self, kept: Tensor, moved: Tensor) -> Tensor:
        if self._kept_last:
            return torch.cat([moved, kept], dim=1)
        joined = torch.cat([kept, moved], dim=1)
        return joined if self._kept_first else joined[:, self.place]


def _conditioner(kept: int, hidden: Sequence[int], outputs: int, activation: Callable[[], nn.Module]) -> MLP:
    """The network of a coupling; its last layer is zero, so that the layer is the identity at first."""
    net = MLP([kept, *hidden, outputs], activation)
    nn.init.zeros_(net[-1].weight)  # type: ignore[arg-type]
    nn.init.zeros_(net[-1].bias)  # type: ignore[arg-type]
    return net


class AffineCoupling(Coupling):
    """x_{d+1:k} = ε_{d+1:k} · exp(s(ε_{1:d})) + t(ε_{1:d}) (Real NVP, Dinh et al., 2017, arXiv 1605.08803).

    Args:
        kept: Entries that stay, (d,).
        moved: The other entries.
        hidden: Units of each hidden layer of the network that computes s and t.
        activation: Builds the activation after each of them.
        log_scale: From the network's output to s.
    """

    label = "affine coupling"

    def __init__(
        self,
        kept: Tensor,
        moved: Tensor,
        hidden: Sequence[int],
        activation: Callable[[], nn.Module] = nn.SiLU,
        log_scale: Bound = bounded,
    ):
        super().__init__(kept, moved)
        self.net = _conditioner(len(kept), hidden, 2 * len(moved), activation)
        self.log_scale = log_scale

    def _shift_and_scale(self, kept: Tensor) -> tuple[Tensor, Tensor]:
        shift, a = self.net(kept).chunk(2, dim=1)
        return shift, self.log_scale(a)

    def move(self, kept: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
        """Scales and shifts."""
        return scale(e, *self._shift_and_scale(kept))

    def move_back(self, kept: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Shifts and scales back: neither s nor t needs an inverse."""
        return unscale(x, *self._shift_and_scale(kept))


class SplineCoupling(Coupling):
    """Each moved entry passes a monotone spline whose knots depend on the kept part.

    Neural spline flows (Durkan et al., 2019, arXiv 1906.04032): rational-quadratic pieces on [−B, B], the identity
    outside.

    Args:
        kept: Entries that stay, (d,).
        moved: The other entries.
        hidden: Units of each hidden layer of the network that computes the knots.
        activation: Builds the activation after each of them.
        bins: Number of pieces.
        bound: B.
    """

    label = "spline coupling"

    def __init__(
        self,
        kept: Tensor,
        moved: Tensor,
        hidden: Sequence[int],
        activation: Callable[[], nn.Module] = nn.SiLU,
        *,
        bins: int = 8,
        bound: float = 4.0,
    ):
        super().__init__(kept, moved)
        self.bins, self.bound = bins, bound
        self.net = _conditioner(len(kept), hidden, len(moved) * (3 * bins - 1), activation)

    def _spline(self, kept: Tensor, y: Tensor, **direction: Any) -> tuple[Tensor, Tensor]:
        parameters = self.net(kept).unflatten(1, (y.shape[1], 3 * self.bins - 1))  # (n, k − d, 3K − 1)
        z, log_slope = rational_quadratic(y, parameters, self.bound, **direction)
        return z, log_slope.sum(dim=1)

    def move(self, kept: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
        """Through the splines."""
        return self._spline(kept, e, inverse=False)

    def move_back(self, kept: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Back through the splines: the root of a quadratic in each piece."""
        return self._spline(kept, x, inverse=True)
