"""Runs of the Dirac-GAN: both players, drawn noise, and all games side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from models.frames import Curves, Matrix, Series
from models.gan.dirac.dynamics import ORDERS, DiracGame, run
from models.gan.dirac.runs import LEAST, distance_series, flow_of, game_of, other_order, path_of
from models.protocol import Lab, Noise, view

__all__ = ["drawn", "games", "players"]

_RUNS = 20  # with drawn noise
_TABLE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("GAN", {}),
    ("Non-saturating", {"game": "non-saturating"}),
    ("WGAN, clip 1", {"game": "clip", "clip": 1.0}),
    ("WGAN-GP, λ 0.7", {"game": "penalty", "weight": 0.7, "target": 1.0}),
    ("Instance noise 1", {"cure": "noise", "std": 1.0}),
    ("R1, γ 0.3", {"cure": "r1", "gamma": 0.3}),
    ("R1, γ 1", {"cure": "r1", "gamma": 1.0}),
    ("Consensus, γ 1", {"cure": "consensus", "gamma": 1.0}),
    ("Non-sat. + R1 0.3", {"game": "non-saturating", "cure": "r1", "gamma": 0.3}),
)


@view("Players over steps", help="Position of the sample and slope of the critic.")
def players(lab: Lab) -> Curves:
    """θ and ψ over the steps, and of the flow."""
    path, flow = path_of(lab.config), flow_of(lab.config)
    steps, times = np.arange(len(path)), np.arange(len(flow))
    return Curves(
        (
            Series("theta", "θ, the sample", steps, path[:, 0], role="model", pane="θ"),
            Series("theta.flow", "θ of the flow", times, flow[:, 0], role="model", pane="θ", dashed=True),
            Series("psi", "ψ, the critic's slope", steps, path[:, 1], role="data", pane="ψ"),
            Series("psi.flow", "ψ of the flow", times, flow[:, 1], role="data", pane="ψ", dashed=True),
        ),
        x_label="steps", subtitle="updates, and the flow at the same times (dashed); the solution is 0 for both",
        note="While ψ keeps its sign, θ passes 0 before ψ changes sign: each player follows the other.",
    )  # fmt: skip


@view(
    "Drawn noise",
    when=lambda config, _: config.cure == "noise",
    help="Runs with one draw of the instance noise a round, beside the mean field.",
)
def drawn(lab: Lab, noise: Noise) -> Curves:
    """Distance over steps of runs with drawn noise: median and band, and of the mean field."""
    c, start, distances = lab.config, (lab.config.theta, lab.config.psi), []
    draws = torch.randn(_RUNS, max(c.steps, 1), 2, generator=noise.rng(), dtype=torch.float64).numpy()
    for draw in draws:
        path = run(game_of(c), start, c.h, c.steps, c.order, c.psi_updates, draw)
        distances.append(np.pad(np.hypot(*path.T), (0, c.steps + 1 - len(path)), mode="edge"))
    low, middle, high = np.quantile(np.maximum(distances, LEAST), (0.1, 0.5, 0.9), axis=0)
    steps = np.arange(c.steps + 1)
    return Curves(
        (
            Series("runs", "drawn noise, band 10 to 90 %", steps, middle, role="alt", low=low, high=high),
            distance_series("mean", "mean field", path_of(c), "model", True),
        ),
        x_label="steps", y_label="‖(θ, ψ)‖", log_y=True,
        subtitle=f"median of {_RUNS} runs, one draw of ε for sample and data a round; std {c.std:g}",
        note=f"The mean field ends at {np.hypot(*path_of(c)[-1]):.3g}; runs end {middle[-1]:.3g} away (median): "
        "with steps of fixed size they keep fluctuating.",
    )  # fmt: skip


@view("All games", help="Final distance of each game from the equilibrium, by order of updates.")
def games(lab: Lab) -> Matrix:
    """‖(θ, ψ)‖ at the end, for nine games and both orders, with the start, h and steps of the config."""
    c, start = lab.config, (lab.config.theta, lab.config.psi)
    orders = ("simultaneous", other_order(c.order))
    values = []
    for _, how in _TABLE:
        game = DiracGame(**how, sign=c.sign)
        paths = [run(game, start, c.h, c.steps, order, c.psi_updates) for order in orders]
        values.append([float(np.hypot(*path[-1])) for path in paths])
    return Matrix(
        np.array(values), row_labels=tuple(name for name, _ in _TABLE),
        column_labels=("simultaneous", ORDERS[orders[1]].lower()),
        subtitle=f"‖(θ, ψ)‖ after {c.steps} steps of h = {c.h:g} from ({c.theta:g}, {c.psi:g})",
        note="Instance noise is represented by its mean field; the weights of the cures are in their names.",
    )  # fmt: skip
