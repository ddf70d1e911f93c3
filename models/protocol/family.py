"""`Family`: the pages of one tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from models.protocol.kinds import Kind
from models.protocol.model import GenerativeModel, Lab

__all__ = ["Completion", "Family", "LatentCode", "Likelihood", "SampleQuality"]

Likelihood = Literal["exact", "ODE, and bound", "lower bound", "estimate", "none", ""]
LatentCode = Literal["exact", "along the flow", "approximate", "none", ""]
SampleQuality = Literal[
    "sharp and varied",
    "sharp, modes can be lost",
    "sharp, errors add up",
    "varied, joined modes",
    "varied, blurred",
    "",
]
Completion = Literal["given all others", "given those before", ""]


@dataclass(frozen=True)
class Family:
    """The pages of one tab.

    Attributes:
        id: Name of the folder.
        title: Of the tab.
        pages: Models and labs by name.
        about: How noise becomes data here, in two or three short sentences.
        likelihood: What can be had of log p(x): its value, the solution of an ODE, a bound or nothing.
        latent_code: What leads from a datum to its code: the inverse of a map, an ODE, an encoder or nothing.
        sample_quality: What samples of a well-trained model are like, and what they lack.
        completion: Given which entries of a datum its missing ones are drawn; "" where models cannot do so.
        draws: Given a kind of data, the scalar draws that one sample takes: for a family of labs alone; models say so
            themselves.
    """

    id: str
    title: str
    pages: Mapping[str, type[GenerativeModel] | type[Lab]]
    about: str = ""
    likelihood: Likelihood = ""
    latent_code: LatentCode = ""
    sample_quality: SampleQuality = ""
    completion: Completion = ""
    draws: Callable[[Kind], int] | None = None
