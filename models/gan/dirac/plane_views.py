"""The views of one Dirac-GAN: field and path, distances, eigenvalues."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from models.frames import Curves, Field, Lines, Plane, Points, Series
from models.gan.dirac.dynamics import FAR, ORDERS, DiracGame, flow, run, update_matrix
from models.protocol import Drag, Lab, view

__all__ = ["LEAST", "DiracViews", "distance_series", "other_order"]

_ARROWS = 19  # arrows a side
_WIDEST = 8.0  # half the side of the picture, most
LEAST = 1e-30  # distances below are drawn here: the axis is logarithmic
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


class DiracViews(Lab):
    """What is drawn of one game from one start. The config is that of `DiracGanLab`."""

    config: Any

    def __init__(self, config: Any):
        super().__init__(config)
        c = config
        self.game = DiracGame(c.game, c.cure, c.gamma, c.std, c.clip, c.weight, c.target, c.sign)
        self.start = (c.theta, c.psi)

    @cached_property
    def path(self) -> np.ndarray:
        """(θ, ψ) at the start and after each step, (k, 2); under instance noise that of the mean field."""
        c = self.config
        return run(self.game, self.start, c.h, c.steps, c.order, c.psi_updates)

    @cached_property
    def flow(self) -> np.ndarray:
        """The flow at the same times, (k, 2)."""
        return flow(self.game, self.start, self.config.h, self.config.steps)

    @cached_property
    def _multipliers(self) -> np.ndarray | None:
        """Eigenvalues of one linearised round, (2,) complex, or None where the field jumps at the equilibrium."""
        return self._eigenvalues(self.config.h, self.config.order)

    def _eigenvalues(self, h: float, order: str) -> np.ndarray | None:
        jacobian = self.game.jacobian()
        if jacobian is None:
            return None
        return np.linalg.eigvals(update_matrix(jacobian, h, order, self.config.psi_updates)).astype(complex)

    @property
    def _objective(self) -> str:
        """What each player does, in the signs that are set."""
        c, words = self.config, _OBJECTIVES[self.config.sign]
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

    @property
    def _verdict(self) -> str:
        c, multipliers = self.config, self._multipliers
        if multipliers is None:
            return "At ψ = 0 the field jumps, so there are no eigenvalues, and no rest: the penalty pushes ψ off 0."
        largest = float(np.abs(multipliers).max())
        orbits, drawn_in = abs(largest - 1.0) < 1e-9, c.game == "non-saturating" and c.cure == "none"
        said = f"Near the equilibrium a round multiplies the distance by {largest:.5f}"
        if drawn_in and orbits:
            return f"{said}, no help; what is not linear draws it in, ever more slowly."
        if drawn_in and largest > 1.0:
            return f"{said}; farther out it is drawn in: it stays near √(2h) = {(2 * c.h) ** 0.5:.3f}."
        if c.game == "clip" and c.cure != "r1" and largest >= 1.0:
            return f"{said}; only the clip holds it."
        return f"{said}: it {'orbits' if orbits else 'diverges' if largest > 1.0 else 'converges'}."

    @view(
        "Field and path",
        lead=True,
        help="Where θ and ψ are driven (arrows as long as √|v|), the path of the updates and the flow. Drag the start.",
        drags=(Drag(x="theta", y="psi"),),
    )
    def field(self) -> Plane:
        """The vector field, the discrete path from the start, and the flow."""
        c, path = self.config, self.path
        reach = max(float(np.abs(part).max()) for part in (path, self.flow))
        limit = min(max(2.1, 1.1 * reach), _WIDEST)
        side = np.linspace(-limit, limit, _ARROWS)
        at = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)  # (arrows, 2)
        arrows = np.stack(self.game.field(at[:, 0], at[:, 1]), axis=1)
        arrows /= np.sqrt(np.maximum(np.hypot(*arrows.T), 1e-12))[:, None]
        layers: list[Any] = [Field(at, arrows, role="total", longest=1.3 * limit / _ARROWS, name="v")]
        if c.game == "clip":
            edge = np.array([[-limit, c.clip], [limit, c.clip], [-limit, -c.clip], [limit, -c.clip]])
            layers.append(Lines(edge, np.array([0, 2]), role="alt", dashed=True, name="clip"))
        layers += [
            Lines(self.flow, np.zeros(1, int), role="prior", dashed=True, width=1.5, name="flow, h → 0"),
            Lines(path, np.zeros(1, int), role="model", width=1.5, name="updates"),
            Points(path[:1], role="model", size=5.0),
            Points(path[-1:], role="model", size=9.0, name="end"),
            Points(np.zeros((1, 2)), role="data", size=9.0, name="equilibrium"),
        ]
        rounds = len(path) - 1
        left = "" if rounds == c.steps else f" It left the plane at {FAR:g} after {rounds} steps."
        return Plane(
            tuple(layers), x_label="θ", y_label="ψ", extent=(-limit, limit, -limit, limit),
            subtitle=f"{rounds} steps of h = {c.h:g} from ({c.theta:g}, {c.psi:g})",
            note=f"{self._objective}; {_TURNS[c.order]}. At the end |(θ, ψ)| = {np.hypot(*path[-1]):.4g}.{left} "
            f"{self._verdict}",
        )  # fmt: skip

    @view("Distance to the equilibrium", help="|(θ, ψ)| over the steps, and what the eigenvalues foretell.")
    def distance(self) -> Curves:
        """Distance over steps, measured, linearised and of the flow."""
        series = [distance_series("updates", "updates", self.path, "model")]
        jacobian = self.game.jacobian()
        if jacobian is not None:
            c = self.config
            matrix = update_matrix(jacobian, c.h, c.order, c.psi_updates)
            linear = [np.array([c.theta, self.game.project(c.psi)])]
            while len(linear) <= c.steps and np.abs(linear[-1]).sum() < FAR:
                linear.append(matrix @ linear[-1])
            series.append(distance_series("linear", "linearised, closed form: |Mᵏw₀|", np.array(linear), "total", True))
        series.append(distance_series("flow", "flow, h → 0", self.flow, "prior", True))
        return Curves(
            tuple(series), x_label="steps", log_y=True,
            subtitle="of the updates, the round linearised at (0, 0), and the flow",
            note=self._distance_note(),
        )  # fmt: skip

    def _distance_note(self) -> str:
        c, end = self.config, float(np.hypot(*self.path[-1]))
        if c.game == "minimax" and c.cure == "none" and c.order == "simultaneous":
            return (
                f"{end:.4g} at the end. Each step multiplies the distance by √(1 + h² f′(ψθ)²), "
                f"by {np.sqrt(1 + c.h**2 / 4):.4f} where ψθ = 0; the flow keeps it."
            )
        return f"{end:.4g} after {len(self.path) - 1} steps. {self._verdict}"

    @view("Eigenvalues", help="Of the flow: stable left of the axis. Of a round: stable inside the circle.")
    def eigenvalues(self) -> Plane:
        """Eigenvalues of J and of a round in the complex plane, with the way those of a round go as h grows."""
        c = self.config
        turn = np.linspace(0.0, 2.0 * np.pi, 241)
        circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        extent = (-1.8, 1.8, -1.4, 1.4)
        layers: list[Any] = [
            Lines(circle, np.zeros(1, int), role="total", name="circle"),
            Lines(np.array([[0.0, -1.4], [0.0, 1.4]]), np.zeros(1, int), role="total", dashed=True),
        ]
        jacobian, multipliers = self.game.jacobian(), self._multipliers
        if jacobian is None or multipliers is None:
            return Plane(
                tuple(layers), x_label="Re", y_label="Im", extent=extent,
                subtitle="none: the gradient penalty's field jumps at ψ = 0", note=self._verdict,
            )  # fmt: skip
        continuous = np.linalg.eigvals(jacobian).astype(complex)
        for order, role, name in (
            ("simultaneous", "model", "simultaneous"),
            (other_order(c.order), "alt", "alternating"),
        ):
            ways = [self._eigenvalues(h, order) for h in np.linspace(0.0, 2.0, 161)]
            found = np.array([way[np.lexsort((way.real, way.imag))] for way in ways if way is not None])  # (h, 2)
            both = np.concatenate([_xy(found[:, 0]), _xy(found[:, 1])])
            layers.append(Lines(both, np.array([0, len(found)]), role=role, name=f"{name}, h to 2"))
        layers += [
            Points(_xy(continuous), role="prior", size=9.0, name="flow"),
            Points(_xy(multipliers), role="data", size=9.0, name=f"round, h = {c.h:g}"),
        ]
        return Plane(
            tuple(layers), x_label="Re", y_label="Im", extent=extent,
            subtitle=f"λ = {_pair(continuous)}; of a round {_pair(multipliers)}; in closed form at (0, 0)",
            note=f"Moduli {np.abs(multipliers).max():.5f}, {np.abs(multipliers).min():.5f}. "
            "The flow is stable left of the axis, a round inside the circle.",
        )  # fmt: skip

    @view("Step size", help="The larger modulus of a round against h, for both orders.")
    def step_size(self) -> Curves:
        """Largest modulus of the eigenvalues of a round against the step size."""
        c = self.config
        other = other_order(c.order)
        series = [Series("one", "1: neither nearer nor farther", _H, np.ones(len(_H)), dashed=True)]
        best = ""
        for order, role in (("simultaneous", "model"), (other, "alt")):
            found = [self._eigenvalues(float(h), order) for h in _H]
            moduli = np.array([np.abs(pair).max() for pair in found if pair is not None])
            if len(moduli):
                series.append(Series(order, ORDERS[order].lower(), _H, moduli, role=role))
                stable = _H[moduli < 1.0 - 1e-9]
                reach = f"up to h = {stable[-1]:.2g}" if len(stable) else "for no h"
                best += f"{ORDERS[order]}: inside the circle {reach}. "
        return Curves(
            tuple(series), x_label="step size h", y_label="largest |eigenvalue|", log_x=True, marker=c.h,
            subtitle="of a round linearised at (0, 0), in closed form; h from 0.01 to 2",
            note=best or self._verdict,
        )  # fmt: skip


def other_order(order: str) -> str:
    """The alternating order to compare with simultaneous updates."""
    return "generator" if order == "simultaneous" else order


def distance_series(key: str, label: str, path: np.ndarray, role: str, dashed: bool = False) -> Series:
    """|(θ, ψ)| over the steps of a path, (k, 2)."""
    far = np.maximum(np.hypot(path[:, 0], path[:, 1]), LEAST)
    return Series(key, label, np.arange(len(path)), far, role=role, dashed=dashed)


def _xy(values: np.ndarray) -> np.ndarray:
    """Complex numbers (n,) as points (n, 2)."""
    return np.stack([values.real, values.imag], axis=1)


def _pair(values: np.ndarray) -> str:
    """Two eigenvalues as a sentence shows them."""
    one, two = sorted(values, key=lambda value: (value.real, value.imag), reverse=True)
    if abs(one.imag) < 1e-12:
        return f"{one.real:.3f}, {two.real:.3f}".replace("-", "−")
    real = "" if abs(one.real) < 1e-12 else f"{one.real:.3f} "
    return f"{real}± {abs(one.imag):.3f}i".replace("-", "−")
