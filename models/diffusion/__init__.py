"""Diffusion: noise is added to data step by step, and a network learns to take it away."""

import math

from models.protocol.family import Family, Pages

__all__ = ["FAMILY"]

FAMILY = Family("diffusion", "Diffusion", Pages(__name__, {
    "forward-process": "forward_process:ForwardProcessLab",
    "ddpm": "ddpm:DDPM",
    "flow-matching": "flow_matching:FlowMatching",
    "ddpm-images": "images:ImageDiffusion",
}),
    about="Data dissolve in noise, x_t = α x₀ + σ ε. A network predicts ε; sampling takes many passes back to data.",
    likelihood="ODE, and bound",
    latent_code="along the flow",
    sample_quality="sharp and varied",
    completion="given all others",
    draws=lambda kind: 1000 * math.prod(kind.shape),
)  # fmt: skip
