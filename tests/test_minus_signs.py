"""Numbers in pictures have a true minus sign, as those of the window and of figures do."""

from __future__ import annotations

import dataclasses

import pytest
from minus_signs import HYPHEN, hyphens, texts_of

import models
from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.protocol import Lab, build, views_of

pytestmark = pytest.mark.usefixtures("quick_labs")

PAGES = {name: page for family in models.FAMILIES for name, page in family.pages.items()}
LABS = [name for name, page in PAGES.items() if issubclass(page, Lab)]


def test_what_is_wrong_is_found() -> None:
    assert all(HYPHEN.search(text) for text in ("-3", "a = -0.5", "1e-12", "(-2, 3)", "2.5e-3"))
    assert not any(HYPHEN.search(text) for text in ("−3", "2-64-64-1", "z-1", "1e−12", "5-NN", "100-D", "p. 3-4"))


@pytest.mark.parametrize("name", LABS)
def test_labs(name) -> None:
    page = PAGES[name]
    for preset in page.presets[:3] or [None]:
        config = build(page.Config, dict(preset.config) if preset else {})
        if name in ("non-overlap", "ratio-posterior"):
            config = dataclasses.replace(config, steps=min(config.steps, 40))
        if name == "choosing-d":
            config = dataclasses.replace(config, steps=20)
        opened = open_lab(page, config)
        for view, declared in views_of(page).items():
            if declared.applies(page, config, opened.spec):
                assert hyphens(opened.viewer.last_frame(Request(view))) == [], (view, preset)


@pytest.mark.parametrize("name", PAGES)
def test_declaredtexts_of(name) -> None:
    page = PAGES[name]
    texts = [page.look_at, *texts_of(tuple(page.presets)), *texts_of(tuple(page.scenes))]
    texts += [suggestion.title for suggestion in page.try_next]
    data = {preset.data for preset in page.presets}
    assert [text for text in texts if HYPHEN.search(text) and text not in data] == []
