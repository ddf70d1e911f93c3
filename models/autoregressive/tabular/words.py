"""Presentation of the page of tables: objective, presets, views, scenes and suggestions."""

from __future__ import annotations

import dataclasses

from models.autoregressive.pixels.comparison import comparison
from models.autoregressive.pixels.conditionals import conditional, flipped, nats
from models.autoregressive.pixels.distance import distance
from models.autoregressive.pixels.drawing import completion, samples
from models.autoregressive.pixels.likelihood import log_likelihood
from models.autoregressive.pixels.words import METRICS as PIXEL_METRICS
from models.autoregressive.pixels.words import OBJECTIVE as PIXEL_OBJECTIVE
from models.autoregressive.tabular.context_view import context
from models.autoregressive.tabular.order_views import joint, normalisation, orderings
from models.autoregressive.tabular.size_views import by_context, overfitting, parameters
from models.protocol import Metric, Preset, Scene, Term, Try
from models.views.drawing import drawing

__all__ = [
    "ABOUT",
    "LOOK_AT",
    "METRICS",
    "OBJECTIVE",
    "PHASES",
    "PRESETS",
    "SCENES",
    "SMOOTHED_OBJECTIVE",
    "TRY_NEXT",
    "VIEWS",
]

ABOUT = (
    "Data: binary images x. Model: p_θ(x_i = 1 | x_<i) = σ(θ_i[the m pixels of its context]), with an entry θ for each "
    "pixel and each of the 2^m values of its context."
)
OBJECTIVE = dataclasses.replace(
    PIXEL_OBJECTIVE,
    note="Every entry is a coin of its own. Counting gives the maximum: θ = log n₁ − log n₀, where n₁ and n₀ are how "
    "often ink and none followed that context.",
)
SMOOTHED_OBJECTIVE = dataclasses.replace(
    PIXEL_OBJECTIVE,
    tex=r"\mathcal{L}_\alpha(\theta)",
    terms=(
        *PIXEL_OBJECTIVE.terms,
        Term(r"\frac{\alpha}{n} \sum_\theta \log \sigma(\theta)\,\sigma(-\theta)", "log_prior"),
    ),
    total=Term(r"\mathcal{L}_\alpha", "loss", sign=-1),
    note="Every entry is a coin of its own. Counting gives the maximum: θ = log(n₁ + α) − log(n₀ + α), where n₁ and n₀ "
    "are how often ink and none followed that context.",
)
_NLL, *_OTHERS = PIXEL_METRICS
METRICS = (
    dataclasses.replace(_NLL, null="counted_nll", null_label="counted"),
    *_OTHERS,
    Metric(
        "log_prior", "Smoothing", "nats", role="prior", plotted=False, when=lambda config: config.smoothing > 0,
        help="α/n Σ log σ(θ) σ(−θ) over all entries: as if each had counted α zeros and α ones more.",
    ),
    Metric(
        "counted_nll", "−log p(x), counted", "nats", plotted=False, better="lower",
        when=lambda config: config.fit == "gradient", help="Of the tables that counting gives.",
    ),
)  # fmt: skip
PHASES = {
    "draw": "Draw a mini-batch of images.",
    "forward": "Look up the entry of each pixel; the loss is the sum of −log p(x_i | x_<i).",
    "backward": "Differentiate the loss: σ(θ) minus the share of ink, for each entry that was looked up.",
    "update": "Move θ against the gradient. Entries whose context was not in the batch hardly move.",
}
_GRADIENT = {"steps": 3000, "batch": 130, "lr": 0.05}
PRESETS = (
    Preset(
        "Binary digits, 8 neighbours", "digits-binary", {"context": 8},
        about="The eight nearest earlier pixels: 14,591 entries from 1,300 images.",
    ),
    Preset(
        "Binary digits, 4 neighbours", "digits-binary", {"context": 4},
        about="Left, up, up-left and up-right: fewer entries, each from more images.",
    ),
    Preset(
        "Binary digits, 8 along the raster", "digits-binary", {"context": 8, "neighbours": "raster"},
        about="The eight pixels before in raster order, the last of which is the pixel above.",
    ),
    Preset(
        "Binary digits, by gradient", "digits-binary", {"context": 8, "fit": "gradient"}, _GRADIENT,
        about="The same likelihood by gradient descent; dashed: what counting gives at once.",
    ),
    Preset(
        "MNIST, binarized", "mnist-binarized", {"context": 10},
        about="Ten neighbours: 97 nats an image, where independent pixels cost 206.",
    ),
    Preset(
        "MNIST, independent pixels", "mnist-binarized", {"context": 0},
        about="No context: one probability for each pixel.",
    ),
)  # fmt: skip
VIEWS = (
    samples,
    drawing,
    completion,
    nats,
    conditional,
    context,
    flipped,
    distance,
    log_likelihood,
    parameters,
    by_context,
    overfitting,
    orderings,
    joint,
    normalisation,
    comparison,
)
SCENES = (
    Scene(
        "Train", "What do tables learn?", lead="samples", beside=("curves", "nats"), below=("log_likelihood",),
    ),
    Scene("Complete", "What follows from what you draw?", lead="drawing", beside=("completion",), share=0.58),
    Scene(
        "Conditionals", "What does a table say at a pixel?",
        lead="nats", beside=("conditional", "context"), below=("flipped",),
    ),
    Scene(
        "What it sees", "On which pixels does a conditional depend?",
        lead="context", beside=("flipped",), below=("distance",),
    ),
    Scene(
        "Parameters", "What does a larger context cost?",
        lead="parameters", beside=("by_context",), below=("overfitting",),
    ),
    Scene(
        "No assumptions", "What does the chain rule assume?",
        lead="orderings", beside=("joint",),
    ),
    Scene(
        "Normalised", "Do the probabilities of all images add up to one?",
        lead="normalisation", beside=("nats", "log_likelihood"),
    ),
    Scene(
        "Trade-off", "What do tables see, cost and reach beside networks?",
        lead="comparison", beside=("by_context",),
    ),
)  # fmt: skip
LOOK_AT = (
    "p_θ(x_3 | x_2, x_1) = θ[x_2, x_1]: for binary x a table of four probabilities, kept here as logits. “As the "
    "dependency set grows, the conditional distribution parameter size grows exponentially”: a context of m pixels "
    "takes 2^m entries, and each is counted from fewer images. Training images then cost fewer nats; held-out images "
    "cost more from some m on.\n\n"
    "“No assumptions were made”: full tables give the joint in every order of the pixels. Leaving out pixels is an "
    "assumption, and then the order matters."
)
TRY_NEXT = (
    Try("Take independent pixels: no context", {"context": 0}, scene="Train"),
    Try("Take 14 pixels: 835,583 entries from 1,300 images", {"context": 14}, scene="Parameters", card="by_context"),
    Try(
        "Take the 8 pixels before in raster order: most are far away",
        preset="Binary digits, 8 along the raster", scene="What it sees",
    ),
    Try("Leave out the smoothing: what was never seen is impossible", {"smoothing": 0.0}, scene="Parameters"),
    Try("Let three pixels depend on one before: the order matters", scene="No assumptions", card="joint"),
    Try("Descend the gradient to what counting gives at once", preset="Binary digits, by gradient", scene="Train"),
    Try("Share parameters with a network in place of tables", page="pixel-cnn"),
)  # fmt: skip
