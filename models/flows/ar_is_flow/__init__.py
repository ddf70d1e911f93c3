"""The lab of autoregressive models as flows."""

from models.flows.ar_is_flow.lab import ARIsFlowLab

__all__ = ["ARIsFlowLab"]
