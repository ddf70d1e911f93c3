"""The phases of an update of a VAE, drawn for the first images of its mini-batch: q, ε and z, p(x|z), the two terms."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import prior_kl
from models.frames import Bars, Ellipses, Frame, Images, Layer, Lines, Plane, Points
from models.nets.encoder import posterior_noise
from models.protocol import DataBatch, PhasePicture
from models.vae.image_model import ImageModel
from models.views.arrows import change_arrows
from models.views.latent_space import axis_label
from models.views.words import as_array, decimal

__all__ = ["DECODE", "ENCODE", "LOOK_UP", "NOISE", "TERMS", "ForwardPass", "forward_pass", "phase_picture"]

ENCODE, LOOK_UP, NOISE, DECODE, TERMS = "encode", "m and s", "draw ε", "decode", "terms"
"""Phases of the forward pass; a model without an encoder looks q up."""

_LETTERS = "abcdefgh"  # of the images of the mini-batch that are drawn; classes have digits
_SHOWN = len(_LETTERS)
_IMAGE_CARDS = ("reconstructions", "decode")  # the first of them that is in sight shows images
_LARGE, _SMALL, _FAR = 8.0, 5.0, 2.5  # px of points, and of those of the map behind
_NO_NAMES = ("",) * 64  # the map names the classes already


@dataclass(frozen=True)
class ForwardPass:
    """What the loss of a mini-batch of n images is computed from.

    Attributes:
        mean, log_var: Of q(z|x) = N(m, s²), (n, latent) each.
        noise: ε, (n, latent).
        z: m + s ε, (n, latent).
        reconstruction: log p(x|z) of each image, (n,), nats.
        kl: KL of each q(z|x) from the prior, (n,), nats.
    """

    mean: Tensor
    log_var: Tensor
    noise: Tensor
    z: Tensor
    reconstruction: Tensor
    kl: Tensor

    @property
    def std(self) -> Tensor:
        """s of q(z|x), (n, latent)."""
        return (0.5 * self.log_var).exp()


def forward_pass(model: ImageModel, batch: DataBatch, *, rng: torch.Generator) -> ForwardPass:
    """The forward pass of `loss`, with the same draws in the same order, kept for each image."""
    mean, log_var = model.codes(batch)
    noise = posterior_noise(mean, rng=rng)
    z = mean + (0.5 * log_var).exp() * noise
    x = model.decoder.observed(batch.x, rng)
    return ForwardPass(mean, log_var, noise, z, model.decoder.log_prob(x, z), prior_kl(mean, log_var).sum(dim=1))


def phase_picture(
    model: ImageModel,
    player: str,
    phase: str,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    shown: Mapping[str, Frame],
    after: ImageModel | None = None,
) -> PhasePicture:
    """Images where images stand, q(z|x) and z over the latent map, KL on its bars; see `HasPhasePictures`."""
    done = forward_pass(model, batch, rng=rng)
    frames: dict[str, Frame] = {}
    images = _images(model, phase, batch, done)
    card = next((card for card in _IMAGE_CARDS if card in shown), None)
    if card is not None and images is not None:
        frames[card] = images
    plane, bars = shown.get("latent_map"), shown.get("kl_per_dimension")
    if isinstance(plane, Plane):
        layers = _layers(plane, phase, batch, done, None if after is None else after.codes(batch))
        if layers:
            behind = [dataclasses.replace(one, size=_FAR) if isinstance(one, Points) else one for one in plane.layers]
            frames["latent_map"] = dataclasses.replace(plane, layers=(*behind, *layers), subtitle=_which(batch))
    if isinstance(bars, Bars) and phase == TERMS:
        frames["kl_per_dimension"] = _bars(bars, batch, done)
    return PhasePicture(frames, _values(plane, phase, done))


def _which(batch: DataBatch) -> str:
    return f"{min(_SHOWN, len(batch))} of this mini-batch"


# Images


def _images(model: ImageModel, phase: str, batch: DataBatch, done: ForwardPass) -> Images | None:
    """The images that are drawn, with the means of p(x|z) below them once z is decoded, and with their terms."""
    x = as_array(batch.x[:_SHOWN])
    letters = tuple(_LETTERS[: len(x)])
    if phase == "draw":
        return Images(x, columns=len(x), row_labels=("x",), captions=letters, subtitle=_which(batch))
    if phase not in (DECODE, TERMS):
        return None
    decoded = as_array(model.decoder.mean(done.z[:_SHOWN]))
    rows, above, below = ("x", "p(x|z)"), letters, ("",) * len(x)
    if phase == TERMS:
        rows = ("x, KL", "log p(x|z)")
        above = tuple(decimal(kl, 1) for kl in done.kl[:_SHOWN].tolist())
        below = tuple(decimal(term, 1) for term in done.reconstruction[:_SHOWN].tolist())
    return Images(
        np.concatenate([x, decoded]),
        columns=len(x),
        row_labels=rows,
        captions=(*above, *below),
        subtitle=_which(batch),
    )


# The latent map


def _layers(
    plane: Plane, phase: str, batch: DataBatch, done: ForwardPass, moved: tuple[Tensor, Tensor] | None
) -> tuple[Layer, ...]:
    """What a phase adds to the map; nothing where it has nothing to draw there."""
    label = None if batch.y is None else as_array(batch.y[:_SHOWN])
    before, std = _place(plane, done.mean, done.log_var)
    if phase in (ENCODE, LOOK_UP):
        return (*_posteriors(plane, before, std), Points(before, label, _NO_NAMES, size=_LARGE))
    if phase == NOISE:
        drawn, _ = _place(plane, done.z, done.log_var)
        ways = Lines(_joined(before, drawn), 2 * np.arange(len(drawn)), role="prior", width=1.5, name="s ε")
        return (
            *_posteriors(plane, before, std),
            ways,
            Points(before, label, _NO_NAMES, size=_SMALL),
            Points(drawn, role="prior", name="z", size=_LARGE),
        )
    if phase == "update" and moved is not None:
        now, std = _place(plane, *moved)
        return (
            *_posteriors(plane, now, std, name=""),
            Points(now, label, _NO_NAMES, size=_SMALL),
            change_arrows(plane, before, now, "m" if plane.dims is not None else "m and log s"),
        )
    return ()


def _place(plane: Plane, at: Tensor, log_var: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Positions on the map of the first images, (k, 2), and s along its axes, (k, 2).

    A map of one dimension has log s upwards.
    """
    if plane.dims is not None:
        dims = list(plane.dims)
        return as_array(at[:_SHOWN, dims]), as_array((0.5 * log_var[:_SHOWN, dims]).exp())
    log_std = 0.5 * log_var[:_SHOWN]
    return as_array(torch.cat([at[:_SHOWN], log_std], dim=1)), as_array(
        torch.cat([log_std.exp(), torch.zeros_like(log_std)], dim=1)
    )


def _posteriors(plane: Plane, centers: np.ndarray, std: np.ndarray, name: str = "q(z|x), 1σ") -> tuple[Layer, ...]:
    """Each q(z|x) as its ellipse of 1σ with its letter; with one dimension, as a line from m − s to m + s."""
    if plane.dims is None:
        ends = _joined(centers - std, centers + std)
        return (Lines(ends, 2 * np.arange(len(centers)), role="model", width=1.5, name=name),)
    letters, angles = tuple(_LETTERS[: len(centers)]), np.zeros(len(centers))
    return (Ellipses(centers, std, angles, letters, role="model", dashed=False, name=name),)


def _joined(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Lines from start to end, (k, 2) each, as the points of all of them, (2 k, 2)."""
    return np.stack([start, end], axis=1).reshape(-1, 2)


# Bars and numbers


def _bars(bars: Bars, batch: DataBatch, done: ForwardPass) -> Bars:
    """The KL of each dimension, averaged over the mini-batch."""
    kl = prior_kl(done.mean, done.log_var)
    errors = as_array(kl.std(dim=0) / len(batch) ** 0.5) if len(batch) > 1 else None
    subtitle = f"this mini-batch, mean over {len(batch)} images ± standard error"
    return dataclasses.replace(bars, values=as_array(kl.mean(dim=0)), errors=errors, subtitle=subtitle)


def _values(plane: Frame | None, phase: str, done: ForwardPass) -> dict[str, float]:
    """m and s, or ε and z, of image a in the dimensions of the map."""
    pairs = {
        ENCODE: (("m", done.mean), ("s", done.std)),
        LOOK_UP: (("m", done.mean), ("s", done.std)),
        NOISE: (("ε", done.noise), ("z", done.z)),
    }
    dims = plane.dims if isinstance(plane, Plane) and plane.dims is not None else range(min(2, done.z.shape[1]))
    values = {
        letter + axis_label(dim)[1:]: float(tensor[0, dim]) for letter, tensor in pairs.get(phase, ()) for dim in dims
    }
    return {name if place else f"image a: {name}": value for place, (name, value) in enumerate(values.items())}
