"""`Family`: the pages of one tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.protocol.kinds import Kind
from models.protocol.model import GenerativeModel, Lab

__all__ = ["Family"]


@dataclass(frozen=True)
class Family:
    """The pages of one tab.

    Attributes:
        id: Name of the folder.
        title: Of the tab.
        pages: Models and labs by name.
        about: How noise becomes data here, in two or three short sentences.
        likelihood: What can be had of log p(x), in two or three words.
        latent_code: What leads from a datum to its code, likewise.
        draws: Given a kind of data, the scalar draws that one sample takes: for a family of labs alone; models say so
            themselves.
    """

    id: str
    title: str
    pages: Mapping[str, type[GenerativeModel] | type[Lab]]
    about: str = ""
    likelihood: str = ""
    latent_code: str = ""
    draws: Callable[[Kind], int] | None = None
