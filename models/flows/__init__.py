"""Flows: invertible maps of noise, with the exact density of what they make of it."""

import math

from models.flows.ar_is_flow import ARIsFlowLab
from models.flows.jacobian_cost import JacobianCostLab
from models.protocol.family import Family

__all__ = ["FAMILY"]

FAMILY = Family("flows", "Flows", {
    "jacobian-cost": JacobianCostLab,
    "ar-is-flow": ARIsFlowLab,
},
    about="A flow moves noise by an invertible map x = f_θ(ε). The change of variables gives the exact density "
    "p(x) = s(f⁻¹(x)) |det ∂f⁻¹/∂x|.",
    likelihood="exact",
    latent_code="exact",
    draws=lambda kind: math.prod(kind.shape),
)  # fmt: skip
