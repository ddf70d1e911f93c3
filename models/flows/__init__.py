"""Normalizing flows: noise moved by an invertible map, with an exact density."""

import math

from models.protocol.family import Family, Pages

__all__ = ["FAMILY"]

FAMILY = Family("flows", "Flows", Pages(__name__, {
    "change-of-variables": "change_of_variables:ChangeOfVariablesLab",
    "jacobian-cost": "jacobian_cost:JacobianCostLab",
    "real-nvp": "real_nvp:RealNVP",
    "real-nvp-images": "real_nvp_images:RealNVPImages",
    "choosing-d": "choosing_d:ChoosingDLab",
    "ar-is-flow": "ar_is_flow:ARIsFlowLab",
    "maf": "maf:MAF",
    "iaf": "iaf:IAF",
}),
    about="A flow moves noise by an invertible map x = f_θ(ε). The change of variables gives the exact density "
    "p(x) = s(f⁻¹(x)) |det ∂f⁻¹/∂x|.",
    likelihood="exact",
    latent_code="exact",
    sample_quality="varied, joined modes",
    draws=lambda kind: math.prod(kind.shape),
)  # fmt: skip
