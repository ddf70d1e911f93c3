"""The learned posterior of a picked observation beside the exact one."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from torch import Tensor

from models.exact.drawn import Cells
from models.frames import Curves, Density, Layer, Plane, Points, Series
from models.inference.implicit.exact import centers_of, exact_once, prior_log_mass
from models.inference.implicit.interface import Implicit, has_density, unknowns_of
from models.inference.implicit.learned import Learned, draws_in_parts, learned_in_parts
from models.protocol import Data, DataPoint, Noise, param, view
from models.views.latent_space import axis_label, prior_circles, stepped_limit
from models.views.words import as_array, decimal, named

__all__ = ["exact_layers", "plane_of", "posterior", "posterior_line"]

_SHOWN = 600  # draws of q in a plane
_LEVELS = (4.5, 2.0, 0.5)  # nats below the peak: 3σ, 2σ and 1σ of a Gaussian
_IN_SIGHT = 8.0  # nats below the peak up to which the plane shows the exact posterior
_DRAWS = {10_000: "10,000", 100_000: "100,000"}


def _note(model: Implicit, learned: Learned | None) -> str:
    runs = f"{int(model.simulations):,} simulations"
    if learned is None:
        return f"{runs}. No exact posterior: the likelihood is unknown."
    if learned.null is None:
        return f"KL(p ‖ q): {decimal(learned.reverse)}, KL(q ‖ p): {decimal(learned.kl)} nats; {runs}."
    return f"KL(q ‖ p(z|x)): {decimal(learned.kl)} nats, of exact draws {decimal(learned.null)}; {runs}."


def exact_layers(model: Implicit, cells: Cells) -> tuple[Layer, ...]:
    """The exact posterior of two unknowns, which is that of the true θ, as heat map and contours."""
    name = "p(z|x), exact" if model.theta is None else "p(z|x) at the true θ, exact"
    low, high = as_array(cells.low), as_array(cells.high)
    extent = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
    density = np.exp(as_array(cells.log_mass).reshape(cells.side, cells.side).T - cells.log_volume)  # rows along z₂
    levels = tuple(float(density.max()) * math.exp(-depth) for depth in _LEVELS)
    return (
        Density(density, extent, role="data", low=0.0, name=name),
        Density(density, extent, role="total", contours=levels, name="0.5, 2 and 4.5 nats below its peak"),
    )


def plane_of(
    model: Implicit, layers: tuple[Layer, ...], cells: Cells | None, z: Tensor, words: str, note: str
) -> Plane:
    """A plane of two unknowns: around the exact posterior, or as wide as the draws z (n, 2) where it is unknown."""
    labels = [f"{axis_label(k)}, {name}" for k, name in enumerate(model.simulator.unknowns)]
    if cells is None:
        limit = stepped_limit(z)
        middle, half = np.zeros(2), limit
    else:
        near = as_array(centers_of(cells)[cells.log_mass > cells.log_mass.max() - _IN_SIGHT])
        low, high = near.min(axis=0), near.max(axis=0)
        middle, half = 0.5 * (low + high), 0.55 * float((high - low).max())
    return Plane(
        layers, x_label=labels[0], y_label=labels[1], dims=(0, 1),
        extent=(middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half), subtitle=words, note=note,
    )  # fmt: skip


@view(
    "Posterior of x", lead=True, when=lambda config, spec: unknowns_of(spec) == 2,
    help="Draws of the learned posterior of the picked observation over the exact one, where that can be had.",
)  # fmt: skip
def posterior(
    model: Implicit,
    point: DataPoint,
    data: Data,
    noise: Noise,
    draws: int = param(10_000, "Draws of q", choices=_DRAWS, more=True, help="For the KL; 600 are shown."),
) -> Iterator[Plane | None]:
    """Draws over the exact posterior under the true θ, whose contours lie ½, 2 and 4½ nats below its peak."""
    rng = noise.rng(model.device)
    z = yield from draws_in_parts(model, point.x, _SHOWN, rng)
    trail = f"noise {noise.seed}" if model.posterior is not None else ""  # draws from a grid do not move, but jump
    points = Points(as_array(z), role="model", name="z ~ q(z|x)", size=2.5, trail=trail)
    words = f"{named(point, model.spec.kind)}, {len(z)} draws of q"
    if not model.simulator.has_density:
        yield plane_of(model, (prior_circles(), points), None, z, words, _note(model, None))
        return
    exact = yield from exact_once(data, model.simulator, point.x)
    learned = yield from learned_in_parts(model, point.x, exact.cells, draws, rng)
    layers = (*exact_layers(model, exact.cells), prior_circles(), points)
    yield plane_of(model, layers, exact.cells, z, words, _note(model, learned))


@view(
    "Posterior density of x", name="posterior_line", lead=True,
    when=lambda config, spec: unknowns_of(spec) == 1 and has_density(spec),
    help="Histogram of draws of the learned posterior of the picked observation, and the exact one.",
)  # fmt: skip
def posterior_line(
    model: Implicit,
    point: DataPoint,
    data: Data,
    noise: Noise,
    draws: int = param(10_000, "Draws of q", choices=_DRAWS, more=True),
) -> Iterator[Curves | None]:
    """Densities over z: exact, learned, and the prior."""
    exact = yield from exact_once(data, model.simulator, point.x)
    cells = exact.cells
    learned = yield from learned_in_parts(model, point.x, cells, draws, noise.rng(model.device))
    z, width = as_array(centers_of(cells)[:, 0]), math.exp(cells.log_volume)
    yield Curves(
        (
            Series("exact", "p(z|x), exact", z, as_array(cells.log_mass.exp()) / width, role="data", dashed=True),
            Series("q", "q(z|x)", z, as_array(learned.share) / width, role="model"),
            Series("prior", "p(z)", z, as_array(prior_log_mass(cells).exp()) / width, role="prior"),
        ),
        x_label="z", y_label="density", subtitle=named(point, model.spec.kind), note=_note(model, learned),
    )  # fmt: skip
