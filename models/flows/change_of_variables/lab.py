"""The change of variables: how a map of noise changes its density, on a line and in the plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.flows.change_of_variables.cell_views import cell, cell_values, image, ratio
from models.flows.change_of_variables.equations import equations_of
from models.flows.change_of_variables.fold_views import branch_areas, branch_density, branches
from models.flows.change_of_variables.folds import FOLDS
from models.flows.change_of_variables.inverse_views import (
    agreement,
    convergence,
    inverse_values,
    there_and_back,
    timings,
)
from models.flows.change_of_variables.line_views import formula, line_values, pushed, stretching
from models.flows.change_of_variables.maps import MAPS
from models.flows.change_of_variables.noises import NOISES
from models.flows.change_of_variables.own_views import KNOTS, own, own_density
from models.flows.change_of_variables.plane_maps import PLANE_MAPS
from models.flows.change_of_variables.words import LOOK_AT, PRESETS, SCENES, TRY_NEXT
from models.protocol import Lab, Objective, param

__all__ = ["ChangeOfVariablesLab"]


class ChangeOfVariablesLab(Lab):
    """p(x) = s(f⁻¹(x)) |df⁻¹/dx| for maps of a line and of the plane, and what fails where f is not invertible.

    Tabak and Turner, 2013, "A family of nonparametric density estimation algorithms"; Dinh et al., 2017, "Density
    estimation using Real NVP" (arXiv 1605.08803).
    """

    title = "Change of variables"
    reference = "https://arxiv.org/abs/1605.08803"
    about = (
        "Noise ε has a known density s(ε), and x = f(ε). The density p(x) follows from s and f, without any training."
    )
    points = KNOTS
    look_at, presets, scenes, try_next = LOOK_AT, PRESETS, SCENES, TRY_NEXT
    views = (
        pushed, formula, stretching, there_and_back, convergence, timings, agreement, branches, branch_density,
        branch_areas, cell, image, ratio, own, own_density,
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        f: str = param("softplus", "Map x = f(ε)", choices=MAPS, live=True)
        noise: str = param(
            "gaussian", "Noise s(ε)", choices={name: title for name, (title, _) in NOISES.items()}, live=True,
            when=lambda config: config.f != "power", help="ε^ε needs ε > 1 and has 1 + Exp(1).",
        )  # fmt: skip
        mirrored: bool = param(False, "Descending, −f(ε)", live=True, help="The derivative is negative: hence |·|.")
        a: float = param(1.5, "Slope a", 0.1, 3.0, step=0.05, live=True, when=lambda config: config.f == "affine")
        b: float = param(0.5, "Offset b", -2.0, 2.0, step=0.05, live=True, when=lambda config: config.f == "affine")
        place: float = param(0.36, "Interval, middle", 0.05, 0.95, step=0.01, live=True, help="Share of the ε axis.")
        width: float = param(0.2, "Interval, width", 0.02, 0.5, step=0.01, live=True, help="Share of the ε axis.")
        e: float = param(3.0, "ε of x = ε^ε", 1.05, 8.0, step=0.05, live=True, help="In “Easy forward, hard inverse”.")
        fold: str = param("wave", "f, not invertible", choices=FOLDS, live=True)
        height: float = param(0.2, "x of the preimages", -2.0, 2.0, step=0.05, live=True)
        plane_map: str = param("coupling", "Map of the plane", choices=PLANE_MAPS, live=True)
        k: float = param(0.6, "Strength k", -1.0, 1.0, step=0.05, live=True, help="Of the map of the plane.")
        cell_x: float = param(0.75, "Cell, ε₁", -2.5, 2.5, step=0.05, live=True, more=True)
        cell_y: float = param(0.75, "Cell, ε₂", -2.5, 2.5, step=0.05, live=True, more=True)
        edge: float = param(1.0, "Cell, edge h", 0.05, 2.0, step=0.05, live=True)

    config: Config

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The formula, the areas over the interval, the determinant in the plane, and the inverse of ε^ε."""
        return equations_of(config)

    def values(self) -> Mapping[str, float]:
        """Log densities at the middle of the interval, nats; both areas; determinant and area in the plane; ε^ε."""
        return {**line_values(self.config), **cell_values(self.config), **inverse_values(self.config)}
