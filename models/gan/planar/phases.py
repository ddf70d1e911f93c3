"""The phases of an update of G or D, drawn over the map of the discriminator: z, G(z), and the points that D judges."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.frames import Density, Frame, Layer, Lines, Plane, Points
from models.gan.planar.layers import PlanarGAN, place_noise
from models.protocol import DataBatch, PhasePicture
from models.views.arrows import change_arrows
from models.views.words import as_array

__all__ = ["FORWARD_PHASES", "GENERATE", "JUDGE", "NOISE", "ForwardPass", "forward_pass", "phase_picture"]

NOISE, GENERATE, JUDGE = "draw z", "generate", "judge"
FORWARD_PHASES = (NOISE, GENERATE, JUDGE)
"""Phases of the forward pass of both players."""

_SHOWN = 48  # data of the mini-batch, and as many z
_SIZE = 6.0  # px of their points


@dataclass(frozen=True)
class ForwardPass:
    """What the loss of a player is computed from; points (n, 2) in standard units.

    Attributes:
        z: Noise, (n, latent).
        generated: G(z).
        fake: The same as D sees them, with the instance noise.
        real: The data as D sees them; None in the loss of the generator.
    """

    z: Tensor
    generated: Tensor
    fake: Tensor
    real: Tensor | None


def forward_pass(model: PlanarGAN, player: str, batch: DataBatch, *, rng: torch.Generator) -> ForwardPass:
    """The forward pass of a player's loss up to D, with the same draws in the same order."""
    judges_data = player == "discriminator"
    real = model.with_noise(model.units.to_units(batch.x), rng) if judges_data else None
    z = model.prior_draw(len(batch), rng=rng)
    generated = model.generator(z)
    return ForwardPass(z, generated, model.with_noise(generated, rng), real)


def phase_picture(
    model: PlanarGAN,
    player: str,
    phase: str,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    shown: Mapping[str, Frame],
    after: PlanarGAN | None = None,
) -> PhasePicture:
    """Mini-batch, z and G(z) on the card of samples, in place of the samples there; see `HasPhasePictures`."""
    done = forward_pass(model, player, batch, rng=rng)
    plane = shown.get("samples")
    layers = _layers(model, player, phase, batch, done, plane, after) if isinstance(plane, Plane) else ()
    values = _judgements(model, done) if phase == JUDGE else {}
    if not isinstance(plane, Plane) or not layers:
        return PhasePicture({}, values)
    behind = [one for one in plane.layers if isinstance(one, Density)]
    subtitle = f"{min(_SHOWN, len(batch))} of this mini-batch"
    frame = dataclasses.replace(plane, layers=(*behind, *layers), subtitle=subtitle, note="")
    return PhasePicture({"samples": frame}, values)


def _layers(
    model: PlanarGAN,
    player: str,
    phase: str,
    batch: DataBatch,
    done: ForwardPass,
    plane: Plane,
    after: PlanarGAN | None,
) -> tuple[Layer, ...]:
    """What a phase draws on the map of D."""
    if phase == "draw" and done.real is not None:
        return (Points(as_array(batch.x[:_SHOWN]), role="data", name="data", size=_SIZE),)
    z, made = as_array(done.z[:_SHOWN]), _points(model, done.generated)
    placed = place_noise(model, z) if z.shape[1] <= 2 else made[:0]  # only so few dimensions have a place
    data = () if done.real is None else (Points(_points(model, done.real), role="data", name="data", size=_SIZE),)
    if phase == NOISE:
        return (*data, Points(placed, role="prior", name="z", size=_SIZE))
    if phase == GENERATE:
        ways = np.stack([placed, made[: len(placed)]], axis=1).reshape(-1, 2)
        return (
            *data,
            Lines(ways, 2 * np.arange(len(placed)), role="prior", name="z to G(z)"),
            Points(made, role="model", name="G(z)", size=_SIZE),
        )
    if phase == JUDGE or (phase == "update" and player == "discriminator"):
        return (*data, Points(_points(model, done.fake), role="model", name="G(z)", size=_SIZE))
    if phase == "update" and after is not None:
        now = as_array(after.decode_mean(done.z[:_SHOWN]))
        return (Points(now, role="model", name="G(z)", size=_SIZE), change_arrows(plane, made, now, "G(z)"))
    return ()


def _points(model: PlanarGAN, u: Tensor) -> np.ndarray:
    """The first points, in data units."""
    return as_array(model.units.from_units(u[:_SHOWN]))


def _judgements(model: PlanarGAN, done: ForwardPass) -> dict[str, float]:
    """The mean of D, or of F for a critic, over the samples and, in its own loss, over the data."""
    game = model.game
    is_share = game.log_ratio is not None and not game.free_level
    letter = "D" if is_share else "F"
    judged = {"data": done.real, "samples": done.fake}
    values = {}
    for name, u in judged.items():
        if u is not None:
            f = model.judge(model.packs(u))
            values[f"mean {letter} on {name}"] = float((game.probability(f) if is_share else f).mean())
    return values
