"""Pictures of a latent space and of what a decoder makes of it, for models of images with a standard normal prior."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from models.frames import Bars, Ellipses, Images, Layer, Plane, Points
from models.protocol import (
    DataBatch,
    GenerativeModel,
    HasLatent,
    LatentPoint,
    Noise,
    param,
    view,
)
from models.vae.networks import prior_kl
from models.views.activity import activity_note
from models.views.aggregated import FAR, Aggregated
from models.views.latent_space import axis_label, map_dimensions, prior_circles, prior_grid, prior_lines, stepped_limit
from models.views.words import SHOW, SHOWN, SPLITS, as_array, plural

__all__ = ["LatentViews"]

_SPACING = {"quantiles": "quantiles", "regular": "regular"}
_ELLIPSES = 50  # posteriors drawn as ellipses; more of them hide one another
_NEAREST = 6  # images shown
_PIECE = 1 << 18  # pixels decoded between two looks at whether anyone still waits for the picture


class LatentViews(GenerativeModel, HasLatent, ABC):
    """The views of a model with latent z ~ N(0, I), a diagonal Gaussian q(z|x), and images x."""

    @property
    def decoder_note(self) -> str:
        """What the values of p(x|z) are about, where that is not plain; or ""."""
        return ""

    @abstractmethod
    def decode_draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), (n, latent) to (n, c, h, w)."""

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws from the prior, (n, latent)."""
        dtype = next(self.parameters()).dtype
        return torch.randn(n, self.latent_dim, generator=rng, device=self.device, dtype=dtype)

    @view(
        "Latent map", sets=LatentPoint, record=True, splits=("train", "valid"), batch=500, lead=True,
        help="Where the encoder puts images. Circles: the prior. A click decodes a point.",
    )  # fmt: skip
    def latent_map(
        self,
        batch: DataBatch,
        across: int = param(
            0, "Dimension across", 0, 64, more=True, latent=lambda dim: dim > 2,
            help="Counted from 1; 0 takes one with the most KL.",
        ),
        upwards: int = param(
            0, "Dimension upwards", 0, 64, more=True, latent=lambda dim: dim > 2,
            help="Counted from 1; 0 takes one with the most KL.",
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
        mean, log_var = self.codes(batch)
        points = f"posterior means, {plural(len(batch), f'{SPLITS[batch.split]} image')}"
        if self.latent_dim == 1:
            return self._latent_line(batch, mean, log_var, points)
        kl = prior_kl(mean, log_var).mean(dim=0).detach()  # (latent,)
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
            (*layers, self._points(xy, batch)),
            x_label=axis_label(dims[0]),
            y_label=axis_label(dims[1]),
            extent=(-limit, limit, -limit, limit),
            dims=dims,
            subtitle=points,
            note="" if self.latent_dim == 2 else f"2 of {self.latent_dim} dimensions, with {share:.0%} of the KL.",
        )

    def _latent_line(self, batch: DataBatch, mean: Tensor, log_var: Tensor, points: str) -> Plane:
        log_std = 0.5 * log_var  # (n, 1)
        width, height = stepped_limit(mean), stepped_limit(log_std)
        return Plane(
            (prior_lines(-height, height), self._points(torch.cat([mean, log_std], dim=1), batch)),
            x_label=axis_label(0),
            y_label="log σ",
            extent=(-width, width, -height, height),
            square=False,
            subtitle=points,
            note="One latent dimension: upwards is log σ of q(z|x), which is 0 in the prior.",
        )

    def _points(self, xy: Tensor, batch: DataBatch) -> Points:
        return Points(
            as_array(xy),
            label=None if batch.y is None else as_array(batch.y),
            classes=() if batch.y is None else self.spec.classes,
            index=as_array(batch.index),
            name="posterior means",
        )

    def _images(self, z: Tensor, show: str, rng: torch.Generator) -> np.ndarray:
        return as_array(self.decode_mean(z) if show == "mean" else self.decode_draw(z, rng=rng))

    @view("Decode", splits=("train",), batch=FAR, help="What the decoder makes of the chosen latent point.")
    def decode(
        self, z: LatentPoint, batch: DataBatch, noise: Noise, show: str = param("mean", "p(x|z)", choices=SHOWN)
    ) -> Images:
        """The image of one latent point, and whether any of some data is encoded near it."""
        images = self._images(z.z, show, noise.rng(self.device))
        far = Aggregated(*self.codes(batch)).is_far(z.z)
        among = plural(len(batch), f"{SPLITS[batch.split]} image")
        return Images(
            images,
            columns=1,
            subtitle=f"{SHOW[show]} at the chosen z",
            note=f"Far from the data: the posterior means of {among} are nearly all nearer to one another."
            if far
            else "",
            warning=far,
        )

    @view("Nearest images", splits=("train",), batch=1000, help="The images that are most like the decoded one.")
    def nearest(self, z: LatentPoint, batch: DataBatch) -> Images:
        """The images nearest to the mean of p(x|z) by Euclidean distance, the nearest first."""
        mean = self.decode_mean(z.z).flatten(1)[0]  # (d,)
        x = batch.x.to(mean).flatten(1)  # (n, d)
        # ‖x‖²/2 − x·m orders them by one pass through the data; those it finds are then measured exactly.
        order = 0.5 * torch.linalg.vector_norm(x, dim=1).square() - x @ mean  # (n,)
        likely = order.topk(min(2 * _NEAREST, len(batch)), largest=False).indices
        distances, place = torch.linalg.vector_norm(x[likely] - mean, dim=1).sort()
        found = likely[place[:_NEAREST]]
        among = plural(len(batch), f"{SPLITS[batch.split]} image")
        return Images(
            as_array(batch.x[found]),
            columns=len(found),
            captions=tuple(f"{distance:.2f}" for distance in distances[:_NEAREST].tolist()),
            index=as_array(batch.index[found]),
            subtitle=f"nearest of {among}",
        )

    @view("Samples", record=True, help="New images: z from the prior, then x from the decoder.")
    def samples(
        self,
        noise: Noise,
        show: str = param("mean", "p(x|z)", choices=SHOWN),
        n: int = param(64, "Images", 1, 256, more=True),
    ) -> Images:
        """Images of draws from the prior; the same noise gives the same z at each step and for either choice."""
        rng = noise.rng(self.device)
        z = self.prior_draw(n, rng=rng)
        return Images(self._images(z, show, rng), subtitle=f"{SHOW[show]}, {n} z from the prior")

    @view(
        "Reconstructions", record=True, splits=("valid", "train"), batch=10,
        help="Images, and what is left of them after passing through z.",
    )  # fmt: skip
    def reconstructions(
        self, batch: DataBatch, noise: Noise, show: str = param("mean", "p(x|z)", choices=SHOWN)
    ) -> Images:
        """Images above their reconstructions at the posterior mean."""
        mean, _ = self.codes(batch)
        index = as_array(batch.index)
        return Images(
            np.concatenate([as_array(batch.x), self._images(mean, show, noise.rng(self.device))]),
            columns=len(batch),
            row_labels=(f"{SPLITS[batch.split]} data", "reconstruction"),
            index=np.concatenate([index, index]),
            subtitle=f"{SHOW[show]} at the posterior mean, {plural(len(batch), f'{SPLITS[batch.split]} image')}",
            note=self.decoder_note,
        )

    @view("Manifold", latent=lambda dim: dim == 2, help="The decoder's image all over the prior.")
    def manifold(
        self,
        side: int = param(20, "Side", 10, 30, help="Images a side."),
        spacing: str = param("quantiles", "Grid", choices=_SPACING, help="Equal probabilities, or equal steps in z."),
    ) -> Iterator[Images]:
        """Means of p(x|z) for z on a grid; across z₁ grows, downwards z₂ falls, as on the latent map."""
        grid = prior_grid(side, spacing).to(self.device, next(self.parameters()).dtype)  # (side², 2)
        rows = max(1, _PIECE // (side * math.prod(self.spec.kind.shape)))
        images: list[np.ndarray] = []
        for piece in grid.split(rows * side):
            images.append(as_array(self.decode_mean(piece)))
            sheet = np.concatenate(images)
            part = "" if len(sheet) == side**2 else f", first {plural(len(sheet) // side, 'row')}"
            yield Images(
                sheet,
                columns=side,
                sheet=True,
                subtitle=f"{SHOW['mean']}, {side}×{side} z, {_SPACING[spacing]}{part}",
            )

    @view("KL of each dimension", record=True, splits=("valid", "train"), batch=250)
    def kl_per_dimension(self, batch: DataBatch) -> Bars:
        """How much each latent dimension tells of the image."""
        mean, log_var = self.codes(batch)
        kl = prior_kl(mean, log_var)  # (n, latent)
        errors = kl.std(dim=0) / len(batch) ** 0.5 if len(batch) > 1 else None
        note, collapsed = activity_note(mean)
        return Bars(
            labels=tuple(axis_label(dim) for dim in range(self.latent_dim)),
            values=as_array(kl.mean(dim=0)),
            errors=None if errors is None else as_array(errors),
            roles=("prior",) * self.latent_dim,
            dims=tuple(range(self.latent_dim)),
            unit="nats",
            subtitle=f"mean over {plural(len(batch), f'{SPLITS[batch.split]} image')} ± standard error",
            note=note,
            warning=collapsed,
        )
