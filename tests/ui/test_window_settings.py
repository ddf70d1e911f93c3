"""The window opens with defaults where its settings cannot be read, and says that nothing is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.ui.settings import SettingsDialog, stored_scale

DAMAGED = {
    "bytes": bytes(range(256)) * 8,
    "not an ini": b"[General\n%%%\nscale",
    "empty": b"",
    "wrong types": b"[General]\ngeometry=7\ntheme=mauve\nscale=big\nreduced_motion=perhaps\npage=nowhere\n"
    b"[panels]\nside=wide\nexplain=@Invalid()\n[vae]\nexplain=7\nside=x\ndraft={\nscenes=[]\n[family]\nvae=nothing\n",
    "absurd numbers": b"[General]\nscale=nan\n[panels]\nside=99999999999999999999\n",
}


@pytest.mark.parametrize("where", ["a file", "below a file", "a long name"])
def test_the_window_opens_without_a_home_and_says_so(where, open_window, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("kept")
    home = tmp_path / {"a file": "file", "below a file": "file/home", "a long name": "h" * 300}[where]
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(home))
    driver = open_window()
    said = driver.window.status.message.text()
    assert driver.window.isVisible()
    assert "Nothing is remembered" in said
    assert str(home) in said
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_the_window_opens_with_damaged_settings(content, open_window, apart: Path):
    (apart / "window.ini").write_bytes(content)
    driver = open_window()
    assert driver.window.isVisible()
    assert driver.page.isVisible()
    assert stored_scale() == 1.0
    driver.window.show_settings()
    assert driver.window.findChild(SettingsDialog).isVisible()


def test_settings_that_cannot_be_parsed_are_named(open_window, apart: Path):
    (apart / "window.ini").write_bytes(DAMAGED["not an ini"])
    assert f"{apart / 'window.ini'} was damaged" in open_window().window.status.message.text()
