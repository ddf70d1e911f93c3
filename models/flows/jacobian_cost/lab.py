"""The cost of log-determinants: full, triangular and coupling Jacobians."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.flows.jacobian_cost import words
from models.flows.jacobian_cost.count_views import operations, table
from models.flows.jacobian_cost.counts import coupling, full, triangular
from models.flows.jacobian_cost.equations import EQUATIONS
from models.flows.jacobian_cost.examples import copies, examples
from models.flows.jacobian_cost.matrix_views import determinant_values, entries, patterns
from models.flows.jacobian_cost.time_views import exponents, forming_at, forming_times, times
from models.protocol import Lab, Objective, param

__all__ = ["JacobianCostLab"]

_LARGEST = {"256": "256", "512": "512", "1024": "1,024"}


class JacobianCostLab(Lab):
    """What log |det| of a Jacobian costs: measured times, exact numbers of operations, and the matrices.

    Dinh et al., 2017, "Density estimation using Real NVP" (arXiv 1605.08803); Golub and Van Loan, 2013, "Matrix
    computations", section 3.2; Germain et al., 2015, "MADE" (arXiv 1502.03509).
    """

    title = "Cost of Jacobians"
    reference = "https://arxiv.org/abs/1605.08803"
    about = words.ABOUT
    presets, scenes, look_at, try_next = words.PRESETS, words.SCENES, words.LOOK_AT, words.TRY_NEXT
    views = (
        times, exponents, operations, table, forming_times, forming_at, patterns, entries,
        determinant_values,
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        largest: str = param(
            "1024", "Largest k measured", choices=_LARGEST, live=True, help="The Jacobian is formed up to k = 512."
        )
        k: int = param(8, "Size k of the pictures", 3, 12, live=True)
        kept: float = param(
            0.5, "Share d/k that is copied", 0.1, 0.9, step=0.05, live=True, help="By the coupling layer."
        )
        draw: int = param(0, "Seed of the maps", 0, 99, live=True, more=True, help="Of the matrices in the pictures.")

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        self.largest = int(config.largest)
        self.copied = copies(config.k, config.kept)
        self.examples = examples(config.k, self.copied, config.draw)

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """Log-determinants of a triangular Jacobian and of a coupling layer, and numbers of operations."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """Log-determinants in two ways, nats, and operations at the largest k."""
        masked, coupled, k = self.examples["triangular"], self.examples["coupling"], self.largest
        return {
            "triangular_sum": masked.other,
            "triangular_det": masked.log_det,
            "coupling_sum": coupled.other,
            "coupling_det": coupled.log_det,
            "full_operations": float(full(k).total),
            "triangular_operations": float(triangular(k).total),
            "coupling_operations": float(coupling(k, copies(k, self.config.kept)).total),
        }
