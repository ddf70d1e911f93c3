"""Views of models of tables: two columns as a plane, the distribution of each column, correlations, one row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from models.frames import Bars, Curves, Layer, Matrix, Plane, Points, Series
from models.protocol import (
    BadValue,
    Data,
    DataBatch,
    DataPoint,
    DataSpec,
    GenerativeModel,
    HasLogProb,
    Noise,
    Table,
    param,
    view,
)
from models.views.words import SPLITS, as_array, column_names, counted, decimal, named, plural

__all__ = ["columns_pair", "correlations", "is_table", "marginals", "row"]

_SHOWN = {"both": "Data and samples", "difference": "Difference"}
_TAIL = 0.005  # share of the values that the range of a picture leaves out at either end, before it is widened
_MARGIN = 0.15  # by which it is widened at either end
_SAMPLES_TAIL = 0.02  # share of the samples that a pair leaves out at either end
_SLACK = 1.3  # a display keeps a range that is this much wider
_MOST = 6  # panes
_COLUMNS = 3  # of panes
_POINTS = 300  # of an exact density
_ROW = (-3.0, 3.0)  # standard deviations that the axis of a row has at least


def is_table(config: Any, spec: DataSpec | None) -> bool:
    """Whether the data are a table."""
    return spec is not None and isinstance(spec.kind, Table)


def _has_pairs(config: Any, spec: DataSpec | None) -> bool:
    return spec is not None and is_table(config, spec) and spec.kind.shape[0] > 1


def _column(name: str, number: int, count: int) -> int:
    """A column counted from 0, from the value of a parameter that counts from 1."""
    if not 1 <= number <= count:
        raise BadValue(name, f"{name} takes a column from 1 to {count}, not {number}")
    return number - 1


def _range(x: np.ndarray, tail: float, margin: float = 0.0) -> tuple[float, float]:
    """Ends of the middle of some finite values, (n,), widened by a share of their distance."""
    finite = x[np.isfinite(x)]
    low, high = np.quantile(finite, (tail, 1 - tail)) if len(finite) else (0.0, 0.0)
    room = margin * (high - low) if high > low else 0.5
    return float(low - room), float(high + room)


@view(
    "Pair of columns", record=True, samples="count", splits=("valid", "train"), batch=500, lead=True, when=_has_pairs,
    help="Two columns of data and of samples. A click picks a row of the data.",
)  # fmt: skip
def columns_pair(
    model: GenerativeModel,
    batch: DataBatch,
    noise: Noise,
    across: int = param(1, "x", 1, 64, help="Column across, counted from 1."),
    upwards: int = param(2, "y", 1, 64, help="Column upwards, counted from 1."),
    count: int = param(500, "Samples", 10, 5000, log=True, more=True),
    points: bool = param(True, "Data", more=True, help="Show the data."),
    made: bool = param(True, "Model", more=True, help="Show the samples."),
    **settings: Any,
) -> Plane:
    """Data and samples in the plane of two columns, data units."""
    names = column_names(model.spec)
    dims = [_column("across", across, len(names)), _column("upwards", upwards, len(names))]
    if across == upwards:
        raise BadValue("upwards", f"upwards must differ from across, which is {across} too")
    real = as_array(batch.x)[:, dims]  # (n, 2)
    fake = as_array(model.sample(count, rng=noise.rng(model.device), **settings))[:, dims]  # (count, 2)
    layers: list[Layer] = []
    if points:
        label, classes = (None, ()) if batch.y is None else (as_array(batch.y), model.spec.classes)
        name = f"{SPLITS[batch.split]} data"
        layers.append(Points(real, label, classes, as_array(batch.index), role="data", name=name))
    if made:
        layers.append(Points(fake, role="model", name="samples"))
    return Plane(
        tuple(layers),
        x_label=names[dims[0]],
        y_label=names[dims[1]],
        extent=_extent(real, fake),
        square=False,
        slack=_SLACK,
        subtitle=f"{counted(len(batch), batch.split, model.spec.kind)}, {plural(count, 'sample')}",
    )


def _extent(real: np.ndarray, fake: np.ndarray) -> tuple[float, float, float, float]:
    """x0, x1, y0, y1 that hold all data, (n, 2), but the outermost, and most samples, (m, 2)."""
    ends: list[float] = []
    for axis in range(2):
        low, high = _range(real[:, axis], _TAIL, _MARGIN)
        lowest, highest = _range(fake[:, axis], _SAMPLES_TAIL) if np.isfinite(fake[:, axis]).any() else (low, high)
        ends += [min(low, lowest), max(high, highest)]
    return ends[0], ends[1], ends[2], ends[3]


@view(
    "Marginals", record=True, samples="count", splits=("valid", "train"), batch=2000, when=is_table,
    help="Density of each column, of data and of samples; dashed: exact.",
)  # fmt: skip
def marginals(
    model: GenerativeModel,
    batch: DataBatch,
    data: Data,
    noise: Noise,
    first: int = param(1, "First column", 1, 64, more=True, help=f"Up to {_MOST} columns from this one on are shown."),
    bins: int = param(40, "Bins", 10, 200, more=True),
    count: int = param(2000, "Samples", 100, 20_000, log=True, more=True),
    **settings: Any,
) -> Curves:
    """Histograms of some columns in standard deviations of the training data, with one standard error about each."""
    spec, names = model.spec, column_names(model.spec)
    start = _column("first", first, len(names))
    shown = range(start, min(start + _MOST, len(names)))
    x = model.sample(count, rng=noise.rng(model.device), **settings)
    real, fake = (_standardised(as_array(each), spec) for each in (batch.x, x))
    ranges = [_range(real[:, column], _TAIL, _MARGIN) for column in shown]
    edges = np.linspace(min(low for low, _ in ranges), max(high for _, high in ranges), bins + 1)
    kinds = (("data", f"{SPLITS[batch.split]} data", real), ("model", "samples", fake))
    series: list[Series] = []
    for column in shown:
        series += [_histogram(values[:, column], edges, names[column], label, role) for role, label, values in kinds]
        if data.log_marginal is not None:
            series.append(_exact(data.log_marginal, column, edges, spec, names[column]))
    part = "" if len(shown) == len(names) else f", {len(shown)} of {len(names)} columns"
    shares = (100 * float(_is_outside(values[:, list(shown)], edges).mean()) for _, _, values in kinds)
    missed = ", ".join(f"{share:.1f} % of the {word}" for share, word in zip(shares, ("data", "samples"), strict=True))
    return Curves(
        tuple(series),
        x_label="standard deviations",
        columns=_COLUMNS,
        subtitle=f"{counted(len(batch), batch.split, spec.kind)}, {plural(count, 'sample')}, ± standard error{part}",
        note=f"Beyond the axis: {missed}.",
    )


def _standardised(x: np.ndarray, spec: DataSpec) -> np.ndarray:
    """Rows, (n, d), in standard deviations from the mean of the training data; a constant column is only shifted."""
    std = np.array(spec.std)
    return (x - np.array(spec.mean)) / np.where(std > 0, std, 1.0)


def _is_outside(x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Whether values are outside all bins; those that are not finite are."""
    return ~((x >= edges[0]) & (x <= edges[-1]))


def _histogram(x: np.ndarray, edges: np.ndarray, pane: str, label: str, role: str) -> Series:
    """Share of all values, (n,), in each bin, divided by its width, with its standard error."""
    share = np.histogram(x, edges)[0] / len(x)
    error = np.sqrt(share * (1 - share) / len(x))
    width = edges[1] - edges[0]
    density, low, high = share / width, (share - error) / width, (share + error) / width
    return Series(f"{role}.{pane}", label, 0.5 * (edges[1:] + edges[:-1]), density, role, pane, low=low, high=high)


def _exact(
    log_marginal: Callable[[int, np.ndarray], np.ndarray], column: int, edges: np.ndarray, spec: DataSpec, pane: str
) -> Series:
    """The exact density of a column in standard deviations of the data."""
    x = np.linspace(edges[0], edges[-1], _POINTS)
    std = spec.std[column] or 1.0
    density = std * np.exp(log_marginal(column, spec.mean[column] + std * x))
    return Series(f"exact.{pane}", "exact density", x, density, "data", pane, dashed=True)


@view(
    "Correlations", record=True, samples="count", splits=("valid", "train"), batch=2000, when=_has_pairs,
    help="Correlation of every two columns, of data and of samples.",
)  # fmt: skip
def correlations(
    model: GenerativeModel,
    batch: DataBatch,
    data: Data,
    noise: Noise,
    show: str = param("both", "Show", choices=_SHOWN, help="The difference is samples − data."),
    count: int = param(2000, "Samples", 100, 20_000, log=True, more=True),
    **settings: Any,
) -> Matrix:
    """Correlation matrices: data below the diagonal and samples above it, or their difference.

    The note compares the largest difference with that between two splits of the data.
    """
    names, split = column_names(model.spec), SPLITS[batch.split]
    other = data.split("train" if batch.split != "train" else "valid", len(batch))
    x = model.sample(count, rng=noise.rng(model.device), **settings)
    real, fake, again = (_correlation(as_array(each)) for each in (batch.x, x, other.x))
    compared = f"{counted(len(batch), batch.split, model.spec.kind)}, {plural(count, 'sample')}"
    both = f"below the diagonal: data, above: samples; {compared}"
    return Matrix(
        np.tril(real) + np.triu(fake, 1) if show == "both" else fake - real,
        row_labels=names,
        column_labels=names,
        subtitle=both if show == "both" else f"samples − data; {compared}",
        note=f"Largest difference between samples and {split} data: {_largest(fake - real, names)}; "
        f"between {SPLITS[other.split]} and {split} data: {_largest(again - real)}.",
    )


def _correlation(x: np.ndarray) -> np.ndarray:
    """Correlations of columns, (n, d) to (d, d); NaN between a constant column and others."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result = np.asarray(np.corrcoef(x.astype(np.float64), rowvar=False))
    np.fill_diagonal(result, 1.0)  # which rounding errors leave beside 1
    return result


def _largest(difference: np.ndarray, names: tuple[str, ...] = ()) -> str:
    """The largest absolute difference as text, with the columns that it is at where names are given."""
    size = np.nan_to_num(np.abs(difference))
    i, j = np.unravel_index(int(size.argmax()), size.shape)
    return decimal(float(size[i, j]), 2) + (f" ({names[i]} and {names[j]})" if names else "")


@view("Chosen row", when=is_table, help="The row of the data that was picked.")
def row(model: GenerativeModel, point: DataPoint, data: Data) -> Bars:
    """The entries of a row in standard deviations from the mean of the data, and its log-likelihood."""
    names, spec = column_names(model.spec), model.spec
    x = as_array(point.x)  # (1, d)
    texts = (f"{value:.3g}".replace("-", "−") for value in x[0])
    likelihoods = [("log p_θ(x)", model.log_prob(point.x))] if isinstance(model, HasLogProb) else []
    if data.log_prob is not None:
        likelihoods.append(("log p_data(x)", data.log_prob(point.x)))
    words = ", ".join(f"{name} = {decimal(float(as_array(value)[0]))}" for name, value in likelihoods)
    return Bars(
        tuple(f"{name} = {text}" for name, text in zip(names, texts, strict=True)),
        _standardised(x, spec)[0],
        roles=("data",) * len(names),
        unit="σ",
        extent=_ROW,
        subtitle=f"{named(point, spec.kind)}, in standard deviations σ from the mean",
        note=f"{words} nats." if words else "",
    )
