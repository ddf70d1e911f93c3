"""Pictures of what a generator of images makes: samples, one latent point, the way between two; and D's scores."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from models.frames import Curves, Images, Series
from models.protocol import DataBatch, GenerativeModel, HasDecoder, LatentPoint, Noise, param, view

__all__ = ["ImageViews", "spherical"]

SPLITS = {"train": "training", "valid": "validation", "test": "test"}
_BINS = 24
_SPANS = (1.0, 2.0, 5.0)  # mantissas of the limits of a histogram
_SPREAD = 1.6  # standard deviations on either side that hold nine of ten draws


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()


def spherical(start: Tensor, end: Tensor, t: Tensor) -> Tensor:
    """Points between two along the arc of a circle around the origin; (d,), (d,) and (n,) to (n, d).

    White, 2016 (arXiv 1609.04468). Where the two point the same way, opposite ways, or one is 0, there is no one arc,
    and it is the straight line.
    """
    cosine = torch.nn.functional.cosine_similarity(start, end, dim=0).clamp(-1.0, 1.0)
    angle = torch.acos(cosine)
    if float(angle.sin()) < 1e-3 or float(start.norm() * end.norm()) == 0.0:
        return torch.lerp(start, end, t[:, None])
    return (torch.sin((1 - t) * angle)[:, None] * start + torch.sin(t * angle)[:, None] * end) / torch.sin(angle)


class ImageViews(GenerativeModel, HasDecoder, ABC):
    """The views of a model whose images are a function of z ~ N(0, I), and which scores images."""

    discriminator: nn.Module

    @property
    @abstractmethod
    def even_score(self) -> float | None:
        """F of an image that is as likely a datum as a sample, or None where the game does not tell."""

    @abstractmethod
    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z, (n, latent)."""

    @view("Samples", record=True, lead=True, help="Images of the same noise at each step.")
    def samples(self, noise: Noise, n: int = param(64, "Images", 1, 256, more=True)) -> Images:
        """Images of draws from the prior; the same noise gives the same z at each step."""
        z = self.prior_draw(n, rng=noise.rng(self.device))
        return Images(_array(self.decode_mean(z)), subtitle=f"G(z), {n} z from the prior")

    @view("Decode", help="The image of the chosen z.")
    def decode(self, z: LatentPoint) -> Images:
        """The image of one latent point, and how usual a length of z that is."""
        length, usual = float(z.z.norm()), math.sqrt(max(self.latent_dim - 0.5, 0.0))
        low, high = max(0.0, usual - _SPREAD * math.sqrt(0.5)), usual + _SPREAD * math.sqrt(0.5)
        return Images(
            _array(self.decode_mean(z.z.to(next(self.parameters())))),
            columns=1,
            subtitle="G(z) at the chosen z",
            note=f"‖z‖ = {length:.1f}; of ten draws from the prior about nine have {low:.1f} to {high:.1f}.",
        )

    @view("Interpolation", record=True, help="From one draw of z to another: through the middle, or around it.")
    def interpolation(self, noise: Noise, n: int = param(10, "Images", 3, 20, more=True)) -> Images:
        """Images of points between two draws of z, on the straight line and on the arc."""
        start, end = self.prior_draw(2, rng=noise.rng(self.device))
        t = torch.linspace(0, 1, n).to(start)  # (n,)
        straight, arc = torch.lerp(start, end, t[:, None]), spherical(start, end, t)  # (n, latent) each
        lengths = [float(path[n // 2].norm()) for path in (straight, arc)]
        return Images(
            _array(self.decode_mean(torch.cat([straight, arc]))),
            columns=n,
            row_labels=("straight", "arc"),
            subtitle="G(z) between two draws of z",
            note=f"In the middle ‖z‖ is {lengths[0]:.1f} on the straight line and {lengths[1]:.1f} on the arc; "
            f"of draws from the prior it is about {math.sqrt(self.latent_dim):.1f}.",
        )

    @view("Scores of D", batch=300, help="How D tells data from samples, and training data from data it never saw.")
    def scores(self, train: DataBatch, valid: DataBatch, noise: Noise) -> Curves:
        """Histograms of F on training data, on held-out data and on samples."""
        n = min(len(train), len(valid))
        fake = self.decode_mean(self.prior_draw(n, rng=noise.rng(self.device)))
        names = (f"{SPLITS[train.split]} data", f"{SPLITS[valid.split]} data", "samples")
        found = [self.discriminator(x.to(fake)).double() for x in (train.x[:n], valid.x[:n], fake)]
        limit = _limit(float(torch.cat(found).abs().max()))
        edges = torch.linspace(-limit, limit, _BINS + 1, dtype=torch.float64)
        centres = _array(0.5 * (edges[1:] + edges[:-1]))
        shares = [_array(torch.histogram(f.detach().cpu(), edges).hist / n) for f in found]
        right = (found[1][:, None] > found[2]).double().mean()
        return Curves(
            tuple(
                Series(key, name, centres, 100 * share, role=role, unit="%", dashed=key == "valid")
                for key, name, share, role in zip(
                    ("train", "valid", "fake"), names, shares, ("data", "alt", "model"), strict=True
                )
            ),
            x_label="F",
            y_label="%",
            marker=self.even_score,
            subtitle=f"F, D before squashing, {n} images each in {_BINS} bins",
            note=f"Of a held-out image and a sample, F is higher for the image {float(right):.0%} of the time (50%: a "
            f"guess). Mean F: training {float(found[0].mean()):.2f}, held-out {float(found[1].mean()):.2f}.",
        )


def _limit(reach: float) -> float:
    """The smallest of …, 1, 2, 5, 10, 20, … that is at least a number."""
    if not math.isfinite(reach) or reach <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(reach))
    return next(span * power for span in (*_SPANS, 10.0) if span * power >= reach)
