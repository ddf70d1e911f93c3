"""Numbers in pictures have a true minus sign, as those of the window and of figures do."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

import models
from explorer.engine import Request, SessionViews, Setup, new_session
from explorer.engine.lab import open_lab
from models.frames import Frame
from models.protocol import GenerativeModel, Lab, build, views_of

pytestmark = pytest.mark.usefixtures("quick_labs")

PAGES = {name: page for family in models.FAMILIES for name, page in family.pages.items()}
LABS = [name for name, page in PAGES.items() if issubclass(page, Lab)]
MODELS = [name for name, page in PAGES.items() if issubclass(page, GenerativeModel)]
HYPHEN = re.compile(r"(?<![\w.)])-\s?\d|\be-\d|\de-\d")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.name != "key":  # of a series: it is not shown
                yield from _texts(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _texts(part)


def _wrong(frame: Frame) -> list[str]:
    return [text for text in _texts(frame) if HYPHEN.search(text)]


def test_what_is_wrong_is_found() -> None:
    assert all(HYPHEN.search(text) for text in ("-3", "a = -0.5", "1e-12", "(-2, 3)", "2.5e-3"))
    assert not any(HYPHEN.search(text) for text in ("−3", "2-64-64-1", "z-1", "1e−12", "5-NN", "100-D", "p. 3-4"))


@pytest.mark.parametrize("name", LABS)
def test_labs(name) -> None:
    page = PAGES[name]
    for preset in page.presets[:3] or [None]:
        config = build(page.Config, dict(preset.config) if preset else {})
        if name == "non-overlap":
            config = dataclasses.replace(config, steps=min(config.steps, 40))
        if name == "choosing-d":
            config = dataclasses.replace(config, steps=20)
        opened = open_lab(page, config)
        for view, declared in views_of(page).items():
            if declared.applies(page, config, opened.spec):
                assert _wrong(opened.viewer.last_frame(Request(view))) == [], (view, preset)


@pytest.mark.parametrize("name", MODELS)
def test_models(name) -> None:
    points = dict.fromkeys(("gan", "real-nvp", "iaf", "ddpm"), "ring8:n=1000")
    chosen = {**points, "wavenet": "tones:n=50", "tabular": "digits-binary"}
    data = chosen.get(name, "digits")
    session = new_session(Setup.of(name, data=data, values={"batch": 32}, device="cpu"), keep=False)
    session.begin()
    for _ in range(0 if session.finished else 2):
        session.step()
    views = SessionViews(session)
    model = session.model
    for view, declared in views_of(type(model)).items():
        if declared.applies(type(model), model.config, model.spec):
            assert _wrong(views.frame(view)) == [], view


@pytest.mark.parametrize("name", PAGES)
def test_declared_texts(name) -> None:
    page = PAGES[name]
    texts = [page.look_at, *_texts(tuple(page.presets)), *_texts(tuple(page.scenes))]
    texts += [suggestion.title for suggestion in page.try_next]
    data = {preset.data for preset in page.presets}
    assert [text for text in texts if HYPHEN.search(text) and text not in data] == []
