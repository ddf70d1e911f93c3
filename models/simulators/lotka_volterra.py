"""Predator and prey: a stochastic process that can be run, and whose likelihood cannot be computed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.protocol import param
from models.simulators.simulator import Simulator

__all__ = ["LotkaVolterra"]

_BIRTH, _PREDATION, _DEATH = 0.5, 0.005, 0.5  # rates at z = 0 and θ = 0
_SPREAD = 0.35  # standard deviation of the logarithms of birth and death rate
_START = (100.0, 80.0)  # prey and predators at time 0
_STEP = 0.1


@dataclass(frozen=True)
class LotkaVolterra(Simulator):
    """Numbers u of prey and v of predators, with three kinds of random event.

    A birth of prey has rate α u, a predation, which turns prey into a predator, β u v, the death of a predator γ v.
    log α and log γ are unknown; θ is log β less its value. Events are approximated by the chemical Langevin equation
    (Gillespie, 2000) in steps of 0.1. An observation is log(1 + u) and log(1 + v) at evenly spaced times. The
    stochastic model is that of Wilkinson, 2006, "Stochastic Modelling for Systems Biology".
    """

    simulator = "lotka-volterra"
    unknowns = ("prey birth: log α", "predator death: log γ")
    coefficient = "log predation rate θ"
    truth, start = 0.0, 0.4
    has_density = has_gradient = False

    times: int = param(10, "Times", 3, 40, help="Times at which both numbers are counted.")
    end: float = param(20.0, "End", 5.0, 60.0, help="Last time.")

    @property
    def d(self) -> int:
        """Both numbers at each time."""
        return 2 * self.times

    @property
    def axis(self) -> tuple[str, tuple[float, ...]]:
        """Time; prey first, then predators."""
        times = [self.end * (k + 1) / self.times for k in range(self.times)]
        return "time", (*times, *times)

    def simulate(self, z: Tensor, *, rng: torch.Generator, theta: Tensor | float | None = None) -> Tensor:
        """Euler's method for the Langevin equation; numbers stay at 0 once they reach it."""
        theta = self.coefficient_of(theta, z)
        birth = _BIRTH * (_SPREAD * z[:, 0]).exp()
        death = _DEATH * (_SPREAD * z[:, 1]).exp()
        predation = _PREDATION * (theta[:, 0] if theta.ndim else theta).exp()
        every = max(1, round(self.end / self.times / _STEP))
        step = self.end / self.times / every
        u, v = (torch.full_like(birth, number) for number in _START)
        prey, predators = [], []
        for count in range(1, self.times * every + 1):
            noise = torch.randn(3, len(z), generator=rng, device=z.device, dtype=z.dtype)
            rates = torch.stack([birth * u, predation * u * v, death * v])  # (3, n)
            events = rates * step + (rates * step).sqrt() * noise
            u = (u + events[0] - events[1]).clamp_min(0.0)
            v = (v + events[1] - events[2]).clamp_min(0.0)
            if count % every == 0:
                prey.append(torch.log1p(u))
                predators.append(torch.log1p(v))
        return torch.stack([*prey, *predators], dim=1)
