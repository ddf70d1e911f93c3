"""Networks that stand still while another player moves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from torch import nn

__all__ = ["fixed"]


@contextlib.contextmanager
def fixed(network: nn.Module) -> Iterator[None]:
    """Computes no gradients with respect to the parameters of a network inside the block: the other player moves."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)
