"""The Dirac-GAN of a config of the page: the game, the path of the updates, the flow, eigenvalues."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from models.frames import Series
from models.gan.dirac.dynamics import DiracGame, flow, run, update_matrix

__all__ = [
    "LEAST",
    "distance_series",
    "eigenvalues_of",
    "flow_eigenvalues_of",
    "flow_of",
    "game_of",
    "other_order",
    "path_of",
    "values_of",
]

LEAST = 1e-30
"""Smaller distances are drawn here: the axis is logarithmic."""


def game_of(config: Any) -> DiracGame:
    """The game that a config describes."""
    c = config
    return DiracGame(c.game, c.cure, c.gamma, c.std, c.clip, c.weight, c.target, c.sign)


@lru_cache(maxsize=8)
def path_of(config: Any) -> np.ndarray:
    """(θ, ψ) at the start and after each step, (k, 2); under instance noise that of the mean field."""
    c = config
    return run(game_of(c), (c.theta, c.psi), c.h, c.steps, c.order, c.psi_updates)


@lru_cache(maxsize=8)
def flow_of(config: Any) -> np.ndarray:
    """(θ, ψ) of the flow at the same times, (k, 2)."""
    return flow(game_of(config), (config.theta, config.psi), config.h, config.steps)


def flow_eigenvalues_of(config: Any) -> np.ndarray | None:
    """Eigenvalues of J = ∂v/∂(θ, ψ) at the equilibrium, (2,) complex, the greater real part first; None as below."""
    jacobian = game_of(config).jacobian()
    if jacobian is None:
        return None
    values = np.linalg.eigvals(jacobian).astype(complex)
    return values[np.lexsort((-values.imag, -values.real))]


def values_of(config: Any) -> dict[str, float]:
    """Objective and field at the start, the distance at the end of the path, and eigenvalues, by their keys.

    Eigenvalues are left out if the field jumps at the equilibrium. "growth" is the modulus of an eigenvalue of a round
    minus 1, the larger first.
    """
    game, path = game_of(config), path_of(config)
    theta, psi = path[0].tolist()
    v_theta, v_psi = game.field(theta, psi)
    values = {**game.objective(theta, psi), "v_theta": v_theta, "v_psi": v_psi, "distance": float(np.hypot(*path[-1]))}
    flow, rounds = flow_eigenvalues_of(config), eigenvalues_of(config, config.h, config.order)
    if flow is None or rounds is None:
        return values
    growth = (np.sort(np.abs(rounds))[::-1] - 1.0).round(12).tolist()
    return values | {
        "real_1": float(flow[0].real),
        "real_2": float(flow[1].real),
        "imaginary": float(np.abs(flow.imag).max()),
        "growth_1": growth[0],
        "growth_2": growth[1],
    }


def eigenvalues_of(config: Any, h: float, order: str) -> np.ndarray | None:
    """Eigenvalues of a round linearised at the equilibrium, (2,) complex; None if the field jumps there.

    Args:
        config: Config of the page.
        h: Step size of both players.
        order: Key of `ORDERS`.
    """
    jacobian = game_of(config).jacobian()
    if jacobian is None:
        return None
    return np.linalg.eigvals(update_matrix(jacobian, h, order, config.psi_updates)).astype(complex)


def other_order(order: str) -> str:
    """The alternating order to compare with simultaneous updates."""
    return "generator" if order == "simultaneous" else order


def distance_series(key: str, label: str, path: np.ndarray, role: str, dashed: bool = False) -> Series:
    """|(θ, ψ)| over the steps of a path, (k, 2)."""
    far = np.maximum(np.hypot(path[:, 0], path[:, 1]), LEAST)
    return Series(key, label, np.arange(len(path)), far, role=role, dashed=dashed)
