"""`Transform`, an invertible map with the log-determinant of its Jacobian, and chains of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from torch import Tensor, nn

__all__ = ["Chain", "Inverted", "Transform"]


class Transform(nn.Module, ABC):
    """An invertible map x = f(ε).

    Both directions return the log-determinant of their own Jacobian, so those of f and f⁻¹ differ in sign alone.

    Attributes:
        label: What the layer is, for the axes of pictures.
        order: Entries in an order in which the Jacobian is lower triangular; () if every order will do, because the
            Jacobian is diagonal, None if there is no such order.
    """

    label: str = "layer"
    order: Sequence[int] | None = None

    @abstractmethod
    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """x = f(ε) and log |det ∂x/∂ε|, nats; (n, *shape) to the same shape and (n,)."""

    @abstractmethod
    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """ε = f⁻¹(x) and log |det ∂ε/∂x|, nats; (n, *shape) to the same shape and (n,)."""


class Inverted(Transform):
    """The inverse of a transform: its two directions change places."""

    def __init__(self, transform: Transform):
        super().__init__()
        self.transform = transform
        self.label, self.order = f"inverted {transform.label}", transform.order

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """The inverse of the transform."""
        return self.transform.inverse(e)

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The transform."""
        return self.transform(x)


class Chain(Transform):
    """Transforms one after another: log-determinants add up, because |J[f∘g]| = |Jf| |Jg|.

    Args:
        layers: From the noise to the data.
    """

    label = "flow"

    def __init__(self, layers: Iterable[Transform]):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        orders = {None if layer.order is None else tuple(layer.order) for layer in self} - {()}
        self.order = orders.pop() if len(orders) == 1 else None if orders else ()

    def __iter__(self) -> Iterator[Transform]:
        """The layers, from the noise to the data."""
        return iter(self.layers)  # type: ignore[arg-type]

    def __len__(self) -> int:
        """Number of layers."""
        return len(self.layers)

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """Noise to data."""
        total: Tensor | None = None
        for layer in self.layers:
            e, log_det = layer(e)
            total = log_det if total is None else total + log_det
        return e, e.new_zeros(len(e)) if total is None else total

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Data to noise."""
        total: Tensor | None = None
        for layer in reversed(self.layers):
            x, log_det = layer.inverse(x)  # type: ignore[operator]
            total = log_det if total is None else total + log_det
        return x, x.new_zeros(len(x)) if total is None else total
