"""That the chain rule assumes nothing: orderings of three bits, and the sum of p(x) over all small images."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from models.autoregressive.tabular.chain_rule import ORDERINGS, divergence, factorised, joint_of, parameters_of
from models.autoregressive.tabular.contexts import entries_in_all
from models.autoregressive.tabular.tables import ContextTables, log_odds
from models.frames import Bars, Images
from models.protocol import Data, GenerativeModel, Pixel, param, view
from models.views.words import as_array, counted, decimal

__all__ = ["joint", "normalisation", "orderings"]

_SIDE = 3  # px of the images that are enumerated
_SHOWN = 24
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = "₁₂₃"
_CONTEXTS = {2: "All before", 1: "One before", 0: "None"}


@view(
    "Orderings", sets=Pixel, lead=True,
    help="Three pixels: x₃ the chosen one, x₂ beside it, x₁ above it. How far the product of conditionals is from "
    "their joint if each pixel depends on one before it, in each of the six orders.",
)  # fmt: skip
def orderings(model: GenerativeModel, data: Data, pixel: Pixel) -> Bars:
    """KL from the joint of three pixels to the product with context 1, for every order; full tables in the note."""
    p = _joint(model, data, pixel)
    largest = max(float(np.abs(factorised(p, order, 2) - p).max()) for order in ORDERINGS)
    independent = decimal(divergence(p, factorised(p, ORDERINGS[0], 0)))
    values = np.array([divergence(p, factorised(p, order, 1)) for order in ORDERINGS])
    return Bars(
        tuple(" → ".join(f"x{_SUBSCRIPTS[bit]}" for bit in order) for order in ORDERINGS),
        values, roles=("model",) * 6, unit="nats", extent=(0.0, 0.01),
        subtitle=f"KL to the joint with context 1, {parameters_of(1)} parameters",
        note=f"Full tables, {parameters_of(2)} parameters: at most {_power(largest)} from the joint in all six orders. "
        f"Independent pixels, {parameters_of(0)} parameters: {independent} nats.",
    )  # fmt: skip


@view(
    "Joint of three pixels", sets=Pixel,
    help="The eight values of x₁x₂x₃: the product of conditionals, and, dashed, how often they occur in the data.",
)  # fmt: skip
def joint(
    model: GenerativeModel,
    data: Data,
    pixel: Pixel,
    order: int = param(
        0, "Order", choices={n: "".join(_SUBSCRIPTS[bit] for bit in each) for n, each in enumerate(ORDERINGS)}
    ),
    given: int = param(2, "Each depends on", choices=_CONTEXTS),
) -> Bars:
    """Probabilities of the values of three pixels from one ordering, beside their frequencies."""
    p = _joint(model, data, pixel)
    product = factorised(p, ORDERINGS[order], given)
    return Bars(
        tuple(f"{a}{b}{c}" for a in (0, 1) for b in (0, 1) for c in (0, 1)),
        product.ravel(), roles=("model",) * 8, reference=p.ravel(),
        subtitle=f"{_factors(ORDERINGS[order], given)}, {parameters_of(given)} parameters",
        note=f"x₃ is pixel ({pixel.row}, {pixel.column}). Largest difference: {_power(np.abs(product - p).max())}; "
        f"KL: {max(0.0, divergence(p, product)):.4f} nats.",
    )  # fmt: skip


@view(
    "Sum of p(x)", sets=Pixel,
    help="Tables with the same context for the 3×3 pixels around the chosen one: all 512 images are enumerated.",
)  # fmt: skip
def normalisation(model: GenerativeModel, data: Data, pixel: Pixel) -> Images:
    """The most probable of all images of 3×3 pixels, and the sum of all probabilities."""
    config: Any = model.config
    _, height, width = model.spec.kind.shape
    side_h, side_w = min(_SIDE, height), min(_SIDE, width)
    top, left = min(max(pixel.row - 1, 0), height - side_h), min(max(pixel.column - 1, 0), width - side_w)
    pixels = side_h * side_w
    context = min(config.context, pixels - 1)
    tables = ContextTables(side_h, side_w, context, config.neighbours)
    crops = data.train.x[:, :, top : top + side_h, left : left + side_w].cpu()
    theta = log_odds(tables.counts(crops), config.smoothing)
    number = torch.arange(2**pixels)
    every = ((number[:, None] >> torch.arange(pixels)) & 1).double().reshape(-1, 1, side_h, side_w)
    p = F.logsigmoid((2 * every.flatten(1) - 1) * theta[tables.entries(every)]).sum(dim=1).exp()
    total = float(p.sum())
    best = p.argsort(descending=True, stable=True)[:_SHOWN]
    return Images(
        as_array(every[best].float()), columns=6,
        captions=tuple(f"{100 * value:.1f} %" for value in p[best].tolist()),
        subtitle=f"Σ p(x) = {total:.12f}",
        note=f"The sum over all {len(p)} images differs from 1 by {_power(abs(total - 1))}. Shown are the {len(best)} "
        f"most probable, {100 * float(p[best].sum()):.1f} % of all; context {context}, "
        f"{entries_in_all(pixels, context):,} entries, "
        f"from {counted(len(crops), data.split('train', 1).split, model.spec.kind)}.",
    )  # fmt: skip


def _power(value: float) -> str:
    """A small number as a power of ten: "6·10⁻¹⁷"."""
    if value == 0:
        return "0"
    digits, _, exponent = f"{value:.0e}".partition("e")
    return f"{digits}·10{str(int(exponent)).translate(_RAISED)}"


def _joint(model: GenerativeModel, data: Data, pixel: Pixel) -> np.ndarray:
    """Frequencies of the values of x₁, above the pixel, x₂, beside it, and x₃, the pixel; (2, 2, 2)."""
    above = pixel.row - 1 if pixel.row else pixel.row + 1
    beside = pixel.column - 1 if pixel.column else pixel.column + 1
    x = data.train.x[:, 0]
    bits = torch.stack([x[:, above, pixel.column], x[:, pixel.row, beside], x[:, pixel.row, pixel.column]], dim=1)
    return joint_of(as_array(bits > 0.5))


def _factors(order: tuple[int, ...], context: int) -> str:
    """The product in words: "p(x₁) p(x₂|x₁) p(x₃|x₂)"."""
    factors = []
    for place, bit in enumerate(order):
        given = "".join(f"x{_SUBSCRIPTS[each]}" for each in order[max(0, place - context) : place])
        factors.append(f"p(x{_SUBSCRIPTS[bit]}{'|' if given else ''}{given})")
    return " ".join(factors)
