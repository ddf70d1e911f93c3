"""Real NVP: coupling layers, affine or splines."""

from models.flows.real_nvp.model import RealNVP

__all__ = ["RealNVP"]
