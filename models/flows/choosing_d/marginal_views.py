"""One layer: the marginal of each entry, how far each is from that of the data, and the correlations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.exact.normal import normal_log_prob
from models.flows.choosing_d.dependence import K
from models.flows.choosing_d.fits import fits_of, rows_of
from models.flows.choosing_d.mixture import Mixture
from models.flows.choosing_d.rows import Rows
from models.flows.choosing_d.words import entry_names, kept_names, moved_names
from models.frames import Bars, Curves, Matrix, Series
from models.protocol import Data, Noise, view
from models.views.words import decimal

__all__ = ["correlations", "divergences", "marginals"]

_ENDS = 4.0  # standard deviations
_U = np.linspace(-_ENDS, _ENDS, 161)
_COLUMNS = 3
_SAMPLES = 4000


@view(
    "Marginals", lead=True,
    help="In standard deviations of the data. Dashed: exact. The marginal of a moved entry is a mean over 500 draws of "
    "the kept noise, with its standard error.",
)  # fmt: skip
def marginals(lab: Any, data: Data, noise: Noise) -> Iterator[Curves]:
    """The marginals of all entries: of the data, of the noise, and of a fitted flow of one layer."""
    fit, rows, d = fits_of(data, lab.config).of(lab.config.d, 1, "alternate"), rows_of(data), lab.config.d
    names = [f"{name}: {'kept' if i < d else 'moved'}" for i, name in enumerate(entry_names(rows))]
    series = [each for i, name in enumerate(names) for each in _given(rows, i, name, i < d)]

    def frame() -> Curves:
        return Curves(
            tuple(series), x_label="standard deviations", columns=_COLUMNS, subtitle=_subtitle(fit.progress, d),
            note=f"Kept: {kept_names(d)} stay N(0, 1), as the noise, whatever the data.",
        )  # fmt: skip

    for _ in fit.slices():
        yield frame()
    mixture = Mixture(fit.flow.layers[0], noise.rng())  # type: ignore[arg-type]
    for i in range(d, K):
        y, error = mixture.density(i, _U)
        series.append(Series(f"model.{i}", "model", _U, y, "model", names[i], low=y - error, high=y + error))
        yield frame()


def _subtitle(progress: str, d: int) -> str:
    return f"one layer, d = {d}, {progress}"


def _given(rows: Rows, entry: int, pane: str, kept: bool) -> list[Series]:
    """What is known of a marginal without a fit."""
    exact, normal = rows.log_marginal(entry), np.exp(normal_log_prob(_U, 0.0, 1.0))
    made = [Series(f"noise.{entry}", "noise N(0, 1)", _U, normal, "prior", pane)]
    if exact is not None:
        made.append(Series(f"data.{entry}", "data, exact", _U, np.exp(exact(_U)), "data", pane, dashed=True))
    if kept:
        made.append(Series(f"kept.{entry}", "model, exact", _U, normal, "model", pane, dashed=True))
    return made


@view(
    "KL of marginals",
    help="KL(p_data(xᵢ) ‖ p_θ(xᵢ)) by quadrature; the dashed mark is that of an entry with the marginal of the noise.",
)  # fmt: skip
def divergences(lab: Any, data: Data, noise: Noise) -> Iterator[Bars]:
    """The divergence of each marginal: exact for kept entries, with a standard error for moved ones."""
    fit, rows, d = fits_of(data, lab.config).of(lab.config.d, 1, "alternate"), rows_of(data), lab.config.d
    reference = rows.normal_divergences
    values, errors = np.where(np.arange(K) < d, reference, np.nan), np.zeros(K)

    def frame() -> Bars:
        pending = bool(np.isnan(values).any())
        kept = f"Kept: {decimal(reference[:d].sum())} nats in sum, exactly and for good"
        moved = f"; moved: {decimal(values[d:].sum())} in place of {decimal(reference[d:].sum())}"
        return Bars(
            tuple(entry_names(rows)), values.copy(), errors=errors.copy(), reference=reference, unit="nats",
            roles=("prior",) * d + ("model",) * (K - d), pending=pending, subtitle=_subtitle(fit.progress, d),
            note=f"{kept}{'' if pending else moved}.",
        )  # fmt: skip

    for _ in fit.slices():
        yield frame()
    mixture = Mixture(fit.flow.layers[0], noise.rng())  # type: ignore[arg-type]
    for i in range(d, K):
        values[i], errors[i] = mixture.divergence(rows, i)
        yield frame()


@view(
    "Correlations",
    help="Below the diagonal: training data; above: 4,000 samples. Between kept entries the model has none, exactly.",
)  # fmt: skip
def correlations(lab: Any, data: Data, noise: Noise) -> Iterator[Matrix]:
    """Correlations of the data, and of the samples of a fitted flow of one layer."""
    fit, rows, d = fits_of(data, lab.config).of(lab.config.d, 1, "alternate"), rows_of(data), lab.config.d
    names = tuple(entry_names(rows))
    for _ in fit.slices():
        with torch.no_grad():
            x, _ = fit.flow(torch.randn(_SAMPLES, K, generator=noise.rng()))
        found: np.ndarray = np.corrcoef(x.double().numpy(), rowvar=False)
        found[:d, :d] = np.eye(d)  # independent noise
        pairs = [(i, j) for i in range(d) for j in range(i)]
        largest = max((abs(rows.correlation[i, j]) for i, j in pairs), default=0.0)
        yield Matrix(
            np.tril(rows.correlation) + np.triu(found, 1), names, names,
            subtitle=f"below: data, above: model; {_subtitle(fit.progress, d)}",
            note=f"The kept {kept_names(d)} are independent in the model; in the data their correlations reach "
            f"{decimal(largest, 2)}."
            if pairs
            else f"The one kept entry leaves all correlations to the layer that moves {moved_names(d)}.",
        )  # fmt: skip
