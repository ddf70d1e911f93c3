"""What the table of the slides names is there: pages, cards, presets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import models
from models.protocol import params_of, scenes_of, views_of

TABLE = (Path(__file__).parents[1] / "docs" / "slides.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith("| slide")
]
OF_THE_WINDOW = {"Explain", "Step"}  # beside the cards
PAGES = {name: page for family in models.FAMILIES for name, page in family.pages.items()}
SCENES = {name: {scene.name for scene in scenes_of(page)} for name, page in PAGES.items()}


def test_every_row_has_a_slide_a_place_a_setting_and_what_is_seen():
    assert len(ROWS) > 50
    assert [row for row in ROWS if len(row) != 4] == []


def named(title: str, names: list[str]) -> bool:
    """Whether something is called so, in full or by words of its name."""
    words = re.compile(rf"(?<!\w){re.escape(title)}(?!\w)", re.IGNORECASE)
    return any(map(words.search, names))


def titles_of(page: type, scene: str) -> list[str]:
    """Titles of the cards of a scene; without a scene the names of all scenes, cards and parameters of the page."""
    views = views_of(page)
    if scene:
        found = next((each for each in scenes_of(page) if each.name == scene), None)
        return [] if found is None else ["Loss" if name == "curves" else views[name].title for name in found.views]
    of_page = [scene.name for scene in scenes_of(page)] + [view.title for view in views.values()]
    return [*of_page, *(param.label for param in params_of(page.Config).values()), *OF_THE_WINDOW]


def cards_of(place: str) -> list[tuple[str, str, str]]:
    """Page, scene or "", and title, or words of it, of each card that a cell names."""
    found = []
    for page, rest in re.findall(r"`([a-z-]+)`, ((?:(?!, beside `).)*)", place):
        for group in re.split(r"; ", rest) if page in PAGES else ():
            scene, _, cards = group.rpartition(": ")
            for part in cards.split(", "):
                whole = named(part, titles_of(PAGES[page], scene))  # "and" is in titles, too
                titles = [part] if whole else part.split(" and ")
                found += [(page, scene, title) for title in titles if title[0].isupper()]
    return found


CARDS = sorted({card for row in ROWS for card in cards_of(row[1])})


@pytest.mark.parametrize(("page", "scene", "title"), CARDS, ids=[", ".join(card) for card in CARDS])
def test_a_card_is_in_its_scene(page, scene, title):
    assert named(title, titles_of(PAGES[page], scene))


def test_cards_stand_in_scenes():
    beside = {*OF_THE_WINDOW, "Objective"}
    alone = {(page, title) for page, scene, title in CARDS if not scene and title not in beside}
    assert {(page, title) for page, title in alone if title not in SCENES[page]} == set()


def test_every_name_in_code_is_a_page_a_field_or_a_command():
    for row in ROWS:
        for code in re.findall(r"`([^`]+)`", row[1]):
            assert code in PAGES or code == ","


PRESETS = sorted(
    {
        (re.findall(r"`([a-z-]+)`", row[1])[0], title)
        for row in ROWS
        if re.search(r"\bpresets? ", row[2])
        for title in re.findall(r'"([^"]+)"', row[2][re.search(r"\bpresets? ", row[2]).start() :].split(";")[0])
    }
)


@pytest.mark.parametrize(("page", "title"), PRESETS, ids=[f"{page}: {title}" for page, title in PRESETS])
def test_a_preset_is_there(page, title):
    titles = [preset.title for preset in PAGES[page].presets]
    assert title in titles or any(title.startswith("…") and one.endswith(title[1:].strip()) for one in titles)
