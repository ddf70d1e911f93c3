"""The views of every trained flow of vectors, and the scenes in which they stand."""

from __future__ import annotations

from models.flows.flow.layer_views import jacobian, log_dets, moves
from models.flows.flow.numeric_views import against_entropy, directions, round_trip
from models.flows.flow.plane_views import between, bridges, density, samples
from models.flows.flow.warp_view import warp
from models.protocol import Scene
from models.views.likelihood import log_likelihood
from models.views.tables import columns_pair, correlations, marginals, row

__all__ = ["SCENES", "VIEWS"]

VIEWS = (
    density,
    samples,
    columns_pair.but(lead=False),
    marginals,
    correlations,
    row,
    warp,
    bridges,
    between,
    against_entropy,
    log_likelihood,
    log_dets,
    jacobian,
    moves,
    round_trip,
    directions,
)
SCENES = (
    Scene(
        "Train", "Does the density fit the data?",
        lead="density", beside=("samples", "columns_pair", "correlations"), below=("curves",),
    ),
    Scene("Layers", "How does noise become data?", lead="warp", beside=("log_dets",), below=("moves",)),
    Scene("Bridges", "Why can no flow cut the ring?", lead="bridges", beside=("between",)),
    Scene("Columns", "Does every column fit?", lead="marginals", beside=("correlations",), below=("row",)),
    Scene(
        "Likelihood", "How near is the model to the data?",
        lead="against_entropy", beside=("log_likelihood",), below=("log_dets",),
    ),
    Scene(
        "Jacobian", "Which entries depend on which, and does the inverse hold in numbers?",
        lead="round_trip", beside=("jacobian",),
    ),
    Scene("Directions", "What does each direction cost?", lead="directions", beside=("jacobian",)),
)  # fmt: skip
