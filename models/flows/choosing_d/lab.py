"""The choice of d: how many entries a coupling layer keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.flows.choosing_d import words
from models.flows.choosing_d.dependence import K, dependencies, moved_counts
from models.flows.choosing_d.dependence_views import jacobian, patterns, shares
from models.flows.choosing_d.equations import EQUATIONS
from models.flows.choosing_d.marginal_views import correlations, divergences, marginals
from models.flows.choosing_d.over_d_views import gaps, sizes, times_moved, weights_of
from models.protocol import Lab, Objective, Table, param

__all__ = ["ChoosingDLab"]


class ChoosingDLab(Lab):
    """The trade-off in d, of a table of six columns: small flows of each d and number of layers, and dependencies.

    Dinh et al., 2017, "Density estimation using Real NVP" (arXiv 1605.08803).
    """

    title = "Choosing d"
    reference = "https://arxiv.org/abs/1605.08803"
    accepts = (Table(K),)
    about = words.ABOUT
    presets, scenes, look_at, try_next = words.PRESETS, words.SCENES, words.LOOK_AT, words.TRY_NEXT
    views = (marginals, divergences, correlations, gaps, sizes, times_moved, patterns, jacobian, shares)

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        d: int = param(2, "Kept entries d", 1, K - 1, live=True, help="That a layer does not move; s and t see them.")
        layers: int = param(3, "Coupling layers", 1, 4, live=True, help="Most of which flows are fitted.")
        masks: str = param(
            "alternate", "Which entries stay", choices=words.MASKS, live=True,
            help="Taking turns: the first d, then all others, and so on.",
        )  # fmt: skip
        width: int = param(
            32,
            "Hidden width",
            4,
            128,
            log=True,
            live=True,
            more=True,
            help="Units of the hidden layer of each network.",
        )
        steps: int = param(200, "Steps of each fit", 20, 2000, log=True, live=True, help="Of Adam, with 256 rows each.")
        seed: int = param(0, "Seed of the fits", 0, 99, live=True, more=True, help="Of weights and batches.")

    config: Config

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """Numbers of entries, of weights, of dependent pairs, and the bound for entries that are never moved."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """The numbers that the equations name."""
        c = self.config
        inside, pairs = int(dependencies(c.d, c.layers, c.masks)[-1].sum()) - K, K * (K - 1)
        return {
            "kept": c.d,
            "moved": K - c.d,
            "weights_in": (c.d + 1) * c.width,
            "weights_out": 2 * (K - c.d) * (c.width + 1),
            "weights": weights_of(c.d, c.width),
            "dependent": inside,
            "independent": pairs - inside,
            "pairs": pairs,
            "never": int((moved_counts(c.d, c.layers, c.masks) == 0).sum()),
        }
