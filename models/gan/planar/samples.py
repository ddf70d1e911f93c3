"""Samples on the map of the discriminator."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from models.frames import Density, Field, Layer, Plane, Points
from models.gan.planar.collapse import verdict
from models.gan.planar.layers import PlanarGAN, names_of, warped_noise
from models.gan.planar.leading import is_hopping
from models.gan.planar.modes import COUNT, count_samples
from models.protocol import Data, DataBatch, Noise, RunHistory, param, view
from models.views.planar import square_of
from models.views.words import SPLITS, as_array

__all__ = ["PROBES", "pushes", "samples", "sight_of"]

PROBES = 120
"""Samples whose gradient is shown."""

_TRAILS = 24  # of them that leave a trail

_MAPS = {"discriminator": "D", "ratio": "D/(1 − D)", "none": "None"}
_SIDE = 48  # cells of the map to the width of the extent
_RATIO = 6.0  # nats at which the map of the ratio ends
_BEGUN = 200  # updates of G before which a collapse is not reported
_IN_SIGHT = 0.96  # share of the samples that the extent contains at least
_FLAT, _MOSTLY = 0.1, 0.95  # D within 0.1 of ½ on 95 % of its map has colours from 0.4 to 0.6
_RUNG = 1.25  # the extent grows and shrinks by this factor
_SLACK = 1.3  # a display keeps an extent of one rung more
_MAP_WIDTH, _MAP_HEIGHT = 2.6, 1.3  # of the map, as multiples of the extent: it fills a card twice as wide as high

_Extent = tuple[float, float, float, float]


@view(
    "Samples", record=True, grad=True, splits=("valid", "train"), batch=500, lead=True,
    help="Data and samples on the discriminator's map, and the gradient of the generator's loss at each sample.",
)  # fmt: skip
def samples(
    model: PlanarGAN,
    batch: DataBatch,
    data: Data,
    history: RunHistory,
    heat: str = param(
        "discriminator", "Map", choices=_MAPS, help="D, or the ratio of densities D/(1 − D)."
    ),
    gradient: bool = param(
        True, "Arrows", help=f"Direction in which G's loss pushes {PROBES} samples, and their recent positions."
    ),
    grid: bool = param(
        False, "Warped noise", more=True, latent=lambda dim: dim < 3,
        help="A mesh of the noise after G.",
    ),
    count: int = param(1000, "Samples", 10, 5000, log=True, more=True),
    points: bool = param(True, "Data", more=True, help="Show the data."),
    made: bool = param(True, "Model", more=True, help="Show the samples."),
) -> Plane:  # fmt: skip
    """Samples over data, on the map of the discriminator; from back to front: map, arrows, data, samples."""
    x = model.sample(count, rng=Noise().rng(model.device))  # always the same noise, so that samples can be followed
    extent = sight_of(batch.x, x)
    layers: list[Layer] = []
    notes = [f"{count:,} samples, {len(batch)} {SPLITS[batch.split]} data."]
    subtitle = ""
    if heat != "none":
        map_layer, subtitle, map_note = _map(model, heat, _around(extent), batch.x, x)
        layers.append(map_layer)
        notes.append(map_note)
    if grid:
        layers.append(warped_noise(model, 1.0))
    if gradient:
        forces, words = _forces(model)
        layers += forces
        notes.append(words)
    if points:
        layers.append(Points(as_array(batch.x), role="data", name="data", size=3.0))
    if made:
        layers.append(Points(as_array(x), role="model", name="samples", size=3.0))
    return Plane(
        tuple(layers), x_label="x₁", y_label="x₂", extent=extent, slack=_SLACK, subtitle=subtitle,
        note=" ".join(filter(None, notes)), alert=_alert(model, data, history),
    )  # fmt: skip


def sight_of(real: Tensor, fake: Tensor) -> _Extent:
    """x0, x1, y0, y1 of a square around all data, (n, 2), and 96 % of the samples, (m, 2).

    Its middle is that of the data, and its width grows in steps of 25 %.
    """
    x0, x1, y0, y1 = square_of(real)
    middle = torch.tensor([0.5 * (x0 + x1), 0.5 * (y0 + y1)]).to(fake)
    away = (fake - middle).abs().amax(dim=1)
    away = away[away.isfinite()].sort().values
    half, factor = 0.5 * (x1 - x0), 1.0
    if len(away):
        needed = float(away[math.ceil(_IN_SIGHT * len(away)) - 1])
        factor = _RUNG ** max(0, math.ceil(math.log(max(needed, half) / half, _RUNG) - 1e-9))
    cx, cy = middle.tolist()
    return cx - factor * half, cx + factor * half, cy - factor * half, cy + factor * half


def _around(extent: _Extent) -> _Extent:
    """The extent of the map, which fills the visible plane whatever the shape of the card."""
    x0, x1, y0, y1 = extent
    wide, high = 0.5 * _MAP_WIDTH * (x1 - x0), 0.5 * _MAP_HEIGHT * (y1 - y0)
    cx, cy = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
    return cx - wide, cx + wide, cy - high, cy + high


@torch.no_grad()
def _map(model: PlanarGAN, heat: str, extent: _Extent, real: Tensor, fake: Tensor) -> tuple[Density, str, str]:
    """The map of the discriminator, what it is in a few words, and a sentence where that needs more."""
    game, pac = model.game, model.config.pac
    columns, rows = round(_MAP_WIDTH * _SIDE), round(_MAP_HEIGHT * _SIDE)
    f = _judge_points(model, _cells(extent, columns, rows, real), real).reshape(rows, columns)
    packs = f"Each pack has {pac - 1} data beside the point." if pac > 1 else ""
    if heat == "ratio" and game.log_ratio is not None:
        ratio = game.log_ratio(f).clamp(-_RATIO, _RATIO)
        layer = Density(as_array(ratio), extent, "real-fake", low=-_RATIO, high=_RATIO, name="log D/(1 − D), nats")
        return layer, "on log D/(1 − D)", f"This is log p_data/p_θ where D is optimal. {packs}".rstrip()
    low, high = 0.0, 1.0
    if game.free_level:
        bottom, top = (float(_judge_points(model, points, real).mean()) for points in (fake, real))
        values = ((f - bottom) / (top - bottom)).clamp(0.0, 1.0) if top > bottom else torch.full_like(f, 0.5)
        title = "on the critic F"
        note = f"F from its mean on samples, {bottom:.2f}, to its mean on data, {top:.2f}. {packs}".rstrip()
    else:
        values = game.probability(f)
        title, note = ("on the map of D" if game.log_ratio is not None else "on F from −1 to 1"), packs
        if game.log_ratio is not None and float((values - 0.5).abs().quantile(_MOSTLY)) < _FLAT:
            low, high = 0.5 - _FLAT, 0.5 + _FLAT
            title = f"{title} from {low:g} to {high:g}"
    if heat == "ratio":
        note = f"{note} This game's optimum does not determine the ratio.".lstrip()
    return Density(as_array(values), extent, role="real-fake", low=low, high=high), title, note


def _cells(extent: _Extent, columns: int, rows: int, like: Tensor) -> Tensor:
    """Middles of the cells of a rectangle, (rows · columns, 2), row by row from below."""
    x0, x1, y0, y1 = extent
    across, up = ((torch.arange(n).to(like) + 0.5) / n for n in (columns, rows))
    y, x = torch.meshgrid(y0 + (y1 - y0) * up, x0 + (x1 - x0) * across, indexing="ij")
    return torch.stack([x, y], dim=-1).reshape(-1, 2)


def _judge_points(model: PlanarGAN, x: Tensor, real: Tensor) -> Tensor:
    """F at points in data units, (n, 2) to (n,); with packing, the other m − 1 points of every pack are data."""
    u = model.units.to_units(x)
    others = model.units.to_units(real)[: model.config.pac - 1].reshape(1, -1).expand(len(u), -1)
    return model.discriminator(torch.cat([u, others], dim=1))[:, 0]


def pushes(model: PlanarGAN, x: Tensor) -> Tensor:
    """Minus the gradient of each sample's contribution to G's loss, by its position in standard units, (n, 2).

    Args:
        model: The GAN.
        x: Samples in data units, (n, 2); with packing, in the order in which packs are filled.
    """
    m = model.config.pac
    u = model.units.to_units(x.detach()).requires_grad_()
    with torch.enable_grad():
        f = model.discriminator(u[: len(u) - len(u) % m].reshape(-1, 2 * m))[:, 0]
        (gradient,) = torch.autograd.grad(model.game.on_generated(f).sum(), u)
    return -gradient


def _forces(model: PlanarGAN) -> tuple[list[Layer], str]:
    """Arrows at the probes, which leave trails, and the length of the longest."""
    with torch.no_grad():
        x = model.sample(PROBES, rng=Noise().rng(model.device))
    push = pushes(model, x)
    finite = push.isfinite().all(dim=1)  # exp(F) of a KL game overflows
    longest = float(push[finite].norm(dim=1).max()) if finite.any() else 0.0
    reach = 0.35 * float(model.units.spread)
    words = f"The longest of {int(finite.sum())} arrows, drawn {reach:.2g} long, is a gradient of norm {longest:.2g}."
    layers = [
        Field(as_array(x[finite]), as_array(push[finite]), role="total", longest=reach, name="−∇ of G's loss"),
        Points(as_array(x[:_TRAILS]), role="model", size=2.5, trail="probes", name="paths"),
    ]
    return layers, words if finite.all() else f"{words} {PROBES - int(finite.sum())} gradients are infinite."


def _alert(model: PlanarGAN, data: Data, history: RunHistory) -> str:
    """Where the samples of a collapsed generator are, "" for any other; counted as on the card of the modes."""
    if data.centers is None or data.std is None:
        return ""
    counts = count_samples(model, data, Noise(), COUNT)
    sentence, collapsed = verdict(
        counts, names_of(data), begun=int(model.generator_updates) >= _BEGUN, hopping=is_hopping(history)
    )
    return sentence if collapsed else ""
