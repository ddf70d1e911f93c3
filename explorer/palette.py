"""Colours that the window and the figures share. No Qt, no matplotlib."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DARK", "LIGHT", "REAL_FAKE_DEPTH", "Colors", "mix"]

REAL_FAKE_DEPTH = 0.62
"""Share of the colours of data and model at the ends of a discriminator's map; the rest is the background."""


@dataclass(frozen=True)
class Colors:
    """Colours of text, roles and classes on one background, each "#rrggbb".

    Attributes:
        paper: Background of a picture.
        text1, text2, text3: Titles and values; labels; captions and axis numbers.
        warn: A note that is a warning.
        middle: 0.5 on the map of a discriminator.
        data, model, prior, alt, total: Colours of the roles.
        classes: Colours of classes 0 to 9, distinguishable in normal and colour-blind vision.
    """

    paper: str
    text1: str
    text2: str
    text3: str
    warn: str
    middle: str
    data: str
    model: str
    prior: str
    alt: str
    total: str
    classes: tuple[str, ...]


def mix(first: str, second: str, share: float) -> str:
    """The colour that lies `share` of the way from the first to the second, in sRGB."""
    channels = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


LIGHT = Colors(
    paper="#ffffff",
    text1="#16191f",
    text2="#4a515e",
    text3="#646c7a",
    warn="#8a6400",
    middle="#f5f6f8",
    data="#0a78a6",
    model="#a85a00",
    prior="#b5327f",
    alt="#0b7a67",
    total="#22262e",
    classes=(
        *("#207ba1", "#631068", "#b11555", "#8c84fc", "#ec00bc"),
        *("#6eb114", "#d68b9c", "#002eb3", "#770d01", "#b2640c"),
    ),
)

DARK = Colors(
    paper="#1a1d24",
    text1="#eceef2",
    text2="#aeb5c1",
    text3="#8a92a0",
    warn="#e8b931",
    middle="#1f232b",
    data="#45bce6",
    model="#f2a541",
    prior="#e483bc",
    alt="#4fd1b5",
    total="#dde1e8",
    classes=(
        *("#1389b8", "#db7d2c", "#d9486a", "#adbffe", "#957ef9"),
        *("#e0be01", "#0be0a0", "#fffd6c", "#53b0aa", "#affefe"),
    ),
)
