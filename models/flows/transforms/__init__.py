"""Invertible maps of vectors with the log-determinants of their Jacobians: the layers of flows."""

from models.flows.transforms.coupling import AffineCoupling, Coupling, SplineCoupling
from models.flows.transforms.dense import Dense
from models.flows.transforms.elementwise import Elementwise, Logit, Units
from models.flows.transforms.masked import MaskedAffine
from models.flows.transforms.transform import Chain, Inverted, Transform

__all__ = [
    "AffineCoupling",
    "Chain",
    "Coupling",
    "Dense",
    "Elementwise",
    "Inverted",
    "Logit",
    "MaskedAffine",
    "SplineCoupling",
    "Transform",
    "Units",
]
