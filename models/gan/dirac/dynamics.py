"""The Dirac-GAN: a game of two numbers, whose dynamics can be computed exactly.

The data are the point 0, the generator's sample is the point θ, and the critic is F(x) = ψ x. Mescheder et al., 2018
(arXiv 1801.04406). In the sign of that paper a high F marks samples: L = f(ψθ) + f(0), f(t) = −log(1 + e⁻ᵗ). In the
sign of Goodfellow et al., 2014 (arXiv 1406.2661), a high F marks data: L = log D(0) + log(1 − D(θ)) with
D(x) = σ(ψx). The two differ by the sign of ψ. θ descends L, ψ ascends it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

__all__ = ["CURES", "FAR", "GAMES", "ORDERS", "SIGNS", "DiracGame", "flow", "run", "update_matrix"]

GAMES = {
    "minimax": "GAN (minimax)",
    "non-saturating": "Non-saturating GAN",
    "clip": "WGAN, clipped",
    "penalty": "WGAN, gradient penalty",
}
CURES = {"none": "None", "noise": "Instance noise", "r1": "R1 penalty", "consensus": "Consensus optimisation"}
ORDERS = {"simultaneous": "Simultaneous", "generator": "Alternating, θ first", "discriminator": "Alternating, ψ first"}
SIGNS = {"paper": "f(ψθ) + f(0)", "lecture": "log D(0) + log(1 − D(θ))"}

FAR = 1e6  # distance at which a run ends
_FINEST = 0.2  # largest step of the integration of the flow
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(32)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()

_Real = TypeVar("_Real", float, np.ndarray)


def _sigmoid(t: _Real) -> _Real:
    if isinstance(t, np.ndarray):
        return 0.5 * (1.0 + np.tanh(0.5 * t))
    return 0.5 * (1.0 + math.tanh(0.5 * t))


@dataclass(frozen=True)
class DiracGame:
    """One game in the plane of θ and ψ.

    Attributes:
        game: Key of `GAMES`.
        cure: Key of `CURES`: the term added to the game.
        gamma: Weight γ of R1, ½ γ ψ², or of consensus optimisation, ½ γ |v|².
        std: Standard deviation of the instance noise, on data and sample.
        clip: Greatest |ψ|, if the game is "clip".
        weight: Weight λ of the gradient penalty ½ λ (|ψ| − target)², if the game is "penalty".
        target: Slope at which the penalty is 0.
        sign: Key of `SIGNS`.
    """

    game: str = "minimax"
    cure: str = "none"
    gamma: float = 0.3
    std: float = 1.0
    clip: float = 1.0
    weight: float = 0.7
    target: float = 1.0
    sign: str = "paper"

    def field(self, theta: _Real, psi: _Real) -> tuple[_Real, _Real]:
        """v, the velocity of θ and ψ, floats or arrays of one shape; under instance noise its mean over the noise."""
        turn = 1.0 if self.sign == "paper" else -1.0
        v_theta, v_psi = self._in_paper_sign(theta, turn * psi)
        return v_theta, turn * v_psi

    def objective(self, theta: float, psi: float) -> dict[str, float]:
        """The terms of what ψ ascends: "on_sample", "on_data", "penalty", "r1", and their sum "objective".

        Under instance noise they are means over it, by the quadrature of the field. Consensus optimisation adds nothing
        to the objective, but to the field.
        """
        slope = psi if self.sign == "paper" else -psi
        if self.game in ("clip", "penalty"):  # linear in the noise, whose mean is 0
            of_sample, of_data = slope * theta, 0.0
        else:
            noise = self.std * _NODES if self.cure == "noise" else np.zeros_like(_NODES)
            of_sample = float(-np.logaddexp(0.0, -slope * (theta + noise)) @ _WEIGHTS)
            of_data = float(-np.logaddexp(0.0, slope * noise) @ _WEIGHTS)
        penalty = -0.5 * self.weight * (abs(psi) - self.target) ** 2 if self.game == "penalty" else 0.0
        r1 = -0.5 * self.gamma * psi**2 if self.cure == "r1" else 0.0
        terms = {"on_sample": of_sample, "on_data": of_data, "penalty": penalty, "r1": r1}
        return {**terms, "objective": sum(terms.values())}

    def project(self, psi: float) -> float:
        """ψ after an update: clipped, if the game is "clip"."""
        return min(max(psi, -self.clip), self.clip) if self.game == "clip" else psi

    def jacobian(self) -> np.ndarray | None:
        """∂v/∂(θ, ψ) at the equilibrium (0, 0), (2, 2); None for the gradient penalty, whose field jumps at ψ = 0."""
        if self.game == "penalty":
            return None
        slope, turn = (1.0 if self.game == "clip" else 0.5), (1.0 if self.sign == "paper" else -1.0)  # f′(0), and ψ's
        jacobian = np.array([[0.0, -slope * turn], [slope * turn, 0.0]])
        if self.cure == "r1":
            jacobian[1, 1] -= self.gamma
        elif self.cure == "noise" and self.game != "clip":
            jacobian[1, 1] -= 0.5 * self.std**2  # f″(0) = −¼, for data and sample
        elif self.cure == "consensus":
            jacobian = jacobian - self.gamma * jacobian.T @ jacobian
        return jacobian

    def _slopes(self, t: _Real) -> tuple[_Real, _Real, _Real, _Real]:
        """At t = ψθ: a of v_θ = −ψ a(t), b of v_ψ = θ b(t), and their derivatives."""
        if self.game in ("clip", "penalty"):
            return 1.0 + 0.0 * t, 1.0 + 0.0 * t, 0.0 * t, 0.0 * t
        b = _sigmoid(-t)
        bend = b * (b - 1.0)
        return (b, b, bend, bend) if self.game == "minimax" else (1.0 - b, b, -bend, bend)

    def _in_paper_sign(self, theta: _Real, psi: _Real) -> tuple[_Real, _Real]:
        if self.cure == "noise":
            v_theta, v_psi = self._noisy(theta, psi)
        else:
            t = theta * psi
            a, b, a_bend, b_bend = self._slopes(t)
            v_theta, v_psi = -psi * a, theta * b
        if self.game == "penalty":
            side = (psi > 0) * 1.0 - (psi < 0) * 1.0
            v_psi = v_psi - self.weight * (abs(psi) - self.target) * side
        if self.cure == "r1":
            v_psi = v_psi - self.gamma * psi
        elif self.cure == "consensus":  # down the gradient of ½ |v|², Jᵀ v, as well
            own = -self.weight if self.game == "penalty" else 0.0  # ∂v_ψ/∂ψ of the penalty
            push_theta = -psi * psi * a_bend * v_theta + (b + t * b_bend) * v_psi
            push_psi = -(a + t * a_bend) * v_theta + (theta * theta * b_bend + own) * v_psi
            v_theta, v_psi = v_theta - self.gamma * push_theta, v_psi - self.gamma * push_psi
        return v_theta, v_psi

    def _noisy(self, theta: _Real, psi: _Real) -> tuple[_Real, _Real]:
        """The mean field when N(0, std²) is added to data and sample, by Gauss–Hermite quadrature."""
        if self.game in ("clip", "penalty"):  # linear in the noise, whose mean is 0
            return -psi, theta
        noise = self.std * _NODES
        x, slope = np.asarray(theta)[..., None] + noise, np.asarray(psi)[..., None]
        b = _sigmoid(-slope * x)  # (..., nodes)
        a = b if self.game == "minimax" else 1.0 - b
        v_theta, v_psi = -psi * (a @ _WEIGHTS), (x * b - noise * _sigmoid(slope * noise)) @ _WEIGHTS
        if isinstance(theta, np.ndarray):
            return v_theta, v_psi
        return float(v_theta), float(v_psi)

    def drawn(self, theta: float, psi: float, of_sample: float, of_data: float) -> tuple[float, float]:
        """v under one draw of the instance noise, ε for the sample and ε for the data."""
        turn = 1.0 if self.sign == "paper" else -1.0
        psi = turn * psi
        at, data = theta + self.std * of_sample, self.std * of_data
        a, b, *_ = self._slopes(at * psi)
        v_psi = at * b - data * self._slopes(-data * psi)[1]
        if self.game == "penalty":
            v_psi -= self.weight * (abs(psi) - self.target) * math.copysign(1.0, psi)
        return -psi * a, turn * v_psi


def run(
    game: DiracGame,
    start: tuple[float, float],
    h: float,
    steps: int,
    order: str = "simultaneous",
    psi_updates: int = 1,
    noise: np.ndarray | None = None,
) -> np.ndarray:
    """(θ, ψ) at the start and after each step, (steps + 1, 2); shorter if it leaves the distance `FAR`.

    Args:
        game: The game.
        start: (θ, ψ).
        h: Step size of both players.
        steps: Number of rounds.
        order: Key of `ORDERS`. If the players alternate, the second uses the update of the first.
        psi_updates: Updates of ψ in a round, if the players alternate.
        noise: Draws of ε for sample and data, (steps, 2), one pair for a round; None for the mean field.
    """
    theta, psi = float(start[0]), game.project(float(start[1]))
    path = [(theta, psi)]
    for step in range(steps):
        draw = None if noise is None else (float(noise[step, 0]), float(noise[step, 1]))

        def move(at_theta: float, at_psi: float, draw: tuple[float, float] | None = draw) -> tuple[float, float]:
            return game.field(at_theta, at_psi) if draw is None else game.drawn(at_theta, at_psi, *draw)

        if order == "simultaneous":
            v_theta, v_psi = move(theta, psi)
            theta, psi = theta + h * v_theta, game.project(psi + h * v_psi)
        else:
            if order == "generator":
                theta += h * move(theta, psi)[0]
            for _ in range(psi_updates):
                psi = game.project(psi + h * move(theta, psi)[1])
            if order == "discriminator":
                theta += h * move(theta, psi)[0]
        if abs(theta) + abs(psi) > FAR:
            break
        path.append((theta, psi))
    return np.array(path)


def flow(game: DiracGame, start: tuple[float, float], h: float, steps: int) -> np.ndarray:
    """The flow (θ, ψ)′ = v at the times 0, h, 2h …, (steps + 1, 2), by the Runge–Kutta method of order 4."""
    inner = math.ceil(h / _FINEST)
    dt = h / inner
    theta, psi = float(start[0]), game.project(float(start[1]))
    path = [(theta, psi)]
    for _ in range(steps):
        for _ in range(inner):
            k1 = game.field(theta, psi)
            k2 = game.field(theta + 0.5 * dt * k1[0], psi + 0.5 * dt * k1[1])
            k3 = game.field(theta + 0.5 * dt * k2[0], psi + 0.5 * dt * k2[1])
            k4 = game.field(theta + dt * k3[0], psi + dt * k3[1])
            theta += dt / 6.0 * (k1[0] + 2.0 * (k2[0] + k3[0]) + k4[0])
            psi = game.project(psi + dt / 6.0 * (k1[1] + 2.0 * (k2[1] + k3[1]) + k4[1]))
        if abs(theta) + abs(psi) > FAR:
            break
        path.append((theta, psi))
    return np.array(path)


def update_matrix(jacobian: np.ndarray, h: float, order: str = "simultaneous", psi_updates: int = 1) -> np.ndarray:
    """One round, linearised at the equilibrium, (2, 2): I + hJ, or the product of the players' own steps."""
    theta_step, psi_step = np.eye(2), np.eye(2)
    theta_step[0] += h * jacobian[0]
    psi_step[1] += h * jacobian[1]
    if order == "simultaneous":
        return theta_step + psi_step - np.eye(2)
    psi_steps = np.linalg.matrix_power(psi_step, psi_updates)
    return psi_steps @ theta_step if order == "generator" else theta_step @ psi_steps
