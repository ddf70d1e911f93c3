"""The density of a flow in the plane: as a map, by its samples, and between its modes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.flows.flow.model import FlowModel
from models.frames import Curves, Density, Lines, Plane, Points, Series
from models.protocol import Data, DataBatch, DataPoint, DataSpec, Noise, Planar, param, view
from models.views.planar import square_of
from models.views.words import as_array, counted, decimal, named, plural

__all__ = ["between", "bridges", "density", "in_the_plane", "samples"]

_COARSE, _SIDE = 36, 72  # cells a side of the map that comes first, and of the one that replaces it: it is recorded
_BAND = 12  # rows computed at once
_DECADES = 6.0  # of the logarithmic map
_PATH = 241  # places between two data
_RARE = 0.001  # share of the data below whose density a place counts as one without data
_SAMPLES = 2000


def in_the_plane(config: Any, spec: DataSpec | None) -> bool:
    """Whether the data are points of the plane."""
    return spec is None or isinstance(spec.kind, Planar)


def _log_density(model: FlowModel, rows: np.ndarray) -> np.ndarray:
    """log p at places, (…, 2) to (…)."""
    x = torch.from_numpy(rows.reshape(-1, 2)).to(model.device, model.dtype)
    with torch.no_grad():
        _, value = model(x)
    return as_array(value).astype(float).reshape(rows.shape[:-1])


def _cells(extent: tuple[float, float, float, float], side: int) -> np.ndarray:
    """Middles of square cells, (side, side, 2)."""
    x0, x1, y0, y1 = extent
    at = (np.arange(side) + 0.5) / side
    return np.stack(np.meshgrid(x0 + at * (x1 - x0), y0 + at * (y1 - y0)), axis=-1)


def _map(model: FlowModel, extent: tuple[float, float, float, float]) -> Iterator[tuple[np.ndarray, bool]]:
    """log p on a grid: coarse at first, then finer row by row; and whether it is done."""
    factor = _SIDE // _COARSE
    whole = np.kron(_log_density(model, _cells(extent, _COARSE)), np.ones((factor, factor)))
    yield whole, False
    cells = _cells(extent, _SIDE)
    for start in range(0, _SIDE, _BAND):
        whole = whole.copy()
        whole[start : start + _BAND] = _log_density(model, cells[start : start + _BAND])
        yield whole, start + _BAND >= _SIDE


@view(
    "Density", record=True, lead=True, splits=("valid", "train"), batch=500, when=in_the_plane, sets=DataPoint,
    help="p_θ(x), exact at every place, and the data. A click chooses a datum.",
)  # fmt: skip
def density(
    model: FlowModel,
    batch: DataBatch,
    scale: str = param("linear", "Scale", choices={"linear": "Linear", "log": "Logarithmic"}),
    points: bool = param(True, "Data", more=True, help="Show the data."),
) -> Iterator[Plane]:
    """The exact density as a heat map under the data, and its integral over the map."""
    extent = square_of(batch.x)
    area = (extent[1] - extent[0]) * (extent[3] - extent[2]) / _SIDE**2
    for log_p, done in _map(model, extent):
        p = np.exp(log_p)
        if scale == "log":
            shown = np.maximum(log_p / np.log(10), log_p.max() / np.log(10) - _DECADES)
            layer = Density(shown, extent, role="model", name="log₁₀ p_θ")
        else:
            layer = Density(p, extent, role="model", low=0.0, name="p_θ")
        data = Points(as_array(batch.x), role="data", name="data", size=3.0, index=as_array(batch.index))
        yield Plane(
            (layer, data) if points else (layer,),
            x_label="x₁", y_label="x₂", extent=extent,
            subtitle=f"exact; {counted(len(batch), batch.split, model.spec.kind)}",
            note=f"Integral over the map: {decimal(float(p.sum()) * area, 4)}." if done else "Integral over the map: …",
        )  # fmt: skip


@view(
    "Samples", record=True, splits=("valid", "train"), batch=1000, samples="n", when=in_the_plane,
    help="f of noise, over the data. The noise stays the same, so that samples can be followed.",
)  # fmt: skip
def samples(
    model: FlowModel, batch: DataBatch, noise: Noise, n: int = param(1000, "Samples", 10, 5000, log=True, more=True)
) -> Plane:
    """Samples of the model over data."""
    x = model.sample(n, rng=noise.rng(model.device))
    return Plane(
        (
            Points(as_array(batch.x), role="data", name="data", size=2.0),
            Points(as_array(x), role="model", name="samples", size=3.0, trail=f"noise {noise.seed}"),
        ),
        x_label="x₁", y_label="x₂", extent=square_of(batch.x),
        subtitle=f"{plural(n, 'sample')}, {counted(len(batch), batch.split, model.spec.kind)}",
    )  # fmt: skip


@view(
    "Bridges", splits=("valid", "train"), batch=500, when=in_the_plane, sets=DataPoint,
    help="log p_θ over six decades. f is continuous and takes the connected plane to a connected set, so bridges "
    "remain between separate modes. A click and one with Shift choose the ends of a line.",
)  # fmt: skip
def bridges(model: FlowModel, batch: DataBatch, point: DataPoint, end: DataPoint, data: Data) -> Iterator[Plane]:
    """The density on a logarithmic scale, the line between two data, and the share of samples where there are none."""
    extent = square_of(batch.x)
    note = _stray(model, data)
    ends = np.stack([as_array(point.x[0]), as_array(end.x[0])])
    for log_p, _ in _map(model, extent):
        decades = log_p / np.log(10)
        yield Plane(
            (
                Density(
                    np.maximum(decades, decades.max() - _DECADES), extent, role="model",
                    high=float(decades.max()), low=float(decades.max()) - _DECADES, name="log₁₀ p_θ",
                ),
                Points(as_array(batch.x), role="data", name="data", size=2.0, index=as_array(batch.index)),
                Lines(ends, np.zeros(1, int), role="total", width=1.5, dashed=True, name="line between two data"),
                Points(ends, role="total", size=8.0),
            ),
            x_label="x₁", y_label="x₂", extent=extent, subtitle="six decades", note=note,
        )  # fmt: skip


def _stray(model: FlowModel, data: Data) -> str:
    """How many samples lie where the data have almost no density."""
    if data.log_prob is None:
        return ""
    if "rare" not in data.cache:
        data.cache["rare"] = float(data.log_prob(data.split("valid", _SAMPLES).x).double().quantile(_RARE))
    x = model.sample(_SAMPLES, rng=Noise().rng(model.device))
    share = float((data.log_prob(x) < data.cache["rare"]).double().mean())
    return (
        f"{100 * share:.1f} % of {_SAMPLES:,} samples lie where p_data is below the density that "
        f"{100 * (1 - _RARE):.1f} % of the data exceed."
    )


@view(
    "Along the line", splits=("valid", "train"), when=in_the_plane,
    help="Log density of model and data on the line between the two chosen data.",
)  # fmt: skip
def between(model: FlowModel, point: DataPoint, end: DataPoint, data: Data) -> Curves:
    """log p_θ and, where it is known, log p_data on the straight line from one datum to another, nats."""
    a, b = as_array(point.x[0]).astype(float), as_array(end.x[0]).astype(float)
    t = np.linspace(0.0, 1.0, _PATH)
    line = a + t[:, None] * (b - a)
    log_p = _log_density(model, line)
    series = [Series("model", "log p_θ", t, log_p, role="model", unit="nats")]
    note = f"Least log p_θ: {decimal(float(log_p.min()), 2)} nats."
    if data.log_prob is not None:
        exact = as_array(data.log_prob(torch.from_numpy(line))).astype(float)
        floor = min(float(log_p.min()), float(exact[np.isfinite(exact)].max(initial=0.0))) - 5.0
        series.append(
            Series(
                "data", "log p_data, exact", t, np.where(exact >= floor, exact, np.nan), role="data", dashed=True,
                unit="nats",
            )
        )  # fmt: skip
        least = float(exact.min())
        note += f" Least log p_data: {decimal(least, 2) if np.isfinite(least) else '−∞'} nats."
    kind = model.spec.kind
    return Curves(
        tuple(series), x_label="share of the way", y_label="nats",
        subtitle=f"from {named(point, kind)} to {named(end, kind)}", note=note,
    )  # fmt: skip
