"""The autoregressive model as a flow, and where that reading ends."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from models.exact.normal import LOG_2PI
from models.flows.ar_is_flow import words
from models.flows.ar_is_flow.chain import GaussianChain
from models.flows.ar_is_flow.derivation_views import dependencies, derivation, image, noise_plane
from models.flows.ar_is_flow.direction_views import direction, passes
from models.flows.ar_is_flow.discrete_views import cells, shares, staircase
from models.flows.ar_is_flow.equations import equations_of
from models.flows.ar_is_flow.levels import DiscreteChain
from models.flows.ar_is_flow.mixture import KnotheRosenblatt, PlanarMixture
from models.flows.ar_is_flow.mixture_views import conditional, first_order, second_order
from models.flows.ar_is_flow.reading_views import (
    ORDERS,
    differences,
    jacobian,
    log_determinant,
    order_of,
    ordered_jacobian,
    samples,
    slices,
)
from models.protocol import Lab, Objective, param

__all__ = ["ARIsFlowLab"]


class ARIsFlowLab(Lab):
    """A three-dimensional autoregressive model read as x = f(ε); discrete x, mixtures, and the cost of direction.

    Kingma et al., 2016, "Improved variational inference with inverse autoregressive flow" (arXiv 1606.04934);
    Papamakarios et al., 2017, "Masked autoregressive flow" (arXiv 1705.07057); Rosenblatt, 1952, "Remarks on a
    multivariate transformation".
    """

    title = "Chain and flow"
    reference = "https://arxiv.org/abs/1705.07057"
    about = words.ABOUT
    presets, scenes, look_at, try_next = words.PRESETS, words.SCENES, words.LOOK_AT, words.TRY_NEXT
    views = (
        derivation, noise_plane, dependencies, image, samples, slices, differences, jacobian, ordered_jacobian,
        log_determinant, staircase, cells, shares, first_order, second_order, conditional, direction, passes,
    )  # fmt: skip

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        order: str = param("123", "Order of the chain", choices=ORDERS, live=True)
        bend: float = param(1.0, "Dependence b of the means", 0.0, 2.0, step=0.05, live=True, help="0: none.")
        change: float = param(0.5, "Dependence c of the widths", 0.0, 1.0, step=0.05, live=True, help="0: none.")
        e1: float = param(0.8, "Noise ε₁", -3.0, 3.0, step=0.05, live=True)
        e2: float = param(-0.6, "Noise ε₂", -3.0, 3.0, step=0.05, live=True)
        e3: float = param(1.2, "Noise ε₃", -3.0, 3.0, step=0.05, live=True)
        u1: float = param(
            0.3, "Uniform noise ε₁", 0.01, 0.99, step=0.01, live=True, help="Of discrete x and of mixtures."
        )
        u2: float = param(0.6, "Uniform noise ε₂", 0.01, 0.99, step=0.01, live=True)
        levels: int = param(4, "Levels of discrete x", 2, 8, live=True)
        apart: float = param(3.4, "Modes of the mixture apart", 0.0, 5.0, step=0.1, live=True)
        mixture_std: float = param(0.6, "Std of its components", 0.3, 1.5, step=0.05, live=True, more=True)

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        c = config
        self.chain = GaussianChain(order_of(c.order), c.bend, c.change)
        self.noise = torch.tensor([[c.e1, c.e2, c.e3]], dtype=torch.float64)
        self.x = self.chain.transform(self.noise)
        self.jacobian = self.chain.jacobian(self.noise)[0]
        self.discrete = DiscreteChain(c.levels)
        self.uniform = torch.tensor([[c.u1, c.u2]], dtype=torch.float64)
        first, second = self.discrete.transform(self.uniform.numpy())[0].tolist()
        self.outcome = (first, second)
        mixture = PlanarMixture.triangle(c.apart, c.mixture_std)
        self.rosenblatt = (KnotheRosenblatt(mixture, (0, 1)), KnotheRosenblatt(mixture, (1, 0)))

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """Both readings of log p(x), the probability of a discrete x, and mixture conditionals."""
        return equations_of(config)

    def values(self) -> Mapping[str, float]:
        """Terms of log p(x) at x = f(ε) in both readings, nats; P of the discrete x; terms of a mixture, nats."""
        flow = self.rosenblatt[0]
        x = flow.transform(self.uniform)
        of_first, of_second = flow.log_conditionals(x)[0].tolist()
        return {
            **self.exact,
            "probability": float(self.discrete.probabilities[self.outcome]),
            "log_first": of_first,
            "log_second": of_second,
            "log_mixture": float(flow.mixture.log_prob(x)),
        }

    @functools.cached_property
    def exact(self) -> Mapping[str, float]:
        """Terms of log p(x) at x = f(ε), nats: of the chain, and of the change of variables."""
        terms = self.chain.log_conditionals(self.x)[0][list(self.chain.order)].tolist()
        return {
            "first": terms[0],
            "second": terms[1],
            "third": terms[2],
            "log_prob": sum(terms),
            "log_noise": float(-0.5 * self.noise.square().sum() - 1.5 * LOG_2PI),
            "log_det": float(-torch.linalg.slogdet(self.jacobian).logabsdet),
        }
