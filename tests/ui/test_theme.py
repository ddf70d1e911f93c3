from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPalette

from explorer.ui.controls import Button, IconButton, ValueBox
from explorer.ui.controls.scale import Scale
from explorer.ui.frames import PlaneView
from explorer.ui.numbers import axis_number, column, count, number
from explorer.ui.theme import CONTRAST, DARK, LIGHT, Tokens, icon_pixmap
from explorer.ui.theme.icons import ICONS
from models.protocol import read_number


def _luminance(value: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    r, g, b = (linear(part) for part in QColor(value).getRgbF()[:3])
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [DARK, LIGHT, CONTRAST], ids=lambda tokens: tokens.name)
def test_every_text_has_the_contrast_of_wcag_aa(tokens: Tokens) -> None:
    for ground in (tokens.bg1, tokens.bg2):
        for ink in (tokens.text1, tokens.text2, tokens.text3, tokens.accent_text, tokens.err, tokens.warn):
            assert _contrast(ink, ground) >= 4.5
        for role in ("data", "model", "prior", "total", "alt"):
            assert _contrast(tokens.role(role), ground) >= 4.5
    assert _contrast(tokens.on_accent, tokens.accent) >= 4.5


def test_high_contrast_gives_controls_a_border_one_can_see() -> None:
    assert _contrast(CONTRAST.line2, CONTRAST.bg2) >= 4.5 > 3 > _contrast(DARK.line2, DARK.bg2)


def test_switching_reaches_palette_style_sheet_and_what_widgets_paint(theme, qapp, make_widget) -> None:
    box = make_widget(ValueBox(Scale(0, 1, 0.1), 0.5))
    plane = make_widget(PlaneView(theme), 200, 150)
    told = []
    theme.changed.connect(told.append)
    for mode, tokens in (("light", LIGHT), ("contrast", CONTRAST), ("dark", DARK)):
        theme.set_mode(mode)
        assert told[-1] is tokens
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(tokens.bg0)
        assert box.grab().toImage().pixelColor(5, 12) == QColor(tokens.inset)
        assert plane.grab().toImage().pixelColor(100, 75) == QColor(tokens.bg2)
    theme.set_mode("dark")
    assert len(told) == 3  # the same again is no change


def test_every_icon_draws_and_follows_the_theme(theme, make_widget) -> None:
    for name in ICONS:
        image = icon_pixmap(name, "#FF0000", 16, 2.0).toImage()
        inked = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 128]
        assert len(inked) > 8, name
        assert all(pixel.red() > 240 and pixel.green() < 16 for pixel in inked), name
    button = make_widget(IconButton(theme, "close", "Close"))

    def ink() -> QColor:
        image = button.icon().pixmap(QSize(16, 16), 1.0).toImage()
        return max((image.pixelColor(x, y) for x in range(16) for y in range(16)), key=QColor.alpha)

    before = ink()
    theme.set_mode("light")
    assert before.lightness() > 128 > ink().lightness()
    assert button.accessibleName() == "Close"


def test_a_primary_button_is_filled_with_the_accent(theme, make_widget) -> None:
    button = make_widget(Button(theme, "Train", "play", "primary"), 120, 28)
    button.clearFocus()
    assert button.grab().toImage().pixelColor(8, 14) == QColor(DARK.accent)
    button.set_kind("plain")
    assert button.grab().toImage().pixelColor(8, 14) == QColor(DARK.bg3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (139.53, "139.5"),
        (-132.8, "−132.8"),
        (0.6931, "0.693"),
        (6.7, "6.70"),
        (0.006, "6e−3"),
        (8576, "8\u2009576"),
        (0, "0"),
    ],
)
def test_numbers_read_as_people_write_them(value: float, text: str) -> None:
    assert number(value) == text


def test_counts_axes_and_columns() -> None:
    assert count(12000) == "12\u2009000"
    assert [axis_number(v, 2000) for v in (0, 2000, 10000)] == ["0", "2k", "10k"]
    assert [axis_number(v, 0.5) for v in (-1, -0.5, 0, 1.5)] == ["−1", "−0.5", "0", "1.5"]
    assert axis_number(-0.04, 1) == axis_number(-1e-7, 2) == "0"
    assert axis_number(-2e30, 1e30) == "−2e30"
    assert column([12, 8, -3]) == ["12", "8", "−3"]
    assert column([12.0, 8.25, float("nan")]) == ["12.00", "8.25", "NaN"]
    assert column([-0.0004, 1.5]) == ["0.00", "1.50"]


@pytest.mark.parametrize("value", [0, 0.0312, -2.5e-7, 0.5, 12.25, 999.5, 1234.5, 12000, -8.4e7, 2e30])
def test_each_number_shown_can_be_typed_back(value: float) -> None:
    shown = [number(value), number(value, sign=True), axis_number(value, abs(value) / 100), column([value, 0])[0]]
    for text in [*shown, f"{float(value):,}", f"{value:g}"]:
        assert read_number(text) == pytest.approx(value, rel=0.02)
    assert read_number(count(value), whole=True) == read_number(f"{round(value):,}", whole=True) == round(value)
