"""Layers and flows of random weights, for tests of the flow family."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from models.flows.transforms import (
    AffineCoupling,
    Chain,
    Dense,
    Elementwise,
    Inverted,
    Logit,
    MaskedAffine,
    SplineCoupling,
    Transform,
    Units,
)

__all__ = ["LAYERS", "WIDE", "far_from_identity", "layer", "stack", "standard_noise"]

WIDE = (16, 16)
LAYERS: dict[str, Callable[[int], Transform]] = {
    "elementwise": Elementwise,
    "units": lambda d: Units(torch.arange(d) - 1.5, torch.linspace(0.5, 3.0, d)),
    "logit": lambda d: Logit(),
    "dense": Dense,
    "coupling": lambda d: AffineCoupling(torch.arange(d // 2), torch.arange(d // 2, d), WIDE),
    "coupling, kept last": lambda d: AffineCoupling(torch.arange(d // 2, d), torch.arange(d // 2), WIDE),
    "coupling, mixed": lambda d: AffineCoupling(torch.arange(0, d, 2), torch.arange(1, d, 2), WIDE),
    "spline": lambda d: SplineCoupling(torch.arange(d // 2), torch.arange(d // 2, d), WIDE),
    "spline, mixed": lambda d: SplineCoupling(torch.arange(1, d, 2), torch.arange(0, d, 2), WIDE, bins=5, bound=3.0),
    "masked": lambda d: MaskedAffine(torch.arange(d), WIDE),
    "masked, reversed": lambda d: MaskedAffine(torch.arange(d).flip(0), WIDE),
    "masked, mixed": lambda d: MaskedAffine(torch.randperm(d, generator=torch.Generator().manual_seed(1)), WIDE),
    "masked, without hidden units": lambda d: MaskedAffine(torch.arange(d), ()),
    "inverted": lambda d: Inverted(MaskedAffine(torch.arange(d), WIDE)),
}


def far_from_identity(transform: nn.Module, seed: int = 0) -> nn.Module:
    """The module in double precision, with weights as those of a trained one: layers that begin at zero are drawn."""
    rng = torch.Generator().manual_seed(seed)
    transform = transform.double()
    with torch.no_grad():
        for name, parameter in transform.named_parameters():
            if name.endswith("weight") and not parameter.any():
                parameter.copy_(torch.randn(parameter.shape, generator=rng) / parameter.shape[1] ** 0.5)
            elif parameter.ndim == 1:  # biases, shifts and log scales
                parameter.add_(
                    torch.randn(parameter.shape, generator=rng) * (0.3 if name.endswith("log_scale") else 1.0)
                )
            elif parameter.ndim == 2 and torch.equal(parameter, torch.eye(*parameter.shape).to(parameter)):
                parameter.add_(0.4 * torch.randn(parameter.shape, generator=rng))
    return transform


def layer(name: str, d: int, seed: int = 0) -> Transform:
    """One layer by its name, in double precision."""
    made = far_from_identity(LAYERS[name](d), seed)
    assert isinstance(made, Transform)
    return made


def stack(name: str, d: int, layers: int, seed: int = 0) -> Chain:
    """Several layers of one kind, with entries taking turns where there are two parts."""
    other = {"coupling": "coupling, kept last", "masked": "masked, reversed"}.get(name, name)
    return Chain(layer(other if k % 2 else name, d, seed + k) for k in range(layers))


def standard_noise(name: str, n: int, d: int) -> torch.Tensor:
    """Noise for a layer, (n, d) float64: between 0 and 1 for the logit."""
    rng = torch.Generator().manual_seed(5)
    draw = torch.rand if name == "logit" else torch.randn
    return draw(n, d, generator=rng, dtype=torch.float64)
