"""The masked autoregressive flow."""

from models.flows.maf.model import MAF

__all__ = ["MAF"]
