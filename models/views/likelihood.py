"""The exact log-likelihood of data and of samples, for models whose density can be computed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.frames import Curves, Series
from models.protocol import Data, DataBatch, GenerativeModel, HasLogProb, Kind, Noise, param, view
from models.views.words import SPLITS, as_array, counted, plural, word_of

__all__ = ["histograms", "log_likelihood"]

_TAIL = 0.005  # share of the values that the histogram leaves out at either end
_NARROW = 1e-6  # nats: width of the histogram if all values are equal


@view(
    "Log-likelihood", splits=("valid", "train"), batch=500,
    help="Distribution of log p(x) over data and over samples of the model; dashed: exact log density of the data.",
)  # fmt: skip
def log_likelihood(
    model: HasLogProb, batch: DataBatch, data: Data, noise: Noise, bins: int = param(30, "Bins", 5, 100, more=True)
) -> Curves:
    """Histograms of log p(x) under the model, nats, of data and of as many samples.

    If the density of the data is known, a third histogram shows its logarithm on the same data. If the model fits, all
    histograms agree. Data far to the left of the samples are data that the model misses.
    """
    split = SPLITS[batch.split]
    rows = [("data", f"{split} data", "data", model.log_prob(batch.x))]
    if isinstance(model, GenerativeModel):
        x = model.sample(len(batch), rng=noise.rng(model.device))
        rows.append(("samples", "samples", "model", model.log_prob(x)))
    if data.log_prob is not None:
        rows.append(("exact", f"{split} data, exact density", "data", data.log_prob(batch.x)))
    kind = data.spec.kind
    subtitle = f"{counted(len(batch), batch.split, kind)} in {bins} bins, the middle 99 %"
    return histograms(rows, bins, kind, subtitle)


def histograms(rows: Sequence[tuple[str, str, str, Tensor]], bins: int, kind: Kind, subtitle: str) -> Curves:
    """Histograms of log-likelihoods over one another, and the mean of each in the note.

    Args:
        rows: Key, label, role and values (n,) in nats of each; "exact" is dashed.
        bins: Number of bins.
        kind: Kind of the data.
        subtitle: Subtitle of the frame.
    """
    values = {key: each.detach().double().cpu() for key, _, _, each in rows}
    edges = _edges(torch.cat(list(values.values())), bins)
    centers = as_array(0.5 * (edges[1:] + edges[:-1]))
    return Curves(
        tuple(
            Series(
                key, label, centers, 100 * as_array(torch.histogram(values[key], edges).hist) / len(values[key]),
                role=role, unit="%", dashed=key == "exact",
            )
            for key, label, role, _ in rows
        ),
        x_label="log p(x), nats",
        y_label="%",
        subtitle=subtitle,
        note=f"Mean log p(x), nats a {word_of(kind)}: "
        + "; ".join(f"{label} {_mean(values[key])}" for key, label, _, _ in rows)
        + ".",
    )  # fmt: skip


def _edges(values: Tensor, bins: int) -> Tensor:
    """Edges of bins over the middle of some values, (bins + 1,)."""
    finite = values[values.isfinite()]
    low, high = (float(finite.quantile(q)) for q in (_TAIL, 1 - _TAIL)) if len(finite) else (0.0, 0.0)
    return torch.linspace(low, max(high, low + _NARROW), bins + 1, dtype=torch.float64)


def _mean(values: Tensor) -> str:
    """Mean and its standard error, of the values that are finite, and the number of those that are not."""
    finite = values[values.isfinite()]
    text = "none finite" if not len(finite) else f"{float(finite.mean()):.3f}"
    if len(finite) > 1:
        text += f" ± {float(finite.std()) / len(finite) ** 0.5:.3f}"
    lost = len(values) - len(finite)
    return text.replace("-", "−") + (f" ({plural(lost, 'value')} not finite)" if lost else "")
