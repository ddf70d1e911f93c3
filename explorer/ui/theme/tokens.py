"""Colour tokens: every colour of the window by the name of its use, for dark, light and high contrast."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtGui import QColor

from explorer import palette
from explorer.palette import REAL_FAKE_DEPTH, Colors, mix

__all__ = ["CONTRAST", "DARK", "LIGHT", "Tokens", "color", "mix"]


@dataclass(frozen=True)
class Tokens:
    """One set of colours, each "#RRGGBB".

    Attributes:
        name: "dark", "light" or "contrast".
        bg0, bg1, bg2, bg3, bg4: Window; bars and panels; card and menu; control; hover and pressed.
        inset: Text fields and image wells.
        line, line2: Hairlines; control borders.
        text1, text2, text3, disabled: Titles and values; labels; captions; disabled text only.
        accent, accent_hi, accent_text, accent_soft, on_accent: Chrome only, never a series.
        data, model, prior, neutral, alt: The roles of series.
        ok, warn, err, err_soft: States only, never a series.
        ink0, ink1: Ends of the ramp of images.
        dmid: Middle of the map of a discriminator.
        classes: Colours of classes 0 to 9.
    """

    name: str
    bg0: str
    bg1: str
    bg2: str
    bg3: str
    bg4: str
    inset: str
    line: str
    line2: str
    text1: str
    text2: str
    text3: str
    disabled: str
    accent: str
    accent_hi: str
    accent_text: str
    accent_soft: str
    on_accent: str
    data: str
    model: str
    prior: str
    neutral: str
    alt: str
    ok: str
    warn: str
    err: str
    err_soft: str
    ink0: str
    ink1: str
    dmid: str
    classes: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.name != "light"

    def role(self, name: str) -> str:
        """The colour of a series' role; "total" and unknown roles are neutral."""
        roles = {"data": self.data, "model": self.model, "prior": self.prior, "alt": self.alt}
        return roles.get(name, self.neutral)

    def of_class(self, position: int) -> str:
        """The colour of a class; the ten repeat."""
        return self.classes[position % len(self.classes)]

    def ramp(self, role: str) -> tuple[str, str, str]:
        """Low, middle and high colour of a heat map of a role; "real-fake" runs from model to data.

        Tables have "diverging" where numbers have both signs, else "rising".
        """
        if role == "real-fake":
            return mix(self.bg2, self.model, REAL_FAKE_DEPTH), self.dmid, mix(self.bg2, self.data, REAL_FAKE_DEPTH)
        if role == "diverging":
            return mix(self.bg2, self.model, 0.8), self.bg3, mix(self.bg2, self.data, 0.8)
        if role == "rising":
            return self.bg3, mix(self.bg3, self.data, 0.4), mix(self.bg2, self.data, 0.8)
        top = self.role(role)
        return self.bg2, mix(self.bg2, top, 0.42), mix(self.bg2, top, 0.86)


@functools.lru_cache(maxsize=1024)
def color(value: str, alpha: float = 1.0) -> QColor:
    """A token's colour for painting, with an opacity from 0 to 1. Do not modify it: it is shared."""
    made = QColor(value)
    made.setAlphaF(alpha)
    return made


def _shared(colors: Colors) -> dict[str, Any]:
    """The tokens whose values the figures share."""
    return {
        "bg2": colors.paper,
        "text1": colors.text1,
        "text2": colors.text2,
        "text3": colors.text3,
        "data": colors.data,
        "model": colors.model,
        "prior": colors.prior,
        "neutral": colors.total,
        "alt": colors.alt,
        "warn": colors.warn,
        "dmid": colors.middle,
        "classes": colors.classes,
    }


DARK = Tokens(
    name="dark",
    bg0="#0E1014",
    bg1="#14171C",
    bg3="#242832",
    bg4="#2F3541",
    inset="#121419",
    line="#262A33",
    line2="#3A404C",
    disabled="#5B6270",
    accent="#7480F2",
    accent_hi="#8A94F7",
    accent_text="#A3ABFF",
    accent_soft="#252944",
    on_accent="#0B0D1F",
    ok="#4CC38A",
    err="#FF7B72",
    err_soft="#34201F",
    ink0="#121419",
    ink1="#F4F6FA",
    **_shared(palette.DARK),
)

LIGHT = Tokens(
    name="light",
    bg0="#F1F2F5",
    bg1="#F8F9FA",
    bg3="#EEF0F3",
    bg4="#E1E4EA",
    inset="#F5F6F8",
    line="#E1E4E9",
    line2="#C6CBD4",
    disabled="#A3A9B5",
    accent="#4A50D6",
    accent_hi="#3E44C4",
    accent_text="#4147C9",
    accent_soft="#E9EAFB",
    on_accent="#FFFFFF",
    ok="#187A4B",
    err="#C0362C",
    err_soft="#FDEDEB",
    ink0="#F5F6F8",
    ink1="#14171C",
    **_shared(palette.LIGHT),
)

CONTRAST = replace(
    DARK,
    name="contrast",
    bg0="#000000",
    bg1="#000000",
    bg2="#06070A",
    bg3="#1B1E26",
    bg4="#343A48",
    inset="#000000",
    line="#6C7482",
    line2="#B9C0CC",
    text1="#FFFFFF",
    text2="#EBEEF3",
    text3="#C9CFDA",
    disabled="#8A92A0",
    accent="#A3ABFF",
    accent_hi="#C9CDFF",
    accent_text="#C2C7FF",
    accent_soft="#2B3163",
    on_accent="#000000",
    data="#6CD2F7",
    model="#FFBB5C",
    prior="#F7A3D3",
    neutral="#FFFFFF",
    alt="#6FE6CC",
    ok="#6BE3A8",
    warn="#FFD84D",
    err="#FF9C94",
    err_soft="#3D1512",
    ink0="#000000",
    ink1="#FFFFFF",
    dmid="#0E1118",
)
