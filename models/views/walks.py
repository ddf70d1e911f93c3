"""Views of paths through latent space: one dimension at a time, between two points, along a direction."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import prior_kl
from models.frames import Images
from models.protocol import (
    BadValue,
    DataBatch,
    DataPoint,
    Direction,
    HasDecoder,
    HasLatent,
    LatentPoint,
    Noise,
    param,
    view,
)
from models.views.latent_space import axis_label
from models.views.paths import along_axis, between_groups, nearest, slerp, straight
from models.views.words import as_array, counted, decoder_output, named, plural, word_of

__all__ = ["direction", "interpolation", "interpolation_of_draws", "prior_traversals", "traversals"]

_ROWS, _STEPS = 8, 10  # dimensions that are swept, and values of each besides the chosen one
_STRIP = 9  # images between two data
_HALF = 5  # images of a direction on each side of the chosen point
_SPANS = {"prior": "±3σ of the prior", "posterior": "±3σ of the data"}
_PATHS = {"both": "both", "straight": "straight", "spherical": "spherical"}
_BETWEEN = {"classes": "classes", "picked": "picked"}


@view(
    "Traversals", splits=("valid", "train"), batch=250,
    help="The chosen latent point with one dimension swept at a time, largest KL first.",
)  # fmt: skip
def traversals(
    model: HasLatent,
    z: LatentPoint,
    batch: DataBatch,
    span: str = param(
        "prior",
        "Over",
        choices=_SPANS,
        help="±3σ of the data: mean and σ of the aggregated posterior in each dimension.",
    ),
) -> Images:
    """One row per dimension, largest KL first; the framed image in each row is that of the chosen point."""
    mean, log_var = (part.detach() for part in model.codes(batch))
    kl = prior_kl(mean, log_var).mean(dim=0)  # (latent,)
    dims = kl.argsort(descending=True, stable=True)[:_ROWS].tolist()
    center, reach = torch.zeros_like(kl), torch.full_like(kl, 3.0)
    if span == "posterior":
        center = mean.mean(dim=0)
        reach = 3 * (mean.var(dim=0, correction=0) + log_var.exp().mean(dim=0)).sqrt()
    over = counted(len(batch), batch.split, model.spec.kind)
    swept = "from −3 to 3" if span == "prior" else f"over mean ± 3σ of q(z|x) over {over}"
    shares = ", ".join(f"{axis_label(dim)} {float(kl[dim]):.2f}" for dim in dims)
    return _swept(
        model, z.z.to(mean), dims, center - reach, center + reach, swept, f"Rows by KL, nats over {over}: {shares}."
    )


@view(
    "Traversals", name="traversals",
    help="The chosen latent point with one dimension after the other swept over the prior.",
)  # fmt: skip
def prior_traversals(
    model: HasDecoder,
    z: LatentPoint,
    first: int = param(
        1, "First dimension", 1, 1024, more=True, latent=lambda dim: dim > _ROWS, help="Of the rows, counted from 1."
    ),
) -> Images:
    """One row per dimension, in order; the framed image in each row is that of the chosen point."""
    start = min(first - 1, model.latent_dim - 1)
    dims = range(start, min(start + _ROWS, model.latent_dim))
    reach = torch.full((model.latent_dim,), 3.0)
    return _swept(model, z.z.to(model.dtype), dims, -reach, reach, "from −3 to 3", "")


def _swept(
    model: HasDecoder, point: Tensor, dims: Sequence[int], low: Tensor, high: Tensor, swept: str, note: str
) -> Images:
    """Images of a point with each of some dimensions swept between limits, (latent,) each."""
    rows = [along_axis(point, dim, float(low[dim]), float(high[dim]), _STEPS) for dim in dims]
    columns = _STEPS + 1
    part = "" if len(dims) == model.latent_dim else f", {len(dims)} of {model.latent_dim} dimensions"
    return Images(
        as_array(model.decode_mean(torch.cat([row for row, _ in rows]))),
        columns=columns,
        row_labels=tuple(axis_label(dim) for dim in dims),
        marked=tuple(row * columns + place for row, (_, place) in enumerate(rows)),
        subtitle=f"{decoder_output(model)}; each {swept}{part}; framed: the chosen z",
        note=note,
    )


@view("Interpolation", help="Between two data: click one on the map or a thumbnail, Shift + click the other.")
def interpolation(
    model: HasLatent,
    point: DataPoint,
    end: DataPoint,
    path: str = param(
        "both", "Path", choices=_PATHS,
        help="Straight through latent space, or turning about the origin at a constant rate.",
    ),
) -> Images:  # fmt: skip
    """Decoded images on the straight and on the spherical path between two posterior means."""
    kind = model.spec.kind
    a, b = (model.encode(picked.x)[0][0].detach() for picked in (point, end))  # (latent,) each
    t = torch.linspace(0.0, 1.0, _STRIP, dtype=a.dtype, device=a.device)
    paths = {"straight": straight(a, b, t), "spherical": slerp(a, b, t)}
    chosen = [name for name in paths if path in ("both", name)]
    images = model.decode_mean(torch.cat([paths[name] for name in chosen])).unflatten(0, (len(chosen), _STRIP))
    rows = [torch.cat([point.x.to(row), row, end.x.to(row)]) for row in images]  # (1 + strip + 1, c, h, w)
    columns = _STRIP + 2
    index = np.full((len(chosen), columns), -1)
    index[:, 0], index[:, -1] = point.index, end.index
    lengths = {name: paths[name].norm(dim=1).min().item() for name in chosen}
    least = ", ".join(f"{name} {length:.2f}" for name, length in lengths.items())
    return Images(
        as_array(torch.cat(rows)),
        columns=columns,
        row_labels=tuple(chosen),
        marked=tuple(row * columns + place for row in range(len(chosen)) for place in (0, columns - 1)),
        index=index.reshape(-1) if point.split == end.split else None,
        subtitle=f"{decoder_output(model)} from {named(point, kind)} to {named(end, kind)}; framed: the data",
        note=f"Ends at |z| = {float(a.norm()):.2f} and {float(b.norm()):.2f}; least |z| on the way: {least} "
        f"(prior: about {model.latent_dim**0.5:.2f}).",
    )


@view(
    "Interpolation", name="interpolation", record=True,
    help="From one draw of z to another, on the straight line and on the spherical path about the origin.",
)  # fmt: skip
def interpolation_of_draws(
    model: HasDecoder, noise: Noise, n: int = param(10, "Images", 3, 20, more=True)
) -> Images:  # fmt: skip
    """Decoded images on the straight and on the spherical path between two draws from the prior."""
    start, end = model.prior_draw(2, rng=noise.rng(model.device))
    t = torch.linspace(0, 1, n).to(start)  # (n,)
    paths = {"straight": straight(start, end, t), "spherical": slerp(start, end, t)}  # (n, latent) each
    middle = {name: float(path[n // 2].norm()) for name, path in paths.items()}
    return Images(
        as_array(model.decode_mean(torch.cat(list(paths.values())))),
        columns=n,
        row_labels=tuple(paths),
        subtitle=f"{decoder_output(model)} between two draws of z",
        note=f"In the middle ‖z‖ is {middle['straight']:.1f} on the straight path and "
        f"{middle['spherical']:.1f} on the spherical one; "
        f"of draws from the prior it is about {math.sqrt(model.latent_dim):.1f}.",
    )


@view(
    "Direction", splits=("train", "valid"), batch=500,
    help="From the mean of one class or group to that of another, from the chosen point; can be saved by name.",
)  # fmt: skip
def direction(
    model: HasLatent,
    z: LatentPoint,
    batch: DataBatch,
    point: DataPoint,
    end: DataPoint,
    along: Direction,
    between: str = param(
        "classes", "Between", choices=_BETWEEN, more=True, help="Classes, or the data around two picked."
    ),
    source: int = param(0, "From", 0, 255, more=True, help="Class at the start, counted from 0."),
    target: int = param(1, "To", 0, 255, more=True, help="Class at the end, counted from 0."),
    neighbours: int = param(
        10, "Images in a picked group", 1, 500, more=True, log=True, help="The images nearest to the picked datum."
    ),
) -> Images:
    """Images on both sides of the chosen point; the framed one is the chosen point's."""
    if along.name:
        vector, source_of = along.vector[0], f"saved as {along.name}"
    elif between == "classes" and batch.y is not None:
        vector, source_of = _between_classes(model, batch, batch.y, source, target)
    else:
        vector, source_of = _between_picked(model, batch, point, end, neighbours)
    middle = z.z.to(vector)
    t = torch.linspace(-1.0, 1.0, 2 * _HALF + 1, dtype=vector.dtype, device=vector.device)
    images = model.decode_mean((middle + t[:, None] * vector).to(model.device, model.dtype))
    return Images(
        as_array(images),
        columns=len(t),
        marked=(_HALF,),
        direction=as_array(vector).astype(np.float64),
        subtitle=f"z + t v, t from −1 to 1, {source_of}; framed: the chosen z",
        note=f"|v| = {float(vector.norm()):.2f}; most along {_largest(vector)}.",
    )


def _between_classes(model: HasLatent, batch: DataBatch, y: Tensor, source: int, target: int) -> tuple[Tensor, str]:
    """The vector from the posterior means of one class to those of another, (latent,), and its description."""
    mean, names, word = model.codes(batch)[0].detach(), model.spec.classes, word_of(model.spec.kind)
    groups, labels = [], []
    for name, k in (("source", source), ("target", target)):
        group = mean[y == k]
        if not len(group):
            classes = len(names) or int(y.max()) + 1
            raise BadValue(name, f"there is no {word} of class {k} among these; classes go from 0 to {classes - 1}")
        groups.append(group)
        labels.append(f"{names[k] if k < len(names) else k} ({plural(len(group), word)})")
    return between_groups(*groups), f"v from the mean of class {labels[0]} to {labels[1]}"


def _between_picked(
    model: HasLatent, batch: DataBatch, point: DataPoint, end: DataPoint, k: int
) -> tuple[Tensor, str]:  # fmt: skip
    """The vector from the k posterior means nearest to one datum to those nearest to another, and its description."""
    mean, kind = model.codes(batch)[0].detach(), model.spec.kind
    ends = [model.encode(picked.x)[0][0].detach() for picked in (point, end)]
    groups = [mean[nearest(mean, at, k)] for at in ends]
    return between_groups(*groups), (
        f"v between the means of the {len(groups[0])} nearest to {named(point, kind)} and to {named(end, kind)}"
    )


def _largest(vector: Tensor) -> str:
    """The three coordinates of greatest size."""
    dims = vector.abs().argsort(descending=True)[:3].tolist()
    return ", ".join(f"{axis_label(dim)} {float(vector[dim]):+.2f}".replace("-", "−") for dim in dims)
