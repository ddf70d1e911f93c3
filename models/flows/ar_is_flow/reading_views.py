"""Samples, densities and Jacobians of both readings."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch

from models.flows.ar_is_flow.chain import GaussianChain
from models.flows.ar_is_flow.derivation_views import SUBSCRIPTS
from models.flows.words import rounding
from models.frames import Bars, Curves, Matrix, Plane, Points, Series
from models.protocol import Noise, param, view
from models.views.words import as_array, decimal

__all__ = ["ORDERS", "differences", "jacobian", "log_determinant", "ordered_jacobian", "samples", "slices"]

ORDERS = {
    "".join(str(i + 1) for i in order): ", ".join(f"x{SUBSCRIPTS[i]}" for i in order)
    for order in itertools.permutations(range(3))
}
"""Choices of the order of the chain: "231" begins with x₂."""
_PLANES = {"12": "x₁, x₂", "13": "x₁, x₃", "23": "x₂, x₃"}
_SHOWN = 400  # samples in the plane
_DRAWN = 200  # samples of the table of differences
_EDGE = 4.0
_UNIT = 1e15  # differences are in 10⁻¹⁵


@view("Samples of both readings", help="Ancestral samples, and the map of the noise that they were drawn with.")
def samples(
    lab: Any,
    noise: Noise,
    plane: str = param("12", "Plane", choices=_PLANES),
) -> Plane:
    """Samples of the chain and of the map, over one another."""
    drawn = lab.chain.sample(_SHOWN, rng=noise.rng())
    mapped = lab.chain.transform(lab.chain.noise(_SHOWN, rng=noise.rng()))
    pair = [int(digit) - 1 for digit in plane]
    x, y = (f"x{SUBSCRIPTS[i]}" for i in pair)
    apart = float((drawn - mapped).abs().max())
    return Plane(
        (
            Points(as_array(drawn[:, pair]), role="model", size=10.0, name="chain of conditionals"),
            Points(as_array(mapped[:, pair]), role="total", size=3.0, name="x = f(ε)"),
        ),
        x_label=x, y_label=y, subtitle=f"{_SHOWN} samples, order {ORDERS[lab.config.order]}",
        note=f"Largest difference of a coordinate: {rounding(apart)}.",
    )  # fmt: skip


@view(
    "Density on lines",
    help="p(x) as one coordinate moves away from x = f(ε): the chain rule, and the change of variables.",
)
def slices(lab: Any) -> Curves:
    """Both readings of p on lines through x, one along each coordinate."""
    at = torch.linspace(-_EDGE, _EDGE, 241, dtype=torch.float64)
    series: list[Series] = []
    apart = 0.0
    for i in range(3):
        x = lab.x.repeat(len(at), 1)
        x[:, i] = at
        chain, flow = lab.chain.log_prob(x), lab.chain.log_prob_of_map(x)
        apart = max(apart, float((chain - flow).abs().max()))
        pane = f"x{SUBSCRIPTS[i]} moves"
        series += [
            Series(f"chain{i + 1}", "chain rule", as_array(at), as_array(chain.exp()), role="model", pane=pane),
            Series(
                f"flow{i + 1}", "change of variables", as_array(at), as_array(flow.exp()), role="alt", pane=pane,
                dashed=True,
            ),
        ]  # fmt: skip
    return Curves(
        tuple(series), x_label="the coordinate that moves", y_label="p(x)",
        subtitle=f"through x = ({', '.join(decimal(v, 2) for v in lab.x[0].tolist())})",
        note=f"Largest difference of log p(x): {rounding(apart)} nats.",
    )  # fmt: skip


@view("Largest differences", help="Of the two readings, over 200 samples, for each of the six orders.")
def differences(lab: Any, noise: Noise) -> Matrix:
    """Differences of samples and of log p(x), and the error of the inverse, for every order."""
    rows = []
    for number, name in enumerate(ORDERS):
        seed = Noise(noise.seed + number)
        chain = GaussianChain(order_of(name), lab.config.bend, lab.config.change)
        drawn, base = chain.sample(_DRAWN, rng=seed.rng()), chain.noise(_DRAWN, rng=seed.rng())
        parts = (
            chain.transform(base) - drawn,
            chain.inverse(drawn) - base,
            chain.log_prob(drawn) - chain.log_prob_of_map(drawn),
        )
        rows.append([float(part.abs().max()) * _UNIT for part in parts])
    return Matrix(
        np.array(rows), tuple(ORDERS.values()), ("x", "ε", "log p(x)"), y_label="order", unit="· 10⁻¹⁵",
        subtitle=f"{_DRAWN:,} samples of each order, in units of 10⁻¹⁵",
        note="All are rounding errors: numbers have 16 digits.",
    )  # fmt: skip


def order_of(name: str) -> tuple[int, int, int]:
    """The order that a choice names, coordinates counted from 0."""
    first, second, third = (int(digit) - 1 for digit in name)
    return first, second, third


@view("Jacobian ∂x/∂ε", help="By automatic differentiation of f, at the ε of the parameters; rows x₁, x₂, x₃.")
def jacobian(lab: Any) -> Matrix:
    """The Jacobian of f with rows and columns in the order of the coordinates."""
    return _matrix(lab, (0, 1, 2), "rows and columns by coordinate")


@view("In the order of the chain", help="The same numbers, rows and columns rearranged.")
def ordered_jacobian(lab: Any) -> Matrix:
    """The Jacobian with rows and columns in the order of the chain: lower triangular."""
    return _matrix(lab, lab.chain.order, f"rows and columns in the order {ORDERS[lab.config.order]}")


def _matrix(lab: Any, order: tuple[int, ...], subtitle: str) -> Matrix:
    values = as_array(lab.jacobian)[np.ix_(order, order)]
    above = float(np.abs(np.triu(values, 1)).max())
    return Matrix(
        values, tuple(f"x{SUBSCRIPTS[i]}" for i in order), tuple(f"ε{SUBSCRIPTS[i]}" for i in order),
        subtitle=subtitle,
        note=f"Largest entry above the diagonal: {decimal(above) if above else '0, exactly'}. "
        f"Determinant: {decimal(float(np.linalg.det(values)), 4)}.",
    )  # fmt: skip


@view("Log-determinant", help="Of the whole matrix by LU decomposition, and from its diagonal.")
def log_determinant(lab: Any) -> Bars:
    """log |det ∂x/∂ε| as the determinant of a full matrix and as a sum over the diagonal."""
    full = float(torch.linalg.slogdet(lab.jacobian).logabsdet)
    logs = lab.chain.deviations(lab.x)[0].log()
    rows = [("log|det|, full matrix", full, "alt"), ("Σ log σᵢ", float(logs.sum()), "model")]
    rows += [(f"log σ{SUBSCRIPTS[i]}", float(logs[i]), "model") for i in lab.chain.order]
    return Bars(
        tuple(label for label, *_ in rows), np.array([value for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows), unit="nats", subtitle="the diagonal entries are σ₁, σ₂, σ₃",
        note=f"−Σ log σᵢ = {decimal(-float(logs.sum()))} is what the change of variables adds to log s(ε).",
    )  # fmt: skip
