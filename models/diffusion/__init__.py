"""Diffusion: noise is added to data step by step, and a network learns to take it away."""

import math

from models.diffusion.ddpm import DDPM
from models.diffusion.flow_matching import FlowMatching
from models.diffusion.forward_process import ForwardProcessLab
from models.diffusion.images import ImageDiffusion
from models.protocol.family import Family

__all__ = ["FAMILY"]

FAMILY = Family("diffusion", "Diffusion", {
    "forward-process": ForwardProcessLab,
    "ddpm": DDPM,
    "flow-matching": FlowMatching,
    "ddpm-images": ImageDiffusion,
},
    about="Data dissolve in noise, x_t = α x₀ + σ ε. A network predicts ε; sampling takes many passes back to data.",
    likelihood="ODE, and bound",
    latent_code="along the flow",
    sample_quality="sharp and varied",
    completion="given all others",
    draws=lambda kind: 1000 * math.prod(kind.shape),
)  # fmt: skip
