"""Suggestions of every page: each shows what it speaks of, and changes something to be seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import models
from explorer.data import source
from explorer.engine import Request, Setup
from explorer.engine.lab import open_lab
from models.flows.choosing_d import ChoosingDLab
from models.frames import Curves, arrays_of
from models.gan.non_overlap.lab import NonOverlapLab
from models.protocol import DataSpec, Image, Lab, Page, Preset, Scene, Try, View, build, params_of, views_of

pytestmark = pytest.mark.usefixtures("quick_labs")

PAGES = {name: page for family in models.FAMILIES for name, page in family.pages.items()}
TRIES = [(name, number) for name, page in PAGES.items() for number in range(len(page.try_next))]
HERE = [(name, number) for name, number in TRIES if PAGES[name].try_next[number].page is None]


@dataclass
class Case:
    """A suggestion that stays on its page: the scene that it shows, and where it starts from and leads to."""

    page: type[Page]
    suggestion: Try
    scene: Scene
    before: tuple[Any, ...]
    after: tuple[Any, ...]


def _state(name: str, preset: Preset | None, values: dict[str, Any]) -> tuple[Any, ...]:
    """Config, training and data."""
    page = PAGES[name]
    if issubclass(page, Lab):
        return (build(page.Config, {**(preset.config if preset else {}), **values}),)
    setup = Setup.of(name, preset=preset.title if preset else None, values=values)
    return setup.config, setup.training, setup.data


def _case(name: str, number: int) -> Case:
    page = PAGES[name]
    suggestion = page.try_next[number]
    (scene,) = (scene for scene in page.scenes if scene.name == suggestion.scene)
    first: Preset | None = next(iter(page.presets), None)
    if suggestion.preset is not None:
        chosen = next(preset for preset in page.presets if preset.title == suggestion.preset)
        return Case(page, suggestion, scene, _state(name, first, {}), _state(name, chosen, dict(suggestion.set)))
    for start in (*page.presets, *([None] if first is None else [])):  # it changes what one of the presets begins with
        before, after = _state(name, start, {}), _state(name, start, dict(suggestion.set))
        if before != after:
            break
    return Case(page, suggestion, scene, before, after)


def _quoted(case: Case) -> list[str]:
    return re.findall("“(.*?)”", case.suggestion.title)


def _is_named(views: Mapping[str, View], view: str, quoted: str) -> bool:
    return view in views and views[view].title.startswith(quoted)


def _picture(page: type[Lab], config: Any, view: str) -> dict[str, np.ndarray]:
    """What a card shows, the texts and the marker included."""
    if page is NonOverlapLab:
        config = replace(config, steps=min(config.steps, 60))  # the whole training takes seconds
    if page is ChoosingDLab:
        config = replace(config, steps=20)
    frame = open_lab(page, config).viewer.last_frame(Request(view))
    marker = frame.marker if isinstance(frame, Curves) else None
    return {**arrays_of(frame), "words": np.array([frame.subtitle, frame.note, str(marker)])}


@pytest.mark.parametrize(("name", "number"), TRIES)
def test_a_suggestion_names_a_page_or_a_scene(name, number) -> None:
    suggestion = PAGES[name].try_next[number]
    if suggestion.page is not None:
        assert suggestion.page in PAGES
        assert suggestion.page != name
        assert not suggestion.set
        assert suggestion.preset is None
    else:
        assert suggestion.scene in [scene.name for scene in PAGES[name].scenes], "nothing is brought into sight"


def _spec_of(case: Case) -> DataSpec | None:
    """What is known of a model's data without loading them."""
    if issubclass(case.page, Lab) or not case.after[2]:
        return None
    kind = source(case.after[2]).kind
    levels = (2 if kind.values == "binary" else 256) if isinstance(kind, Image) else 0
    return DataSpec(kind, 1, levels=levels, instruments=frozenset({"classifier"}))


@pytest.mark.parametrize(("name", "number"), HERE)
def test_what_a_suggestion_speaks_of_is_in_its_scene_and_applies(name, number) -> None:
    case = _case(name, number)
    views = views_of(case.page)
    titles = {quoted: view for quoted in _quoted(case) for view in case.scene.views if _is_named(views, view, quoted)}
    for quoted in _quoted(case):
        assert quoted in titles or quoted == case.scene.name, f"{quoted} is not in sight"
    spoken = [case.scene.lead, *([case.suggestion.card] if case.suggestion.card else [])]
    spoken += titles.values()
    for view in spoken:
        assert view in case.scene.views
        assert views[view].applies(case.page, case.after[0], _spec_of(case)), f"{view} does not apply"


@pytest.mark.parametrize(("name", "number"), HERE)
def test_a_suggestion_changes_a_parameter_that_has_an_effect(name, number) -> None:
    case = _case(name, number)
    assert case.before != case.after
    declared = params_of(case.page.Config)
    for key in case.suggestion.set:
        if key in declared:
            assert declared[key].applies(case.after[0]), f"{key} has no effect"


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, number in HERE if issubclass(PAGES[name], Lab)])
def test_a_suggestion_of_a_lab_changes_the_picture_it_speaks_of(name, number) -> None:
    case = _case(name, number)
    assert issubclass(case.page, Lab)
    first = case.suggestion.card or case.scene.lead
    for view in (first, *(other for other in case.scene.views if other != first)):
        one, other = (_picture(case.page, config, view) for (config,) in (case.before, case.after))
        if one.keys() != other.keys() or any(not np.array_equal(one[key], other[key]) for key in one):
            return
    pytest.fail("every card of the scene is as it was")
