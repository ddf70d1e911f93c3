"""`Family`: the pages of one tab."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from models.protocol.kinds import Kind
from models.protocol.model import GenerativeModel, Lab

__all__ = ["Completion", "Family", "LatentCode", "Likelihood", "Pages", "SampleQuality"]

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


class Pages(Mapping[str, type[GenerativeModel] | type[Lab]]):
    """Models and labs of a family by name, each imported when it is first looked up.

    A command therefore imports the page that it is about, and the window those of the tabs that are opened. Names and
    their order are known without any import.

    Args:
        package: Name of the package of the family.
        classes: For each page "module:Class", the module relative to the package.
    """

    def __init__(self, package: str, classes: Mapping[str, str]):
        self._classes = {name: f"{package}.{place}" for name, place in classes.items()}

    def __getitem__(self, name: str) -> type[GenerativeModel] | type[Lab]:
        """A page; imports it."""
        page: type[GenerativeModel] | type[Lab] = pkgutil.resolve_name(self._classes[name])
        return page

    def __contains__(self, name: object) -> bool:
        """Whether there is a page of that name."""
        return name in self._classes

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the family."""
        return iter(self._classes)

    def __len__(self) -> int:
        """The number of pages."""
        return len(self._classes)


@dataclass(frozen=True)
class Family:
    """The pages of one tab.

    Attributes:
        id: Name of the folder.
        title: Of the tab.
        pages: Models and labs by name; those of the catalogue are imported when they are looked up.
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
