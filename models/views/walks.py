"""Pictures along ways through latent space: one dimension at a time, between two data, along a direction."""

from __future__ import annotations

from abc import ABC

import numpy as np
import torch
from torch import Tensor

from models.frames import Images
from models.protocol import BadValue, DataBatch, DataPoint, Direction, LatentPoint, param, view
from models.vae.networks import prior_kl
from models.views.latent import LatentViews
from models.views.latent_space import axis_label
from models.views.paths import along_axis, between_groups, nearest, slerp, straight
from models.views.words import SHOW, SPLITS, as_array, plural

__all__ = ["WalkViews"]

_ROWS, _STEPS = 8, 10  # dimensions that are swept, and values of each besides the chosen one
_STRIP = 9  # images between two data
_HALF = 5  # images of a direction on each side of the chosen point
_SPANS = {"prior": "±3σ of the prior", "posterior": "±3σ of the data"}
_PATHS = {"both": "both", "straight": "straight", "spherical": "spherical"}
_BETWEEN = {"classes": "classes", "picked": "picked"}


class WalkViews(LatentViews, ABC):
    """Strips of decoded images along lines and arcs in latent space."""

    @view(
        "Traversals", splits=("valid", "train"), batch=250,
        help="The chosen latent point with one dimension after the other swept; those with most KL first.",
    )  # fmt: skip
    def traversals(
        self,
        z: LatentPoint,
        batch: DataBatch,
        span: str = param(
            "prior", "Over", choices=_SPANS, help="The data's: mean and σ of the aggregated posterior of a dimension."
        ),
    ) -> Images:
        """A row a dimension; the framed image in each is that of the chosen point."""
        mean, log_var = (part.detach() for part in self.codes(batch))
        kl = prior_kl(mean, log_var).mean(dim=0)  # (latent,)
        dims = kl.argsort(descending=True, stable=True)[:_ROWS].tolist()
        centre, reach = torch.zeros_like(kl), torch.full_like(kl, 3.0)
        if span == "posterior":
            centre = mean.mean(dim=0)
            reach = 3 * (mean.var(dim=0, correction=0) + log_var.exp().mean(dim=0)).sqrt()
        point = z.z.to(mean)
        rows = [
            along_axis(point, dim, float(centre[dim] - reach[dim]), float(centre[dim] + reach[dim]), _STEPS)
            for dim in dims
        ]
        columns = _STEPS + 1
        over = plural(len(batch), f"{SPLITS[batch.split]} image")
        swept = "from −3 to 3" if span == "prior" else f"over mean ± 3σ of q(z|x) over {over}"
        shares = ", ".join(f"{axis_label(dim)} {float(kl[dim]):.2f}" for dim in dims)
        some = "" if len(dims) == self.latent_dim else f", {len(dims)} of {self.latent_dim} dimensions"
        return Images(
            as_array(self.decode_mean(torch.cat([row for row, _ in rows]))),
            columns=columns,
            row_labels=tuple(axis_label(dim) for dim in dims),
            marked=tuple(row * columns + place for row, (_, place) in enumerate(rows)),
            subtitle=f"{SHOW['mean']}; each {swept}{some}; framed: the chosen z",
            note=f"Rows by KL, nats over {over}: {shares}.",
        )

    @view("Interpolation", help="Between two data: click one on the map or a thumbnail, Shift + click the other.")
    def interpolation(
        self,
        point: DataPoint,
        end: DataPoint,
        path: str = param(
            "both", "Path", choices=_PATHS,
            help="Straight through latent space, or turning about the origin at a constant rate.",
        ),
    ) -> Images:  # fmt: skip
        """Decoded images on the straight and on the spherical path between two posterior means."""
        a, b = (self.encode(picked.x)[0][0].detach() for picked in (point, end))  # (latent,) each
        t = torch.linspace(0.0, 1.0, _STRIP, dtype=a.dtype, device=a.device)
        ways = {"straight": straight(a, b, t), "spherical": slerp(a, b, t)}
        chosen = [name for name in ways if path in ("both", name)]
        images = self.decode_mean(torch.cat([ways[name] for name in chosen])).unflatten(0, (len(chosen), _STRIP))
        rows = [torch.cat([point.x.to(row), row, end.x.to(row)]) for row in images]  # (1 + strip + 1, c, h, w)
        columns = _STRIP + 2
        index = np.full((len(chosen), columns), -1)
        index[:, 0], index[:, -1] = point.index, end.index
        lengths = {name: ways[name].norm(dim=1).min().item() for name in chosen}
        said = ", ".join(f"{name} {length:.2f}" for name, length in lengths.items())
        return Images(
            as_array(torch.cat(rows)),
            columns=columns,
            row_labels=tuple(chosen),
            marked=tuple(row * columns + place for row in range(len(chosen)) for place in (0, columns - 1)),
            index=index.reshape(-1) if point.split == end.split else None,
            subtitle=f"{SHOW['mean']} from {_named(point)} to {_named(end)}; framed: the data",
            note=f"Ends at |z| = {float(a.norm()):.2f} and {float(b.norm()):.2f}; least |z| on the way: {said} "
            f"(prior: about {self.latent_dim**0.5:.2f}).",
        )

    @view(
        "Direction", splits=("train", "valid"), batch=500,
        help="From the mean of one class or group to that of another, from the chosen point on; can be kept by name.",
    )  # fmt: skip
    def direction(
        self,
        z: LatentPoint,
        batch: DataBatch,
        point: DataPoint,
        end: DataPoint,
        along: Direction,
        between: str = param(
            "classes", "Between", choices=_BETWEEN, more=True, help="Classes, or the data around two picked."
        ),
        source: int = param(0, "From", 0, 255, more=True, help="Class from which it leads, counted from 0."),
        target: int = param(1, "To", 0, 255, more=True, help="Class to which it leads, counted from 0."),
        neighbours: int = param(
            10, "Images in a picked group", 1, 500, more=True, log=True, help="Nearest to the picked datum."
        ),
    ) -> Images:
        """Images on both sides of the chosen point; the framed one is the chosen point's."""
        if along.name:
            vector, said = along.vector[0], f"kept as {along.name}"
        elif between == "classes" and batch.y is not None:
            vector, said = self._between_classes(batch, batch.y, source, target)
        else:
            vector, said = self._between_picked(batch, point, end, neighbours)
        middle = z.z.to(vector)
        t = torch.linspace(-1.0, 1.0, 2 * _HALF + 1, dtype=vector.dtype, device=vector.device)
        images = self.decode_mean((middle + t[:, None] * vector).to(next(self.parameters())))
        return Images(
            as_array(images),
            columns=len(t),
            marked=(_HALF,),
            direction=as_array(vector).astype(np.float64),
            subtitle=f"z + t v, t from −1 to 1, {said}; framed: the chosen z",
            note=f"|v| = {float(vector.norm()):.2f}; most along {self._most(vector)}.",
        )

    def _between_classes(self, batch: DataBatch, y: Tensor, source: int, target: int) -> tuple[Tensor, str]:
        mean = self.codes(batch)[0].detach()
        groups, words = [], []
        for name, k in (("source", source), ("target", target)):
            group = mean[y == k]
            if not len(group):
                classes = len(self.spec.classes) or int(y.max()) + 1
                raise BadValue(name, f"there is no image of class {k} among these; classes go from 0 to {classes - 1}")
            groups.append(group)
            title = self.spec.classes[k] if k < len(self.spec.classes) else str(k)
            words.append(f"{title} ({plural(len(group), 'image')})")
        return between_groups(*groups), f"v from the mean of class {words[0]} to {words[1]}"

    def _between_picked(self, batch: DataBatch, point: DataPoint, end: DataPoint, k: int) -> tuple[Tensor, str]:
        mean = self.codes(batch)[0].detach()
        ends = [self.encode(picked.x)[0][0].detach() for picked in (point, end)]
        groups = [mean[nearest(mean, at, k)] for at in ends]
        return between_groups(*groups), (
            f"v between the means of the {len(groups[0])} nearest to {_named(point)} and to {_named(end)}"
        )

    @staticmethod
    def _most(vector: Tensor) -> str:
        dims = vector.abs().argsort(descending=True)[:3].tolist()
        return ", ".join(f"{axis_label(dim)} {float(vector[dim]):+.2f}".replace("-", "−") for dim in dims)


def _named(picked: DataPoint) -> str:
    return f"{SPLITS[picked.split]} image {picked.index}"
