"""The lab of the forward process."""

from models.diffusion.forward_process.lab import ForwardProcessLab

__all__ = ["ForwardProcessLab"]
