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


def test_every_row_has_a_slide_a_place_a_setting_and_what_is_seen():
    assert len(ROWS) > 50
    assert [row for row in ROWS if len(row) != 4] == []


def named(title: str, page: type) -> bool:
    """Whether a view, a scene or a parameter of a page is called so, in full or by words of its title."""
    titles = [view.title for view in views_of(page).values()]
    titles += [scene.name for scene in scenes_of(page)]
    titles += [param.label for param in params_of(page.Config).values()]
    words = re.compile(rf"(?<!\w){re.escape(title)}(?!\w)", re.IGNORECASE)
    return title in OF_THE_WINDOW or any(map(words.search, titles))


def cards_of(place: str) -> list[tuple[str, str]]:
    """Page and title, or words of it, of each card that a cell names."""
    found, page = [], ""
    for part in re.split(r"[,;] | beside ", place):
        if part.strip("`") in PAGES:
            page = part.strip("`")
        elif page and part[0].isupper():
            whole = named(part, PAGES[page])  # "and" is in titles, too
            found += [(page, title) for title in ([part] if whole else part.split(" and "))]
    return found


CARDS = sorted({card for row in ROWS for card in cards_of(row[1])})


@pytest.mark.parametrize(("page", "title"), CARDS, ids=[f"{page}: {title}" for page, title in CARDS])
def test_a_card_is_there(page, title):
    assert named(title, PAGES[page])


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
