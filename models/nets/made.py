"""MADE: a multilayer perceptron in which the output for an entry depends on the entries before it alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["MADE", "MADEByPlace", "MaskedLinear"]

_WORTHWHILE = 8192  # zero weights that cost more in the product than dividing it in two


class MaskedLinear(nn.Linear):
    """A linear layer some of whose weights are zero; (n, width_in) to (n, width_out).

    Where the upper half of a large layer sees the first inputs alone, as between hidden layers of sorted degrees, the
    zeros on its right are left out of the product.

    Args:
        mask: 1 where a weight may differ from zero, (width_out, width_in).
    """

    mask: Tensor

    def __init__(self, mask: Tensor):
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask, persistent=False)
        self._half = mask.shape[0] // 2
        used = mask[: self._half].any(dim=0).nonzero()
        self._seen = int(used.max()) + 1 if len(used) else 0  # inputs that the upper half sees
        left_out = self._half * (mask.shape[1] - self._seen)
        self._split = self._seen > 0 and left_out >= _WORTHWHILE

    def forward(self, x: Tensor) -> Tensor:
        """The linear map with masked weights."""
        if not self._split:
            return F.linear(x, self.weight * self.mask, self.bias)
        half, seen = self._half, self._seen
        upper = self.weight[:half, :seen] * self.mask[:half, :seen]
        lower = self.weight[half:] * self.mask[half:]
        return torch.cat([F.linear(x[:, :seen], upper, self.bias[:half]), F.linear(x, lower, self.bias[half:])], dim=1)


class MADE(nn.Module):
    """Masked autoencoder for distribution estimation (Germain et al., 2015, arXiv 1502.03509).

    The entries of x have an order. A hidden unit of degree m, 1 ≤ m < d, depends on the first m entries of it; the
    outputs for the entry in place r, counted from 0, depend on units of degree at most r. The units of a layer are
    sorted by their degrees, so that they can be computed in groups as the entries become known (`MADEByPlace`).

    The last layer is zero at first.

    Args:
        order: Entry in each place, (d,).
        hidden: Units of each hidden layer.
        outputs: Outputs for each entry.
        activation: Builds the activation after each hidden layer.
    """

    order: Tensor

    def __init__(
        self, order: Tensor, hidden: Sequence[int], outputs: int = 2, activation: Callable[[], nn.Module] = nn.SiLU
    ):
        super().__init__()
        d = len(order)
        place = torch.empty(d, dtype=torch.long)
        place[order] = torch.arange(d)
        self.outputs = outputs
        self.register_buffer("order", order.clone(), persistent=False)
        self.degrees = [_degrees(width, d) for width in hidden]
        masks = [self.degrees[0][:, None] > place[None]] if hidden else []
        masks += [b[:, None] >= a[None] for a, b in zip(self.degrees, self.degrees[1:], strict=False)]
        if hidden:
            masks.append((place[:, None] >= self.degrees[-1][None]).repeat(outputs, 1))
        else:
            masks.append((place[:, None] > place[None]).repeat(outputs, 1))
        linear = [MaskedLinear(mask.float()) for mask in masks]
        nn.init.zeros_(linear[-1].weight)
        nn.init.zeros_(linear[-1].bias)
        self.layers = nn.ModuleList(linear)
        self.activation = activation()

    def forward(self, x: Tensor) -> Tensor:
        """(n, d) to (n, outputs · d): the first output of all entries, then the second."""
        h = x
        for layer in self.layers[:-1]:
            h = self.activation(layer(h))
        return self.layers[-1](h)


def _degrees(width: int, d: int) -> Tensor:
    """Degrees of the units of a hidden layer, (width,), spread evenly over 1 … d − 1 and sorted."""
    return 1 + torch.arange(width) * max(d - 1, 1) // width


class MADEByPlace:
    """A MADE for vectors that become known one entry after another, in its order. Without gradients.

    A hidden unit is computed once, as soon as the entries are known on which it depends; a whole pass of the network
    for each entry would compute it d times.

    Args:
        net: The network; its weights are read here.
        n: Number of vectors.
    """

    def __init__(self, net: MADE, n: int):
        self.net = net
        d = len(net.order)
        linear = [layer for layer in net.layers if isinstance(layer, MaskedLinear)]
        weights = [(layer.weight * layer.mask).detach() for layer in linear]
        first, last = weights[0][:, net.order], weights[-1].unflatten(0, (net.outputs, d))[:, net.order]
        if len(weights) == 1:
            first = last = last[:, :, net.order]
        self._weights = [first.contiguous(), *(w for w in weights[1:-1]), last.transpose(0, 1).contiguous()]
        biases = [layer.bias.detach()[:, None] for layer in linear]
        self._biases = [*biases[:-1], biases[-1].unflatten(0, (net.outputs, d))[:, net.order].transpose(0, 1)]
        self._known = first.new_empty(d, n)
        self._hidden = [first.new_empty(len(degrees), n) for degrees in net.degrees]
        # Units of each layer of degree at most m, for m = 0 … d.
        self._up_to = [torch.searchsorted(g, torch.arange(d + 1), right=True).tolist() for g in net.degrees]

    def outputs(self, place: int) -> Tensor:
        """Outputs for the entry in a place, (outputs, n), once all entries before it were set."""
        layers = len(self._hidden)
        for k in range(layers):
            start, stop = (self._up_to[k][place - 1], self._up_to[k][place]) if place else (0, 0)
            if start == stop:
                continue
            below, known = (self._known, place) if k == 0 else (self._hidden[k - 1], self._up_to[k - 1][place])
            group = torch.addmm(self._biases[k][start:stop], self._weights[k][start:stop, :known], below[:known])
            self._hidden[k][start:stop] = self.net.activation(group)
        below, known = (self._hidden[-1], self._up_to[-1][place]) if layers else (self._known, place)
        return torch.addmm(self._biases[-1][place], self._weights[-1][place, :, :known], below[:known])

    def set(self, place: int, value: Tensor) -> None:
        """Sets the entry in a place, (n,)."""
        self._known[place] = value
