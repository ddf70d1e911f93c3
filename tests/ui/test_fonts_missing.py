"""A machine without fonts: the window uses the bundled ones, and no letter is an empty box."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

NONE = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><cachedir>cache</cachedir></fontconfig>
"""

# A letter that no font has is glyph 0 of one; without any font all letters are drawn as the same box.
PROGRAM = """
import json
import torch
from PySide6.QtGui import QFont, QFontInfo, QImage, QPainter, QTextLayout
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMessageBox
from explorer.ui.app import create_window

def drawn(letter, font):
    image = QImage(32, 32, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen("white")
    painter.drawText(4, 24, letter)
    painter.end()
    return bytes(image.constBits())

def boxes(text, font):
    if drawn("i", font) == drawn("W", font):
        return len(text)
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return sum(glyph == 0 for run in layout.glyphRuns() for glyph in run.glyphIndexes())

app = QApplication(["dgm-explorer"])
before = boxes("Train", QFont())
window = create_window()
window.resize(1024, 700)
window.show()
app.processEvents()
widgets = [*app.allWidgets(), QMessageBox(QMessageBox.Icon.Warning, "Title", "Text")]
texts = [(w, w.text()) for w in widgets if isinstance(w, (QAbstractButton, QLabel, QLineEdit))]
texts = [(w, text) for w, text in texts if text and not text.startswith("<")]
found = {
    "before": before,
    "texts": len(texts),
    "boxes": sorted({text for w, text in texts if boxes(text, w.font())}),
    "families": sorted({QFontInfo(w.font()).family().split(" SemiBold")[0] for w in widgets}),
}
window.close()
print(json.dumps(found))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only fontconfig can be told that there are no fonts")
def test_without_fonts_the_window_uses_the_bundled_ones(tmp_path) -> None:
    (tmp_path / "fonts.conf").write_text(NONE)
    environment = {
        **os.environ,
        "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"),
        "DGM_EXPLORER_HOME": str(tmp_path / "home"),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["before"] == len("Train")  # there really are no fonts
    assert found["texts"] > 20
    assert found["boxes"] == []
    assert set(found["families"]) <= {"Inter", "JetBrains Mono"}
