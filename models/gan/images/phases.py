"""The phases of an update of G or D on the card of samples: data, G(z), and how D judges both."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from models.frames import Frame, Images
from models.gan.images.networks import ImageDiscriminator, ImageGenerator
from models.gan.objectives import Game
from models.protocol import DataBatch, PhasePicture
from models.views.words import as_array

__all__ = ["EXPLANATIONS", "FORWARD_PHASES", "ForwardPass", "forward_pass", "phase_picture"]

FORWARD_PHASES = ("generate", "judge")
"""Phases of the forward pass of both players."""

EXPLANATIONS: Mapping[str, Mapping[str, str]] = {
    "discriminator": {
        "draw": "Draw a mini-batch of images.",
        "generate": "Draw as many z; G maps each to a sample G(z).",
        "judge": "D judges images and samples: its loss is small if it tells them apart.",
        "backward": "Differentiate D's loss with respect to D's weights. G is held fixed.",
        "update": "Update D: it separates images from samples better.",
    },
    "generator": {
        "draw": "Draw a mini-batch; only its size is used.",
        "generate": "Draw as many z; G maps each to a sample G(z).",
        "judge": "D judges the samples: the loss of G is small if D takes them for data.",
        "backward": "D is held fixed. Differentiate through D and each pixel to G's weights.",
        "update": "Update G: D rates its samples higher.",
    },
}

_SHOWN = 8  # images of the mini-batch, and as many samples


class ImagePlayers(Protocol):
    """What the phases need of a GAN of images."""

    generator: ImageGenerator
    discriminator: ImageDiscriminator

    @property
    def game(self) -> Game:
        """The losses."""

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z, (n, latent)."""


@dataclass(frozen=True)
class ForwardPass:
    """What the loss of a player is computed from.

    Attributes:
        z: Noise, (n, latent).
        fake: G(z), (n, c, h, w).
        real: The data; None in the loss of the generator.
    """

    z: Tensor
    fake: Tensor
    real: Tensor | None


def forward_pass(model: ImagePlayers, player: str, batch: DataBatch, *, rng: torch.Generator) -> ForwardPass:
    """The forward pass of a player's loss up to D, with the same draws in the same order."""
    z = model.prior_draw(len(batch), rng=rng)
    return ForwardPass(z, model.generator(z), batch.x if player == "discriminator" else None)


def phase_picture(
    model: ImagePlayers,
    player: str,
    phase: str,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    shown: Mapping[str, Frame],
    after: ImagePlayers | None = None,
) -> PhasePicture:
    """Images of the mini-batch and G(z) in place of the samples on their card; see `HasPhasePictures`."""
    card = shown.get("samples")
    done = forward_pass(model, player, batch, rng=rng)
    letter, judged = _judgements(model, done)
    rows = _rows(model, phase, done, judged, after) if isinstance(card, Images) else ()
    if not isinstance(card, Images) or not rows:
        return PhasePicture({}, {})
    captions = tuple(text for row in rows for text in row.captions)
    frame = Images(
        np.concatenate([as_array(row.images) for row in rows]),
        columns=len(rows[0].images),
        row_labels=tuple(row.name for row in rows),
        captions=captions if any(captions) else (),
        subtitle=f"{len(rows[0].images)} of this mini-batch" + (f"; below: {letter}" if any(captions) else ""),
    )
    frames = {"samples": dataclasses.replace(frame, alert=card.alert)}
    return PhasePicture(frames, {})


@dataclass(frozen=True)
class _Row:
    """Images side by side, and what D says of each."""

    name: str
    images: Tensor
    captions: tuple[str, ...]


def _rows(
    model: ImagePlayers, phase: str, done: ForwardPass, judged: Mapping[str, Tensor], after: ImagePlayers | None
) -> tuple[_Row, ...]:
    """What a phase shows."""
    real = None if done.real is None else done.real[:_SHOWN]
    data = () if real is None else (_Row("data", real, ("",) * len(real)),)
    fake = done.fake[:_SHOWN]
    if phase == "draw":
        return data
    if phase == "generate":
        return (*data, _Row("G(z)", fake, ("",) * len(fake)))
    if phase == "judge":
        first = () if real is None else (_Row("data", real, _texts(judged["data"])),)
        return (*first, _Row("G(z)", fake, _texts(judged["samples"])))
    if phase == "update" and after is not None:
        if real is not None:
            _, now = _judgements(after, done)
            return (_Row("data", real, _texts(now["data"])), _Row("G(z)", fake, _texts(now["samples"])))
        moved = dataclasses.replace(done, fake=after.generator(done.z))
        _, now = _judgements(model, moved)
        before = _Row("before", fake, _texts(judged["samples"]))
        return (before, _Row("after", moved.fake[:_SHOWN], _texts(now["samples"])))
    return ()


def _judgements(model: ImagePlayers, done: ForwardPass) -> tuple[str, dict[str, Tensor]]:
    """D, or F for a critic, of the samples and, in its own loss, of the data, (n,) each; and its letter."""
    game = model.game
    is_share = game.log_ratio is not None and not game.free_level
    scores = {"data": done.real, "samples": done.fake}
    judged = {name: model.discriminator(x) for name, x in scores.items() if x is not None}
    return ("D", {name: game.probability(f) for name, f in judged.items()}) if is_share else ("F", judged)


def _texts(values: Tensor) -> tuple[str, ...]:
    return tuple(f"{value:.2f}" for value in values[:_SHOWN].tolist())
