"""Likelihood against entropy, round trips in floating point, and the cost of either direction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from models.flows.flow.layer_views import of_few_entries
from models.flows.flow.model import FlowModel
from models.flows.jacobians import jacobians
from models.flows.transforms import Inverted, MaskedAffine
from models.flows.words import rounding
from models.frames import Bars, Curves, Lines, Plane, Points, Series
from models.protocol import Data, DataBatch, Noise, RunHistory, param, view
from models.views.words import SPLITS, as_array, counted, decimal

__all__ = ["against_entropy", "directions", "round_trip"]

_PART = 250
_HELD_OUT = 2000
_WRONG = 1e-3  # of the deviation of the data: a round trip that is off by more is no inverse
_FAR = 6.0  # standard deviations of the noise that is drawn far from the middle
_TIMED = 5  # times of which the least counts


@view(
    "Likelihood and entropy",
    help="−log p_θ over training, on mini-batches and held-out data, and −log p_data on the same held-out data: no "
    "model gets below it in the mean.",
)  # fmt: skip
def against_entropy(model: FlowModel, data: Data, history: RunHistory) -> Iterator[Curves]:
    """The negative log-likelihood over the steps, beside what the true density gives on the same data."""
    train, held_out = history.curve("nll"), history.curve("held_out.nll")
    series = [
        Series("train", "training", train.step, train.mean, role="data", unit="nats", smooth=True),
        Series("held_out", "held out", held_out.step, held_out.mean, role="model", unit="nats"),
    ]
    subtitle = f"−log p_θ; {SPLITS['valid']} data: the first {_HELD_OUT:,}"
    yield Curves(tuple(series), y_label="nats", subtitle=subtitle)
    for exact in _exact(data):
        if exact is None:
            yield Curves(tuple(series), y_label="nats", subtitle=subtitle, note="The exact value is being computed.")
            continue
        steps = held_out.step if len(held_out) else train.step
        ends = np.array([0.0, float(steps[-1]) if len(steps) else 1.0])
        line = Series("exact", "−log p_data, exact", ends, np.full(2, exact), dashed=True, unit="nats")
        gap = f" Gap: {decimal(float(held_out.mean[-1]) - exact)} nats." if len(held_out) else ""
        yield Curves(
            (*series, line), y_label="nats", subtitle=subtitle,
            note=f"The true density gives {decimal(exact)} nats on the same data.{gap}",
        )  # fmt: skip


def _exact(data: Data) -> Iterator[float | None]:
    """Mean of −log p_data on held-out data, after a None for each part; nothing where the density is unknown."""
    if data.log_prob is None:
        return
    if "held-out entropy" not in data.cache:
        x, parts = data.split("valid", _HELD_OUT).x, []
        for part in x.split(_PART):
            parts.append(-data.log_prob(part).double())
            yield None
        data.cache["held-out entropy"] = float(torch.cat(parts).mean())
    yield data.cache["held-out entropy"]


@view(
    "Round trip", grad=True, when=of_few_entries, splits=("valid", "train"), batch=150,
    help="Error of f(f⁻¹(x)) against the condition number of the Jacobian, for data and for places to which f takes "
    "noise far from the middle. Dashed: rounding error times condition number.",
)  # fmt: skip
def round_trip(model: FlowModel, batch: DataBatch, noise: Noise) -> Plane:
    """What is left of the inverse in floating point: invertible on paper is not always invertible in numbers."""
    x = batch.x.to(model.dtype)
    e = model.draw_noise(len(batch), rng=noise.rng(model.device))
    far = 0.001 + 0.998 * e.round() if model.config.noise == "uniform" else _FAR * e / e.norm(dim=1, keepdim=True)
    of_data, of_far = (np.stack(_errors(model, places), axis=1) for places in (x, model.from_noise(far)))
    right, top = np.concatenate([of_data, of_far]).max(axis=0)
    digits = float(np.log10(torch.finfo(model.dtype).eps))
    right, top = max(float(right), 1.0) + 0.3, max(float(top), digits + 2.0) + 0.5
    worst, worst_far = float(of_data[:, 1].max()), float(of_far[:, 1].max())
    wrong = worst > np.log10(_WRONG)
    in_vain = " With these weights f is invertible on paper, not in these numbers." if wrong else ""
    return Plane(
        (
            Points(of_far, role="prior", name="from far noise", size=4.0),
            Points(of_data, role="data", name="data", size=4.0),
            Lines(
                np.array([[0.0, digits], [right, digits + right]]), np.zeros(1, int), dashed=True, width=1.5,
                name="rounding error × cond(J)",
            ),
        ),
        x_label="log₁₀ cond(J)", y_label="log₁₀ error", square=False, extent=(0.0, right, digits - 1.0, top),
        subtitle=f"{str(model.dtype).removeprefix('torch.')}, {counted(len(batch), batch.split, model.spec.kind)}",
        note=f"Largest error, in deviations of the data: {rounding(10.0**worst)} of data, {rounding(10.0**worst_far)} "
        f"from noise of norm {_FAR:g}.{in_vain}",
        warning=wrong,
    )  # fmt: skip


def _errors(model: FlowModel, x: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """log₁₀ of cond(J) and of the largest error of an entry in units of its deviation, (n,) each."""
    std = torch.tensor(model.spec.std, device=x.device, dtype=x.dtype)
    with torch.no_grad():
        e, _ = model.to_noise(x)
        error = ((model.from_noise(e) - x) / std).abs().amax(dim=1)
    singular = torch.linalg.svdvals(jacobians(lambda places: model.flow(places)[0], e).double())
    cond = singular[:, 0] / singular[:, -1].clamp_min(1e-300)
    floor = torch.finfo(model.dtype).eps / 4  # where the error is 0
    return as_array(cond.log10()), as_array(error.double().nan_to_num(1e9).clamp(floor, 1e9).log10())


@view(
    "Cost of each direction",
    help="Density: from data to noise. Sampling: from noise to data. Where a direction has to go entry by entry, also "
    "in whole passes of the networks, one for each entry.",
)  # fmt: skip
def directions(
    model: FlowModel, noise: Noise, n: int = param(256, "Data at once", 1, 1024, log=True)
) -> Iterator[Bars]:
    """Milliseconds for the density of n data and for n samples, measured one after another."""
    e = model.draw_noise(n, rng=noise.rng(model.device))
    sequential = [layer for layer in model.flow if isinstance(layer, (MaskedAffine, Inverted))]
    slow = "sampling" if any(isinstance(layer, MaskedAffine) for layer in sequential) else "density"
    with torch.no_grad():
        x, _ = model.flow(e)
    ways: dict[str, Callable[[], object]] = {
        "density": lambda: model.flow.inverse(x),
        "sampling": lambda: model.flow(e),
    }
    if sequential:
        ways[f"{slow}, whole passes"] = lambda: _in_passes(model, e)
    times = dict.fromkeys(ways, np.nan)
    for _ in range(_TIMED):
        for name, way in ways.items():
            since = time.perf_counter()
            with torch.no_grad():
                way()
            if e.is_cuda:
                torch.cuda.synchronize()
            times[name] = float(np.fmin(times[name], 1000 * (time.perf_counter() - since)))
            yield _bars(times, n, model.dims)


def _in_passes(model: FlowModel, e: Tensor) -> None:
    """The slow direction of a flow of masked layers, with a whole pass of the network for each entry."""
    for layer in model.flow:
        masked = layer.transform if isinstance(layer, Inverted) else layer
        e = masked.in_passes(e)[0] if isinstance(masked, MaskedAffine) else layer(e)[0]


def _bars(times: dict[str, float], n: int, dims: int) -> Bars:
    values = np.array(list(times.values()))
    known = values[:2]
    note = "" if np.isnan(known).any() else f"Sampling ÷ density: {decimal(known[1] / known[0], 1)}."
    return Bars(
        tuple(times), values, roles=("data", "model", "alt")[: len(values)], unit="ms",
        pending=bool(np.isnan(values).any()), subtitle=f"{n} at once, {dims} dimensions; least of {_TIMED}", note=note,
    )  # fmt: skip
