"""The bundled fonts: no text of the window needs a glyph that they lack."""

from __future__ import annotations

import ast
from importlib import resources
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontInfo, QRawFont

import explorer
import models
from explorer.ui.theme import mono_font, ui_font
from explorer.ui.theme.fonts import FONTS


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """Every text in the code of models and window, docstrings left out."""
    found: set[str] = set()
    for package in (explorer, models):
        for path in Path(package.__path__[0]).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
            docs = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented) and _starts(node)}
            constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
            found |= {n.value for n in constants if isinstance(n.value, str) and id(n) not in docs}
    return found


def _starts(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> bool:
    return bool(node.body) and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)


@pytest.fixture(scope="module")
def raw(qapp) -> dict[str, QRawFont]:
    """The fonts by the name of their file."""
    files = resources.files("assets") / "fonts"
    return {name: QRawFont(QByteArray((files / name).read_bytes()), 12.0) for name in FONTS}


@pytest.mark.parametrize(
    "files",
    [
        ("Inter-Regular.ttf", "NotoSansMath-Regular.ttf"),
        ("Inter-SemiBold.ttf", "NotoSansMath-Regular.ttf"),
        ("JetBrainsMono-Regular.ttf", "Inter-Regular.ttf", "NotoSansMath-Regular.ttf"),
    ],
)
def test_every_character_of_the_program_has_a_glyph(raw, texts, files):
    needed = {character for text in texts for character in text if character.isprintable()}
    assert {"∇", "σ", "₁", "−"} <= needed
    fonts = [raw[name] for name in files]
    assert not [c for c in sorted(needed) if not any(font.supportsCharacter(ord(c)) for font in fonts)]


@pytest.mark.parametrize(("font", "family"), [(ui_font, "Inter"), (mono_font, "JetBrains Mono")])
@pytest.mark.parametrize("weight", [400, 600])
def test_the_bundled_families_are_used_in_both_weights(qapp, font, family, weight):
    chosen = QFont(font(13))
    chosen.setWeight(QFont.Weight(weight))
    info = QFontInfo(chosen)
    assert info.family().startswith(family)
    assert info.weight() == weight
