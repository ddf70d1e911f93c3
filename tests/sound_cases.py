"""Small WaveNets in float64, and sounds for them."""

from __future__ import annotations

import torch

from models.autoregressive.wavenet import WaveNet
from models.protocol import DataSpec, Waveform, build

__all__ = ["OUTPUTS", "outputs", "rng", "sounds", "wavenet"]

OUTPUTS = ("mu-law", "logistics")
SMALL = {
    "layers": 5, "cycle": 3, "residual": 4, "gate": 6, "skip": 5, "head": 7, "levels": 16, "mixtures": 3, "window": 16,
}  # fmt: skip


def wavenet(*, length: int = 40, classes: tuple[str, ...] = ("low", "high"), seed: int = 0, **values) -> WaveNet:
    """A small model in float64, with weights large enough that every input matters."""
    torch.manual_seed(seed)
    config = build(WaveNet.Config, {**SMALL, **values})
    model = WaveNet(config, DataSpec(Waveform(length, 1000), 10, classes)).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.6)
        head = model.network.stack.head
        model.network.stack.layers[0].skip.bias += 4  # keeps the ReLUs of the head open
        head[1].bias += 4
        head[3].weight *= 0.1
    return model


def sounds(model: WaveNet, n: int = 2, seed: int = 1) -> torch.Tensor:
    """Random amplitudes on the grid of levels, (n, length)."""
    rng = torch.Generator().manual_seed(seed)
    levels = torch.randint(model.config.levels, (n, *model.spec.kind.shape), generator=rng)
    return model.grid.amplitude(levels, torch.float64)


def outputs(model: WaveNet, levels: torch.Tensor, y: torch.Tensor | None = None) -> torch.Tensor:
    with torch.no_grad():
        return model.network(model.network.context(levels), model.class_of(y))


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
