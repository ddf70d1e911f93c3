"""What a larger context costs and what it gains: parameters, and nats of training and held-out images."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from models.autoregressive.tabular.contexts import entries_in_all
from models.autoregressive.tabular.sizes import RECURRENT_UNITS, recurrent_parameters
from models.autoregressive.tabular.tables import ContextTables, log_odds
from models.frames import Curves, Series
from models.protocol import Data, GenerativeModel, view
from models.views.words import SPLITS, decimal, plural

__all__ = ["by_context", "overfitting", "parameters"]

_LARGEST = 2**22  # entries that are counted
_MOST_CONTEXT = 12
_PART = 500  # images that are counted between two results
_MEASURED = 500  # images of each split


@view(
    "Parameters", lead=True,
    help="Entries of all tables against the context m, and parameters of a recurrent network of 64 units.",
)  # fmt: skip
def parameters(model: GenerativeModel) -> Curves:
    """Numbers of parameters against the context, up to that of the full tables."""
    config: Any = model.config
    _, height, width = model.spec.kind.shape
    pixels = height * width
    context = np.arange(min(pixels - 1, 30) + 1)
    tables = np.array([float(entries_in_all(pixels, m)) for m in context.tolist()])
    shared = np.array([float(entries_in_all(pixels, m, shared=True)) for m in context.tolist()])
    recurrent = recurrent_parameters()
    here = entries_in_all(pixels, config.context, config.shared)
    crossing = int(context[tables > recurrent][0])
    return Curves(
        (
            Series("tables", "tables θ_i[x_<i]", context, tables, role="model"),
            Series("shared", "one table for all", context, shared, role="alt"),
            Series(
                "recurrent", f"LSTM, {RECURRENT_UNITS} units", context[[0, -1]], np.full(2, float(recurrent)),
                role="data", dashed=True,
            ),
        ),
        x_label="context m", y_label="parameters", log_y=True, marker=float(config.context),
        subtitle=f"{pixels} binary pixels",
        note=f"{here:,} at m = {config.context}. From m = {crossing} on the tables have more than the {recurrent:,} of "
        f"the LSTM, whose state sees all pixels before; full tables have 2^{pixels} − 1.",
    )  # fmt: skip


@view(
    "Nats against data",
    help="Tables with the context m are counted on the first n training images: nats of these and of held-out images.",
)  # fmt: skip
def overfitting(model: GenerativeModel, data: Data) -> Iterator[Curves]:
    """Negative log-likelihood of the counted and of held-out images, against the number of counted images."""
    return _computed_once("overfitting", model, data, _over_data)


@view("Nats against context", help="Tables are counted on all training images for one context m after another.")
def by_context(model: GenerativeModel, data: Data) -> Iterator[Curves]:
    """Negative log-likelihood of training and held-out images, against the context."""
    return _computed_once("by_context", model, data, _over_context)


def _computed_once(
    name: str, model: GenerativeModel, data: Data, frames: Callable[[GenerativeModel, Data], Iterator[Curves]]
) -> Iterator[Curves]:
    """The frames of a view that depends on data and config alone, or the last of them where it is known."""
    key = (name, *dataclasses.astuple(model.config))
    if key in data.cache:
        yield data.cache[key]
        return
    for frame in frames(model, data):
        yield frame
    data.cache[key] = frame


def _over_data(model: GenerativeModel, data: Data) -> Iterator[Curves]:
    config: Any = model.config
    train = data.train.x
    sizes = np.unique(np.geomspace(min(10, len(train)), len(train), 16).round().astype(int))
    fit = _Counted(model, train, data, config.context)
    found: list[tuple[float, float]] = []
    for n in sizes.tolist():
        for _ in fit.count(n):
            if found:
                yield _against_data(sizes, found, config, data)
        found.append(fit.nats())
        yield _against_data(sizes, found, config, data)


def _over_context(model: GenerativeModel, data: Data) -> Iterator[Curves]:
    config: Any = model.config
    train, pixels = data.train.x, math.prod(model.spec.kind.shape)
    found: list[tuple[float, float]] = []
    for m in range(_MOST_CONTEXT + 1):
        if entries_in_all(pixels, m, config.shared) > _LARGEST:
            break
        fit = _Counted(model, train, data, m)
        for _ in fit.count(len(train)):
            if found:
                yield _against_context(found, config, data)
        found.append(fit.nats())
        yield _against_context(found, config, data)


class _Counted:
    """Tables with a context, counted on more and more training images."""

    def __init__(self, model: GenerativeModel, train: Tensor, data: Data, context: int):
        config: Any = model.config
        _, height, width = model.spec.kind.shape
        self._tables = ContextTables(height, width, context, config.neighbours, config.shared).to(train.device)
        self._smoothing, self._train, self._n = config.smoothing, train, 0
        self._held_out = data.split("valid", _MEASURED).x
        self._counts = torch.zeros(self._tables.size, 2, dtype=torch.long, device=train.device)

    def count(self, n: int) -> Iterator[None]:
        """Counts training images until there are n, in parts."""
        while self._n < n:
            part = self._train[self._n : min(n, self._n + _PART)]
            self._counts += self._tables.counts(part)
            self._n += len(part)
            yield

    def nats(self) -> tuple[float, float]:
        """Mean nats of the first of the images that were counted and of the validation images, at most 500 each."""
        theta = log_odds(self._counts, self._smoothing)
        return self._mean(theta, self._train[: min(self._n, _MEASURED)]), self._mean(theta, self._held_out)

    def _mean(self, theta: Tensor, x: Tensor) -> float:
        sign = 2 * x.flatten(1).to(theta) - 1
        return -float(F.logsigmoid(sign * theta[self._tables.entries(x)]).sum(dim=1).mean())


def _against_data(sizes: np.ndarray, found: list[tuple[float, float]], config: Any, data: Data) -> Curves:
    train, held_out = np.array(found).T
    n = sizes[: len(found)]
    others = decimal(float(held_out[-1]), 2) if np.isfinite(held_out[-1]) else "∞"
    return Curves(
        _pair(n.astype(float), train, held_out, data), x_label="training images n", y_label="nats", log_x=True,
        subtitle=f"context {config.context}, α = {config.smoothing:g}",
        note=f"At n = {int(n[-1]):,}: {decimal(float(train[-1]), 2)} nats for images that were counted, {others} for "
        "others.",
    )  # fmt: skip


def _against_context(found: list[tuple[float, float]], config: Any, data: Data) -> Curves:
    train, held_out = np.array(found).T
    best = int(held_out.argmin())
    return Curves(
        _pair(np.arange(len(found), dtype=float), train, held_out, data), x_label="context m", y_label="nats",
        marker=float(config.context),
        subtitle=f"{plural(data.spec.n, 'training image')}, α = {config.smoothing:g}",
        note=f"Held-out images cost least at m = {best}: {decimal(float(held_out[best]), 2)} nats. Larger contexts "
        "leave too few images to each entry.",
    )  # fmt: skip


def _pair(x: np.ndarray, train: np.ndarray, held_out: np.ndarray, data: Data) -> tuple[Series, ...]:
    held_out = np.where(np.isfinite(held_out), held_out, np.nan)  # without smoothing: p = 0
    name = SPLITS[data.split("valid", 1).split]
    return (
        Series("train", "training images", x, train, role="total", unit="nats"),
        Series("held_out", f"{name} images", x, held_out, role="alt", unit="nats"),
    )
