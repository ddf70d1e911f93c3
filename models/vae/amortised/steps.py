"""What one gradient step does to log p(x), ELBO and KL: on λ, the encoder or q alone, and on β, the decoder."""

from __future__ import annotations

import copy
from abc import ABC
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.exact.gaussian_latent import GridPosterior, refinements
from models.frames import Bars
from models.protocol import DataPoint, param, view
from models.vae.bound import LatentBounds
from models.vae.gaussian_bound import GaussianBound
from models.vae.networks import Decoder
from models.views.words import SPLITS

__all__ = ["StepViews"]

_TOLERANCE = 1e-4  # nats
_HALVINGS = 12
_LAMBDA = {"encoder": "encoder", "q": "q alone"}
_ROWS = (("log p(x)", "total"), ("ELBO", "model"), ("KL(q ‖ p(z|x))", "alt"))


@dataclass(frozen=True)
class _State:
    """Exact values of one image, nats."""

    log_prob: float
    elbo: float
    gap: float

    def minus(self, other: _State) -> tuple[float, float, float]:
        return self.log_prob - other.log_prob, self.elbo - other.elbo, self.gap - other.gap

    def __str__(self) -> str:
        return f"{self.log_prob:.3f} = {self.elbo:.3f} + {self.gap:.3f}"


def _moved(change: float) -> str:
    return f"{'rises' if change > 0 else 'falls'} by {abs(change):.3f}"


class StepViews(LatentBounds, ABC):
    """One step on each of the two halves of a model, on private copies of it.

    Attributes:
        encoder: The network whose parameters are λ.
        decoder: The network whose parameters are β.
    """

    encoder: nn.Module
    decoder: Decoder

    def _bound(self, point: DataPoint) -> tuple[GaussianBound, Tensor, Tensor]:
        observed = self.observed(point.x)
        mean, log_var = self.encode(point.x)
        bound = GaussianBound(lambda z: self.log_likelihood(z[:, None], observed)[:, 0], self.latent_dim)
        return bound, mean[0].double(), log_var[0].double()

    def _measured(self, point: DataPoint, q: tuple[Tensor, Tensor] | None = None) -> Iterator[_State | None]:
        """None after each piece of work, and last the exact values, of the model's own q or another."""
        with torch.no_grad():
            bound, mean, log_var = self._bound(point)
            mean, log_var = q or (mean, log_var)
        near = mean.detach()
        grid: GridPosterior | None = None
        for grid in refinements(  # noqa: B007  # the last one counts
            bound.log_likelihood, self.latent_dim, near=near, tolerance=_TOLERANCE, at_once=self.rows,
            device=self.device,
        ):  # fmt: skip
            yield None
        for under in bound.averaging(mean, log_var):
            if under is None:
                yield None
        assert grid is not None
        assert under is not None
        yield _State(grid.log_prob, under.elbo, under.divergence(grid.log_prob))

    def _stepped(self, point: DataPoint, part: str, gain: float) -> tuple[StepViews, tuple[Tensor, Tensor] | None]:
        """A copy of the model, and a q where that alone moved, after one step along the gradient of the ELBO.

        The step is as long as the slope says the ELBO needs to gain `gain`, and is halved until the ELBO does rise.
        """
        other = copy.deepcopy(self)
        with torch.enable_grad():
            bound, mean, log_var = other._bound(point)
            if part == "q":
                mean, log_var = mean.detach().requires_grad_(), log_var.detach().requires_grad_()
                moved = [mean, log_var]
            else:
                moved = list(getattr(other, part).parameters())
            before = bound.elbo(mean, log_var)
            slopes = torch.autograd.grad(before, moved)
        square = float(sum(slope.double().square().sum() for slope in slopes))
        length = gain / max(square, 1e-30)
        start = [tensor.detach().clone() for tensor in moved]
        q: tuple[Tensor, Tensor] | None = None
        with torch.no_grad():
            for _ in range(_HALVINGS):
                for tensor, origin, slope in zip(moved, start, slopes, strict=True):
                    tensor.copy_(origin + length * slope)
                bound, mean, log_var = other._bound(point)
                q = (moved[0], moved[1]) if part == "q" else None
                if float(bound.elbo(*(q or (mean, log_var)))) > float(before):
                    break
                length /= 2
        return other, None if q is None else (q[0].detach(), q[1].detach())

    @view(
        "Steps on λ and β", latent=lambda dim: dim <= 2,
        help="Maximising the ELBO is minimising KL(q ‖ p(z|x)) for λ at fixed β; a step on β moves log p(x) too.",
    )  # fmt: skip
    def steps(
        self,
        point: DataPoint,
        part: str = param("encoder", "λ", choices=_LAMBDA, help="What is moved in the step on λ."),
        gain: float = param(
            0.3, "Length of a step", 0.01, 3.0, log=True, unit="nats", more=True,
            help="What the ELBO would gain if its slope stayed; the step is halved until the ELBO rises at all.",
        ),
    ) -> Iterator[Bars]:  # fmt: skip
        """Changes of log p(x), ELBO and KL, by quadrature, after a step on λ and, apart from it, after one on β."""
        said = f"{SPLITS[point.split]} image {point.index}; changes by quadrature"
        found: list[_State] = []
        made: list[tuple[float, float, float]] = []
        for what, moving in (("", ""), ("λ", part), ("β", "decoder")):
            model, q = self._stepped(point, moving, gain) if moving else (self, None)
            for state in model._measured(point, q):
                if state is None:
                    yield self._changes(made, said, f"Integrating {f'after the step on {what}' if what else 'before'}.")
                else:
                    found.append(state)
            if what:
                made.append(found[-1].minus(found[0]))
        before, after_q, after_p = found
        evidence = made[1][0]
        note = (
            f"log p = ELBO + KL: {before}; after λ {after_q}: the KL falls by what the ELBO gains; "
            f"after β {after_p}: log p {_moved(evidence)}."
        ).replace("-", "−")
        yield self._changes(made, said, note)

    def _changes(self, made: list[tuple[float, float, float]], subtitle: str, note: str) -> Bars:
        rows = [(f"{what}: {label}", role) for what in "λβ" for label, role in _ROWS]
        values = [value for changes in made for value in changes]
        return Bars(
            tuple(label for label, _ in rows),
            np.array(values + [0.0] * (len(rows) - len(values))),
            roles=tuple(role for _, role in rows),
            unit="nats",
            subtitle=subtitle,
            note=note,
        )
