"""Pages are imported when they are first used, neither with the catalogue nor with the window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import models
from models.protocol.family import Pages

ROOT = Path(__file__).parents[1]


def _imported(code: str) -> set[str]:
    """Pages, as "family.folder", that a fresh interpreter has imported after some code."""
    names = {family.id for family in models.FAMILIES}
    report = "import sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    modules = [name.split(".") for name in done.stdout.split()]
    return {".".join(parts[1:3]) for parts in modules if len(parts) > 2 and parts[0] == "models" and parts[1] in names}


def _pages(family: str) -> set[str]:
    """Pages of a family, as "family.folder"."""
    (found,) = (each for each in models.FAMILIES if each.id == family)
    return {".".join(page.__module__.split(".")[1:3]) for page in found.pages.values()}


def test_the_catalogue_the_engine_and_the_command_line_import_no_page():
    assert _imported("import models, explorer.engine.host, explorer.cli.listing") == set()


def test_a_page_brings_no_other_page_and_no_other_family():
    every = set[str]().union(*(_pages(family.id) for family in models.FAMILIES))
    page = ".".join(models.find_page("avb").__module__.split(".")[1:3])
    assert _imported("import models; models.find_page('avb')") & every == {page}


def test_a_new_window_imports_the_first_family_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    made = "from explorer.ui.app import create_window; app = QApplication([]); window = create_window()"
    found = _imported(f"from PySide6.QtWidgets import QApplication; {made}; window.close()")
    assert {name.split(".")[0] for name in found} == {models.FAMILIES[0].id}


def test_names_are_known_without_an_import_and_unknown_ones_are_refused():
    pages = Pages("models.nowhere", {"one": "one:One", "two": "two:Two"})
    assert list(pages) == ["one", "two"]
    assert len(pages) == 2
    assert "two" in pages
    assert "three" not in pages
    with pytest.raises(KeyError):
        pages["three"]
    with pytest.raises(ModuleNotFoundError):
        pages["one"]
