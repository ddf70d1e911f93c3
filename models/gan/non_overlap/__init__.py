"""The lab of supports that do not overlap."""

from models.gan.non_overlap.lab import NonOverlapLab

__all__ = ["NonOverlapLab"]
