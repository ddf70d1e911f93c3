"""The phases of an update of T, q or θ, drawn over the draws of q in the plane of the unknowns."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import torch

from models.frames import Density, Ellipses, Frame, Layer, Plane, Points
from models.inference.implicit.interface import Implicit
from models.inference.implicit.pairs import Contrast, Inferred, contrast, infer
from models.protocol import DataBatch, PhasePicture
from models.views.arrows import change_arrows
from models.views.words import as_array

__all__ = ["FORWARD_PHASES", "INFER", "JUDGE", "RATIO", "SHUFFLE", "SIMULATE", "phase_picture"]

SIMULATE, SHUFFLE, INFER, JUDGE, RATIO = "simulate", "shuffle z", "infer z", "judge pairs", "ratio"
FORWARD_PHASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "adversarial": {
        "discriminator": (SIMULATE, INFER, JUDGE),
        "encoder": (INFER, RATIO),
        "simulator": (INFER, RATIO),
    },
    "nre": {"discriminator": (SIMULATE, SHUFFLE, JUDGE)},
}
"""Phases of the forward pass of each player, by estimator."""

_SHOWN = 48
_SIZE = 6.0
_CARD = "aggregated"  # its frame is there at once; that of a posterior takes quadrature


def phase_picture(
    model: Implicit,
    player: str,
    phase: str,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    shown: Mapping[str, Frame],
    after: Implicit | None = None,
) -> PhasePicture:
    """The z of the pairs on a card of the unknowns, in place of the points there, with the draws of the loss."""
    pairs = contrast(model, batch.x, rng=rng) if player == "discriminator" else None
    inferred = infer(model, batch.x, None, rng=rng) if pairs is None else pairs.inferred
    values = _values(model, pairs, inferred, phase)
    if player == "simulator" and after is not None and model.theta is not None and after.theta is not None:
        values = {"θ before": float(model.theta), "θ after": float(after.theta)}
    plane = shown.get(_CARD)
    if not isinstance(plane, Plane) or phase == "draw":
        return PhasePicture({}, values)
    layers = _layers(model, phase, pairs, inferred, plane, after if player == "encoder" else None)
    behind = [one for one in plane.layers if isinstance(one, (Density, Ellipses))]
    subtitle = f"unknowns of {min(_SHOWN, len(batch))} pairs of each kind in this mini-batch"
    frame = dataclasses.replace(plane, layers=(*behind, *layers), subtitle=subtitle, note="")
    return PhasePicture({_CARD: frame}, values)


def _values(model: Implicit, pairs: Contrast | None, inferred: Inferred | None, phase: str) -> dict[str, float]:
    if phase == JUDGE and pairs is not None:
        on_joint = model.log_ratio(pairs.joint.x, pairs.joint.z, pairs.joint.theta)
        on_other = model.log_ratio(pairs.x, pairs.z, pairs.theta)
        return {
            "mean σ(T) on simulations": float(on_joint.sigmoid().mean()),
            "on the others": float(on_other.sigmoid().mean()),
        }
    return {}


def _layers(
    model: Implicit,
    phase: str,
    pairs: Contrast | None,
    inferred: Inferred | None,
    plane: Plane,
    after: Implicit | None,
) -> tuple[Layer, ...]:
    """What a phase draws; z alone has a place here."""
    layers: list[Layer] = []
    if pairs is not None:
        layers.append(Points(as_array(pairs.joint.z[:_SHOWN]), role="prior", name="z of simulations", size=_SIZE))
        if phase == SIMULATE:
            return tuple(layers)
    if inferred is None:
        assert pairs is not None
        name = "z of another simulation"
        layers.append(Points(as_array(pairs.z[:_SHOWN]), role="model", name=name, size=_SIZE))
        return tuple(layers)
    z = as_array(inferred.z[0, :_SHOWN])
    layers.append(Points(z, role="model", name="z = f(φ, ε, x)", size=_SIZE))
    if phase == INFER:
        e = as_array(inferred.noise[0, :_SHOWN, : z.shape[1]])
        layers.append(change_arrows(plane, e, z, "ε₁ to z"))
    if phase == "update" and after is not None and after.posterior is not None:
        with torch.no_grad():
            moved = as_array(after.posterior(model.features(inferred.x), inferred.noise)[0, :_SHOWN])
        layers.append(change_arrows(plane, z, moved, "z"))
    return tuple(layers)
