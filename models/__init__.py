"""Deep generative models in PyTorch, and the catalogue of pages that the explorer shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.protocol import GenerativeModel, Lab
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
        KeyError: No page has that name.
    """
    return next(family.pages[name] for family in FAMILIES if name in family.pages) if name in _names() else _missing(name)


def _names() -> list[str]:
    return [name for family in FAMILIES for name in family.pages]


def _missing(name: str) -> type[GenerativeModel]:
    raise KeyError(f"there is no page {name}; there are {', '.join(_names())}")
