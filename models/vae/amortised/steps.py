"""What one gradient step does to log p(x), ELBO and KL: on φ, the encoder or q alone, and on θ, the decoder."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from models.exact.gaussian_latent import GridPosterior
from models.frames import Bars
from models.protocol import DataPoint, param, view
from models.vae.exact_views import grids_of, likelihood_bound
from models.vae.image_model import ImageModel
from models.views.words import named

__all__ = ["steps"]

_HALVINGS = 12
_PHI = {"encoder": "encoder", "q": "q alone"}
_ROWS = (("log p(x)", "total"), ("ELBO", "model"), ("KL(q ‖ p(z|x))", "alt"))

_Q = tuple[Tensor, Tensor]  # mean and log variance, (latent,) each
_Changes = tuple[float, float, float]  # of log p(x), ELBO and KL, nats


class EncoderModel(ImageModel, Protocol):
    """An `ImageModel` with an encoder network."""

    @property
    def encoder(self) -> nn.Module:
        """q(z|x)."""


@dataclass(frozen=True)
class _State:
    """Exact values of one image, nats."""

    log_prob: float
    elbo: float
    gap: float

    def minus(self, other: _State) -> _Changes:
        return self.log_prob - other.log_prob, self.elbo - other.elbo, self.gap - other.gap

    def __str__(self) -> str:
        return f"{self.log_prob:.3f} = {self.elbo:.3f} + {self.gap:.3f}"


@view(
    "Steps on φ and θ", latent=lambda dim: dim <= 2,
    help="At fixed θ, raising the ELBO by φ lowers KL(q ‖ p(z|x)); a step on θ changes log p(x) too.",
)  # fmt: skip
def steps(
    model: EncoderModel,
    point: DataPoint,
    part: str = param("encoder", "φ", choices=_PHI, help="The parameters that the step on φ changes."),
    gain: float = param(
        0.3, "Length of a step", 0.01, 3.0, log=True, unit="nats", more=True,
        help="Gain of the ELBO if its slope were constant; the step is halved until the ELBO rises.",
    ),
) -> Iterator[Bars]:  # fmt: skip
    """Changes of log p(x), ELBO and KL, by quadrature, after a step on φ and, separately, after one on θ.

    The steps are made on copies; the model is not changed.
    """
    subtitle = f"{named(point, model.spec.kind)}; changes by quadrature"
    states: list[_State] = []
    changes: list[_Changes] = []
    for what, moving in (("", ""), ("φ", part), ("θ", "decoder")):
        stepped, q = _stepped(model, point, moving, gain) if moving else (model, None)
        for state in _measured(stepped, point, q):
            if state is None:
                yield _bars(changes, subtitle, f"Integrating {f'after the step on {what}' if what else 'before'}.")
            else:
                states.append(state)
        if what:
            changes.append(states[-1].minus(states[0]))
    before, after_q, after_p = states
    evidence = changes[1][0]
    direction = "rises" if evidence > 0 else "falls"
    note = (
        f"log p = ELBO + KL: {before}. After the step on φ, {after_q}: the KL falls by what the ELBO gains. "
        f"After the step on θ, {after_p}: log p {direction} by {abs(evidence):.3f}."
    ).replace("-", "−")
    yield _bars(changes, subtitle, note)


def _q_of(model: EncoderModel, point: DataPoint) -> _Q:
    mean, log_var = model.encode(point.x)
    return mean[0].double(), log_var[0].double()


def _measured(model: EncoderModel, point: DataPoint, q: _Q | None) -> Iterator[_State | None]:
    """None after each part of the computation, then the exact values under the model's q or the given one."""
    bound = likelihood_bound(model, point.x)
    with torch.no_grad():
        own = _q_of(model, point)
    grid: GridPosterior | None = None
    for grid in grids_of(model, bound, (q or own)[0].detach()):  # noqa: B007  # the last one counts
        yield None
    for under in bound.averaging(*(q or own)):
        if under is None:
            yield None
    assert grid is not None
    assert under is not None
    yield _State(grid.log_prob, under.elbo, under.divergence(grid.log_prob))


def _stepped(model: EncoderModel, point: DataPoint, part: str, gain: float) -> tuple[EncoderModel, _Q | None]:
    """A copy of the model after one step along the gradient of the ELBO, and q if the step changed q alone.

    The ELBO would rise by `gain` if its slope were constant. The step is halved until the ELBO rises.

    Args:
        model: The model.
        point: The image.
        part: What the step changes: "encoder", "decoder", or "q" for mean and log variance of this image alone.
        gain: See above, nats.
    """
    other = copy.deepcopy(model)
    bound = likelihood_bound(other, point.x)
    with torch.enable_grad():
        q = _q_of(other, point)
        if part == "q":
            q = q[0].detach().requires_grad_(), q[1].detach().requires_grad_()
            moved = list(q)
        else:
            moved = list({"encoder": other.encoder, "decoder": other.decoder}[part].parameters())
        before = bound.elbo(*q)
        slopes = torch.autograd.grad(before, moved)
    square = float(sum(slope.double().square().sum() for slope in slopes))
    length = gain / max(square, 1e-30)
    start = [tensor.detach().clone() for tensor in moved]
    with torch.no_grad():
        for _ in range(_HALVINGS):
            for tensor, origin, slope in zip(moved, start, slopes, strict=True):
                tensor.copy_(origin + length * slope)
            if float(bound.elbo(*(q if part == "q" else _q_of(other, point)))) > float(before):
                break
            length /= 2
    return other, (q[0].detach(), q[1].detach()) if part == "q" else None


def _bars(changes: list[_Changes], subtitle: str, note: str) -> Bars:
    rows = [(f"{what}: {label}", role) for what in "φθ" for label, role in _ROWS]
    values = [value for each in changes for value in each]
    return Bars(
        tuple(label for label, _ in rows),
        np.array(values + [math.nan] * (len(rows) - len(values))),
        roles=tuple(role for _, role in rows),
        unit="nats",
        subtitle=subtitle,
        note=note,
        pending=len(values) < len(rows),
    )
