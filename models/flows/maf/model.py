"""The masked autoregressive flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.flows.flow.model import ACTIVATIONS, FlowModel, NetConfig
from models.flows.maf.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.flows.transforms import MaskedAffine, Transform
from models.protocol import DataSpec, Image, Planar, Table, param

__all__ = ["MAF", "AutoregressiveConfig", "orders"]

_ORDERS = {"alternate": "Back and forth", "fixed": "The same", "random": "Random"}


@dataclass(frozen=True)
class AutoregressiveConfig(NetConfig):
    """Parameters that both flows of masked layers have."""

    layers: int = param(8, "Layers", 1, 32)
    order: str = param(
        "alternate", "Order of the entries", choices=_ORDERS,
        help="In which order the entries depend on one another: reversed from layer to layer, the same in all layers, "
        "or random.",
    )  # fmt: skip


class MAF(FlowModel):
    """Layers x_i = t_i(x_{<i}) + exp(s_i(x_{<i})) ε_i: an autoregressive model with Gaussian conditionals, stacked.

    Papamakarios et al., 2017, arXiv 1705.07057. The density takes one pass through each layer; a sample is made entry
    by entry.
    """

    title = "MAF"
    reference = "https://arxiv.org/abs/1705.07057"
    accepts = (Planar, Table, Image)
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(AutoregressiveConfig):
        """Parameters of the page."""

    config: Config

    def transforms(self) -> list[Transform]:
        """The masked layers."""
        c = self.config
        return [
            MaskedAffine(order, c.widths, ACTIVATIONS[c.activation]) for order in orders(self.dims, c.layers, c.order)
        ]

    @classmethod
    def sampling_passes(cls, config: Any, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """One step for each entry, in which the units of one degree alone are computed: about two passes in all."""
        return 2


def orders(d: int, layers: int, order: str) -> list[Tensor]:
    """Entry in each place, (d,), for each layer; random ones are the same for the same numbers."""
    forward, rng = torch.arange(d), torch.Generator().manual_seed(d)
    if order == "random":
        return [torch.randperm(d, generator=rng) for _ in range(layers)]
    return [forward.flip(0) if order == "alternate" and layer % 2 else forward for layer in range(layers)]
