"""Normalizing flows: noise moved by an invertible map, with an exact density."""

import math

from models.flows.ar_is_flow import ARIsFlowLab
from models.flows.change_of_variables import ChangeOfVariablesLab
from models.flows.choosing_d import ChoosingDLab
from models.flows.iaf import IAF
from models.flows.jacobian_cost import JacobianCostLab
from models.flows.maf import MAF
from models.flows.real_nvp import RealNVP
from models.flows.real_nvp_images import RealNVPImages
from models.protocol.family import Family

__all__ = ["FAMILY"]

FAMILY = Family("flows", "Flows", {
    "change-of-variables": ChangeOfVariablesLab,
    "jacobian-cost": JacobianCostLab,
    "real-nvp": RealNVP,
    "real-nvp-images": RealNVPImages,
    "choosing-d": ChoosingDLab,
    "ar-is-flow": ARIsFlowLab,
    "maf": MAF,
    "iaf": IAF,
},
    about="A flow moves noise by an invertible map x = f_θ(ε). The change of variables gives the exact density "
    "p(x) = s(f⁻¹(x)) |det ∂f⁻¹/∂x|.",
    likelihood="exact",
    latent_code="exact",
    sample_quality="varied, joined modes",
    draws=lambda kind: math.prod(kind.shape),
)  # fmt: skip
