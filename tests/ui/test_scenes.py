"""Scenes: which there are, what is in them, and how a person arranges, saves and resets them."""

from __future__ import annotations

import pages
import pytest
from page_parts import State
from pointing import LEFT, point_at
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QToolButton

from explorer.engine import BadInput
from explorer.ui.card import Card
from explorer.ui.page.board.scene_view import SceneView
from explorer.ui.page.panels.scene_row import SceneRow
from explorer.ui.page.state.scenes import Layout, Scenes
from explorer.ui.window.top_bar import TopBar
from models.protocol import Scene, scenes_of, views_of

pytestmark = pytest.mark.usefixtures("parts")

_LEFT = Qt.MouseButton.LeftButton
CARDS = ("cloud", "density", "score", "hidden", "curves")
DECLARED = (
    Scene("Train", "Does it learn?", "cloud", ("density",), ("curves",)),
    Scene("Score", "Where does it point?", "score", ("cloud",)),
    Scene("Hidden", "What is hidden?", "hidden"),
)


@pytest.fixture
def scenes(qapp) -> Scenes:
    return Scenes(DECLARED, CARDS)


def heard(scenes: Scenes) -> list[str]:
    """Notes the signals from now on."""
    notes: list[str] = []
    scenes.listed.connect(lambda: notes.append("listed"))
    scenes.placed.connect(lambda: notes.append("placed"))
    return notes


# Which scenes a page has


def test_a_scene_says_what_share_of_the_width_its_leading_card_has(qapp):
    wide = Scenes((Scene("Train", "Does it learn?", "cloud", ("density",), share=0.4), DECLARED[1]), CARDS)
    assert wide.layout == Layout("cloud", ("density",), 0.4)
    wide.resize(0.7, (1.0,))
    assert wide.layout.share == 0.7
    wide.reset()
    assert wide.layout.share == 0.4
    wide.choose("Score")
    assert wide.layout.share == 0


def test_a_page_that_declares_no_scene_has_one_with_its_leading_view_and_its_curves():
    train, *others = scenes_of(pages.Gauss)
    assert (train.name, train.lead, train.below) == ("Train", "cloud", ("curves",))
    placed = [view for scene in (train, *others) for view in scene.views]
    assert sorted(placed) == sorted([*views_of(pages.Gauss), "curves"])  # each once
    assert all(len(scene.views) <= 4 for scene in (train, *others))
    (overview,) = scenes_of(pages.CoinLab)
    assert overview.name == "Overview"
    assert "curves" not in overview.views


def test_views_without_a_place_in_a_declared_scene_get_one(monkeypatch):
    monkeypatch.setattr(pages.Gauss, "scenes", (Scene("Density", "How dense?", "density", ("cloud",)),), raising=False)
    scenes = scenes_of(pages.Gauss)
    assert [scene.lead for scene in scenes] == ["density", "curves", "score"]
    assert {view for scene in scenes for view in scene.views} == {*views_of(pages.Gauss), "curves"}
    assert len({scene.name for scene in scenes}) == len(scenes)


# Choosing and arranging


def test_the_first_scene_is_chosen_and_any_other_can_be(scenes):
    assert scenes.names == ("Train", "Score", "Hidden")
    assert scenes.layout.cards == ("cloud", "density", "curves")
    notes = heard(scenes)
    scenes.choose("Score")
    assert scenes.layout == Layout("score", ("cloud",))
    assert notes == ["listed", "placed"]
    scenes.choose("Score")
    scenes.choose("Nonsense")
    assert (scenes.current, len(notes)) == ("Score", 2)


def test_a_scene_whose_cards_do_not_apply_is_left_out_and_another_card_leads(scenes):
    scenes.choose("Hidden")
    scenes.offer(("cloud", "density", "curves"))
    assert scenes.names == ("Train", "Score")
    assert scenes.current == "Train"  # the chosen one has no card any more
    scenes.choose("Score")
    assert scenes.layout.cards == ("cloud",)
    scenes.offer(CARDS)
    assert scenes.layout.cards == ("score", "cloud")


def test_a_card_is_brought_into_sight_by_the_first_scene_that_has_it(scenes):
    assert scenes.show_card("density")
    assert scenes.current == "Train"
    assert scenes.show_card("hidden")
    assert scenes.current == "Hidden"
    assert not scenes.show_card("nothing")


def test_cards_are_exchanged_added_and_removed_and_a_reset_undoes_it(scenes):
    scenes.swap("cloud", "curves")
    assert scenes.layout.cards == ("curves", "density", "cloud")
    scenes.add("hidden")
    assert scenes.layout.side[-1] == "hidden"
    assert scenes.addable == ("score",)
    scenes.remove("curves")
    assert scenes.layout.cards == ("density", "cloud", "hidden")
    assert scenes.is_rearranged
    scenes.choose("Score")
    assert not scenes.is_rearranged
    scenes.choose("Train")
    scenes.reset()
    assert scenes.layout.cards == ("cloud", "density", "curves")


def test_the_last_card_of_a_scene_stays(scenes):
    scenes.choose("Hidden")
    scenes.remove("hidden")
    assert scenes.layout.cards == ("hidden",)


def test_a_saved_scene_is_one_more_and_leaves_the_declared_one_as_it_was(scenes):
    scenes.swap("cloud", "curves")
    scenes.save(" Mine ")
    assert scenes.names == ("Train", "Score", "Hidden", "Mine")
    assert (scenes.current, scenes.layout.lead) == ("Mine", "curves")
    scenes.choose("Train")
    assert scenes.layout.lead == "cloud"
    for name in ("", "  ", "Train"):
        with pytest.raises(BadInput):
            scenes.save(name)
    scenes.choose("Score")
    with pytest.raises(BadInput, match="there is a scene Mine already"):
        scenes.save("Mine")
    scenes.choose("Mine")
    scenes.delete("Mine")
    assert scenes.names == ("Train", "Score", "Hidden")
    assert scenes.current == "Train"
    scenes.delete("Train")  # a declared one stays
    assert "Train" in scenes.names


def test_what_a_person_arranged_is_there_at_the_next_start(scenes):
    scenes.swap("cloud", "density")
    scenes.resize(0.7, (0.25, 0.75))
    scenes.save("Mine")
    scenes.choose("Score")
    scenes.swap("score", "cloud")
    again = Scenes(DECLARED, CARDS)
    again.restore(scenes.to_json())
    assert (again.current, again.layout) == ("Score", scenes.layout)
    again.choose("Mine")
    assert again.layout == Layout("density", ("cloud", "curves"), 0.7, (0.25, 0.75))


def test_a_scene_that_does_not_apply_yet_at_the_next_start_is_chosen_once_it_does(scenes):
    scenes.choose("Hidden")
    stored = scenes.to_json()
    again = Scenes(DECLARED, CARDS)
    again.offer(("cloud", "density"))
    again.restore(stored)
    assert again.current == "Train"
    assert again.to_json() == stored  # closed before that, it is still remembered
    notes = heard(again)
    again.offer(CARDS)
    assert again.current == "Hidden"
    assert "listed" in notes
    assert "placed" in notes
    again.offer(("cloud", "density"))
    again.restore(stored)
    again.offer(("cloud", "score"))
    again.choose("Score")
    again.offer(CARDS)
    assert again.current == "Score"  # a person has chosen meanwhile


def test_heights_are_those_of_the_cards_that_apply(scenes):
    scenes.offer(("cloud", "curves"))
    scenes.resize(0.6, (1.0,))
    assert scenes.layout.heights == (1.0,)
    scenes.offer(CARDS)
    assert scenes.layout.heights == ()  # there are two beside the leading one now


def test_cards_and_scenes_that_are_gone_are_forgotten_and_a_damaged_text_is_refused(scenes):
    scenes.swap("cloud", "density")
    scenes.save("Mine")
    fewer = Scenes(DECLARED[1:], ("score", "hidden", "density"))
    fewer.restore(scenes.to_json())
    assert fewer.names == ("Score", "Hidden", "Mine")
    fewer.choose("Mine")
    assert fewer.layout.cards == ("density",)
    for text in ("", "[]", '{"current": "Train", "own": {"a": 3}, "changed": {}}', '{"own": 1}'):
        with pytest.raises(BadInput):
            fewer.restore(text)
    assert fewer.names == ("Score", "Hidden", "Mine")


# On the screen


@pytest.fixture
def view(theme, make_widget) -> SceneView:
    cards = {name: Card(theme, view, empty=view.help) for name, view in views_of(pages.Gauss).items()}
    return make_widget(SceneView(cards, Layout("cloud", ("density", "score"))), 900, 640)


def test_the_leading_card_has_most_of_the_room_and_the_others_share_the_column(view):
    lead, *side = view.in_sight()
    assert [card.view.name for card in (lead, *side)] == ["cloud", "density", "score"]
    assert lead.width() > 1.5 * side[0].width()
    assert lead.height() > 600
    assert abs(side[0].height() - side[1].height()) <= 1


def test_another_scene_shows_its_cards_alone(view, qapp):
    view.show_layout(Layout("score"))
    qapp.processEvents()
    assert [card.view.name for card in view.in_sight()] == ["score"]
    assert view.lead.width() > 850
    view.show_layout(Layout("density", ("cloud",)))
    qapp.processEvents()
    assert [card.view.name for card in view.in_sight()] == ["density", "cloud"]


def test_a_card_fills_the_page_and_goes_back_to_its_place(view, qapp):
    lead, beside, _ = view.in_sight()
    view.toggle(beside)
    qapp.processEvents()
    assert view.in_sight() == [beside]
    view.toggle(beside)
    qapp.processEvents()
    assert view.maximised is None
    assert view.in_sight()[:2] == [lead, beside]


def test_a_border_that_is_dragged_is_reported_and_kept_at_another_size(view, qapp):
    reported: list[tuple[float, tuple[float, ...]]] = []
    view.resized.connect(lambda share, heights: reported.append((share, heights)))
    handle = view.findChild(type(view._across), "splitter.0").handle(1)
    middle = handle.rect().center()
    QTest.mousePress(handle, _LEFT, pos=middle)
    point_at(handle, middle + QPoint(-120, 0), LEFT)
    QTest.mouseRelease(handle, _LEFT, pos=middle)
    share, heights = reported[-1]
    assert 0.4 < share < 0.6
    assert sum(heights) == pytest.approx(1)
    view.resize(1100, 640)
    qapp.processEvents()
    lead, beside, _ = view.in_sight()
    assert lead.width() / (lead.width() + beside.width()) == pytest.approx(share, abs=0.02)


def test_a_card_dropped_on_another_by_its_head_exchanges_places_with_it(view):
    swapped: list[tuple[str, str]] = []
    view.swapped.connect(lambda one, other: swapped.append((one, other)))
    lead, _, other = view.in_sight()
    head = lead._head
    start = QPoint(60, 18)
    QTest.mousePress(head, _LEFT, pos=start)
    point_at(head, start + QPoint(30, 0), LEFT)
    point_at(head, head.mapFromGlobal(other.mapToGlobal(other.rect().center())), LEFT)
    assert other.property("target") == "true"
    QTest.mouseRelease(head, _LEFT, pos=start)
    assert swapped == [("cloud", "score")]
    assert other.property("target") == "false"
    QTest.mousePress(head, _LEFT, pos=start)
    point_at(head, start + QPoint(2, 2), LEFT)  # less than a drag
    QTest.mouseRelease(head, _LEFT, pos=start)
    assert len(swapped) == 1


def test_escape_ends_the_drag_of_a_head_without_an_exchange(view):
    swapped: list[tuple[str, str]] = []
    view.swapped.connect(lambda one, other: swapped.append((one, other)))
    lead, _, other = view.in_sight()
    head, start = lead._head, QPoint(60, 18)
    there = head.mapFromGlobal(other.mapToGlobal(other.rect().center()))
    QTest.mousePress(head, _LEFT, pos=start)
    point_at(head, start + QPoint(30, 0), LEFT)
    point_at(head, there, LEFT)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert other.property("target") == "false"
    point_at(head, there - QPoint(4, 4), LEFT)
    assert other.property("target") == "false"
    QTest.mouseRelease(head, _LEFT, pos=there)
    assert swapped == []


def test_the_focus_stays_in_the_scene_when_the_card_that_had_it_goes(view, qapp):
    lead, beside, _ = view.in_sight()
    button = QPushButton("Within")
    beside.add_row(button)
    qapp.processEvents()
    button.setFocus()
    assert QApplication.focusWidget() is button
    view.show_layout(Layout(lead.view.name))
    qapp.processEvents()
    assert QApplication.focusWidget() is view


@pytest.fixture
def row(theme, make_widget, scenes) -> SceneRow:
    return make_widget(SceneRow(theme, scenes, State("gauss").shown), 1100, 44)


def test_names_and_keys_choose_a_scene(row, scenes):
    QTest.mouseClick(row.findChild(QPushButton, "scene.Score"), _LEFT)
    assert scenes.current == "Score"
    third = next(action for action in row.actions() if action.shortcut().toString() == "3")
    assert third.text() == "Scene: Hidden"
    third.trigger()
    assert scenes.current == "Hidden"
    assert row.findChild(QPushButton, "scene.Hidden").isChecked()
    scenes.offer(("cloud", "curves", "density"))
    assert not third.isVisible()


def test_cards_are_added_from_a_menu_and_the_layout_is_reset_by_a_button(row, scenes):
    assert row.reset_button.isHidden()
    popup = row.add_button.menu()
    assert isinstance(popup, QMenu)
    popup.aboutToShow.emit()
    score = next(action for action in popup.actions() if action.data() == "score")
    score.trigger()
    assert scenes.layout.side[-1] == "score"
    QTest.mouseClick(row.reset_button, _LEFT)
    assert "score" not in scenes.layout.cards
    assert row.reset_button.isHidden()


def test_saving_says_what_is_wrong_with_a_name(row, scenes):
    said: list[str] = []
    row.said.connect(said.append)
    row.save_as("Train")
    row.save_as("For the talk")
    assert "choose another name" in said[0]
    assert "For the talk" in said[1]
    assert row.findChild(QPushButton, "scene.For the talk").isChecked()


# The top bar


@pytest.mark.parametrize("width", [880, 1024, 1440])
def test_nine_tabs_are_whole_and_the_search_gives_way(theme, make_widget, width):
    titles = ("Overview", "VAE", "Autoregressive", "Flows", "GAN", "Inference", "Diffusion", "Molecules", "Runs")
    bar = make_widget(TopBar(theme, {title.lower(): title for title in titles}), width, 44)
    tabs = [bar.findChild(QPushButton, f"tab.{title.lower()}") for title in titles]
    assert all(tab.isVisible() and tab.width() >= tab.sizeHint().width() for tab in tabs)
    assert bar.row.geometry().right() < bar.width()
    search, icon = bar.findChild(QPushButton, "search"), bar.findChild(QToolButton, "small_search")
    assert search.isVisible() != icon.isVisible()
    assert search.isVisible() == (width == 1440)
    bar.resize(500, 44)  # too narrow for all: the chosen one stays in sight
    bar.show_tab("runs")
    assert tabs[-1].isVisible()
    assert not all(tab.isVisible() for tab in tabs)
    assert bar.row.more.isVisible()
