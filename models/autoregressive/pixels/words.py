"""Objective, metrics and texts that the autoregressive models of images share."""

from __future__ import annotations

from models.protocol import Metric, Objective, Term

__all__ = ["METRICS", "OBJECTIVE", "PHASES"]

OBJECTIVE = Objective(
    r"\log p_\theta(x)",
    (Term(r"\sum_{i=1}^k \log p_\theta(x_i \mid x_{<i})", "nll", sign=-1),),
    total=Term(r"\log p_\theta(x)", "loss", sign=-1),
    note="Maximum likelihood: the conditionals of all pixels of an image are computed in one pass, because the pixels "
    "before each of them are known. Drawing has to wait for each pixel.",
)
METRICS = (
    Metric(
        "nll", "−log p(x)", "nats", role="total", pane="nats", better="lower",
        help="Negative log-likelihood, nats an image: exact, not a bound.",
    ),
    Metric(
        "bits_per_dim", "Bits a pixel", "bits/dim", role="total", plotted=False, better="lower",
        help="Negative log-likelihood in bits, divided by the number of pixels.",
    ),
)  # fmt: skip
PHASES = {
    "draw": "Draw a mini-batch of images.",
    "forward": "One pass gives the conditionals of all pixels, each from the pixels before it; the loss is the sum of "
    "−log p(x_i | x_<i).",
    "backward": "Differentiate the loss with respect to θ, which all pixels share.",
    "update": "Move θ against the gradient.",
}
