"""Entries of a legend."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Key"]


@dataclass(frozen=True)
class Key:
    """One entry of a legend.

    Attributes:
        name: Name of the series or layer.
        color: Its colour.
        mark: "line", "dashed", "dotted", "dot", "arrow" or "ramp".
        unit: Printed after the name.
        stops: Colours of a ramp.
        ends: Texts at both ends of a ramp.
    """

    name: str
    color: str
    mark: str = "line"
    unit: str = ""
    stops: tuple[str, ...] = ()
    ends: tuple[str, str] = ("", "")
