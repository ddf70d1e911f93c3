"""The model's density by push-forward beside that of the data, and the optimal discriminator of both."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch

from models.exact.push_forward import Mesh, Raster, gaussian_mesh, push_masses, uniform_mesh
from models.frames import Density, Layer, Lines, Plane, Points
from models.gan.planar.comparison import Comparison, value_of
from models.gan.planar.layers import PlanarGAN, generate
from models.protocol import Data, Noise, param, view
from models.views.planar import square_of
from models.views.words import as_array, decimal

__all__ = ["MESH", "WAIT", "compare", "density", "optimal"]

MESH = 192
"""Cells a side of the finer mesh of z; the coarser has half as many."""
WAIT = "the density of the data is being computed"

_BAND = 16  # rows of the mesh pushed at once
_SIDE = 224  # cells along the height of the raster on which densities are compared
_WIDE = 403  # cells along the width of the raster of a map, which so fills a wide card
_PARTS = 28  # parts in which what is needed at each cell is computed
_TINY = 1e-300
_RATIO = 6.0
_NO_DENSITY = "no density: D* is 0 on the curve, 1 elsewhere"
_PICTURES = {"optimal": "Optimal D*", "learned": "Learned D", "ratio": "True ratio p_data/p_θ"}
_SCALES = {"log": "Logarithmic", "linear": "Linear"}
_DECADES = 4.0


def _raster(data: Data, columns: int = _SIDE) -> Raster:
    """Square cells around the data: a square of them, or more columns at both sides of it."""
    x0, x1, y0, y1 = square_of(data.valid.x, margin=0.15)
    middle, half = (x0 + x1) / 2, (x1 - x0) / 2 * columns / _SIDE
    return Raster((middle - half, middle + half, y0, y1), _SIDE, columns)


def _shown(raster: Raster) -> tuple[float, float, float, float]:
    """The square in the middle of a raster, which is always in sight."""
    x0, x1, y0, y1 = raster.extent
    middle, half = (x0 + x1) / 2, (y1 - y0) / 2
    return middle - half, middle + half, y0, y1


def _data_masses(data: Data, raster: Raster) -> Iterator[np.ndarray | None]:
    """Yields None after each part, then the mass of the data in each cell, which is cached with the data."""
    key = ("masses", raster)
    if key not in data.cache:
        assert data.log_prob is not None
        parts = []
        for rows in np.array_split(raster.middles(), _PARTS):
            log_p = data.log_prob(torch.from_numpy(rows.reshape(-1, 2)).to(data.valid.x))
            mass = np.exp(as_array(log_p).astype(float)).reshape(rows.shape[:2]) * raster.cell
            parts.append(
                np.maximum(mass, _TINY)
            )  # tails of a Gaussian are never 0: where the model has no mass, D* is 1
            yield None
        data.cache[key] = np.concatenate(parts)
    yield data.cache[key]


def _pushed(model: PlanarGAN, raster: Raster) -> Iterator[tuple[np.ndarray, int]]:
    """Mass of the model in each cell, and the cells a side of the mesh: the coarser one until the finer is done."""
    *_, coarse = _push(model, MESH // 2, raster)
    yield coarse, MESH // 2
    fine = coarse
    for part in _push(model, MESH, raster):
        fine = part
        yield coarse, MESH // 2
    yield fine, MESH


def _push(model: PlanarGAN, n: int, raster: Raster) -> Iterator[np.ndarray]:
    """Mass of each cell, from more and more rows of the mesh."""
    mesh = _mesh(model, n)
    total = np.zeros((raster.rows, raster.columns))
    for start in range(0, n, _BAND):
        z = mesh.z[start : start + _BAND + 1]
        image = generate(model, z.reshape(-1, 2)).reshape(z.shape)
        total = total + push_masses(image, mesh.mass[start : start + _BAND], raster)
        yield total


def _mesh(model: PlanarGAN, n: int) -> Mesh:
    """The square of a two-dimensional z in n × n cells with their prior masses."""
    return uniform_mesh(n) if model.config.noise == "uniform" else gaussian_mesh(n)


def compare(
    model: PlanarGAN, data: Data, *, blur: float = 0.0, columns: int = _SIDE
) -> Iterator[tuple[Comparison, int] | None]:
    """Data and model on the same cells, by the coarser mesh until the finer is done.

    Args:
        model: The GAN, with two noise dimensions.
        data: Data whose density is known.
        blur: Standard deviation of Gaussian noise on both, in data units.
        columns: Cells along the width.

    Yields:
        The masses and the cells a side of the mesh of z; None while those of the data are being computed.
    """
    raster = _raster(data, columns)
    cells = blur * raster.columns / (raster.extent[1] - raster.extent[0])
    for p in _data_masses(data, raster):
        if p is None:
            yield None
            continue
        p_blurred = _blurred(p, cells)
        for q, n in _pushed(model, raster):
            yield Comparison(p_blurred, _blurred(q, cells)), n


@view(
    "Optimal discriminator", latent=lambda dim: dim <= 2, when=lambda config, _: config.pac == 1,
    help="D* = p_data/(p_data + p_θ) from both densities, to compare with the learned D on the samples' card.",
)  # fmt: skip
def optimal(
    model: PlanarGAN,
    data: Data,
    shown: str = param("optimal", "Show", choices=_PICTURES, latent=lambda dim: dim == 2),
) -> Iterator[Plane]:
    """D* by push-forward, and the distance of the learned D from it."""
    raster = _raster(data, _WIDE)
    if model.config.latent == 1:
        yield _optimal_on_curve(model, data, raster)
        return
    if data.log_prob is None:
        yield Plane((), extent=_shown(raster), subtitle="the density of these data is unknown, and hence D* too")
        return
    f: np.ndarray | None = None
    for compared in compare(model, data, blur=model.config.instance_noise, columns=_WIDE):
        if compared is None:
            yield Plane((), extent=_shown(raster), subtitle=WAIT)
            continue
        if f is None:
            parts = []
            for rows in np.array_split(raster.middles(), _PARTS // 2):
                yield _optimal_frame(model, *compared, raster, None, shown)
                parts.append(_critic(model, rows))
            f = np.concatenate(parts)
        yield _optimal_frame(model, *compared, raster, f, shown)


@torch.no_grad()
def _critic(model: PlanarGAN, at: np.ndarray) -> np.ndarray:
    """F at points in data units, (rows, columns, 2) to (rows, columns)."""
    u = model.units.to_units(torch.from_numpy(at.reshape(-1, 2)).to(model.units.center))
    return as_array(model.discriminator(u)[:, 0]).astype(float).reshape(at.shape[:2])


def _optimal_frame(
    model: PlanarGAN, comparison: Comparison, n: int, raster: Raster, f: np.ndarray | None, shown: str
) -> Plane:
    game, extent, sigma = model.game, raster.extent, model.config.instance_noise
    mesh = f"mesh of {n}² z"
    blur = f", both blurred by σ = {sigma:g}" if sigma > 0 else ""
    note = "A critic's optimum depends on more than p_data/p_θ; the D* shown is that of the other games."
    if game.optimal is not None and f is None:
        note = "L of the current D is being computed."
    elif game.optimal is not None and f is not None:
        best = value_of(game, as_array(game.optimal(torch.from_numpy(comparison.log_ratio()))), comparison)
        learned = value_of(game, f, comparison)
        note = f"L(D*) = {decimal(best)}; the current D reaches L = {decimal(learned)}, {best - learned:.3f} less."
    if shown == "ratio":
        ratio = comparison.log_ratio().clip(-_RATIO, _RATIO)
        layer = Density(ratio, extent, role="real-fake", low=-_RATIO, high=_RATIO, name="log p_data/p_θ, nats")
        words = f"{mesh}{blur}; exact log p_data/p_θ"
    elif shown == "learned" and f is not None:
        values = as_array(game.probability(torch.from_numpy(f)))
        layer, words = Density(values, extent, role="real-fake", low=0.0, high=1.0), "the current D"
    else:
        layer = Density(comparison.optimal(), extent, role="real-fake", low=0.0, high=1.0)
        words = f"{mesh}{blur}; D* = p_data/(p_data + p_θ)"
    return Plane((layer,), x_label="x₁", y_label="x₂", extent=_shown(raster), subtitle=words, note=note)


@torch.no_grad()
def _optimal_on_curve(model: PlanarGAN, data: Data, raster: Raster) -> Plane:
    """With one noise dimension: D* is 1 except on the curve of the samples, where it is 0."""
    game, real = model.game, data.split("test", 2000).x
    fake = model.sample(len(real), rng=Noise().rng(model.device))
    f_real, f_fake = (model.discriminator(model.units.to_units(x))[:, 0] for x in (real, fake))
    learned = -float(game.discriminator(f_real, f_fake))
    best = "" if game.optimal is None or game.rest_discriminator != math.log(4.0) else "L(D*) = 0; "
    everywhere = Density(np.ones((2, 2)), raster.extent, role="real-fake", low=0.0, high=1.0)
    return Plane(
        (everywhere, _curve(model)), x_label="x₁", y_label="x₂", extent=_shown(raster), subtitle=_NO_DENSITY,
        note=f"{best}the current D has L = {decimal(learned)} on {len(real):,} test data and as many samples.",
    )  # fmt: skip


def _curve(model: PlanarGAN) -> Lines:
    reach = 1.0 if model.config.noise == "uniform" else 4.0
    line = generate(model, np.linspace(-reach, reach, 800)[:, None])
    return Lines(line, np.zeros(1, int), role="model", width=2.0, name="G(z) for all z: mass 1, area 0")


@view(
    "Model density", latent=lambda dim: dim <= 2,
    help="The density of G(z), computed by pushing a mesh of z through G, with contours of the data's density.",
)  # fmt: skip
def density(
    model: PlanarGAN,
    data: Data,
    scale: str = param("log", "Scale", choices=_SCALES),
    contours: bool = param(True, "Data density", help="Contours of the exact density of the data."),
) -> Iterator[Plane]:
    """The pushed-forward density under contours of the data's."""
    raster = _raster(data)
    if model.config.latent == 1:
        real = as_array(data.split("valid", 500).x)
        yield Plane(
            (Points(real, role="data", name="500 validation data", size=3.0), _curve(model)),
            x_label="x₁", y_label="x₂", extent=raster.extent,
            subtitle="no density: all of the model's mass lies on a curve",
            note="“Density might not exist”: a curve has no area, so no density can integrate to 1.",
        )  # fmt: skip
        return
    outline: list[Layer] = []
    if data.log_prob is not None and contours:
        for mass in _data_masses(data, raster):
            if mass is None:
                yield Plane((), extent=raster.extent, subtitle=WAIT)
                continue
            p = mass / raster.cell
            levels = (0.05 * float(p.max()), 0.5 * float(p.max()))
            outline = [Density(p, raster.extent, role="data", contours=levels, name="data, 5 and 50 % of its peak")]
    for q, n in _pushed(model, raster):
        yield Plane(
            (_shaded(q / raster.cell, raster, scale), *outline), x_label="x₁", y_label="x₂", extent=raster.extent,
            subtitle=f"mesh of {n}² z",
            note=f"{q.sum():.1%} of the mass is on the map. Where the mesh folds over itself, densities add up.",
        )  # fmt: skip


def _shaded(q: np.ndarray, raster: Raster, scale: str) -> Density:
    top = max(float(q.max()), 1e-12)
    if scale == "linear":
        return Density(q, raster.extent, role="model", low=0.0, high=top, name="p_θ(x)")
    decades = np.log10(np.maximum(q, top * 10.0**-_DECADES))
    return Density(decades, raster.extent, role="model", name="log₁₀ p_θ(x)")


def _blurred(mass: np.ndarray, cells: float) -> np.ndarray:
    """Masses after Gaussian noise of a width in cells."""
    if cells == 0:
        return mass
    from scipy.ndimage import gaussian_filter  # costs a noticeable part of a second

    return gaussian_filter(mass, cells, mode="constant")
