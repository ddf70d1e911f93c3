"""Rejection beside the model: divergences with the simulations that each took, and draws."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.frames import Bars, Layer, Plane, Points
from models.inference.implicit.exact import divergences, exact_once, kernel_log_mass, prior_log_mass
from models.inference.implicit.interface import Implicit, has_density, units_of, unknowns_of
from models.inference.implicit.learned import draws_in_parts, learned_in_parts
from models.inference.implicit.posterior_views import exact_layers, plane_of
from models.inference.implicit.rejection import KEPT, STANDARD, abc_in_parts
from models.protocol import Data, DataPoint, Noise, param, view
from models.views.latent_space import prior_circles
from models.views.words import as_array, decimal, named

__all__ = ["abc", "methods"]

_DRAWS = 100_000
_MOST = 3_000_000
"""Simulations up to which rejection follows the model: beyond, they take too long to wait for."""
_AS_MANY = {"standard": f"{STANDARD:,}", "same": "As many as the model"}


@view(
    "Methods", when=lambda config, spec: has_density(spec),
    help="KL(p(z|x) ‖ ·) of the picked observation for the prior, rejection (ABC) and this model, and the simulations "
    "of each.",
)  # fmt: skip
def methods(model: Implicit, point: DataPoint, data: Data, noise: Noise) -> Iterator[Bars | None]:
    """Divergences from the exact posterior; a model serves every observation with its simulations, ABC only one."""
    exact = yield from exact_once(data, model.simulator, point.x)
    cells = exact.cells
    runs = int(model.simulations)
    values = {"p(z), 0": (divergences(cells, prior_log_mass(cells))[1], "prior")}
    learned = yield from learned_in_parts(model, point.x, cells, _DRAWS, noise.rng(model.device))
    values[f"model, {runs:,}"] = (learned.reverse, "model")
    counts = [STANDARD, *([min(runs, _MOST)] if runs else [])]
    pending = [f"ABC, {-(-count // 1000) * 1000:,}" for count in counts]
    yield _bars(model, point, values, pending)
    for count in counts:
        label = pending.pop(0)
        z, _ = yield from abc_in_parts(data, model.simulator, point.x, *units_of(model.spec, point.x), count)
        values[label] = (divergences(cells, kernel_log_mass(cells, z))[1], "alt")
        yield _bars(model, point, values, pending)


def _bars(model: Implicit, point: DataPoint, values: dict[str, tuple[float, str]], pending: list[str]) -> Bars:
    numbers = [value for value, _ in values.values()] + [float("nan")] * len(pending)
    note = f"Of ABC the {KEPT} nearest, smoothed by a Gaussian kernel. The model's simulations serve every x."
    if int(model.simulations) > _MOST:
        note += f" ABC is run up to {_MOST:,} times."
    return Bars(
        (*values, *pending), np.array(numbers), roles=(*(role for _, role in values.values()), *["alt"] * len(pending)),
        unit="nats", pending=bool(pending), note=note,
        subtitle=f"{named(point, model.spec.kind)}; KL(p(z|x) ‖ ·) and simulations",
    )  # fmt: skip


@view(
    "ABC and q", when=lambda config, spec: unknowns_of(spec) == 2,
    help="Unknowns of the simulations nearest to the picked observation, beside draws of the learned posterior.",
)  # fmt: skip
def abc(
    model: Implicit,
    point: DataPoint,
    data: Data,
    noise: Noise,
    runs: str = param("standard", "Simulations", choices=_AS_MANY, help="Of which the nearest 200 are kept."),
) -> Iterator[Plane | None]:
    """The kept simulations over the exact posterior, where that can be had."""
    z = yield from draws_in_parts(model, point.x, KEPT, noise.rng(model.device))
    count = STANDARD if runs == "standard" else min(int(model.simulations), _MOST)
    kept, count = yield from abc_in_parts(data, model.simulator, point.x, *units_of(model.spec, point.x), count)
    behind: tuple[Layer, ...] = ()
    cells = None
    if model.simulator.has_density:
        exact = yield from exact_once(data, model.simulator, point.x)
        cells = exact.cells
        behind = exact_layers(model, cells)
    layers = (
        *behind,
        prior_circles(),
        Points(as_array(kept), role="alt", name="ABC", size=4.0),
        Points(as_array(z), role="model", name="z ~ q(z|x)", size=4.0),
    )
    spread = ", ".join(
        f"z{'₁₂'[k]}: ABC {decimal(float(kept[:, k].std()), 2)}, q {decimal(float(z[:, k].std()), 2)}" for k in (0, 1)
    )
    yield plane_of(
        model, layers, cells, z, f"{named(point, model.spec.kind)}; nearest {len(kept)} of {count:,} simulations",
        f"Standard deviations of {spread}.",
    )  # fmt: skip
