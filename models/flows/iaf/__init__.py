"""The inverse autoregressive flow."""

from models.flows.iaf.model import IAF

__all__ = ["IAF"]
