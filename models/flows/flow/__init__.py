"""The common part of trained flows: exact likelihood, sampling, and views."""

from models.flows.flow.model import FlowModel, NetConfig

__all__ = ["FlowModel", "NetConfig"]
