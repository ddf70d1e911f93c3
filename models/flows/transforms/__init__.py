"""Invertible maps with the log-determinants of their Jacobians: the layers of flows."""

from models.flows.transforms.channels import ActNorm, ChannelMixing
from models.flows.transforms.coupling import AffineCoupling, Coupling, SplineCoupling
from models.flows.transforms.dense import Dense
from models.flows.transforms.elementwise import Elementwise, Logit, Units
from models.flows.transforms.image_coupling import ChannelCoupling, CheckerboardCoupling, checkerboard
from models.flows.transforms.masked import MaskedAffine
from models.flows.transforms.squeeze import Part, Squeeze
from models.flows.transforms.transform import Chain, Inverted, Transform

__all__ = [
    "ActNorm",
    "AffineCoupling",
    "Chain",
    "ChannelCoupling",
    "ChannelMixing",
    "CheckerboardCoupling",
    "Coupling",
    "Dense",
    "Elementwise",
    "Inverted",
    "Logit",
    "MaskedAffine",
    "Part",
    "SplineCoupling",
    "Squeeze",
    "Transform",
    "Units",
    "checkerboard",
]
