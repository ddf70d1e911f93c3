"""Deep generative models in PyTorch, and the catalogue of pages that the explorer shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.protocol import BadValue, GenerativeModel, Lab
from models.vae.vae import VAE

__all__ = ["FAMILIES", "Family", "page"]


@dataclass(frozen=True)
class Family:
    """The pages of one tab; `id` is the folder's name."""

    id: str
    title: str
    pages: Mapping[str, type[GenerativeModel] | type[Lab]]


FAMILIES: tuple[Family, ...] = (
    Family("vae", "VAE", {
        "vae": VAE,
    }),
)  # fmt: skip


def page(name: str) -> type[GenerativeModel] | type[Lab]:
    """The page of a name.

    Raises:
        BadValue: No page has that name.
    """
    pages = {name: found for family in FAMILIES for name, found in family.pages.items()}
    if name not in pages:
        raise BadValue("page", f"there is no page {name}; there are {', '.join(pages)}")
    return pages[name]
