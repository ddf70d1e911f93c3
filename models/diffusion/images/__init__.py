"""Diffusion models of images: a U-Net that takes noise away, with guidance."""

from models.diffusion.images.model import ImageDiffusion

__all__ = ["ImageDiffusion"]
