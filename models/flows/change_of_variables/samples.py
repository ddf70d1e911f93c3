"""Histograms of samples as densities."""

from __future__ import annotations

import numpy as np

from models.frames import Series

__all__ = ["histogram_series"]

_BINS = 60


def histogram_series(samples: np.ndarray, low: float, high: float, top: float = np.inf) -> Series:
    """The histogram of samples as a density, with a band of two standard errors on each side.

    Args:
        samples: (n,), of which those outside of the range count too.
        low: Lower end of the range.
        high: Upper end.
        top: Height at which the picture ends.
    """
    counts, edges = np.histogram(samples, bins=_BINS, range=(low, high))
    share = counts / len(samples)
    error = np.sqrt(share * (1 - share) / len(samples))
    width = edges[1] - edges[0]
    bars, band = np.repeat(share, 2) / width, 2 * np.repeat(error, 2) / width
    return Series(
        "draws", "draws", np.repeat(edges, 2)[1:-1], np.minimum(bars, top), role="data",
        low=np.clip(bars - band, 0.0, top), high=np.minimum(bars + band, top),
    )  # fmt: skip
