"""The masked autoregressive transform: each entry is scaled and shifted as the entries before it say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from models.flows.transforms.scaling import Bound, bounded, scale, unscale
from models.flows.transforms.transform import Transform
from models.nets.made import MADE, MADEByPlace

__all__ = ["MaskedAffine"]


class MaskedAffine(Transform):
    """x_i = t_i(x_{<i}) + exp(s_i(x_{<i})) ε_i (Papamakarios et al., 2017, arXiv 1705.07057).

    From x to ε takes one pass, because every x_{<i} is known; from ε to x one entry has to wait for the others. Its
    `Inverted` has the directions the other way round (Kingma et al., 2016, arXiv 1606.04934).

    Args:
        order: Entry in each place, (d,): an entry depends on those in earlier places.
        hidden: Units of each hidden layer.
        activation: Builds the activation after each of them.
        log_scale: From the network's output to s.
    """

    label = "masked affine"

    def __init__(
        self,
        order: Tensor,
        hidden: Sequence[int],
        activation: Callable[[], nn.Module] = nn.SiLU,
        log_scale: Bound = bounded,
    ):
        super().__init__()
        self.net = MADE(order, hidden, outputs=2, activation=activation)
        self.log_scale = log_scale
        self.order = order.tolist()

    def _shift_and_scale(self, x: Tensor) -> tuple[Tensor, Tensor]:
        shift, a = self.net(x).chunk(2, dim=1)
        return shift, self.log_scale(a)

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """All entries at once."""
        return unscale(x, *self._shift_and_scale(x))

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """One entry after another: with gradients in one pass for each, else from units that are computed once."""
        if torch.is_grad_enabled():
            return self.in_passes(e)
        order = self.net.order.tolist()
        by_place = MADEByPlace(self.net, len(e))
        rows, x, total = e.T.contiguous(), e.new_empty(len(order), len(e)), e.new_zeros(len(e))  # rows: (d, n)
        for place, entry in enumerate(order):
            shift, a = by_place.outputs(place)
            s = self.log_scale(a)
            x[entry] = torch.addcmul(shift, s.exp(), rows[entry])
            by_place.set(place, x[entry])
            total += s
        return x.T.contiguous(), total

    def in_passes(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """The same in d passes of the whole network; after pass i the first i entries are right."""
        x = e
        log_det = e.new_zeros(len(e))
        for _ in range(e.shape[1]):
            x, log_det = scale(e, *self._shift_and_scale(x))
        return x, log_det
