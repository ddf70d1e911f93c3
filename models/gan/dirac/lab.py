"""The Dirac-GAN: do gradient methods make sense in a two-player game?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.gan.dirac.dynamics import CURES, GAMES, ORDERS, SIGNS
from models.gan.dirac.equations import equations_of
from models.gan.dirac.plane_views import distance, eigenvalues, field, step_size
from models.gan.dirac.run_views import drawn, games, players
from models.gan.dirac.runs import values_of
from models.protocol import Lab, Objective, Preset, Scene, Try, param

__all__ = ["DiracGanLab"]


def _cure(*names: str) -> Callable[[Any], bool]:
    return lambda config: config.cure in names


class DiracGanLab(Lab):
    """One data point at 0, one sample at θ, the critic F(x) = ψ x: fields, paths and eigenvalues of nine games.

    Mescheder et al., 2018, "Which training methods for GANs do actually converge?" (arXiv 1801.04406); consensus
    optimisation as in Mescheder et al., 2017 (arXiv 1705.10461).
    """

    title = "Dirac-GAN"
    reference = "https://arxiv.org/abs/1801.04406"
    about = (
        "The data are the point 0; the generator is a point θ, the critic is F(x) = ψ x. "
        "The players are two numbers: θ descends L, and ψ ascends it."
    )
    presets = (
        Preset("Do gradient methods make sense?", "", about="Simultaneous steps spiral away from the solution: 3.10."),
        Preset(
            "Taking turns", "", {"order": "generator"},
            about="Both eigenvalues lie on the unit circle: θ and ψ orbit for ever, 1.42 away after 500 steps.",
        ),
        Preset(
            "Very small steps", "", {"h": 0.01, "steps": 1000},
            about="The flow itself circles around the solution: no step size helps.",
        ),
        Preset(
            "Non-saturating", "", {"game": "non-saturating"},
            about="The flow converges, ever more slowly; steps of h stay on a cycle of radius about √(2h).",
        ),
        Preset("Wasserstein, clipped", "", {"game": "clip"}, about="Clipping bounds ψ; θ does not converge."),
        Preset(
            "Wasserstein, gradient penalty", "", {"game": "penalty"},
            about="The penalty wants a slope of 1 even where data and model agree, so ψ = 0 is no equilibrium.",
        ),
        Preset("R1, γ = 0.3", "", {"cure": "r1"}, about="A penalty on the slope at the data: 2.6e−6 after 500 steps."),
        Preset(
            "R1, critical: γ = 1", "", {"cure": "r1", "gamma": 1.0},
            about="Two equal real eigenvalues, −½: no rotation, and the fastest convergence, 9.5e−22.",
        ),
        Preset(
            "Instance noise", "", {"cure": "noise"},
            about="In the mean, noise of std s acts as R1 with γ = s²/2; single draws fluctuate.",
        ),
        Preset("Consensus optimisation", "", {"cure": "consensus", "gamma": 1.0}, about="Both also descend ½ γ |v|²."),
        Preset("Non-saturating with R1", "", {"game": "non-saturating", "cure": "r1"}, about="The usual choice today."),
        Preset(
            "In the lecture's sign", "", {"sign": "lecture"},
            about="−ψ in place of ψ: the same game from another start, 3.35; from (1, −1) it is 3.10 again.",
        ),
    )  # fmt: skip
    views = (field, distance, eigenvalues, step_size, players, drawn, games)
    scenes = (
        Scene(
            "Path", "Do the players reach the equilibrium?",
            lead="field", beside=("players",), below=("distance",),
        ),
        Scene(
            "Eigenvalues", "What do the eigenvalues predict about convergence?",
            lead="eigenvalues", beside=("step_size",), below=("field", "distance"),
        ),
        Scene(
            "Cures", "Which changes of the game make it converge?",
            lead="games", beside=("field",), below=("distance", "drawn"),
        ),
    )  # fmt: skip
    look_at = (
        "At θ = ψ = 0 sample and data agree and the critic is 0: this is the equilibrium. In the plain game v is at "
        "right angles to (θ, ψ) everywhere: the players circle around it, and a simultaneous step multiplies the "
        "distance by √(1 + h² f′(ψθ)²) > 1.\n\n"
        "Taking turns puts the eigenvalues on the unit circle. A game that converges pulls ψ towards 0: its "
        "eigenvalues have a negative real part."
    )
    try_next = (
        Try("Let the players take turns: the spiral becomes an orbit", preset="Taking turns", scene="Path"),
        Try("Make the steps small: slower, and still no convergence", preset="Very small steps", scene="Path"),
        Try("Add R1: the eigenvalues move into the circle", preset="R1, γ = 0.3", scene="Eigenvalues"),
        Try("Too much R1 is slow again: γ = 3", {"cure": "r1", "gamma": 3.0}, scene="Eigenvalues"),
        Try("Five updates of ψ for one of θ", {"order": "generator", "psi_updates": 5}, scene="Path"),
        Try("See how a generator's gradient dies when supports do not overlap", page="non-overlap"),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        game: str = param("minimax", "Game", choices=GAMES, live=True)
        order: str = param("simultaneous", "Order of updates", choices=ORDERS, live=True)
        h: float = param(0.2, "Step size h", 0.01, 1.0, log=True, live=True, help="Step size of both players.")
        steps: int = param(500, "Steps", 0, 1000, live=True, help="Rounds, each with updates of both players.")
        theta: float = param(1.0, "θ at the start", -2.0, 2.0, step=0.05, live=True, help="Position of the sample.")
        psi: float = param(1.0, "ψ at the start", -2.0, 2.0, step=0.05, live=True, help="Slope of the critic.")
        clip: float = param(
            1.0,
            "Clip c",
            0.05,
            2.0,
            step=0.05,
            live=True,
            when=lambda config: config.game == "clip",
            help="|ψ| ≤ c after each update.",
        )
        weight: float = param(
            0.7,
            "Penalty weight λ",
            0.0,
            4.0,
            step=0.05,
            live=True,
            when=lambda config: config.game == "penalty",
            help="Weight of the gradient penalty (λ/2)(|ψ| − g)².",
        )
        target: float = param(
            1.0, "Target slope g", 0.0, 2.0, step=0.05, live=True, when=lambda config: config.game == "penalty"
        )
        cure: str = param("none", "Cure", choices=CURES, live=True, more=True, help="Term that is added to the game.")
        gamma: float = param(
            0.3,
            "Weight γ",
            0.0,
            4.0,
            step=0.05,
            live=True,
            more=True,
            when=_cure("r1", "consensus"),
            help="Weight of R1, ½ γ ψ², or of consensus optimisation, ½ γ |v|².",
        )
        std: float = param(
            1.0,
            "Noise std s",
            0.0,
            3.0,
            step=0.05,
            live=True,
            more=True,
            when=_cure("noise"),
            help="Added to the data and to the sample.",
        )
        psi_updates: int = param(
            1, "Updates of ψ a round", 1, 10, live=True, more=True, when=lambda config: config.order != "simultaneous"
        )
        sign: str = param(
            "paper", "L and its sign", choices=SIGNS, live=True, more=True,
            help="A high F marks samples, as in the literature, or data, as in the lecture: −ψ for ψ.",
        )  # fmt: skip

    config: Config

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The objective, the vector field, and the eigenvalues."""
        return equations_of(config)

    def values(self) -> Mapping[str, float]:
        """Objective and field at the start, distance at the end, eigenvalues at the equilibrium; without units."""
        return values_of(self.config)
