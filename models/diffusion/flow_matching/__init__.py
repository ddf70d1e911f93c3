"""Flow matching in the plane, and rectified flow."""

from models.diffusion.flow_matching.model import FlowMatching

__all__ = ["FlowMatching"]
