"""Wording of the GAN of images: objective, metrics, presets, views, scenes, and suggestions."""

from __future__ import annotations

from typing import Any

from models.gan.images.scores import scores
from models.gan.objectives import OBJECTIVES
from models.protocol import Metric, Objective, Preset, Scene, Term, Try
from models.views.image_quality import SAMPLE_METRICS, classes, frechet_distance, nearest, precision
from models.views.latent import decode, manifold
from models.views.samples import decoded_samples
from models.views.walks import interpolation_of_draws, prior_traversals

__all__ = ["LOOK_AT", "METRICS", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS", "objective_of"]


def _rest_discriminator(config: Any) -> float | None:
    return OBJECTIVES[config.objective].rest_discriminator


def _rest_generator(config: Any) -> float | None:
    return OBJECTIVES[config.objective].rest_generator


_GENERATOR = {
    "non-saturating": "G maximises 𝔼[log D(G(z))]. D_φ = σ(F): F is the output of D before the sigmoid.",
    "least-squares": "D_φ = F. G minimises ½𝔼[(D(G(z)) − 1)²].",
    "hinge": "G maximises 𝔼[F(G(z))].",
    "wasserstein-gp": "G maximises 𝔼[F(G(z))]. A constant added to F changes nothing: only differences of F matter.",
}


def _penalised(config: Any) -> bool:
    return config.objective == "wasserstein-gp" or config.r1 > 0


def objective_of(config: Any) -> Objective:
    """What the discriminator maximises: the two terms of the game, and the penalty in use."""
    game = OBJECTIVES[config.objective]
    terms = [Term(game.terms[0], "on_data"), Term(game.terms[1], "on_samples")]
    note = f"φ: weights of D, θ: weights of G. {_GENERATOR[config.objective]}"
    if config.objective == "wasserstein-gp":
        penalty = r"-\,\lambda\,\mathbb{E}_{\hat{x}}\left[(\Vert\nabla F(\hat{x})\Vert-1)^2\right]"
        terms.append(Term(penalty, "penalty", sign=-1))
    elif config.r1 > 0:
        penalty = r"-\,\frac{\gamma}{2}\,\mathbb{E}_{p_{\mathrm{data}}}\left[\Vert\nabla F(x)\Vert^2\right]"
        terms.append(Term(penalty, "penalty", sign=-1))
        every = config.r1_every
        note += f" R1 is computed in one of {every} updates of D, with {every} times its weight; else it is 0."
    total = Term(r"\mathcal{L}", "discriminator_loss", sign=-1)
    return Objective(r"\mathcal{L}(\phi,\theta)", tuple(terms), total, note=note)


METRICS = (
    Metric(
        "game", "Loss of D", role="data", equilibrium=_rest_discriminator,
        help="Loss without penalty; dashed: its value where no D can tell samples from data.",
    ),
    Metric(
        "generator_loss", "Loss of G", role="model", equilibrium=_rest_generator,
        help="It need not fall while samples improve: D improves too.",
    ),
    Metric(
        "penalty", "Penalty of D", role="alt", when=_penalised, plotted=False,
        help="Penalty with its weight; R1 is 0 in the updates that leave it out, and only its average matters.",
    ),
    Metric(
        "discriminator_loss", "Loss of D with penalty", role="total", plotted=False,
        help="The loss of D, penalty included.",
    ),
    Metric("on_data", "Value on data", role="data", plotted=False, help="The term of the objective on data."),
    Metric("on_samples", "Value on samples", role="model", plotted=False, help="The objective's term on samples."),
    Metric("score_real", "F on data", role="data", plotted=False, help="Mean score of the batch's data."),
    Metric("score_fake", "F on samples", role="model", plotted=False, help="Mean score of as many samples."),
    *SAMPLE_METRICS,
)  # fmt: skip
_ADAM = {"batch": 64, "lr_g": 1e-3, "lr_d": 1e-3, "beta1": 0.5}
PRESETS = (
    Preset(
        "Digits", "digits", {"channels": 32}, {"steps": 4000, "ema": 0.99, **_ADAM},
        about="Small digits in seconds, all ten classes.",
    ),
    Preset(
        "Digits, Wasserstein", "digits", {"channels": 32, "objective": "wasserstein-gp", "d_updates": 3},
        {"steps": 2000, "ema": 0.99, **_ADAM},
        about="A critic of slope near 1, with three updates a round: its loss falls to 0 as samples improve.",
    ),
    Preset(
        "Digits, classes lost", "digits", {"channels": 32, "r1": 0.0},
        {"steps": 3000, "batch": 64, "lr_g": 1e-2, "lr_d": 1e-4, "schedule": "constant"},
        about="D learns a hundred times more slowly than G, which moves from class to class: see Classes.",
    ),
    Preset(
        "MNIST", "mnist", {}, {"steps": 8000, "ema": 0.995, **_ADAM},
        about="Legible digits after about three minutes on a CPU.",
    ),
    Preset(
        "Sprites", "sprites", {}, {"steps": 6000, "ema": 0.995, **_ADAM},
        about="Four shapes in any size, place and rotation.",
    ),
    Preset(
        "Coloured sprites", "sprites-colour", {"channels": 10}, {"steps": 6000, "ema": 0.995, **_ADAM},
        about="Shapes of 32×32 pixels in colour.",
    ),
    Preset(
        "MNIST, wide", "mnist", {"channels": 64, "latent": 64},
        {"steps": 40_000, "ema": 0.999, "batch": 128, "lr_g": 5e-4, "lr_d": 5e-4, "beta1": 0.5},
        device="cuda", about="Four times as many channels, for a GPU.",
    ),
    Preset(
        "MNIST, Wasserstein", "mnist", {"channels": 64, "latent": 64, "objective": "wasserstein-gp", "d_updates": 5},
        {"steps": 20_000, "ema": 0.999, "batch": 64, "lr_g": 2e-4, "lr_d": 2e-4, "beta1": 0.0, "beta2": 0.9},
        device="cuda", about="Five updates of the critic a round, as in the paper.",
    ),
)  # fmt: skip
VIEWS = (
    decoded_samples.without("show").but(lead=True, help="Images of the same noise at each step."),
    decode,
    interpolation_of_draws,
    scores,
    classes,
    nearest,
    precision,
    frechet_distance,
    prior_traversals,
    manifold,
)
SCENES = (
    Scene(
        "Train", "Does the generator learn to draw?",
        lead="samples", beside=("classes",), below=("curves",),
    ),
    Scene(
        "Quality", "How near are samples to the data, and are modes missing?",
        lead="samples", beside=("precision", "frechet"), below=("classes",),
    ),
    Scene(
        "Latent space", "How does the image change with z?",
        lead="traversals", beside=("decode",), below=("interpolation", "manifold"),
    ),
    Scene(
        "Memory", "Does the generator copy, and has D memorised its training data?",
        lead="nearest", beside=("scores",), below=("curves",),
    ),
)  # fmt: skip
LOOK_AT = (
    "The samples use the same noise at each step: blobs become strokes, strokes become digits, and good digits keep "
    "changing, because the game does not converge. The losses show little: both stay near the dashed lines while "
    "samples improve. The Fréchet distance and the classes of the samples show progress. Images are sharp where those "
    "of a VAE are blurred; what a GAN loses instead are modes: see whether every class is present. The scores of D "
    "show how much it has memorised its training data, the nearest training images whether the generator copies."
)
TRY_NEXT = (
    Try("Set R1 to 0: see whether the least class gets lost more often", {"r1": 0.0}, scene="Train"),
    Try("Let D learn ten times as fast as G, and see the scores separate", {"lr_d": 1e-2}, scene="Memory"),
    Try("Use two latent dimensions: samples lie on a surface, and fewer kinds of image are reached", {"latent": 2},
        scene="Latent space"),
    Try("Play the Wasserstein game: the loss of the critic falls as samples improve", preset="Digits, Wasserstein",
        scene="Train"),
    Try("Go to MNIST, three minutes on a CPU", preset="MNIST", scene="Train"),
    Try("See the same digits blurred, but none of them missing, by a VAE", page="vae"),
)  # fmt: skip
