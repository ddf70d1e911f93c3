"""Deep generative models in PyTorch, and the catalogue of pages that the explorer shows."""

from __future__ import annotations

from models import autoregressive, diffusion, flows, gan, inference, vae
from models.protocol import BadValue, GenerativeModel, Lab
from models.protocol.family import Family

__all__ = ["FAMILIES", "Family", "find_page"]

FAMILIES: tuple[Family, ...] = (
    vae.FAMILY,
    autoregressive.FAMILY,
    flows.FAMILY,
    gan.FAMILY,
    inference.FAMILY,
    diffusion.FAMILY,
)


def find_page(name: str) -> type[GenerativeModel] | type[Lab]:
    """Finds a page by its name in the catalogue.

    Raises:
        BadValue: No page has that name.
    """
    for family in FAMILIES:
        if name in family.pages:
            return family.pages[name]
    known = ", ".join(page for family in FAMILIES for page in family.pages)
    raise BadValue("page", f"there is no page {name}; there are {known}")
