"""Divergences of data and model by push-forward, and estimated from samples with their null line.

The JSD of the push-forward is exact up to its mesh. A KL divergence is infinite where the mesh of the model ends, so
both are shown smoothed: a little mass is spread evenly first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from models.frames import Bars
from models.gan.planar.comparison import SPREAD, Comparison, histogram, sample_divergences
from models.gan.planar.density import MESH, WAIT, compare
from models.gan.planar.layers import PlanarGAN
from models.protocol import Data, Noise, view
from models.views.planar import square_of
from models.views.words import as_array

__all__ = ["divergences"]

_NAMES = ("JSD", "KL(p_data‖p_θ)", "KL(p_θ‖p_data)")
_BINS = 20  # cells a side of the histograms of samples
_RESAMPLED = 40
_COMPARED = 2500

_Exact = list[tuple[str, float, float]]  # name, value, error
_Estimates = list[tuple[str, float, float, float]]  # name, value, error, null


@view("Divergences", help="JSD and smoothed KL both ways between data and model, and from samples.")
def divergences(model: PlanarGAN, data: Data, noise: Noise) -> Iterator[Bars]:
    """Divergences by two meshes, and estimates from samples with their null line."""
    latent, estimates = model.config.latent, _estimates(model, data, noise)
    if latent == 1:
        yield _bars(
            [("JSD, exact", math.log(2.0), 0.0)],
            estimates,
            "no density, so JSD = log 2 exactly",
            "Samples lie on a curve, which has no area: KL is infinite both ways. The estimates cannot see it: cells "
            "are wider than the curve.",
        )
    elif data.log_prob is None:
        yield _bars([], estimates, "estimates alone: the density of these data is not known", "")
    elif latent > 2:
        why = f"with {latent} noise dimensions the model's density is an integral over preimages"
        yield _bars([], estimates, f"estimates alone: {why}", "")
    else:
        yield from _exact_divergences(model, data, estimates)


def _exact_divergences(model: PlanarGAN, data: Data, estimates: _Estimates) -> Iterator[Bars]:
    coarse: Comparison | None = None
    for compared in compare(model, data):
        if compared is None:
            yield _bars([], estimates, WAIT, "")
            continue
        comparison, n = compared
        coarse = coarse or comparison
        values, others = comparison.divergences(), coarse.divergences()
        exact = [
            (f"{name}, {'smoothed' if name.startswith('KL') else 'exact'}", value, abs(value - other))
            for name, value, other in zip(_NAMES, values, others, strict=True)
        ]
        meshes = f"± the difference between meshes of {MESH // 2}² and {MESH}² z"
        yield _bars(exact, estimates, meshes if n == MESH else f"mesh of {n}² z, {MESH}² to come", (
            f"log 2 = 0.693 is the greatest possible JSD. Smoothed: {SPREAD:g} of the mass is spread evenly before a "
            f"KL, and its value depends on that number. Without it {_NAMES[1]} is infinite: "
            f"{comparison.uncovered():.1%} of the data lie where the model has no mass."
        ))  # fmt: skip


def _estimates(model: PlanarGAN, data: Data, noise: Noise) -> _Estimates:
    """Name, estimate, bootstrap error and null of each divergence, from samples alone."""
    extent = square_of(data.valid.x, margin=0.15)
    x = model.sample(_COMPARED, rng=noise.rng(model.device))
    test = data.split("test", 2 * _COMPARED)
    n = len(test) // 2
    real, other = (as_array(test.x[part]) for part in (slice(0, n), slice(n, 2 * n)))
    p, null = histogram(real, extent, _BINS), histogram(other, extent, _BINS)
    q = histogram(as_array(x)[:n], extent, _BINS)
    values, nulls = sample_divergences(p, q), sample_divergences(p, null)
    rng = np.random.default_rng(noise.seed)
    drawn = [rng.multinomial(n, counts / counts.sum(), _RESAMPLED) for counts in (p, q)]
    spread = np.std([sample_divergences(a, b) for a, b in zip(*drawn, strict=True)], axis=0)
    rows = zip(_NAMES, values, spread.tolist(), nulls, strict=True)
    return [(f"{name}, est.", value, error, null) for name, value, error, null in rows]


def _bars(exact: _Exact, estimates: _Estimates, words: str, note: str) -> Bars:
    """Exact values with their null, 0, then estimates with theirs."""
    rows = [(name, value, error, 0.0) for name, value, error in exact] + estimates
    labels, values, errors, nulls = zip(*rows, strict=True)
    return Bars(
        labels=labels,
        values=np.array(values),
        errors=np.array(errors),
        roles=("total",) * len(exact) + ("alt",) * len(estimates),
        reference=np.array(nulls),
        unit="nats",
        subtitle=f"{words}; est.: {_COMPARED:,} samples in {_BINS}² cells ± bootstrap; dashed: null, two sets of data",
        note=note,
    )
