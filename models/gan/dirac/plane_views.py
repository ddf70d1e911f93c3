"""The vector field of a Dirac-GAN with the path of its updates, distances, and eigenvalues."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.frames import Curves, Field, Lines, Plane, Points, Series
from models.gan.dirac.dynamics import FAR, ORDERS, update_matrix
from models.gan.dirac.runs import (
    distance_series,
    eigenvalues_of,
    flow_eigenvalues_of,
    flow_of,
    game_of,
    other_order,
    path_of,
)
from models.protocol import Drag, Lab, view

__all__ = ["distance", "eigenvalues", "field", "step_size"]

_ARROWS = 19  # arrows along a side of the square that is always shown
_MORE = 7, 2  # arrows beyond it to the left and right, above and below: they fill a card of any usual shape
_WIDEST = 8.0  # half the side of the picture, most
_H = np.geomspace(0.01, 2.0, 200)

_OBJECTIVES = {
    "paper": {"log": "L = f(ψθ) + f(0)", "linear": "L = ψθ", "rival": "f(−ψθ)"},
    "lecture": {
        "log": "L = log D(0) + log(1 − D(θ)), D = σ(ψx)",
        "linear": "L = F(0) − F(θ), F = ψx",
        "rival": "log D(θ)",
    },
}
_TURNS = {"simultaneous": "both at once", "generator": "θ first, then ψ", "discriminator": "ψ first, then θ"}


def _objective(c: Any) -> str:
    """The objective and the update of each player, in the chosen sign."""
    words = _OBJECTIVES[c.sign]
    theta = f"θ ascends {words['rival']}" if c.game == "non-saturating" else "θ descends it"
    psi = {
        "clip": f"ψ ascends it within ±{c.clip:g}",
        "penalty": f"ψ ascends it less ½·{c.weight:g}·(|ψ| − {c.target:g})²",
    }.get(c.game, "ψ ascends it")
    cure = {
        "none": "",
        "noise": f", noise of std {c.std:g} on both points",
        "r1": f", ψ also descends ½·{c.gamma:g}·ψ²",
        "consensus": f", both also descend ½·{c.gamma:g}·|v|²",
    }[c.cure]
    return f"{words['linear' if c.game in ('clip', 'penalty') else 'log']}; {psi}, {theta}{cure}"


def _verdict(c: Any) -> str:
    """Whether the players converge, by the eigenvalues of a round at the equilibrium."""
    multipliers = eigenvalues_of(c, c.h, c.order)
    if multipliers is None:
        return (
            "At ψ = 0 the field jumps, so it has no eigenvalues and no equilibrium: the penalty pushes ψ away from 0."
        )
    largest = float(np.abs(multipliers).max())
    orbits, attracted = abs(largest - 1.0) < 1e-9, c.game == "non-saturating" and c.cure == "none"
    claim = f"Near the equilibrium a round multiplies the distance by {largest:.5f}"
    if attracted and orbits:
        return f"{claim}; the nonlinear terms decrease it, ever more slowly."
    if attracted and largest > 1.0:
        return f"{claim}; farther out it decreases: it stays near √(2h) = {(2 * c.h) ** 0.5:.3f}."
    if c.game == "clip" and c.cure != "r1" and largest >= 1.0:
        return f"{claim}; only the clip bounds it."
    return f"{claim}: it {'orbits' if orbits else 'diverges' if largest > 1.0 else 'converges'}."


@view(
    "Field and path",
    lead=True,
    help="The vector field v (arrows of length √|v|), the path of the updates, and the flow. Drag the start.",
    drags=(Drag(x="theta", y="psi"),),
)
def field(lab: Lab) -> Plane:
    """The vector field, the discrete path from the start, and the flow."""
    c, path, continuous = lab.config, path_of(lab.config), flow_of(lab.config)
    reach = max(float(np.abs(part).max()) for part in (path, continuous))
    limit = min(max(2.1, 1.1 * reach), _WIDEST)
    apart = 2.0 * limit / (_ARROWS - 1)
    sides = (apart * np.arange(-half, half + 1) for half in (_ARROWS // 2 + more for more in _MORE))
    at = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)  # (arrows, 2)
    arrows = np.stack(game_of(c).field(at[:, 0], at[:, 1]), axis=1)
    arrows /= np.sqrt(np.maximum(np.hypot(*arrows.T), 1e-12))[:, None]
    layers: list[Any] = [Field(at, arrows, role="total", longest=1.3 * limit / _ARROWS, name="v")]
    if c.game == "clip":
        edge = np.array([[-limit, c.clip], [limit, c.clip], [-limit, -c.clip], [limit, -c.clip]])
        layers.append(Lines(edge, np.array([0, 2]), role="alt", dashed=True, name="clip"))
    layers += [
        Lines(continuous, np.zeros(1, int), role="prior", dashed=True, width=1.5, name="flow, h → 0"),
        Lines(path, np.zeros(1, int), role="model", width=1.5, name="updates"),
        Points(path[:1], role="model", size=5.0),
        Points(path[-1:], role="model", size=9.0, name="end"),
        Points(np.zeros((1, 2)), role="data", size=9.0, name="equilibrium"),
    ]
    rounds = len(path) - 1
    left = "" if rounds == c.steps else f" It left the plane at {FAR:g} after {rounds} steps."
    return Plane(
        tuple(layers), x_label="θ", y_label="ψ", extent=(-limit, limit, -limit, limit),
        subtitle=f"{rounds} steps; h = {c.h:g}, from ({c.theta:g}, {c.psi:g})",
        note=f"{_objective(c)}; {_TURNS[c.order]}. At the end ‖(θ, ψ)‖ = {np.hypot(*path[-1]):.4g}.{left} "
        f"{_verdict(c)}",
    )  # fmt: skip


@view("Distance to equilibrium", help="‖(θ, ψ)‖ over the steps, and the prediction of the eigenvalues.")
def distance(lab: Lab) -> Curves:
    """Distance over steps, measured, linearised and of the flow."""
    c = lab.config
    game, path = game_of(c), path_of(c)
    series = [distance_series("updates", "updates", path, "model")]
    jacobian = game.jacobian()
    if jacobian is not None:
        matrix = update_matrix(jacobian, c.h, c.order, c.psi_updates)
        linear = [np.array([c.theta, game.project(c.psi)])]
        while len(linear) <= c.steps and np.abs(linear[-1]).sum() < FAR:
            linear.append(matrix @ linear[-1])
        series.append(distance_series("linear", "linearised, closed form: |Mᵏw₀|", np.array(linear), "total", True))
    series.append(distance_series("flow", "flow, h → 0", flow_of(c), "prior", True))
    return Curves(
        tuple(series), x_label="steps", y_label="‖(θ, ψ)‖", log_y=True,
        subtitle="of the updates, the round linearised at (0, 0), and the flow",
        note=_distance_note(c, path),
    )  # fmt: skip


def _distance_note(c: Any, path: np.ndarray) -> str:
    end = float(np.hypot(*path[-1]))
    if c.game == "minimax" and c.cure == "none" and c.order == "simultaneous":
        return (
            f"{end:.4g} at the end. Each step multiplies the distance by √(1 + h² f′(ψθ)²), "
            f"by {np.sqrt(1 + c.h**2 / 4):.4f} where ψθ = 0; the flow keeps it."
        )
    return f"{end:.4g} after {len(path) - 1} steps. {_verdict(c)}"


@view("Eigenvalues", help="Of the flow: stable left of the axis. Of a round: stable inside the circle.")
def eigenvalues(lab: Lab) -> Plane:
    """Eigenvalues of J and of a round in the complex plane, with the curves that those of a round follow as h grows."""
    c = lab.config
    turn = np.linspace(0.0, 2.0 * np.pi, 241)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    extent = (-1.8, 1.8, -1.4, 1.4)
    layers: list[Any] = [
        Lines(circle, np.zeros(1, int), role="total", name="circle"),
        Lines(np.array([[0.0, -1.4], [0.0, 1.4]]), np.zeros(1, int), role="total", dashed=True),
    ]
    continuous, multipliers = flow_eigenvalues_of(c), eigenvalues_of(c, c.h, c.order)
    if continuous is None or multipliers is None:
        return Plane(
            tuple(layers), x_label="Re", y_label="Im", extent=extent,
            subtitle="none: the gradient penalty's field jumps at ψ = 0", note=_verdict(c),
        )  # fmt: skip
    for order, role, name in (
        ("simultaneous", "model", "simultaneous"),
        (other_order(c.order), "alt", "alternating"),
    ):
        pairs = [eigenvalues_of(c, h, order) for h in np.linspace(0.0, 2.0, 161)]
        curves = np.array([pair[np.lexsort((pair.real, pair.imag))] for pair in pairs if pair is not None])  # (h, 2)
        both = np.concatenate([_xy(curves[:, 0]), _xy(curves[:, 1])])
        layers.append(Lines(both, np.array([0, len(curves)]), role=role, name=f"{name}, h to 2"))
    layers += [
        Points(_xy(continuous), role="prior", size=9.0, name="flow"),
        Points(_xy(multipliers), role="data", size=9.0, name=f"round, h = {c.h:g}"),
    ]
    return Plane(
        tuple(layers), x_label="Re", y_label="Im", extent=extent,
        subtitle=f"of the flow {_pair(continuous)}; of a round {_pair(multipliers)}; in closed form at (0, 0)",
        note=f"Moduli {np.abs(multipliers).max():.5f}, {np.abs(multipliers).min():.5f}. "
        "The flow is stable left of the axis, a round inside the circle.",
    )  # fmt: skip


@view("Step size", help="The larger modulus of a round against h, for both orders.")
def step_size(lab: Lab) -> Curves:
    """Largest modulus of the eigenvalues of a round against the step size."""
    c = lab.config
    other = other_order(c.order)
    series = [Series("one", "1: distance unchanged", _H, np.ones(len(_H)), dashed=True)]
    best = ""
    for order, role in (("simultaneous", "model"), (other, "alt")):
        pairs = [eigenvalues_of(c, float(h), order) for h in _H]
        moduli = np.array([np.abs(pair).max() for pair in pairs if pair is not None])
        if len(moduli):
            series.append(Series(order, ORDERS[order].lower(), _H, moduli, role=role))
            stable = _H[moduli < 1.0 - 1e-9]
            reach = f"up to h = {stable[-1]:.2g}" if len(stable) else "for no h"
            best += f"{ORDERS[order]}: inside the circle {reach}. "
    return Curves(
        tuple(series), x_label="step size h", y_label="largest |eigenvalue|", log_x=True, marker=c.h,
        subtitle="of a round linearised at (0, 0), in closed form; h from 0.01 to 2",
        note=best or _verdict(c),
    )  # fmt: skip


def _xy(values: np.ndarray) -> np.ndarray:
    """Complex numbers (n,) as points (n, 2)."""
    return np.stack([values.real, values.imag], axis=1)


def _pair(values: np.ndarray) -> str:
    """Two eigenvalues as text."""
    one, two = sorted(values, key=lambda value: (value.real, value.imag), reverse=True)
    if abs(one.imag) < 1e-12:
        return f"{one.real:.3f}, {two.real:.3f}".replace("-", "−")
    real = "" if abs(one.real) < 1e-12 else f"{one.real:.3f} "
    return f"{real}± {abs(one.imag):.3f}i".replace("-", "−")
