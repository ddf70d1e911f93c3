"""The inverse autoregressive flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.flows.flow.model import ACTIVATIONS, FlowModel
from models.flows.iaf.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.flows.maf.model import AutoregressiveConfig, orders
from models.flows.transforms import Inverted, MaskedAffine, Transform
from models.protocol import DataSpec, Planar, Table

__all__ = ["IAF"]


class IAF(FlowModel):
    """Layers x_i = (ε_i − t_i(ε_{<i})) exp(−s_i(ε_{<i})), in which every entry depends on noise alone.

    Kingma et al., 2016, arXiv 1606.04934. A sample takes one pass through each layer; the density of a datum is found
    entry by entry, with gradients in a pass for each.
    """

    title = "IAF"
    reference = "https://arxiv.org/abs/1606.04934"
    accepts = (Planar, Table)
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(AutoregressiveConfig):
        """Parameters of the page."""

    config: Config

    def transforms(self) -> list[Transform]:
        """The masked layers, each with its directions exchanged."""
        c = self.config
        return [
            Inverted(MaskedAffine(order, c.widths, ACTIVATIONS[c.activation]))
            for order in orders(self.dims, c.layers, c.order)
        ]

    @classmethod
    def log_prob_passes(cls, config: Any, spec: DataSpec | None = None) -> int:
        """One step for each entry, in which the units of one degree alone are computed: about two passes in all."""
        return 2
