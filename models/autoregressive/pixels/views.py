"""The views of every autoregressive model of images, and the scenes in which they stand."""

from __future__ import annotations

from models.autoregressive.pixels.comparison import comparison
from models.autoregressive.pixels.conditionals import conditional, conditional_of_levels, flipped, influence, nats
from models.autoregressive.pixels.distance import distance
from models.autoregressive.pixels.drawing import completion, samples, temperatures
from models.autoregressive.pixels.likelihood import log_likelihood
from models.autoregressive.pixels.speed import speed
from models.protocol import Scene
from models.views.drawing import drawing

__all__ = ["SCENES", "VIEWS"]

VIEWS = (
    samples,
    drawing,
    completion,
    nats,
    conditional,
    conditional_of_levels,
    flipped,
    influence,
    distance,
    temperatures,
    log_likelihood,
    speed,
    comparison,
)
SCENES = (
    Scene("Train", "Does it learn?", lead="samples", beside=("nats",), below=("curves",)),
    Scene(
        "Complete", "What follows from what you draw?",
        lead="drawing", beside=("completion",), share=0.58,
    ),
    Scene(
        "Conditionals", "What does the model expect at a pixel?",
        lead="nats", beside=("conditional", "conditional_levels"), below=("flipped",),
    ),
    Scene(
        "What it sees", "On which pixels does a conditional depend?",
        lead="influence", beside=("flipped",), below=("distance",),
    ),
    Scene(
        "Temperature", "How do samples change with the temperature?",
        lead="temperatures", beside=("log_likelihood",),
    ),
    Scene(
        "Trade-off", "What does each architecture see, cost and reach?",
        lead="comparison", beside=("speed",), below=("distance",),
    ),
)  # fmt: skip
