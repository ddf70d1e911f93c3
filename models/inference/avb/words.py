"""Presentation of the page of adversarial variational Bayes: objective, metrics, presets, scenes and suggestions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models.inference.avb.bound_views import above, bounds
from models.inference.avb.pairs_view import pairs
from models.inference.avb.phases import DECODE, INFER, JUDGE, NOISE, RATIO
from models.inference.avb.posterior_views import posterior, posterior_line
from models.inference.avb.ratio_views import ratio, ratio_line
from models.inference.code_views import aggregated, aggregated_line, observations
from models.protocol import DataSpec, Image, Metric, Objective, Preset, Scene, Term, Try
from models.views.latent import decode, latent_map, manifold, reconstructions
from models.views.samples import decoded_samples

__all__ = ["LOOK_AT", "METRICS", "PRESETS", "RATES", "SCENES", "TRY_NEXT", "VIEWS", "explanations", "objective_of"]

_Q = r"q_\phi(z\mid x)"
_T = r"T_\psi(x,z)"
_LIKELIHOOD = Term(rf"\mathbb{{E}}_{{{_Q}}}\left[\log p_\theta(x\mid z)\right]", "reconstruction")
_RATIO = Term(rf"-\,\mathbb{{E}}_{{{_Q}}}\left[r_\psi(x,z)\right]", "log_ratio", sign=-1)


def objective_of(config: Any) -> Objective:
    """The approximate ELBO, and the objective of the discriminator."""
    adaptive = config.contrast == "adaptive"
    second = r"\mathcal{N}(\tilde z;0,I)" if adaptive else "p(z)"
    pair = r"(x,\tilde z)" if adaptive else "(x,z)"
    other = Objective(
        r"\mathrm{value\ of\ }T",
        (
            Term(rf"\mathbb{{E}}_{{{_Q}}}\left[\log\sigma(T_\psi{pair})\right]", "on_q"),
            Term(rf"+\,\mathbb{{E}}_{{{second}}}\left[\log(1-\sigma(T_\psi{pair}))\right]", "on_prior"),
        ),
        total=Term(r"\mathrm{value\ of\ }T", "classification"),
        title="Discriminator",
        note=(
            "Here z̃ = (z − μ)/σ with the moments of q(z|x), and r_ψ = T_ψ + log N(z; μ, σ²) − log p(z)."
            if adaptive
            else "Its optimum is T* = r* = log q(z|x) − log p(z). The value is −log 4 where q is the prior."
        ),
    )
    closed = Objective(
        r"\mathrm{ELBO}",
        (_LIKELIHOOD, Term(rf"-\,D_{{\mathrm{{KL}}}}\left({_Q}\,\Vert\,p(z)\right)", "kl", sign=-1)),
        title="With the KL in closed form",
        note="q and p maximise this one; the discriminator learns a ratio that is known.",
    )
    gaussian = config.posterior == "gaussian"
    return Objective(
        r"\mathrm{approx.\ ELBO}",
        (_LIKELIHOOD, _RATIO),
        total=Term(r"\mathrm{approx.\ ELBO}", "approximate_elbo"),
        note="No bound on log p(x): r_ψ is an estimate. It is held fixed in the gradient of φ, because E_q of the "
        "gradient of r* at fixed z is 0.",
        other=(closed, other) if gaussian else (other,),
    )


METRICS = (
    Metric("approximate_elbo", "≈ ELBO", "nats", "total", "nats", better="higher",
           help="E log p(x|z) − E r_ψ over the batch: an estimate that can lie above log p(x)."),
    Metric("reconstruction", "E log p(x|z)", "nats", "data", "nats", help="Mean over draws of q."),
    Metric("log_ratio", "KL(q ‖ p(z)) by T", "nats", "prior", "nats",
           help="E r_ψ, the mean of the estimated log ratio over draws of q."),
    Metric("kl", "KL(q ‖ p(z)), closed form", "nats", "alt", "nats", when=lambda c: c.posterior == "gaussian",
           help="Of the Gaussian q."),
    Metric("classification", "value of T", "nats", "model", "classifier",
           equilibrium=lambda config: -math.log(4.0),
           help="E log σ(T) + E log(1 − σ(T)); −log 4 where T cannot tell the pairs apart."),
    Metric("on_q", "log σ(T)", "nats", "model", "classifier", plotted=False, help="E log σ(T) over draws of q."),
    Metric("on_prior", "log(1 − σ(T))", "nats", "prior", "classifier", plotted=False,
           help="E log(1 − σ(T)) over the others."),
)  # fmt: skip

RATES = {"lr": "Learning rate of q", "lr_p": "Learning rate of p", "lr_t": "Learning rate of T"}

_TOY = "parabola:sigma=0.25"
_SMOOTH: Mapping[str, Any] = {"beta1": 0.5, "beta2": 0.999}
_GIVEN: Mapping[str, Any] = {"decoder": "given", "noise": 5, "layers": 3, "draws": 8}
_RATES: Mapping[str, Any] = {**_SMOOTH, "batch": 8, "lr": 4e-3, "lr_t": 6e-3}
_CALM: Mapping[str, Any] = {**_SMOOTH, "batch": 32, "lr": 1e-3, "lr_t": 1e-3}
_POINTS: Mapping[str, Any] = {"noise": 4, "updates_t": 3, "draws": 4}
_POINT_RATES: Mapping[str, Any] = {**_SMOOTH, "batch": 32, "lr": 6e-4, "lr_p": 6e-4, "lr_t": 1.5e-3}
_DIGITS: Mapping[str, Any] = {"contrast": "adaptive", "noise": 8, "draws": 16}
_DIGIT_RATES: Mapping[str, Any] = {**_SMOOTH, "batch": 32, "lr": 1e-3, "lr_p": 1e-3, "lr_t": 1e-3}

PRESETS = (
    Preset("Two modes, annealed", _TOY, {**_GIVEN, "updates_t": 5, "anneal": 0.6, "even": True},
           {**_RATES, "steps": 4000},
           about="The weight of the likelihood rises slowly: q splits in two before the modes are far apart."),
    Preset("Two modes, not annealed", _TOY, {**_GIVEN, "contrast": "adaptive", "draws": 16},
           {**_CALM, "steps": 3000},
           about="The reverse KL takes one mode, and KL(q ‖ p(z|x)) stays at log 2 = 0.69."),
    Preset("Gaussian q", _TOY, {**_GIVEN, "posterior": "gaussian"}, {**_CALM, "steps": 2500},
           about="The best that a VAE's q can do: one mode. The discriminator learns a ratio that is known."),
    Preset("Four points", "four-points", _POINTS, {**_POINT_RATES, "steps": 5000},
           about="An implicit q packs four posteriors into the prior nearly without gaps: log p is near −log 4."),
    Preset("Four points, Gaussian q", "four-points", {**_POINTS, "posterior": "gaussian"},
           {**_POINT_RATES, "lr": 1e-3, "lr_p": 1e-3, "steps": 4000},
           about="Four Gaussians cannot fill the prior: log p stays near −1.57."),
    Preset("Digits, adaptive contrast", "digits-binary", _DIGITS, {**_DIGIT_RATES, "steps": 4000},
           about="Against its own Gaussian, the discriminator sees how narrow q is."),
    Preset("Digits, plain contrast", "digits-binary", {**_DIGITS, "contrast": "plain"},
           {**_DIGIT_RATES, "steps": 4000},
           about="q shrinks to a point, the discriminator cannot tell, and the approximate ELBO exceeds log p."),
    Preset("Digits, Gaussian q", "digits-binary", {**_DIGITS, "posterior": "gaussian", "contrast": "plain"},
           {**_DIGIT_RATES, "steps": 4000},
           about="The q of a VAE with the same decoder: simpler, and at equal time the better model."),
    Preset("Grey digits, 8 latents", "digits", {**_DIGITS, "latent": 8, "noise": 16}, {**_DIGIT_RATES, "steps": 4000},
           about="More dimensions than quadrature can take: samples, and importance sampling for log p."),
    Preset("A line, known posterior", "regression", {**_GIVEN, "contrast": "adaptive", "draws": 16},
           {**_CALM, "steps": 2500},
           about="The exact posterior is a correlated Gaussian, which an implicit q can match."),
)  # fmt: skip


def _image(config: Any, spec: DataSpec | None) -> bool:
    return spec is not None and isinstance(spec.kind, Image)


VIEWS = (
    pairs,
    posterior_line,
    posterior,
    ratio_line,
    ratio,
    aggregated_line,
    aggregated,
    bounds,
    above,
    observations,
    latent_map.but(when=_image, lead=False),
    decode.but(when=_image),
    reconstructions.but(when=_image),
    decoded_samples.but(when=_image),
    manifold.but(when=_image),
)
SCENES = (
    Scene("Train", "Does q find the posterior?", lead="pairs",
          beside=("posterior_line", "posterior", "aggregated"), below=("curves",)),
    Scene("Ratio", "Does the discriminator learn log q(z|x) − log p(z)?", lead="ratio",
          beside=("ratio_line", "posterior_line", "aggregated"), below=("curves",)),
    Scene("The bound", "Is the approximate ELBO a bound?", lead="bounds", beside=("above",),
          below=("posterior", "posterior_line")),
    Scene("Prior", "Does q, averaged over the data, fill the prior?", lead="aggregated_line",
          beside=("observations",)),
    Scene("Latent space", "What does the decoder do with z?", lead="latent_map", beside=("decode", "reconstructions"),
          below=("aggregated",)),
    Scene("Samples", "What does the model generate?", lead="samples", beside=("manifold",)),
)  # fmt: skip

LOOK_AT = (
    "Points are pairs (x, z) with z drawn from q_φ(z|x) or from the prior; the heat map is r_ψ(x, z). Pick a datum to "
    "see its exact posterior, by quadrature, beside draws of q and the best Gaussian.\n\n"
    "KL(q ‖ p(z|x)) prefers one mode. With the weight of the likelihood raised slowly, q covers both while they are "
    "close and keeps them.\n\n"
    "A far ratio is learned badly: where q is narrow, plain r_ψ underestimates the KL, and the approximate ELBO lies "
    "above log p(x). Adaptive contrast compares q with a Gaussian of its own moments, and errs where q has two modes, "
    "which no Gaussian resembles.\n\n"
    "Importance sampling needs a density, which q lacks: its proposal is 0.8 of a Gaussian fitted to 1,000 draws of "
    "q(z|x), widened 1.3 times, and 0.2 of the prior.\n\n"
    "The lecture writes λ for φ and φ for ψ. Its integral for q(z|x) lacks the Jacobian: the density is the sum of "
    "s(ε)/|∂f/∂ε| over the preimages of z."
)
TRY_NEXT = (
    Try("Leave out the annealing: q takes one mode", preset="Two modes, not annealed", scene="Train"),
    Try("See how far the best Gaussian gets", preset="Gaussian q", scene="Train"),
    Try("Four points: look for approximate ELBOs above log p(x)", preset="Four points", scene="The bound"),
    Try("Digits with plain contrast: see q shrink while r_ψ does not", preset="Digits, plain contrast", scene="Ratio",
        card="ratio"),
    Try("Digits with adaptive contrast", preset="Digits, adaptive contrast", scene="The bound"),
    Try("Train the Gaussian VAE on the same digits", page="vae"),
    Try("See the ratio and its gradient on a known q", page="ratio-posterior"),
)  # fmt: skip


def explanations(config: Any) -> dict[str, dict[str, str]]:
    """Describes each phase of each player's update, for slow motion."""
    adaptive = config.contrast == "adaptive"
    against = "a Gaussian of the moments of q" if adaptive else "the prior"
    return {
        "discriminator": {
            "draw": "Draw a mini-batch of data.",
            NOISE: "Draw several ε for each datum, and as many z from the prior.",
            INFER: "q maps each datum and ε to z = f(φ, ε, x).",
            JUDGE: f"T compares draws of q with draws of {against}.",
            "backward": "Differentiate T's loss with respect to ψ. q is held fixed.",
            "update": "Update ψ: r_ψ rises on draws of q and falls on draws of the prior.",
        },
        "encoder": {
            "draw": "Draw a mini-batch of data.",
            NOISE: "Draw several ε for each datum.",
            INFER: "q maps each datum and ε to z = f(φ, ε, x).",
            DECODE: "p gives log p(x|z) of each draw.",
            RATIO: "T gives r_ψ(x, z), the estimate of log q(z|x) − log p(z).",
            "backward": "T is held fixed. Differentiate log p(x|z) − r_ψ(x, z) through z to φ.",
            "update": "Update φ: draws move to where log p(x|z) is high and r_ψ is low.",
        },
        "decoder": {
            "draw": "Draw a mini-batch of data.",
            NOISE: "Draw several ε for each datum.",
            INFER: "q maps each datum and ε to z; no gradient goes back through it.",
            DECODE: "p gives log p(x|z) of each draw.",
            "backward": "Differentiate log p(x|z) with respect to θ.",
            "update": "Update θ: the data become more probable under the draws of q.",
        },
    }
