"""Real NVP."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.flows.flow.model import ACTIVATIONS, FlowModel, NetConfig
from models.flows.real_nvp.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT, VIEWS
from models.flows.transforms import AffineCoupling, Coupling, Dense, Elementwise, SplineCoupling, Transform
from models.protocol import BadValue, DataSpec, Kind, Planar, Table, param

__all__ = ["RealNVP", "parts"]

_COUPLINGS = {"affine": "Affine", "spline": "Spline"}
_MASKS = {"alternate": "Taking turns", "fixed": "Always the first d", "random": "Random"}


class RealNVP(FlowModel):
    """Coupling layers: x_{1:d} = ε_{1:d}, x_{d+1:k} = ε_{d+1:k} · exp(s(ε_{1:d})) + t(ε_{1:d}).

    Dinh et al., 2017, arXiv 1605.08803. The layers can be splines (Durkan et al., 2019, arXiv 1906.04032) and can have
    dense layers between them, whose determinant takes cubic time.
    """

    title = "Real NVP"
    reference = "https://arxiv.org/abs/1605.08803"
    accepts = (Planar, Table)
    about = ABOUT
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(NetConfig):
        """Parameters of the page."""

        coupling: str = param(
            "affine", "Coupling", choices=_COUPLINGS,
            help="Affine: scaled and shifted. Spline: a monotone function of rational-quadratic pieces.",
        )  # fmt: skip
        layers: int = param(8, "Coupling layers", 1, 32)
        d: int = param(
            1, "Kept entries d", 1, 1023, help="Entries that a layer does not move, and on which s and t depend."
        )
        masks: str = param(
            "alternate", "Which entries stay", choices=_MASKS,
            help="Taking turns: the first d, then all others, and so on. Always the first d: they are never moved.",
        )  # fmt: skip
        bins: int = param(8, "Pieces of a spline", 2, 32, more=True, when=lambda config: config.coupling == "spline")
        bound: float = param(
            4.0, "Splines reach to ±B", 1.0, 20.0, more=True, when=lambda config: config.coupling == "spline",
            help="In standard units; outside a spline is the identity.",
        )  # fmt: skip
        affine: bool = param(
            True,
            "Affine layers between",
            more=True,
            help="One learned scale and shift for each entry, after each layer.",
        )
        dense: bool = param(
            False, "Dense layers between",
            help="A full matrix after each coupling: all entries mix, and each pass computes a determinant.",
        )  # fmt: skip

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        self.check(config, spec.kind)
        super().__init__(config, spec)

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses a d that leaves nothing to move."""
        k = kind.shape[0]
        if config.d >= k:
            raise BadValue("d", f"d takes a whole number from 1 to {k - 1} for data of {k} dimensions, not {config.d}")

    def transforms(self) -> list[Transform]:
        """Couplings, with the affine and dense layers between them."""
        c = self.config
        layers: list[Transform] = []
        for kept, moved in parts(self.dims, c.d, c.layers, c.masks):
            layers.append(self._coupling(kept, moved))
            layers += [Elementwise(self.dims)] if c.affine else []
            layers += [Dense(self.dims)] if c.dense else []
        return layers

    def _coupling(self, kept: Tensor, moved: Tensor) -> Coupling:
        c, activation = self.config, ACTIVATIONS[self.config.activation]
        if c.coupling == "spline":
            return SplineCoupling(kept, moved, c.widths, activation, bins=c.bins, bound=c.bound)
        return AffineCoupling(kept, moved, c.widths, activation)


def parts(k: int, d: int, layers: int, masks: str) -> list[tuple[Tensor, Tensor]]:
    """Entries that each layer keeps and those that it moves.

    Args:
        k: Number of entries.
        d: Number that is kept.
        layers: Number of layers.
        masks: "alternate", "fixed" or "random"; random parts are the same for the same numbers.
    """
    every, rng = torch.arange(k), torch.Generator().manual_seed(k)
    made: list[tuple[Tensor, Tensor]] = []
    for layer in range(layers):
        first, rest = every[:d], every[d:]
        if masks == "random":
            order = torch.randperm(k, generator=rng)
            first, rest = order[:d].sort().values, order[d:].sort().values
        elif masks == "alternate" and layer % 2:
            first, rest = rest, first
        made.append((first, rest))
    return made
