"""The denoising diffusion model of the plane."""

from models.diffusion.ddpm.model import DDPM

__all__ = ["DDPM"]
