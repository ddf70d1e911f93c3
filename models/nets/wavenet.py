"""WaveNet's network: dilated causal convolutions with gated units, residual and skip connections."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.nets.lookup import Lookup

__all__ = ["GatedLayer", "WaveNetStack", "dilations_of", "receptive_field"]


def dilations_of(layers: int, cycle: int) -> tuple[int, ...]:
    """Dilation of each layer: 1, 2, 4, …, doubled from layer to layer and 1 again after each cycle."""
    return tuple(2 ** (layer % cycle) for layer in range(layers))


def receptive_field(dilations: Sequence[int], kernel: int) -> int:
    """Number of inputs on which one output depends, of which the last is at the output's own place."""
    return 1 + (kernel - 1) * sum(dilations)


class GatedLayer(nn.Module):
    """One layer: z = tanh(W_f * x) ⊙ σ(W_g * x), whose 1×1 convolution is added to x and to the skip connections.

    The dilated convolution is a product of one matrix with the `kernel` inputs side by side, which is faster on a CPU
    than a convolution of so few channels.

    Attributes:
        dilation: Places from one input of the convolution to the next.
        kernel: Inputs of the convolution.
        filter: The weights of W_f, then those of W_g.
        skip: From z to the skip connections.
        residual: From z to the residual connection; None in the last layer, whose residual nothing reads.

    Args:
        channels: Residual, gate and skip channels. Half of the gate channels are filters, half are gates.
        kernel: Inputs of the convolution.
        dilation: Places between them.
        last: Whether it is the last layer.
    """

    def __init__(self, channels: tuple[int, int, int], kernel: int, dilation: int, last: bool):
        super().__init__()
        residual, gate, skip = channels
        self.dilation, self.kernel = dilation, kernel
        self.filter = nn.Linear(kernel * residual, gate)
        self.skip = nn.Linear(gate // 2, skip)
        self.residual: nn.Linear | None = None if last else nn.Linear(gate // 2, residual)

    @property
    def memory(self) -> int:
        """Inputs before the newest that the convolution reads back to."""
        return (self.kernel - 1) * self.dilation

    def gated(self, x: Tensor, condition: Tensor | None) -> Tensor:
        """The gated units z, (n, t, residual) to (n, t − memory, gate / 2).

        Args:
            x: Inputs.
            condition: Added before the nonlinearities, (n, gate), or None.
        """
        length = x.shape[1] - self.memory
        taps = [x[:, k * self.dilation : k * self.dilation + length] for k in range(self.kernel)]
        a = self.filter(torch.cat(taps, dim=-1))
        if condition is not None:
            a = a + condition[:, None]
        values, gates = a.chunk(2, dim=-1)
        return values.tanh() * gates.sigmoid()


class WaveNetStack(nn.Module):
    """The layers and the head; (n, t, residual) to (n, t − receptive_field + 1, outputs).

    Convolutions are not padded: the output at a place is that of exactly `receptive_field` inputs, up to its own.

    Source: van den Oord et al. (2016, arXiv 1609.03499), figure 4.

    Attributes:
        layers: From the input to the head.
        dilations: Dilation of each layer.
        kernel: Inputs of each convolution.
        receptive_field: Inputs on which one output depends.

    Args:
        dilations: Dilation of each layer.
        kernel: Inputs of each convolution.
        channels: Residual, gate and skip channels.
        head: Channels of the hidden layer of the head.
        outputs: Numbers given for each place.
        classes: Number of classes on which every layer is conditioned, or 0.
    """

    def __init__(
        self,
        dilations: Sequence[int],
        kernel: int,
        channels: tuple[int, int, int],
        head: int,
        outputs: int,
        classes: int = 0,
    ):
        super().__init__()
        last = len(dilations) - 1
        self.layers = nn.ModuleList(
            GatedLayer(channels, kernel, dilation, place == last) for place, dilation in enumerate(dilations)
        )
        self.dilations, self.kernel = tuple(dilations), kernel
        self.receptive_field = receptive_field(dilations, kernel)
        self.classes = Lookup(classes, len(dilations) * channels[1]) if classes else None
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(channels[2], head), nn.ReLU(), nn.Linear(head, outputs))

    @property
    def gated_layers(self) -> list[GatedLayer]:
        """The layers."""
        return [layer for layer in self.layers if isinstance(layer, GatedLayer)]

    def conditions(self, y: Tensor | None) -> list[Tensor | None]:
        """What each layer adds for the classes of the data, (n, gate) each; None without conditioning."""
        if self.classes is None:
            return [None] * len(self.layers)
        assert y is not None
        return list(self.classes(y).chunk(len(self.layers), dim=-1))

    def units(self, x: Tensor, y: Tensor | None = None) -> list[tuple[Tensor, Tensor]]:
        """Inputs and gated units of each layer, as long as its convolution leaves them.

        Args:
            x: Inputs, (n, t, residual).
            y: Class of each datum, (n,), or None without conditioning.

        Returns:
            For each layer its inputs, (n, tₗ, residual), and units z, (n, tₗ − memory, gate / 2).
        """
        found = []
        for layer, condition in zip(self.gated_layers, self.conditions(y), strict=True):
            z = layer.gated(x, condition)
            found.append((x, z))
            if layer.residual is not None:
                x = x[:, layer.memory :] + layer.residual(z)
        return found

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Outputs for each place whose receptive field is given; see `units` for the arguments."""
        length = x.shape[1] - self.receptive_field + 1
        units = zip(self.gated_layers, self.units(x, y), strict=True)
        skips = [layer.skip(z[:, -length:]) for layer, (_, z) in units]  # (n, length, skip) each
        return self.head(torch.stack(skips).sum(0))
