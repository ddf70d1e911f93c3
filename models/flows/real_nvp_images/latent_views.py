"""Paths through the noise: sliders along the directions that matter, sweeps of these, and between two images."""

from __future__ import annotations

import numpy as np
import torch

from models.flows.real_nvp_images.directions import slopes
from models.flows.real_nvp_images.shape import ImageFlow
from models.frames import Bars, Images
from models.protocol import DataPoint, LatentPoint, param, view
from models.views.latent_space import axis_label
from models.views.paths import along_axis, slerp, straight
from models.views.words import as_array, named

__all__ = ["decode", "interpolation", "singular_values", "traversals"]

_ROWS, _STEPS = 6, 6
_REACH = 3.0
_STRIP = 5  # images between two data
_PATHS = {"both": "both", "straight": "straight", "spherical": "spherical"}
_WHAT = (
    "Slider k moves ε along vₖ from the code of the first training image; in these directions that image changes most."
)


@view("Decode", help=_WHAT)
def decode(model: ImageFlow, z: LatentPoint) -> Images:
    """The image of the sliders: the code of an image, moved along the directions that matter."""
    return Images(
        as_array(model.decode_mean(z.z.to(model.device, model.dtype))),
        columns=1,
        subtitle="f(code + z₁v₁ + z₂v₂ + …)",
        note=f"z = 0: training image 0. {model.latent_dim} of {model.dims:,} directions of the noise.",
    )


@view("Traversals", help=f"One slider swept at a time. {_WHAT}")
def traversals(
    model: ImageFlow,
    z: LatentPoint,
    first: int = param(1, "First direction", 1, 64, more=True, latent=lambda dim: dim > _ROWS),
) -> Images:
    """One row for each direction, the largest singular value first; framed: the chosen point."""
    start = max(0, min(first - 1, model.latent_dim - _ROWS))
    dims = range(start, min(start + _ROWS, model.latent_dim))
    point = z.z.to(model.device, model.dtype)
    rows = [along_axis(point, dim, -_REACH, _REACH, _STEPS) for dim in dims]
    columns = _STEPS + 1
    return Images(
        as_array(model.decode_mean(torch.cat([row for row, _ in rows]))),
        columns=columns,
        row_labels=tuple(axis_label(dim) for dim in dims),
        marked=tuple(row * columns + place for row, (_, place) in enumerate(rows)),
        subtitle="f(code + z₁v₁ + …), each z from −3 to 3; framed: the chosen z",
        note="z = 0: training image 0, which changes most along v₁, v₂, …",
    )


@view(
    "Singular values",
    help="‖∂x/∂ε vₖ‖ at the code of training image 0: how much the image changes, in data units, for a unit of noise "
    "along vₖ.",
)  # fmt: skip
def singular_values(model: ImageFlow) -> Bars:
    """The largest singular values of the Jacobian at the code from which the sliders start."""
    values = as_array(slopes(model.smooth, model.code, model.principal).norm(dim=1)).astype(float)
    return Bars(
        tuple(axis_label(dim) for dim in range(model.latent_dim)), values,
        roles=("model",) * model.latent_dim,
        subtitle=f"‖∂x/∂ε vₖ‖ at the code, the {model.latent_dim} largest of {model.dims:,}",
    )  # fmt: skip


@view(
    "Interpolation", splits=("valid", "train"),
    help="Between the exact codes of two data: click a thumbnail, Shift + click another.",
)  # fmt: skip
def interpolation(
    model: ImageFlow,
    point: DataPoint,
    end: DataPoint,
    path: str = param(
        "both", "Path", choices=_PATHS, help="Straight through the noise, or turning about the origin.",
    ),
) -> Images:  # fmt: skip
    """f of the straight and of the spherical path between two exact codes; both ends are the data themselves."""
    kind = model.spec.kind
    a, b = (model.to_noise(picked.x.to(model.dtype))[0][0].detach() for picked in (point, end))  # (D,) each
    t = torch.linspace(0.0, 1.0, _STRIP + 2, dtype=a.dtype, device=a.device)
    paths = {"straight": straight(a, b, t), "spherical": slerp(a, b, t)}
    chosen = [name for name in paths if path in ("both", name)]
    columns = len(t)
    index = np.full((len(chosen), columns), -1)
    index[:, 0], index[:, -1] = point.index, end.index
    least = ", ".join(f"{name} {float(paths[name].norm(dim=1).min()):.1f}" for name in chosen)
    return Images(
        as_array(model.from_noise(torch.cat([paths[name] for name in chosen]))),
        columns=columns,
        row_labels=tuple(chosen),
        marked=tuple(row * columns + place for row in range(len(chosen)) for place in (0, columns - 1)),
        index=index.reshape(-1) if point.split == end.split else None,
        subtitle=f"f of codes from {named(point, kind)} to {named(end, kind)}; framed: f(f⁻¹(x))",
        note=f"Ends at ‖ε‖ = {float(a.norm()):.1f} and {float(b.norm()):.1f}; least on the way: {least} "
        f"(noise: about {model.dims**0.5:.1f}).",
    )
