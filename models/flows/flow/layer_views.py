"""What single layers do: their Jacobians, their log-determinants, and which entries they move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.flows.flow.model import FlowModel
from models.flows.jacobians import jacobians
from models.flows.transforms import Transform
from models.flows.words import subscript
from models.frames import Bars, Matrix
from models.protocol import BadValue, DataPoint, DataSpec, Noise, param, view
from models.views.words import as_array, decimal, named

__all__ = ["jacobian", "log_dets", "moves", "of_few_entries"]

_MOST = 16  # entries of which a table is legible
_SAMPLES = 2000


def of_few_entries(config: Any, spec: DataSpec | None) -> bool:
    """Whether the data have so few entries that a table of them is legible."""
    return spec is None or (len(spec.kind.shape) == 1 and spec.kind.shape[0] <= _MOST)


def _entries(letter: str, order: Sequence[int]) -> tuple[str, ...]:
    """Names of entries: "x₁" of a letter, "in 1" of a word."""
    if len(letter) > 1:
        return tuple(f"{letter} {k + 1}" for k in order)
    return tuple(f"{letter}{subscript(k + 1)}" for k in order)


def _layers(model: FlowModel) -> list[tuple[str, Transform]]:
    """The layers of f with their numbers and names, from the noise to the data."""
    return [(f"{k} {layer.label}", layer) for k, layer in enumerate(model.flow, 1)]


def _traces(model: FlowModel, x: Tensor) -> list[Tensor]:
    """What enters each layer on the way from the noise to x, and x itself; (n, D) each."""
    places = [x if model.pixels is None else model.pixels.to_real(x, None)[0]]
    with torch.no_grad():
        for layer in reversed(list(model.flow)):
            places.append(layer.inverse(places[-1])[0])
    return places[::-1]


@view(
    "Jacobian", grad=True, when=of_few_entries, splits=("valid", "train"),
    help="Derivatives of the entries of x by those of ε, at the chosen datum; entries in the order in which the matrix "
    "is lower triangular.",
)  # fmt: skip
def jacobian(
    model: FlowModel,
    point: DataPoint,
    layer: int = param(0, "Layer", 0, 200, help="0: the whole flow; else one layer, counted from the noise."),
) -> Matrix:
    """∂x/∂ε of the flow or of one layer, and its log-determinant computed in both ways."""
    layers = _layers(model)
    if layer > len(layers):
        raise BadValue("layer", f"layer takes a whole number from 0 to {len(layers)}, not {layer}")
    name, transform = ("whole flow", model.flow) if layer == 0 else layers[layer - 1]
    at = _traces(model, point.x.to(model.dtype))[max(layer - 1, 0)]
    matrix = as_array(jacobians(lambda e: transform(e)[0], at)[0]).astype(float)
    order = transform.order or range(len(matrix))
    matrix = matrix[np.ix_(order, order)]
    with torch.no_grad():
        log_det = float(transform(at)[1])
    letters = ("x", "ε") if layer == 0 else ("out", "in")
    return Matrix(
        matrix,
        row_labels=_entries(letters[0], order),
        column_labels=_entries(letters[1], order),
        subtitle=f"{name}, at {named(point, model.spec.kind)}",
        note=f"log |det J| = {decimal(log_det, 4)} as the layers add it up, "
        f"{decimal(float(np.linalg.slogdet(matrix)[1]), 4)} from the matrix.",
    )


@view(
    "Log-determinants", splits=("valid", "train"),
    help="log |det ∂f⁻¹/∂x| of each layer at the chosen datum, from the noise to the data, and what they add up to.",
)  # fmt: skip
def log_dets(model: FlowModel, point: DataPoint) -> Bars:
    """The terms of log p(x) at one datum: log s(ε), the log-determinants of the layers, and their sum.

    The layers whose Jacobian is diagonal have one bar together.
    """
    x = point.x.to(model.dtype)
    places = _traces(model, x)
    terms = {"log s(ε)": float(model.noise_log_prob(places[0]))}
    diagonal: list[float] = []
    with torch.no_grad():
        for (name, layer), out in zip(_layers(model), places[1:], strict=True):
            log_det = float(layer.inverse(out)[1])
            if layer.order == ():
                diagonal.append(log_det)
            else:
                terms[name] = log_det
        if diagonal:
            terms["affine layers"] = sum(diagonal)
        if model.pixels is not None:
            terms["pixels to logits"] = float(model.pixels.to_real(x, None)[1])
        total = float(model(x)[1])
    values = list(terms.values())
    return Bars(
        (*terms, "log p"),
        np.array([*values, total]),
        roles=("prior", *("model",) * (len(terms) - 1), "total"),
        unit="nats",
        subtitle=f"log s(ε) and log |det ∂f⁻¹/∂x| of each layer, {named(point, model.spec.kind)}",
        note=f"Sum of the bars above the last: {decimal(sum(values), 4)} nats.",
    )


@view(
    "What each layer moves", when=of_few_entries,
    help="Root mean square of the change that each layer makes to each entry, over samples. Kept entries have 0.",
)  # fmt: skip
def moves(model: FlowModel, noise: Noise) -> Matrix:
    """By how much each layer moves each entry, from the noise to the data."""
    at = model.draw_noise(_SAMPLES, rng=noise.rng(model.device))
    rows = []
    with torch.no_grad():
        for layer in model.flow:
            after, _ = layer(at)
            rows.append(as_array((after - at).square().mean(dim=0).sqrt()).astype(float))
            at = after
    return Matrix(
        np.array(rows),
        row_labels=tuple(name for name, _ in _layers(model)),
        column_labels=_entries("entry", range(model.dims)),
        subtitle=f"root mean square over {_SAMPLES:,} samples, from the noise (top) to the data",
    )
