"""Presentation of the page of implicit models: objective, metrics, presets, scenes and suggestions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models.inference.code_views import aggregated, observations
from models.inference.implicit.methods_views import abc, methods
from models.inference.implicit.phases import INFER, JUDGE, RATIO, SHUFFLE, SIMULATE
from models.inference.implicit.posterior_views import posterior, posterior_line
from models.inference.implicit.ratio_views import ratio
from models.inference.implicit.switch_views import switch, theta_line
from models.protocol import DataSpec, Metric, Objective, Preset, Scene, Term, Try
from models.simulators import simulator_of

__all__ = ["LOOK_AT", "METRICS", "PRESETS", "RATES", "SCENES", "TRY_NEXT", "VIEWS", "explanations", "objective_of"]

_Q = r"q_\phi(z\mid x)"
_OUTER = rf"\mathbb{{E}}_{{p_\mathrm{{data}}(x)\,{_Q}}}"
_VALUE = r"\mathcal{V}(\psi)"


def _classifier(ratio: str, first: str, second: str, note: str, title: str = "") -> Objective:
    """What T maximises: a term on pairs with y = 1 and one on pairs with y = 0."""
    return Objective(
        _VALUE,
        (
            Term(rf"\mathbb{{E}}_{{{first}}}\left[\log\sigma({ratio})\right]", "on_joint"),
            Term(rf"+\,\mathbb{{E}}_{{{second}}}\left[\log(1-\sigma({ratio}))\right]", "on_other"),
        ),
        total=Term(_VALUE, "classification"),
        title=title,
        note=note,
    )


def objective_of(config: Any) -> Objective:
    """The objective of q and θ, and that of the classifier; of the classifier alone where there is no q."""
    if config.estimator == "nre":
        return _classifier(
            r"r_\psi(x,z)", "p(x,z)", r"p(x)\,p(z)",
            "The best r_ψ is log p(x, z) − log p(x) p(z) = log p(z|x) − log p(z): prior times exp r_ψ is the "
            "posterior. The data are not used.",
        )  # fmt: skip
    learned = config.theta == "learned"
    value = r"\mathcal{L}(\phi,\theta)" if learned else r"\mathcal{L}(\phi)"
    ratio = r"r_\psi(x,z,\theta)" if learned else r"r_\psi(x,z)"
    full = r"\mathbb{E}\left[\log p(x\mid z)\,p(z)-\log q(z\mid x)\,q(x)\right]"
    total = Term(value, "objective")
    lecture = Objective(
        r"\mathrm{ELBO}-C",
        (Term(full, "objective"),),
        total=total,
        title="With every logarithm",
        note="r_ψ estimates the bracket, log p(x|z) + log p(z) − log q(z|x) − log q(x); on the slide, too, both "
        "logarithms are of products. C is the mean of log q(x) over the data, which depends on neither φ nor θ: q(x) "
        "is free.",
    )
    classifier = _classifier(
        ratio.replace(r"\theta", r"\theta'"), r"p_{\theta'}(x\mid z)\,p(z)" if learned else r"p(x\mid z)\,p(z)",
        rf"q(x)\,{_Q}",
        "The best r_ψ is log p(x|z) + log p(z) − log q(z|x) − log q(x); the value is −log 4 where q(z|x) q(x) is "
        "p(x, z)."
        + (" Runs are made at θ′ ~ N(θ, spread²), and T is given θ′." if learned else ""),
        "Classifier",
    )  # fmt: skip
    return Objective(
        value,
        (Term(rf"{_OUTER}\left[{ratio}\right]", "objective"),),
        total=total,
        note="r_ψ is the classifier's estimate of log p(x, z) − log q(x, z), which is held fixed while q is updated. "
        "The mean is over the data, whatever q(x) is.",
        other=(lecture, classifier),
    )


def _adversarial(config: Any) -> bool:
    return config.estimator == "adversarial"


METRICS = (
    Metric("objective", "objective of q", "nats", "total", "objective", when=_adversarial,
           help="E r_ψ: mean of the estimated log p(x, z) − log q(x, z) over data and draws of q; 0 where both are "
           "alike and q(x) is p(x)."),
    Metric("classification", "value of T", "nats", "model", "classifier",
           equilibrium=lambda config: -math.log(4.0) if _adversarial(config) else None,
           help="E log σ(r_ψ) + E log(1 − σ(r_ψ)); −log 4 where T cannot tell the pairs apart."),
    Metric("on_joint", "log σ(T)", "nats", "prior", "classifier", plotted=False,
           help="E log σ(r_ψ) over simulations."),
    Metric("on_other", "log(1 − σ(T))", "nats", "model", "classifier", plotted=False,
           help="E log(1 − σ(r_ψ)) on the pairs that are no simulations."),
    Metric("theta", "θ", "", "model", "θ", when=lambda config: _adversarial(config) and config.theta == "learned",
           plotted=False, help="The coefficient of the simulator."),
)  # fmt: skip

RATES = {"lr": "Learning rate of q", "lr_t": "Learning rate of T", "lr_theta": "Learning rate of θ"}

_SMOOTH: Mapping[str, Any] = {"beta1": 0.5, "beta2": 0.999, "batch": 64, "lr": 1e-3, "lr_t": 2e-3}

PRESETS = (
    Preset("g-and-k, adversarial", "g-and-k", {}, {**_SMOOTH, "steps": 3000},
           about="Neither p(x|z) nor q(z|x) has a density that is used; the exact posterior is computed to compare."),
    Preset("g-and-k, ratio estimation", "g-and-k", {"estimator": "nre"},
           {"batch": 64, "lr_t": 2e-3, "steps": 11_000},
           about="The classifier alone: prior times ratio is a posterior, without a game."),
    Preset("Predator and prey", "lotka-volterra", {"estimator": "nre", "draws": 8},
           {"batch": 64, "lr_t": 2e-3, "steps": 1500},
           about="A random process with two unknown rates, whose likelihood cannot be computed."),
    Preset("Regression, closed form", "regression", {}, {**_SMOOTH, "steps": 2000},
           about="A conjugate model: posterior, evidence and ratio are known exactly."),
    Preset("Learn θ", "regression", {"theta": "learned"}, {**_SMOOTH, "steps": 1500, "lr_theta": 1e-2},
           about="The curvature of the regression, from −0.5, is learned through the ratio; the data have 0.5."),
    Preset("Learn θ, predator and prey", "lotka-volterra", {"theta": "learned"},
           {**_SMOOTH, "steps": 700, "lr_theta": 1e-2},
           about="The rate of predation of a process without a likelihood, learned beside a q of two more rates."),
)  # fmt: skip


def _q_in_a_plane(config: Any, spec: DataSpec | None) -> bool:
    return _adversarial(config) and spec is not None and simulator_of(spec).dim == 2


VIEWS = (
    posterior,
    posterior_line,
    aggregated.but(when=_q_in_a_plane, latent=None, sets=None, help="One draw of z for each datum; circles: p(z)."),
    methods,
    abc,
    switch,
    theta_line,
    observations,
    ratio,
)
SCENES = (
    Scene("Train", "Does q find the posterior of a model that can only be run?", lead="posterior",
          beside=("posterior_line", "aggregated"), below=("curves",)),
    Scene("Methods", "What do others reach with as many simulations?", lead="methods", beside=("abc",),
          below=("posterior",)),
    Scene("Which q(x)?", "Does it matter which q(x) the classifier sees?", lead="switch", below=("curves",)),
    Scene("Better models", "Is θ learned through the ratio?", lead="theta_line", beside=("observations",),
          below=("curves",)),
    Scene("Ratio", "Is r_ψ the log ratio?", lead="ratio", beside=("posterior", "posterior_line"), below=("curves",)),
)  # fmt: skip

LOOK_AT = (
    "A simulator makes an observation x from unknown z; here its likelihood is never used. Pick an observation to see "
    "draws of q(z|x) over the exact posterior, which a grid gives for g-and-k and the regression.\n\n"
    "A classifier tells runs of the simulator from data with draws of q. Its logit is log p(x, z) − log q(x, z), and q "
    "raises it. The q(x) of the classifier's pairs is arbitrary: it moves the objective by a constant. "
    "The mean that q raises stays over the data.\n\n"
    "The classifier serves every x, rejection (ABC) one alone: it keeps the simulations nearest to x, and each new "
    "x needs the search again. Every card counts simulations.\n\n"
    "On g-and-k the game ends near KL(q ‖ p(z|x)) = 0.2, and q is often a little too wide or too narrow. The ratio of "
    "joint and product, a plain classification, ends near 0.06. Where p(x|z) is sharp, the gap grows: narrow "
    "posteriors are hard for the game.\n\n"
    "With θ learned, the classifier sees runs at θ′ around θ, and θ′: its logit has a slope along θ, and the simulator "
    "needs none.\n\n"
    "The lecture writes λ for φ and φ for ψ."
)
TRY_NEXT = (
    Try("Leave the game: learn the ratio of joint and product", preset="g-and-k, ratio estimation", scene="Methods"),
    Try("Take q(x) from the model", {"q_x": "model"}, scene="Which q(x)?"),
    Try("Learn the coefficient of the simulator", preset="Learn θ", scene="Better models"),
    Try("Learn it where no likelihood exists", preset="Learn θ, predator and prey", scene="Better models"),
    Try("Infer the rates of predator and prey", preset="Predator and prey", scene="Train"),
    Try("Check the ratio where all is known", preset="Regression, closed form", scene="Ratio"),
    Try("Keep p(x|z) explicit: adversarial variational Bayes", page="avb"),
)


def explanations(config: Any) -> dict[str, dict[str, str]]:
    """Describes each phase of each player's update, for slow motion."""
    if config.estimator == "nre":
        return {
            "discriminator": {
                "draw": "Draw a mini-batch of data; only its size matters here.",
                SIMULATE: "Draw z from the prior and run the simulator on each.",
                SHUFFLE: "Shuffle z, so that each x is paired with the z of another simulation.",
                JUDGE: "T distinguishes x with its own z from x with a shuffled one.",
                "backward": "Differentiate T's loss with respect to ψ.",
                "update": "Update ψ: r_ψ rises on simulations and falls on shuffled ones.",
            }
        }
    source = "Draw new x from the model's p(x)" if config.q_x == "model" else "Keep the data as x"
    return {
        "discriminator": {
            "draw": "Draw a mini-batch of data.",
            SIMULATE: "Draw z from the prior and run the simulator on each.",
            INFER: f"{source}; q maps each x and ε to z = f(φ, ε, x).",
            JUDGE: "T distinguishes simulations from x with draws of q.",
            "backward": "Differentiate T's loss with respect to ψ. q is held fixed.",
            "update": "Update ψ: r_ψ rises on simulations and falls on draws of q.",
        },
        "encoder": {
            "draw": "Draw a mini-batch of data.",
            INFER: "q maps each datum and ε to z = f(φ, ε, x).",
            RATIO: "T gives r_ψ(x, z), the estimate of log p(x, z) − log q(x, z).",
            "backward": "T is held fixed. Differentiate r_ψ through z to φ.",
            "update": "Update φ: draws move to where r_ψ is high.",
        },
        "simulator": {
            "draw": "Draw a mini-batch of data.",
            INFER: "q maps each datum and ε to z; no gradient goes back through it.",
            RATIO: "T gives r_ψ(x, z, θ) at the model's θ.",
            "backward": "Differentiate r_ψ with respect to its input θ.",
            "update": "Update θ: data with their draws of q become more like simulations.",
        },
    }
