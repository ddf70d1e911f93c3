"""The lab of the number of entries that a coupling layer keeps."""

from models.flows.choosing_d.lab import ChoosingDLab

__all__ = ["ChoosingDLab"]
