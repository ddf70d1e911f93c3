"""The phases of an update of q, p or T, drawn over the pairs or over the draws of q."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.frames import Density, Ellipses, Frame, Layer, Lines, Plane, Points
from models.inference.avb.interface import AdversarialModel
from models.inference.contrast import log_ratio, normal_like
from models.protocol import DataBatch, PhasePicture
from models.views.arrows import change_arrows
from models.views.words import as_array

__all__ = [
    "DECODE",
    "FORWARD_PHASES",
    "INFER",
    "JUDGE",
    "NOISE",
    "RATIO",
    "ForwardPass",
    "forward_pass",
    "phase_picture",
]

NOISE, INFER, JUDGE, DECODE, RATIO = "draw ε", "infer z", "judge pairs", "decode", "ratio"
FORWARD_PHASES: Mapping[str, tuple[str, ...]] = {
    "discriminator": (NOISE, INFER, JUDGE),
    "encoder": (NOISE, INFER, DECODE, RATIO),
    "decoder": (NOISE, INFER, DECODE),
}
"""Phases of the forward pass of each player."""

_SHOWN = 48
_SIZE = 6.0
_CARDS = ("pairs", "aggregated")  # the first of them that is in sight shows the phases


@dataclass(frozen=True)
class ForwardPass:
    """What the loss of a player is computed from.

    Attributes:
        x: Data of the update, (n, *shape).
        noise: ε of the first draw, (n, noise).
        z: First draw of q for each datum, (n, latent).
        prior: First draw of the prior, (n, latent); None where the player needs none.
        likelihood: Mean of log p(x|z) over all draws, nats; None for the discriminator.
        ratio: Mean of r_ψ over all draws of q, nats; None for the decoder.
        judged: Mean of σ(T) on draws of q and on the others; None but for the discriminator.
    """

    x: Tensor
    noise: Tensor
    z: Tensor
    prior: Tensor | None
    likelihood: float | None
    ratio: float | None
    judged: tuple[float, float] | None


def forward_pass(model: AdversarialModel, player: str, batch: DataBatch, *, rng: torch.Generator) -> ForwardPass:
    """The forward pass of a player's loss, with the same draws in the same order."""
    x = model.observations(batch.x, rng)
    features = model.features(x)
    shape = (model.config.draws, len(x), model.posterior.noise)
    e = torch.randn(shape, generator=rng, device=features.device, dtype=features.dtype)
    z = model.posterior(features, e)
    if player == "decoder":
        return ForwardPass(x, e[0], z[0], None, float(model.decoder.log_prob(x, z).mean()), None, None)
    moments = model.moments(z)
    if player == "encoder":
        output = model.discriminator(features, model.seen(z, moments))
        likelihood, ratio = float(model.decoder.log_prob(x, z).mean()), float(log_ratio(output, z, moments).mean())
        return ForwardPass(x, e[0], z[0], None, likelihood, ratio, None)
    prior = normal_like(z, rng=rng)
    outputs = model.discriminator(features, model.seen(z, moments)), model.discriminator(features, prior)
    judged = float(outputs[0].sigmoid().mean()), float(outputs[1].sigmoid().mean())
    return ForwardPass(x, e[0], z[0], prior[0], None, float(log_ratio(outputs[0], z, moments).mean()), judged)


def phase_picture(
    model: AdversarialModel,
    player: str,
    phase: str,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    shown: Mapping[str, Frame],
    after: AdversarialModel | None = None,
) -> PhasePicture:
    """Data, noise and draws on the card of pairs or of draws of q, in place of the points there."""
    done = forward_pass(model, player, batch, rng=rng)
    values = _values(done, phase)
    card = next((name for name in _CARDS if isinstance(shown.get(name), Plane)), None)
    if card is None:
        return PhasePicture({}, values)
    plane = shown[card]
    assert isinstance(plane, Plane)
    layers = _layers(model, player, phase, done, plane, card == "pairs", after)
    if not layers:
        return PhasePicture({}, values)
    behind = [one for one in plane.layers if isinstance(one, (Density, Ellipses, Lines))]
    subtitle = f"{min(_SHOWN, len(batch))} data of this mini-batch, one draw each"
    frame = dataclasses.replace(plane, layers=(*behind, *layers), subtitle=subtitle, note="")
    return PhasePicture({card: frame}, values)


def _values(done: ForwardPass, phase: str) -> dict[str, float]:
    if phase == JUDGE and done.judged is not None:
        return {"mean σ(T) on q": done.judged[0], "on the other draws": done.judged[1]}
    if phase == DECODE and done.likelihood is not None:
        return {"E log p(x|z)": done.likelihood}
    return {}


def _layers(
    model: AdversarialModel,
    player: str,
    phase: str,
    done: ForwardPass,
    plane: Plane,
    pairs: bool,
    after: AdversarialModel | None,
) -> tuple[Layer, ...]:
    """What a phase draws: on pairs the datum is the place across, elsewhere z alone has a place."""
    x = as_array(done.x[:_SHOWN].flatten(1)[:, :1])
    dim = done.z.shape[1]
    place = (lambda z: np.concatenate([x, z[:, :1]], axis=1)) if pairs else (lambda z: z[:, :2])
    if phase == "draw":
        return (Points(place(np.zeros((len(x), dim))), role="data", name="data", size=_SIZE),) if pairs else ()
    e, z = as_array(done.noise[:_SHOWN, :dim]), as_array(done.z[:_SHOWN])
    if phase == NOISE:
        layers: list[Layer] = [Points(place(e), role="prior", name="ε₁, the first entries of ε", size=_SIZE)]
        if done.prior is not None:
            prior = as_array(done.prior[:_SHOWN])
            layers.append(Points(place(prior), role="total", name="z ~ p(z)", size=_SIZE))
        return tuple(layers)
    drawn = Points(place(z), role="model", name="z = f(φ, ε, x)", size=_SIZE)
    if phase == INFER:
        return drawn, change_arrows(plane, place(e), place(z), "ε₁ to z")
    if phase == JUDGE and done.prior is not None:
        return drawn, Points(place(as_array(done.prior[:_SHOWN])), role="total", name="z ~ p(z)", size=_SIZE)
    if phase == "update" and after is not None and player == "encoder":
        with torch.no_grad():
            moved = as_array(after.posterior(model.features(done.x), done.noise)[:_SHOWN])
        return drawn, change_arrows(plane, place(z), place(moved), "z")
    return (drawn,)
