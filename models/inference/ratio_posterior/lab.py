"""A posterior known by its draws alone, and the log ratio to the prior that a classifier learns from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.exact.densities_1d import log_sigmoid
from models.inference.ratio_posterior import words
from models.inference.ratio_posterior.equations import EQUATIONS
from models.inference.ratio_posterior.estimate_views import error, far
from models.inference.ratio_posterior.exact import bound, log_prior
from models.inference.ratio_posterior.q import posterior_of
from models.inference.ratio_posterior.ratio_views import EDGE, X_RANGE, pairs, posterior, ratio
from models.inference.ratio_posterior.zero_views import zero
from models.protocol import Lab, Objective, param

__all__ = ["RatioPosteriorLab"]

_CONTRASTS = {"plain": "the prior", "adaptive": "a Gaussian with the moments of q"}
_LARGEST = 700.0  # nats of which the exponential is still a float


class RatioPosteriorLab(Lab):
    """r*(x, z) = log q(z|x) − log p(z), exactly and by a classifier, for q given as z = f(φ, ε, x).

    Mescheder, Nowozin and Geiger, 2017, "Adversarial variational Bayes" (arXiv 1701.04722), with its adaptive contrast;
    Huszár, 2017 (arXiv 1702.08235).
    """

    title = "Posterior by ratio"
    reference = "https://arxiv.org/abs/1701.04722"
    about, look_at, try_next = words.ABOUT, words.LOOK_AT, words.TRY_NEXT
    presets, scenes = words.PRESETS, words.SCENES
    views = (ratio, pairs, posterior, far, error, zero)

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        x: float = param(2.0, "Datum x", *X_RANGE, step=0.05, live=True)
        z: float = param(1.4, "Place z", -EDGE, EDGE, step=0.05, live=True, help="Where Explain shows the equations.")
        shift: float = param(0.0, "Shift a of q", -3.0, 3.0, step=0.05, live=True)
        width: float = param(0.3, "Width s of q", 0.002, 2.0, log=True, live=True)
        split: float = param(0.8, "Split h of q", 0.0, 2.0, step=0.002, live=True, help="Two modes, 2 h √x apart.")
        steepness: float = param(
            3.0, "Steepness k of q", 0.5, 30.0, log=True, live=True, help="How little of q lies between its modes."
        )
        contrast: str = param(
            "plain",
            "Contrast",
            choices=_CONTRASTS,
            live=True,
            help="The distribution with which the classifier compares q.",
        )
        n: int = param(5000, "Pairs of each kind n", 50, 50_000, log=True, live=True)
        steps: int = param(1000, "Updates of the classifier", 20, 10_000, log=True, live=True)
        sigma: float = param(0.25, "σ of x given z", 0.1, 1.0, log=True, live=True, more=True)

    config: Config

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The slide's algebra at x and z, the density of q, and the bound."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """At x and z: the log odds and their parts, the preimage of z; at x: the terms of the bound."""
        c, q = self.config, posterior_of(self.config)
        x, z = np.array(c.x), np.array(c.z)
        e = q.preimage(z, x)
        log_q, prior = float(q.log_prob_at(e, x)), float(log_prior(z))
        odds, terms = log_q - prior, bound(q, c.x, c.sigma)
        return {
            "log_q": log_q,
            "log_prior": prior,
            "log_ratio": odds,
            "prior_over_q": math.exp(-odds) if -odds < _LARGEST else math.inf,
            "probability": math.exp(float(log_sigmoid(np.array(odds)))),
            "noise": float(e),
            "noise_density": math.exp(float(log_prior(e))),
            "slope": float(q.slope(e, x)),
            "q": math.exp(log_q),
            "likelihood": terms.likelihood,
            "ratio": terms.ratio,
            "elbo": terms.elbo,
            "gap": terms.gap,
            "evidence": terms.evidence,
        }
