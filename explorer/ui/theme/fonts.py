"""Fonts: the first installed family of a list, sized in pixels."""

from __future__ import annotations

import functools

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

__all__ = ["mono_font", "ui_font"]

_UI = ("Inter", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
_MONO = (
    "JetBrains Mono",
    "Cascadia Mono",
    "SF Mono",
    "Menlo",
    "Consolas",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
)


@functools.cache
def _family(wanted: tuple[str, ...], fixed: bool) -> str:
    for name in wanted:
        if QFontDatabase.hasFamily(name):
            return name
    kind = QFontDatabase.SystemFont.FixedFont if fixed else QFontDatabase.SystemFont.GeneralFont
    return QFontInfo(QFontDatabase.systemFont(kind)).family()


@functools.lru_cache(maxsize=128)
def _font(family: str, pixels: int, weight: int, tabular: bool = False) -> QFont:
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def ui_font(pixels: int = 13, weight: int = 400, *, tabular: bool = False) -> QFont:
    """The font of labels. It is shared: copy it before changing it.

    Args:
        pixels: Size in px.
        weight: 400 for text, 600 for titles.
        tabular: All digits are equally wide, so that the width of a changing number stays constant.
    """
    return _font(_family(_UI, False), pixels, weight, tabular)


def mono_font(pixels: int = 12, weight: int = 400) -> QFont:
    """The font of values. It is shared: copy it before changing it."""
    return _font(_family(_MONO, True), pixels, weight)
