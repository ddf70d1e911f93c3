"""Multilayer perceptrons, and dropout that draws from a generator of the caller's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

__all__ = ["MLP", "Dropout", "parameter_count"]


class MLP(nn.Sequential):
    """Linear layers with an activation between them, none after the last; (..., sizes[0]) to (..., sizes[-1]).

    Args:
        sizes: Width of the input, of each hidden layer, and of the output.
        activation: Builds the activation after each hidden layer.

    Raises:
        ValueError: Fewer than two sizes.
    """

    def __init__(self, sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU):
        if len(sizes) < 2:
            raise ValueError(f"an MLP needs the sizes of its input and output, not only {list(sizes)}")
        layers: list[nn.Module] = []
        for width_in, width_out in pairwise(sizes):
            layers += [nn.Linear(width_in, width_out), activation()]
        super().__init__(*layers[:-1])


class Dropout(nn.Module):
    """Sets entries to zero with probability p while training, from a generator of the caller's.

    Srivastava et al., 2014; kept entries are divided by 1 − p, so that the mean is unchanged. `torch.nn.Dropout` draws
    from the global generator, which would make a training depend on whatever else runs in the process.

    Raises:
        ValueError: p is not in [0, 1).
    """

    def __init__(self, p: float = 0.5):
        super().__init__()
        if not 0.0 <= p < 1.0:
            raise ValueError(f"a dropout probability is at least 0 and below 1, not {p}")
        self.p = p

    def forward(self, x: Tensor, *, rng: torch.Generator) -> Tensor:
        """Any shape to the same shape."""
        if not self.training or self.p == 0.0:
            return x
        keep = torch.rand(x.shape, generator=rng, device=x.device, dtype=x.dtype) >= self.p
        return x * keep / (1.0 - self.p)


def parameter_count(module: nn.Module) -> int:
    """Number of parameters that learn."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
