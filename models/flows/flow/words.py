"""Objective, metrics and texts that all trained flows share."""

from __future__ import annotations

from models.protocol import Metric, Objective, Term

__all__ = ["METRICS", "OBJECTIVE", "PHASES"]

OBJECTIVE = Objective(
    r"\log p_\theta(x)",
    (
        Term(r"\log s\!\left(f_\theta^{-1}(x)\right)", "log_noise", role="prior"),
        Term(r"+\,\log\left|\det\frac{\partial f_\theta^{-1}(x)}{\partial x}\right|", "log_det", role="model"),
    ),
    total=Term(r"\log p_\theta(x)", "nll", sign=-1),
    note="Maximum likelihood of the exact density: s is the density of the noise, f_θ the flow. The log-determinants "
    "of the layers add up.",
)
METRICS = (
    Metric(
        "nll", "−log p(x)", "nats", role="total", pane="nats", better="lower",
        help="Negative log-likelihood, nats a datum: exact. Of densities it can be negative.",
    ),
    Metric(
        "log_noise", "log s(f⁻¹(x))", "nats", role="prior", pane="parts", plotted=False,
        help="Log density of the noise to which f⁻¹ takes the data.",
    ),
    Metric(
        "log_det", "log |det ∂f⁻¹/∂x|", "nats", role="model", pane="parts", plotted=False,
        help="By how much f⁻¹ expands volumes around the data, in nats.",
    ),
    Metric(
        "bits_per_dim", "Bits a dimension", "bits/dim", role="total", plotted=False, better="lower",
        help="Negative log-likelihood in bits, divided by the number of dimensions.",
    ),
)  # fmt: skip
PHASES = {
    "draw": "Draw a mini-batch of data.",
    "forward": "f⁻¹ takes the data to noise; the loss is −log s of that noise minus all log-determinants.",
    "backward": "Differentiate the loss with respect to θ.",
    "update": "Move θ against the gradient: the data become likelier.",
}
