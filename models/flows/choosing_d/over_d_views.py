"""Gaps over d, the sizes of the networks, and how often each entry is moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.flows.choosing_d.dependence import K, moved_counts
from models.flows.choosing_d.fits import Fit, build_flow, fits_of, rows_of
from models.flows.choosing_d.words import entry_names, masks_word
from models.frames import Bars, Curves, Series, Text
from models.nets.mlp import parameter_count
from models.protocol import Data, view
from models.views.words import decimal, plural

__all__ = ["gaps", "sizes", "times_moved"]

_D = range(1, K)
_ROLES = ("alt", "prior", "model", "data")  # of 1, 2, 3 and 4 layers
_COLUMN = (3, 9, 8, 9)  # characters


def _lines(layers: int, masks: str) -> list[tuple[int, str]]:
    """Layers and masks of each curve, in the order in which they are fitted."""
    lines = [(number, "alternate") for number in range(1, layers + 1)]
    if layers > 1:
        lines.append((layers, "fixed"))
    return lines if masks != "random" else [*lines, (layers, "random")]


@view(
    "Gap over d", lead=True,
    help="Flows of every d, fitted one after another. Test rows: log p_data − log p_θ with its standard error. "
    "Dashed: what independent normal entries x₁ to x_d cost at least.",
)  # fmt: skip
def gaps(lab: Any, data: Data) -> Iterator[Curves]:
    """The held-out gap against d for each number of layers, as the flows are fitted."""
    c, rows = lab.config, rows_of(data)
    fits = fits_of(data, c)
    lines: dict[tuple[int, str], dict[int, Fit]] = {line: {} for line in _lines(c.layers, c.masks)}
    floor = Series(
        "floor", "1 layer at least", np.array(_D), np.array([rows.floor(d) for d in _D]), dashed=True, unit="nats"
    )
    known = rows.log_density is not None

    def frame(doing: str) -> Curves:
        series = [each for line, along in lines.items() if (each := _series(line, along)) is not None]
        return Curves(
            (*series, *([floor] if known else [])), x_label="d", marker=float(c.d),
            y_label="gap, nats" if known else "−log p_θ, nats", x_range=(1.0, K - 1.0),
            subtitle=f"{len(rows.test):,} test rows, {plural(c.steps, 'step')} each{doing}", note=_best(lines),
        )  # fmt: skip

    for (layers, masks), along in lines.items():
        for d in _D:
            along[d] = fit = fits.of(d, layers, masks)
            while not fit.finished:
                fit.advance()
                yield frame(f"; fitting {plural(layers, 'layer')}, d = {d}")
    yield frame("")


def _series(line: tuple[int, str], along: dict[int, Fit]) -> Series | None:
    """One curve, of the flows that are fitted by now; None before the first."""
    layers, masks = line
    done = [(d, *fit.gap) for d, fit in along.items() if fit.gap is not None]
    if not done:
        return None
    d, gap, error = np.array(done).T
    label = plural(layers, "layer") if masks == "alternate" else f"{plural(layers, 'layer')}, {masks_word(masks)}"
    role = _ROLES[layers - 1] if masks == "alternate" else "alt" if masks == "fixed" else "total"
    return Series(
        f"{layers}.{masks}", label, d, gap, role, low=gap - error, high=gap + error, unit="nats",
        dotted=masks != "alternate",
    )  # fmt: skip


def _best(lines: dict[tuple[int, str], dict[int, Fit]]) -> str:
    """The best d of each number of layers that take turns, where all are fitted."""
    words = []
    for (layers, masks), along in lines.items():
        found = [fit.gap[0] for fit in along.values() if fit.gap is not None]
        if masks == "alternate" and len(found) == len(_D):
            best = int(np.argmin(found))
            words.append(f"{plural(layers, 'layer')}: d = {_D[best]} ({decimal(found[best], 2)})")
    return f"Least gap with {'; '.join(words)}." if words else "Fitting."


@view("Sizes", help="Of one layer that keeps the first d entries: a network with one hidden layer computes s and t.")
def sizes(lab: Any) -> Text:
    """Inputs and outputs of s and t, and weights of the network, for every d."""
    heads = ("d", "inputs", "moved", "weights")
    lines = ["".join(head.rjust(width) for head, width in zip(heads, _COLUMN, strict=True)), ""]
    for d in _D:
        numbers = (str(d), str(d), str(K - d), f"{weights_of(d, lab.config.width):,}")
        lines.append("".join(number.rjust(width) for number, width in zip(numbers, _COLUMN, strict=True)))
    chosen = 1 + lab.config.d
    return Text(
        tuple(lines), ((chosen, 2, len(lines[chosen]), "model"),),
        subtitle=f"one layer, hidden width {lab.config.width}",
        note="s and t each have as many outputs as entries are moved.",
    )  # fmt: skip


def weights_of(d: int, width: int) -> int:
    """Number of weights and biases of the network of one layer."""
    return parameter_count(build_flow(d, 1, "fixed", width, torch.Generator()))


@view("Layers that move each entry", help="Taking turns: odd layers keep the first d entries, even layers the others.")
def times_moved(lab: Any, data: Data) -> Bars:
    """How many of the layers move each entry."""
    c = lab.config
    counts = moved_counts(c.d, c.layers, c.masks)
    never = int((counts == 0).sum())
    equal = "All entries are moved equally often." if counts.min() == counts.max() else (
        f"{never} of {K} entries are never moved." if never else "Some entries are moved more often than others."
    )  # fmt: skip
    return Bars(
        tuple(entry_names(rows_of(data))), counts.astype(float),
        roles=tuple("prior" if i < c.d else "model" for i in range(K)), extent=(0.0, float(c.layers)),
        subtitle=f"{plural(c.layers, 'layer')}, {masks_word(c.masks)}, d = {c.d}", note=equal,
    )  # fmt: skip
