"""Real NVP of images: convolutions, several scales, exact bits a dimension."""

from models.flows.real_nvp_images.model import RealNVPImages

__all__ = ["RealNVPImages"]
