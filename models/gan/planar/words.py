"""Wording of the GAN in the plane: objective, metrics, presets, views, scenes, and suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.gan.objectives import OBJECTIVES
from models.gan.planar.density import density, optimal
from models.gan.planar.divergence import divergences
from models.gan.planar.leading import LEADING, leads
from models.gan.planar.measures import measures
from models.gan.planar.modes import mode_map, modes
from models.gan.planar.noise import latent, manifold
from models.gan.planar.phases import GENERATE, JUDGE, NOISE
from models.gan.planar.samples import samples
from models.protocol import Metric, Objective, Preset, Scene, Term, Try

__all__ = [
    "CURE",
    "LOOK_AT",
    "METRICS",
    "PRESETS",
    "RATES",
    "SCENES",
    "TRY_NEXT",
    "VIEWS",
    "explanations",
    "objective_of",
]

RATES: Mapping[str, str] = {"lr_d": "Learning rate of D", "lr_g": "Learning rate of G"}

_LIKELIHOOD = ("minimax", "non-saturating")  # the games whose discriminator maximises a log-likelihood
_WEIGHTS = "φ: weights of D, θ: weights of G."
_FREE = "A constant added to F changes nothing: only differences of F matter."


def objective_of(config: Any) -> Objective:
    """What the discriminator maximises: the two terms of the game, and the penalties in use."""
    game = OBJECTIVES[config.objective]
    terms = [Term(game.terms[0], "on_data"), Term(game.terms[1], "on_samples")]
    if config.r1 > 0:
        penalty = r"-\,\frac{\gamma}{2}\,\mathbb{E}_{p_{\mathrm{data}}}\left[\Vert\nabla F(x)\Vert^2\right]"
        terms.append(Term(penalty, "r1_penalty", sign=-1, weight="r1"))
    if config.objective == "wasserstein-gp":
        penalty = r"-\,\lambda\,\mathbb{E}_{\hat{x}}\left[(\Vert\nabla F(\hat{x})\Vert-1)^2\right]"
        terms.append(Term(penalty, "gradient_penalty", sign=-1, weight="penalty"))
    names = {"minimax": " D_φ = σ(F).", "non-saturating": " D_φ = σ(F).", "least-squares": " D_φ = F."}
    note = f"{_WEIGHTS}{names.get(config.objective, '')} {_generator_words(config.objective)}"
    if game.free_level:
        note = f"{note} {_FREE}"
    if config.r1 > 0 or config.objective == "wasserstein-gp":
        note = f"{note} Gradients are with respect to points in standard units."
    return Objective(r"\mathcal{L}(\phi,\theta)", tuple(terms), Term(r"\mathcal{L}", "objective"), note=note)


def _generator_words(objective: str) -> str:
    return {
        "minimax": "G minimises the second term.",
        "non-saturating": "G minimises −𝔼[log D(G(z))] instead of the second term: its gradient is larger "
        "if D is sure.",
        "least-squares": "G minimises ½𝔼[(D(G(z)) − 1)²].",
        "hinge": "G maximises 𝔼[F(G(z))].",
        "wasserstein": "G maximises 𝔼[F(G(z))]. The clip limits the slope of F.",
        "wasserstein-gp": "G maximises 𝔼[F(G(z))].",
        "forward-kl": "At the best F the value is KL(p_data ‖ p_θ), which G minimises: it maximises 𝔼[exp F(G(z))].",
        "reverse-kl": "At the best F the value is KL(p_θ ‖ p_data), which G minimises: it maximises 𝔼[F(G(z))].",
    }[objective]


def _level(sign: float) -> Any:
    return lambda config: sign * OBJECTIVES[config.objective].rest_discriminator


def _plays_likelihood(config: Any) -> bool:
    return config.objective in _LIKELIHOOD


METRICS = (
    Metric(
        "value", "L", "nats", role="total", equilibrium=_level(-1.0), when=_plays_likelihood, plotted=False,
        help="𝔼[log D(x)] + 𝔼[log(1 − D(G(z)))], raised by D; −log 4 where samples cannot be told from data.",
    ),
    Metric(
        "discriminator_loss", "D", role="data", equilibrium=_level(1.0),
        help="The loss of the discriminator, penalties included; dashed: where samples cannot be told from data.",
    ),
    Metric(
        "generator_loss", "G", role="model",
        equilibrium=lambda config: OBJECTIVES[config.objective].rest_generator, help="The loss of the generator.",
    ),
    Metric("on_data", "Term on data", role="data", plotted=False, help="The term of L on data."),
    Metric("on_samples", "Term on samples", role="model", plotted=False, help="The term of L on samples."),
    Metric(
        "r1_penalty", "R1 penalty", role="alt", plotted=False, when=lambda config: config.r1 > 0,
        help="Half the mean squared slope of F on the data, without its weight γ.",
    ),
    Metric(
        "gradient_penalty", "Gradient penalty", role="alt", plotted=False,
        when=lambda config: config.objective == "wasserstein-gp",
        help="Mean of (slope − 1)² between data and samples, without its weight λ.",
    ),
    Metric(
        "energy_distance", "Quality", role="total", pane="energy distance", better="lower", source="samples", log=True,
        null="energy_distance_null",
        help="Energy distance of samples and data: 2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖.",
    ),
    Metric(
        LEADING, "Leading mode", role="model", plotted=False,
        help="Number of the mode nearest to at least 70 % of the samples of G's last update; −1 where there is none.",
    ),
    Metric(
        "modes", "Modes", role="total", pane="modes", better="higher", source="samples", plotted=False,
        help="Modes with at least one of 2,500 samples within 3 standard deviations.",
    ),
    Metric(
        "modes_near", "Modes near", role="model", pane="modes", better="higher", source="samples", plotted=False,
        help="Modes with at least 2 % of the samples within 0.3 of the distance to the next mode.",
    ),
    Metric(
        "high_quality_percent", "High quality", "%", role="model", pane="percent", better="higher", source="samples",
        plotted=False,
        help="Samples within 3 standard deviations of a mode.",
    ),
    Metric(
        "precision", "Precision", role="model", pane="share", better="higher", source="samples", plotted=False,
        help="Share of samples that lie among the data.",
    ),
    Metric(
        "recall", "Recall", role="data", pane="share", better="higher", source="samples", plotted=False,
        help="Share of the data that lie among the samples.",
    ),
    Metric(
        "mode_kl_nats", "KL of modes", "nats", role="total", pane="kl", better="lower", source="samples",
        plotted=False,
        help="KL divergence of the high-quality samples' shares of the modes from equal shares.",
    ),
)  # fmt: skip

_CURED = {"objective": "non-saturating", "r1": 0.1}
_SMOOTH = {"batch": 256, "lr_d": 1e-3, "lr_g": 1e-3, "beta1": 0.0, "beta2": 0.9}
_RING = "ring8:std=0.05"

PRESETS = (
    Preset(
        "Converges", _RING, _CURED, {"steps": 8000, **_SMOOTH},
        about="R1 and no momentum: all eight modes, and the losses settle at their equilibrium.",
    ),
    Preset(
        "Collapse", _RING, {"hidden_d": 32, "updates_g": 3},
        {"steps": 8000, "batch": 256, "lr_d": 2e-4, "lr_g": 1e-3, "beta1": 0.9, "beta2": 0.999, "schedule": "constant"},
        about="A small, slow D with momentum, and three updates of G for one of D: samples move from mode to mode.",
    ),
    Preset(
        "Cures", "grid25", _CURED, {"steps": 12_000, **_SMOOTH},
        about="R1 on a grid of 25 modes: all are found, and most samples lie on them.",
    ),
    Preset(
        "One noise dimension", _RING, {**_CURED, "latent": 1}, {"steps": 6000, **_SMOOTH},
        about="Samples lie on a curve: the model has no density.",
    ),
    Preset(
        "Wasserstein, clipped weights", _RING,
        {"objective": "wasserstein", "weight_limit": 0.1, "updates_d": 5},
        {"steps": 6000, "batch": 256, "lr_d": 5e-4, "lr_g": 5e-4, "optimiser": "rmsprop", "beta2": 0.9},
        about="The clip sets the slope of the critic, and its map is coarse.",
    ),
    Preset(
        "Wasserstein, gradient penalty", _RING, {"objective": "wasserstein-gp", "penalty": 1.0, "updates_d": 3},
        {"steps": 6000, "batch": 256, "lr_d": 1e-3, "lr_g": 1e-3, "beta1": 0.5, "beta2": 0.9},
        about="A critic of slope 1 between data and samples attracts samples from far away.",
    ),
    Preset(
        "Minimax, as in the lecture", "ring8", {"objective": "minimax"},
        {"steps": 6000, "batch": 256, "lr_d": 5e-4, "lr_g": 5e-4, "beta1": 0.5},
        about="One L for both players: it settles near −log 4.",
    ),
    Preset(
        "Forward KL", _RING, {"objective": "forward-kl", "r1": 0.1}, {"steps": 6000, **_SMOOTH},
        about="An f-GAN whose divergence penalises dropped modes; any that are dropped are due to the game.",
    ),
    Preset(
        "Reverse KL", _RING, {"objective": "reverse-kl", "r1": 0.1}, {"steps": 6000, **_SMOOTH},
        about="An f-GAN of a divergence that may drop modes: with balanced players it keeps them.",
    ),
    Preset(
        "Hinge, spectral normalisation", _RING, {"objective": "hinge", "spectral": True, "layers_d": 3},
        {"steps": 6000, **_SMOOTH},
        about="No layer of D increases distances: its map stays smooth.",
    ),
    Preset(
        "Instance noise", "segments", {"instance_noise": 0.3}, {"steps": 6000, **_SMOOTH},
        about="Noise on data and samples makes thin supports overlap.",
    ),
)  # fmt: skip

VIEWS = (
    samples,
    mode_map,
    leads,
    manifold,
    latent,
    optimal,
    density,
    divergences,
    measures,
    modes,
)
SCENES = (
    Scene(
        "Train", "Does the generator find the data?",
        lead="samples", beside=("mode_map",), below=("curves",),
    ),
    Scene(
        "Collapse and modes", "Which modes are lost, and how do the samples move between them?",
        lead="samples", beside=("mode_map",), below=("leads",),
    ),
    Scene(
        "Optimal D and divergences", "How far are D from the optimal one and the model from the data?",
        lead="optimal", beside=("density",), below=("divergences",),
    ),
    Scene(
        "Noise to data", "How does the generator turn noise into data?",
        lead="manifold", beside=("latent",), below=("samples",),
    ),
    Scene(
        "Measures", "How good are the samples, in numbers?",
        lead="modes", beside=("measures",), below=("curves",),
    ),
)  # fmt: skip

_CHANGES: Mapping[str, Mapping[str, Any]] = {
    "R1 weight γ = 0.1": {"r1": 0.1},
    "One update of G a round": {"updates_g": 1},
    "Adam with β₁ = 0, β₂ = 0.9": {"beta1": 0.0, "beta2": 0.9},
    "Learning rate of D = 0.001": {"lr_d": 1e-3},
}
"""The changes that together end a collapse, each live."""

CURE = Try(
    "Cure it: make all four changes now, without a restart",
    {name: value for change in _CHANGES.values() for name, value in change.items()},
    scene="Collapse and modes",
)

LOOK_AT = (
    "Samples over the data, on the map of the discriminator. The arrows show where the generator's loss pushes each "
    "sample. Where all samples sit on one mode, D learns that this place is fake, and G moves them all to the next "
    "mode: the game goes round and never settles.\n\n"
    "The dashed lines among the losses are those at the equilibrium, where model and data are the same. The losses "
    "hardly tell a collapse: they swing about these lines. The energy distance tells it.\n\n"
    "The cure is four changes, and none of them is enough alone; modes come back after some thousand steps. The "
    "momenta and the learning rate of D matter most: without either, none of three collapsed runs came back. With "
    "three updates of G a round kept, one did. Without R1 all find the modes, but two of three lose them again.\n\n"
    "The lecture writes p_model for p_θ and f(θ, ε) for G(z)."
)
_GROUP = "Try one change of the cure"
TRY_NEXT = (
    Try("See it collapse: samples move from mode to mode", preset="Collapse", scene="Collapse and modes"),
    CURE,
    *(Try(title, change, scene="Collapse and modes", group=_GROUP) for title, change in _CHANGES.items()),
    Try("One noise dimension: no density, whatever D says", preset="One noise dimension",
        scene="Optimal D and divergences"),
    Try("Minimise the forward KL: modes are dropped all the same when the players are unbalanced",
        {"objective": "forward-kl", "r1": 0.0}, preset="Collapse", scene="Collapse and modes"),
    Try("Go to a grid of 25 modes", preset="Cures", scene="Train"),
)  # fmt: skip


def explanations() -> dict[str, dict[str, str]]:
    """Describes each phase of each player's update, for slow motion."""
    return {
        "discriminator": {
            "draw": "Draw a mini-batch of data for the discriminator.",
            NOISE: "Draw as many z as there are data.",
            GENERATE: "G maps each z to a sample G(z).",
            JUDGE: "D judges data and samples: its loss is small if it tells them apart.",
            "backward": "Differentiate D's loss with respect to D's weights. G is held fixed.",
            "update": "Update D's weights: its map rises on data and falls on samples.",
        },
        "generator": {
            "draw": "No data are needed: only their number in a mini-batch counts.",
            NOISE: "Draw as many z.",
            GENERATE: "G maps each z to a sample G(z).",
            JUDGE: "D judges the samples: the loss of G is small if D takes them for data.",
            "backward": "D is held fixed. Differentiate through D and each sample to G's weights.",
            "update": "Update G's weights: samples move to where D takes them for data.",
        },
    }
