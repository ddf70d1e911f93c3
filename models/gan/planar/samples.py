"""Samples on the map of the discriminator, and shares of the modes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.exact.modes import count_modes, mode_names
from models.frames import Bars, Density, Field, Layer, Plane, Points
from models.gan.planar.collapse import verdict
from models.gan.planar.layers import PlanarGAN, nearest_class, square_of, warped_noise
from models.protocol import Data, DataBatch, Noise, param, view
from models.views.words import SPLITS, as_array

__all__ = ["PROBES", "modes", "pushes", "samples"]

PROBES = 120
"""Samples whose gradient and trail are shown."""

_MAPS = {"discriminator": "D", "ratio": "D/(1 − D)", "none": "None"}
_SIDE = 64  # cells of the map
_RATIO = 6.0  # nats at which the map of the ratio ends
_BEGUN = 200  # updates of G before which a collapse is not reported

_Extent = tuple[float, float, float, float]


@view(
    "Samples", record=True, grad=True, splits=("valid", "train"), batch=500, lead=True,
    help="Data and samples on the discriminator's map, and the gradient of the generator's loss at each sample.",
)  # fmt: skip
def samples(
    model: PlanarGAN,
    batch: DataBatch,
    data: Data,
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
    """Samples over data, on the map of the discriminator."""
    x = model.sample(count, rng=Noise().rng(model.device))  # always the same noise, so that samples can be followed
    extent = square_of(batch.x)
    layers: list[Layer] = []
    subtitle = f"{count:,} samples, {len(batch)} {SPLITS[batch.split]} data"
    if heat != "none":
        map_layer, map_words = _map(model, heat, extent, batch.x, x)
        layers.append(map_layer)
        subtitle = f"{subtitle}, {map_words}"
    if grid:
        layers.append(warped_noise(model, 1.0))
    if points:
        layers.append(Points(as_array(batch.x), role="data", name="data", size=3))
    if made:
        layers.append(Points(as_array(x), role="model", name="samples", size=3.0))
    collapse, warning = _verdict(model, x, data)
    note = collapse
    if gradient:
        forces, words = _forces(model)
        layers += forces
        note = f"{note} {words}".lstrip()
    return Plane(
        tuple(layers), extent=extent, subtitle=subtitle, note=note, warning=warning, alert=collapse if warning else ""
    )


@torch.no_grad()
def _map(model: PlanarGAN, heat: str, extent: _Extent, real: Tensor, fake: Tensor) -> tuple[Density, str]:
    """The map of the discriminator, and its description."""
    game, pac = model.game, model.config.pac
    f = _judge_points(model, _cells(extent, _SIDE, real), real).reshape(_SIDE, _SIDE)
    packs = f", beside {pac - 1} data in each pack" if pac > 1 else ""
    if heat == "ratio" and game.log_ratio is not None:
        ratio = game.log_ratio(f).clamp(-_RATIO, _RATIO)
        layer = Density(as_array(ratio), extent, "real-fake", low=-_RATIO, high=_RATIO, name="log D/(1 − D), nats")
        return layer, f"map: log D/(1 − D), which is log p_data/p_θ if D is optimal{packs}"
    if game.free_level:
        low, high = (float(_judge_points(model, points, real).mean()) for points in (fake, real))
        values = ((f - low) / (high - low)).clamp(0.0, 1.0) if high > low else torch.full_like(f, 0.5)
        words = f"map: the critic F, from its mean on samples, {low:.2f}, to its mean on data, {high:.2f}{packs}"
    else:
        values = game.probability(f)
        words = f"map: D{packs}" if game.log_ratio is not None else f"map: F from −1 to 1{packs}"
    if heat == "ratio":
        words = f"{words}: this game's optimum does not determine the ratio"
    return Density(as_array(values), extent, role="real-fake", low=0.0, high=1.0), words


def _cells(extent: _Extent, side: int, like: Tensor) -> Tensor:
    """Middles of the cells of a square, (side², 2), row by row from below."""
    x0, x1, y0, y1 = extent
    steps = (torch.arange(side).to(like) + 0.5) / side
    y, x = torch.meshgrid(y0 + (y1 - y0) * steps, x0 + (x1 - x0) * steps, indexing="ij")
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
    words = f"Longest of {int(finite.sum())} arrows: {longest:.2g}."
    reach = 0.35 * float(model.units.spread)
    layers = [
        Points(as_array(x), role="alt", size=2.5, trail="probes"),
        Field(as_array(x[finite]), as_array(push[finite]), role="total", longest=reach, name="−∇ of G's loss"),
    ]
    return layers, words if finite.all() else f"{words} {PROBES - int(finite.sum())} gradients are infinite."


def _verdict(model: PlanarGAN, x: Tensor, data: Data) -> tuple[str, bool]:
    if data.centers is None or data.std is None:
        return "", False
    counts = count_modes(x, data.centers, data.std)
    return verdict(counts, mode_names(data.centers, data.spec.classes), begun=_begun(model))


def _begun(model: PlanarGAN) -> bool:
    return int(model.generator_updates) >= _BEGUN


@view("Modes", record=True, help="Share of high-quality samples in each mode, beside the data's.")
def modes(
    model: PlanarGAN, data: Data, noise: Noise, count: int = param(2500, "Samples", 100, 20_000, log=True)
) -> Bars:
    """Shares of samples and data by mode."""
    x = model.sample(count, rng=noise.rng(model.device))
    if data.centers is None or data.std is None:
        return _by_class(x, data)
    names = mode_names(data.centers, data.spec.classes)
    fake, real = (count_modes(points, data.centers, data.std) for points in (x, data.test.x))
    share = fake.good.double() / fake.n
    note, warning = verdict(fake, names, begun=_begun(model))
    shares = np.append(as_array(share), 1.0 - float(share.sum()))
    return Bars(
        labels=(*names, "none"),
        values=100 * shares,
        errors=100 * _share_errors(shares, fake.n),
        roles=("model",) * len(names) + ("total",),
        reference=100 * np.append(as_array(real.good / real.n), 1.0 - float(real.good.sum()) / real.n),
        unit="%",
        subtitle=f"{count:,} samples within 3 std of each mode; dashed: {real.n:,} test data",
        note=f"{note} High quality: {100 * float(share.sum()):.1f} %.",
        warning=warning,
    )


def _by_class(x: Tensor, data: Data) -> Bars:
    """Shares by the class of the nearest datum, for data that are not a mixture."""
    near, names = nearest_class(x, data)
    share = as_array(torch.bincount(near, minlength=len(names))) / len(x)
    test = data.test
    true = test.y if test.y is not None else torch.zeros(len(test), dtype=torch.long)
    return Bars(
        labels=names,
        values=100 * share,
        errors=100 * _share_errors(share, len(x)),
        roles=("model",) * len(names),
        reference=100 * as_array(torch.bincount(true, minlength=len(names))) / len(true),
        unit="%",
        subtitle=f"{len(x):,} samples by the class of the nearest training datum; dashed: test data",
        note="These data are not a mixture, so their modes cannot be counted.",
    )


def _share_errors(share: np.ndarray, n: int) -> np.ndarray:
    """Standard errors of shares of n independent samples."""
    return np.sqrt(share * (1.0 - share).clip(0.0) / n)
