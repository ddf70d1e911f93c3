"""Fonts: Inter for text, JetBrains Mono for values, both bundled, sized in pixels."""

from __future__ import annotations

import functools
from importlib import resources

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase

__all__ = ["FONTS", "load_fonts", "mono_font", "ui_font"]

FONTS = (
    "Inter-Regular.ttf",
    "Inter-SemiBold.ttf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-SemiBold.ttf",
    "NotoSansMath-Regular.ttf",
)
"""Files of the bundled fonts, in `assets/fonts`."""

_UI = ["Inter", "Noto Sans Math"]  # the second has the operators that the first lacks
_MONO = ["JetBrains Mono", "Inter", "Noto Sans Math"]


@functools.cache
def load_fonts() -> None:
    """Makes the bundled fonts known to Qt, once; needs a `QGuiApplication`.

    Raises:
        RuntimeError: A font file is damaged.
    """
    for name in FONTS:
        content = (resources.files("assets") / "fonts" / name).read_bytes()
        if QFontDatabase.addApplicationFontFromData(QByteArray(content)) < 0:
            raise RuntimeError(f"the bundled font {name} cannot be read; install the application again")


@functools.lru_cache(maxsize=128)
def _font(mono: bool, pixels: int, weight: int, tabular: bool = False) -> QFont:
    load_fonts()
    font = QFont()
    font.setFamilies(_MONO if mono else _UI)
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
    return _font(False, pixels, weight, tabular)


def mono_font(pixels: int = 12, weight: int = 400) -> QFont:
    """The font of values. It is shared: copy it before changing it."""
    return _font(True, pixels, weight)
