"""Views of a latent space and of its decoded points, for models with a decoder; some also need q(z|x).

The prior is standard normal in all of them. A model without the capability `HasLikelihood` has no draws from p(x|z):
its page lists the views that offer them with `.without("show")`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import prior_kl
from models.frames import Bars, Ellipses, Frame, Images, Layer, Plane, Points
from models.protocol import DataBatch, HasDecoder, HasLatent, HasLikelihood, LatentPoint, Noise, param, view
from models.views.activity import activity_note, collapse_alert
from models.views.aggregated import FAR, Aggregated
from models.views.latent_space import axis_label, map_dimensions, prior_circles, prior_grid, prior_lines, stepped_limit
from models.views.samples import decode_as, frame_of
from models.views.words import SHOW, SPLITS, as_array, counted, decimal, decoder_output, plural

__all__ = [
    "decode",
    "decode_near_data",
    "kl_per_dimension",
    "latent_map",
    "manifold",
    "nearest",
    "reconstructions",
]

_SPACING = {"quantiles": "quantiles", "regular": "regular"}
_ELLIPSES = 50  # posteriors drawn as ellipses; more of them hide one another
_NEAREST = 6  # data shown
_CHUNK = 1 << 18  # entries decoded before a frame is yielded
_SPREAD = 1.6  # standard deviations on either side that hold nine of ten draws


@view(
    "Latent map", sets=LatentPoint, record=True, splits=("train", "valid"), batch=500, lead=True,
    help="Posterior means of images. Circles: the prior. A click decodes a point.",
)  # fmt: skip
def latent_map(
    model: HasLatent,
    batch: DataBatch,
    across: int = param(
        0, "Dimension across", 0, 64, more=True, latent=lambda dim: dim > 2,
        help="Counted from 1; 0: chosen by KL.",
    ),
    upwards: int = param(
        0, "Dimension upwards", 0, 64, more=True, latent=lambda dim: dim > 2,
        help="Counted from 1; 0: chosen by KL.",
    ),
    posteriors: bool = param(
        False, "Posteriors", latent=lambda dim: dim > 1, help=f"The first {_ELLIPSES} as ellipses of 1σ."
    ),
    aggregated: bool = param(
        False, "Aggregated posterior", latent=lambda dim: dim > 1,
        help="Density of the mean of q(z|x) over these images, which the prior should match.",
    ),
) -> Plane:  # fmt: skip
    """Posterior means over the prior, coloured by class."""
    mean, log_var = model.codes(batch)
    points = f"posterior means, {counted(len(batch), batch.split, model.spec.kind)}"
    kl = prior_kl(mean, log_var).mean(dim=0).detach()  # (latent,)
    alert = collapse_alert(model, batch, kl)
    if model.latent_dim == 1:
        return _latent_line(model, batch, mean, log_var, points, alert)
    dims = map_dimensions(kl, across, upwards)
    xy, std = mean[:, dims], (0.5 * log_var[:, dims]).exp()  # (n, 2) each
    limit = stepped_limit(xy)
    layers: list[Layer] = [prior_circles()]
    if aggregated:
        layers.insert(0, Aggregated(xy, 2 * std.log()).density(limit))
    if posteriors:
        centers, axes = as_array(xy[:_ELLIPSES]), as_array(std[:_ELLIPSES])
        angles = np.zeros(len(centers))
        layers.append(Ellipses(centers, axes, angles, role="model", dashed=False, name="posteriors q(z|x), 1σ"))
    share = float(kl[list(dims)].sum() / kl.sum().clamp_min(1e-12))
    return Plane(
        (*layers, _posterior_means(model, xy, batch)),
        x_label=axis_label(dims[0]),
        y_label=axis_label(dims[1]),
        extent=(-limit, limit, -limit, limit),
        dims=dims,
        subtitle=points,
        note=""
        if model.latent_dim == 2
        else f"2 of {model.latent_dim} dimensions, with {share:.0%} of the KL of {decimal(float(kl.sum()))} nats.",
        alert=alert,
    )


def _latent_line(model: HasLatent, batch: DataBatch, mean: Tensor, log_var: Tensor, points: str, alert: str) -> Plane:
    log_std = 0.5 * log_var  # (n, 1)
    width, height = stepped_limit(mean), stepped_limit(log_std)
    return Plane(
        (prior_lines(-height, height), _posterior_means(model, torch.cat([mean, log_std], dim=1), batch)),
        x_label=axis_label(0),
        y_label="log σ",
        extent=(-width, width, -height, height),
        square=False,
        subtitle=points,
        note="One latent dimension: upwards is log σ of q(z|x), which is 0 in the prior.",
        alert=alert,
    )


def _posterior_means(model: HasLatent, xy: Tensor, batch: DataBatch) -> Points:
    return Points(
        as_array(xy),
        label=None if batch.y is None else as_array(batch.y),
        classes=() if batch.y is None else model.spec.classes,
        index=as_array(batch.index),
        name="posterior means",
    )


@view("Decode", frame=Images, help="The decoded image of the chosen latent point.")
def decode(model: HasDecoder, z: LatentPoint) -> Frame:
    """One decoded latent point, and its distance from the origin beside that of draws from the prior."""
    length, usual = float(z.z.norm()), math.sqrt(max(model.latent_dim - 0.5, 0.0))
    low, high = max(0.0, usual - _SPREAD * math.sqrt(0.5)), usual + _SPREAD * math.sqrt(0.5)
    return frame_of(
        model.spec.kind,
        model.decode_mean(z.z.to(model.dtype)),
        columns=1,
        subtitle=f"{decoder_output(model)}; at the chosen z",
        note=f"‖z‖ = {length:.1f}; of draws from the prior, nine in ten have ‖z‖ between {low:.1f} and {high:.1f}.",
    )


@view(
    "Decode", name="decode", frame=Images, splits=("train",), batch=FAR,
    help="The decoded image of the chosen latent point.",
)  # fmt: skip
def decode_near_data(
    model: HasLatent,
    z: LatentPoint,
    batch: DataBatch,
    noise: Noise,
    show: str = param("mean", "p(x|z)", choices=SHOW),
) -> Frame:
    """One decoded latent point, with a warning if all data of the batch are encoded far from it."""
    far = Aggregated(*model.codes(batch)).is_far(z.z)
    among = counted(len(batch), batch.split, model.spec.kind)
    return frame_of(
        model.spec.kind,
        decode_as(model, z.z, show, rng=noise.rng(model.device)),
        columns=1,
        subtitle=f"{decoder_output(model, show)}; at the chosen z",
        note=f"Far from the data: none of {among} is encoded near this z." if far else "",
        warning=far,
    )


@view("Nearest images", splits=("train",), batch=1000, help="The images nearest to the decoded one, by pixels.")
def nearest(model: HasDecoder, z: LatentPoint, batch: DataBatch) -> Images:
    """The decoded image, marked, and the images nearest to it by Euclidean distance, the nearest first."""
    decoded = model.decode_mean(z.z)  # (1, c, h, w)
    mean = decoded.flatten(1)[0]  # (d,)
    x = batch.x.to(mean).flatten(1)  # (n, d)
    # ‖x‖²/2 − x·m ranks the data in one pass; the best of them are then measured exactly.
    order = 0.5 * torch.linalg.vector_norm(x, dim=1).square() - x @ mean  # (n,)
    likely = order.topk(min(2 * _NEAREST, len(batch)), largest=False).indices
    distances, place = torch.linalg.vector_norm(x[likely] - mean, dim=1).sort()
    neighbours = likely[place[:_NEAREST]]
    return Images(
        np.concatenate([as_array(decoded), as_array(batch.x[neighbours])]),
        columns=1 + len(neighbours),
        captions=("decoded", *(f"{distance:.2f}" for distance in distances[:_NEAREST].tolist())),
        index=np.concatenate([[-1], as_array(batch.index[neighbours])]),
        marked=(0,),
        subtitle=f"of {counted(len(batch), batch.split, model.spec.kind)}; framed: the decoded one",
    )


@view(
    "Reconstructions", record=True, splits=("valid", "train"), batch=10,
    help="Images and their reconstructions from z.",
)  # fmt: skip
def reconstructions(
    model: HasLatent, batch: DataBatch, noise: Noise, show: str = param("mean", "p(x|z)", choices=SHOW)
) -> Images:
    """Images above their reconstructions at the posterior mean."""
    mean, _ = model.codes(batch)
    index = as_array(batch.index)
    decoded = decode_as(model, mean, show, rng=noise.rng(model.device))
    data = counted(len(batch), batch.split, model.spec.kind)
    return Images(
        np.concatenate([as_array(batch.x), as_array(decoded)]),
        columns=len(batch),
        row_labels=(SPLITS[batch.split], "decoded"),
        index=np.concatenate([index, index]),
        subtitle=f"{decoder_output(model, show)} at the posterior mean, {data}",
        note=model.decoder_note if isinstance(model, HasLikelihood) else "",
    )


@view("Manifold", latent=lambda dim: dim == 2, help="Decoded images for z on a grid over the prior.")
def manifold(
    model: HasDecoder,
    side: int = param(20, "Side", 10, 30, help="Images a side."),
    spacing: str = param("quantiles", "Grid", choices=_SPACING, help="Equal probabilities, or equal steps in z."),
) -> Iterator[Images]:
    """Decoded images for z on a grid; z₁ grows across and z₂ falls downwards, as on the latent map."""
    grid = prior_grid(side, spacing).to(model.device, model.dtype)  # (side², 2)
    rows = max(1, _CHUNK // (side * math.prod(model.spec.kind.shape)))
    images: list[np.ndarray] = []
    for chunk in grid.split(rows * side):
        images.append(as_array(model.decode_mean(chunk)))
        sheet = np.concatenate(images)
        part = "" if len(sheet) == side**2 else f", first {plural(len(sheet) // side, 'row')}"
        yield Images(
            sheet,
            columns=side,
            sheet=True,
            subtitle=f"{decoder_output(model)}, {side}×{side} z, {_SPACING[spacing]}{part}",
        )


@view("KL of each dimension", record=True, splits=("valid", "train"), batch=250)
def kl_per_dimension(model: HasLatent, batch: DataBatch) -> Bars:
    """D_KL(q(z|x) ‖ p(z)) of each latent dimension, nats: its information about the datum."""
    mean, log_var = model.codes(batch)
    kl = prior_kl(mean, log_var)  # (n, latent)
    errors = kl.std(dim=0) / len(batch) ** 0.5 if len(batch) > 1 else None
    note, collapsed = activity_note(mean)
    return Bars(
        labels=tuple(axis_label(dim) for dim in range(model.latent_dim)),
        values=as_array(kl.mean(dim=0)),
        errors=None if errors is None else as_array(errors),
        roles=("prior",) * model.latent_dim,
        dims=tuple(range(model.latent_dim)),
        unit="nats",
        subtitle=f"mean over {counted(len(batch), batch.split, model.spec.kind)} ± standard error",
        note=note,
        warning=collapsed,
        alert=collapse_alert(model, batch, kl.mean(dim=0).detach()),
    )
