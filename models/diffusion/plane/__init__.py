"""What the diffusion models of the plane have in common: network, estimates, samplers, likelihood and views."""

from models.diffusion.plane.model import PlaneModel

__all__ = ["PlaneModel"]
