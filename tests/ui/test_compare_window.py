"""The window that compares two runs: what it shows of which run, what is chosen in it, and what goes wrong."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest
from compared_runs import make_runs
from PIL import Image
from pointing import wheel
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from explorer.engine.files import runs_folder
from explorer.engine.recent import recent_runs
from explorer.ui import threads
from explorer.ui.card import EXPORTS
from explorer.ui.compare import CompareWindow, jobs
from explorer.ui.compare.choosers import run_text
from explorer.ui.controls import Combo, IconButton
from explorer.ui.export.dialog import ExportDialog
from models.frames import Curves, Plane

PATIENCE = 20_000  # ms; reached only where something is broken

pytestmark = pytest.mark.usefixtures("fixture_pages")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_runs(folder)
    return folder


@pytest.fixture
def runs(made, tmp_path, monkeypatch) -> Path:
    """The folder of runs of a home of its own, with the runs of `make_runs`; the second is the newest."""
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path))
    for name in ("game", "first", "second"):
        shutil.copytree(made / name, runs_folder() / name)
        for path in (runs_folder() / name).glob("*.json*"):
            path.touch()
    return runs_folder()


@pytest.fixture
def compare(theme, make_widget, qtbot, runs):
    """Opens the window, and waits until it has shown the runs that are chosen."""
    parent = make_widget(QWidget(), 200, 100)

    def open_window(first: str = "first", width: int = 1320, height: int = 860, page: str = "gauss") -> CompareWindow:
        window = CompareWindow(theme, page, runs_folder() / first if first else None, parent)
        qtbot.waitUntil(window.isVisible, timeout=PATIENCE)
        window.resize(width, height)
        settle(window, qtbot)
        return window

    yield open_window
    for window in parent.findChildren(CompareWindow):
        window.close()
    parent = window = None  # the test's argument still holds this function


def settle(window: CompareWindow, qtbot) -> None:
    """Waits for both pictures, or for what is said in their place."""

    def is_done() -> bool:
        cards = window.pictures.cards
        shown = len(cards) == 2 and all(not card.is_empty or card.property("failed") for card in cards)
        return shown or window.settings.sentence.property("kind") == "error"

    qtbot.waitUntil(is_done, timeout=PATIENCE)


def choose(combo: Combo, value) -> None:
    """Chooses with the keyboard."""
    combo.setFocus()
    target, here = combo._values.index(value), combo.currentIndex()
    for _ in range(abs(target - here)):
        QTest.keyClick(combo, Qt.Key.Key_Down if target > here else Qt.Key.Key_Up)


def click(window: CompareWindow, name: str) -> None:
    button = window.findChild(QWidget, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def settings(window: CompareWindow) -> dict[str, tuple[str, str]]:
    return {row.name: (row.first, row.second) for row in window.settings.rows}


def steps_of(frame: Curves, key: str) -> int:
    return len(next(series for series in frame.series if series.key == key).x)


def titles(window: CompareWindow) -> list[str]:
    return [card.view.title for card in window.pictures.cards]


# What is shown


def test_it_begins_with_the_run_asked_for_and_the_newest_other(compare, runs) -> None:
    window = compare("first")
    assert [folder.name for folder in window.choosers.folders] == ["first", "second"]
    assert settings(window)["Scale s"] == ("1", "2")
    assert window.settings.sentence.text() == "20 settings are equal"
    frame = window.curves.display.frame
    assert {(series.label, series.dotted) for series in frame.series} == {("A", False), ("B", True)}
    assert titles(window) == ["A, step 8: Ring, seed 0", "B, step 12: Ring with scale s 2, seed 3"]
    assert all(isinstance(card.display.frame, Plane) for card in window.pictures.cards)
    assert window.windowTitle() == "Compare runs, Diagonal Gaussian"


def test_without_a_run_asked_for_the_newest_comes_first(compare) -> None:
    assert [folder.name for folder in compare("").choosers.folders] == ["second", "first"]


def test_runs_are_offered_newest_first_in_the_words_of_the_overview(compare) -> None:
    combo = compare().choosers.first
    assert [combo.itemText(row) for row in range(combo.count())] == [
        "Ring with scale s 2, changed at step 5, seed 3 · Ring of 8 Gaussians, n 1000 · step 12 of 30, just now",
        "Ring, seed 0 · Ring of 8 Gaussians, n 1000 · finished just now, 8 steps",
    ]


@pytest.mark.parametrize(
    ("left", "said"), [([], "has no runs yet: train two"), (["first"], "has one run: train another")]
)
def test_too_few_runs_of_the_page_open_no_window(left, said, theme, make_widget, qtbot, runs) -> None:
    for name in ("first", "second"):
        if name not in left:
            shutil.rmtree(runs / name)
    parent = make_widget(QWidget(), 200, 100)
    window = CompareWindow(theme, "gauss", None, parent)
    with qtbot.waitSignal(window.refused, timeout=PATIENCE) as refused:
        pass
    assert said in refused.args[0]
    assert not window.isVisible()
    del window
    qtbot.waitUntil(lambda: parent.findChild(CompareWindow) is None, timeout=PATIENCE)


# Choosing runs


def test_another_choice_and_a_swap_show_other_runs(compare, qtbot, runs) -> None:
    window = compare("first")
    click(window, "compare.swap")
    assert window.settings.sentence.text() == "Reading the runs"  # what was shown of others is gone
    assert window.curves.is_empty
    assert window.pictures.cards == []
    settle(window, qtbot)
    assert settings(window)["Scale s"] == ("2", "1")
    assert titles(window)[0] == "A, step 12: Ring with scale s 2, seed 3"
    choose(window.choosers.first, runs / "first")
    settle(window, qtbot)
    assert window.choosers.folders == (runs / "first", runs / "first")
    assert window.settings.sentence.text() == "A and B are the same run"
    assert settings(window) == {}


def test_runs_are_read_again_on_demand(compare, qtbot, runs) -> None:
    window = compare("first")
    shutil.copytree(runs / "first", runs / "third")
    path = runs / "first" / "metrics.jsonl"
    path.write_text(path.read_text() + json.dumps({"step": 9, "log_likelihood": -1.0}) + "\n")
    shown = window.curves.display.frame
    click(window, "compare.again")
    qtbot.waitUntil(lambda: window.choosers.first.count() == 3, timeout=PATIENCE)
    settle(window, qtbot)
    assert [folder.name for folder in window.choosers.folders] == ["first", "second"]
    lengths = [
        len(next(s for s in f.series if s.key == "A.log_likelihood").x) for f in (shown, window.curves.display.frame)
    ]
    assert lengths == [8, 9]


def test_a_newer_choice_replaces_one_under_way(compare, qtbot, runs, monkeypatch) -> None:
    window = compare("first")
    read, begun, release = jobs.read_pair, threading.Event(), threading.Event()

    def slow(first: Path, second: Path):
        begun.set()
        release.wait(10)
        return read(first, second)

    monkeypatch.setattr(jobs, "read_pair", slow)
    seen: list[tuple[str, str]] = []
    window._thread.opened.connect(lambda job, _opened: seen.append((job.first.name, job.second.name)))
    click(window, "compare.swap")
    qtbot.waitUntil(begun.is_set, timeout=PATIENCE)
    choose(window.choosers.second, runs / "second")
    click(window, "compare.swap")
    choose(window.choosers.first, runs / "first")
    release.set()
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE)
    settle(window, qtbot)
    assert seen == [("first", "second")]  # the models of the pairs before were not even loaded
    assert titles(window)[0].startswith("A, step 8")


# Pictures


def test_another_view_and_its_parameters_are_shown_of_both_runs(compare, qtbot) -> None:
    window = compare()
    count = window.findChild(QWidget, "card.cloud.count")
    count.setFocus()
    count.selectAll()
    QTest.keyClicks(count, "7")
    QTest.keyClick(count, Qt.Key.Key_Return)
    frames = lambda: [card.display.frame for card in window.pictures.cards]  # noqa: E731
    qtbot.waitUntil(lambda: all(len(frame.layers[1].xy) == 7 for frame in frames()), timeout=PATIENCE)
    chooser = window.findChild(Combo, "compare.view")
    assert list(chooser._values) == ["cloud", "density", "score", "broken"]  # "hidden" needs scale 1
    choose(chooser, "density")
    settle(window, qtbot)
    assert [type(frame.layers[0]).__name__ for frame in frames()] == ["Density", "Density"]
    click(window, "compare.swap")
    settle(window, qtbot)
    assert chooser.value == "density"  # it stays with other runs
    choose(chooser, "cloud")
    settle(window, qtbot)
    assert [len(frame.layers[1].xy) for frame in frames()] == [7, 7]


def test_planes_show_one_range_and_are_moved_together(compare, qtbot) -> None:
    window = compare()
    one, other = (card.display for card in window.pictures.cards)
    qtbot.waitUntil(lambda: one.frame.extent == other.frame.extent, timeout=PATIENCE)
    whole = one.view.extent
    assert other.view.extent == pytest.approx(whole, rel=0.02)
    wheel(one, QPoint(100, 100), 3)
    assert one.view.extent != whole
    assert other.view.extent == pytest.approx(one.view.extent, rel=0.02)


def test_a_view_that_fails_says_so_on_its_card(compare, qtbot) -> None:
    window = compare()
    choose(window.findChild(Combo, "compare.view"), "broken")
    settle(window, qtbot)
    QTest.mouseClick(window.findChild(QWidget, "card.broken.wrong"), Qt.MouseButton.LeftButton)
    cards = window.pictures.cards
    qtbot.waitUntil(lambda: [card.note for card in cards] == ["this view fails"] * 2, timeout=PATIENCE)
    QTest.mouseClick(window.findChild(QWidget, "card.broken.wrong"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [card.note for card in cards] == [""] * 2, timeout=PATIENCE)


def test_one_card_fills_the_window_until_escape(compare) -> None:
    window = compare()
    card = window.pictures.cards[1]
    low = card.height()
    maximise = next(b for b in card.findChildren(IconButton) if b.accessibleName() == "Maximise (double click)")
    QTest.mouseClick(maximise, Qt.MouseButton.LeftButton)
    visible = [w.objectName() for w in (window.settings, window.curves, *window.pictures.cards) if w.isVisible()]
    assert visible == ["compare.B"]
    QTest.qWait(0)
    assert card.height() > 1.4 * low
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert all(w.isVisible() for w in (window.settings, window.curves, *window.pictures.cards))
    QTest.mouseDClick(window.curves._head, Qt.MouseButton.LeftButton)
    assert [w.isVisible() for w in (window.settings, window.curves, *window.pictures.cards)] == [
        False,
        True,
        False,
        False,
    ]


# What goes wrong


def test_a_damaged_run_is_said_and_another_choice_goes_on(compare, qtbot, runs) -> None:
    (runs / "second" / "metrics.jsonl").write_text('{"step": 1\n{"step": 2}\n')
    window = compare("first")
    assert "metrics.jsonl is damaged" in window.settings.sentence.text()
    assert window.curves.is_empty
    assert window.pictures.cards == []
    choose(window.choosers.second, runs / "first")
    settle(window, qtbot)
    assert window.settings.sentence.text() == "A and B are the same run"


def test_a_run_without_a_checkpoint_leaves_the_picture_of_the_other(compare, runs) -> None:
    for path in (runs / "second" / "checkpoints").glob("step-*"):
        path.unlink()
    window = compare("first")
    one, other = window.pictures.cards
    assert (one.is_empty, other.is_empty) == (False, True)
    assert "has no checkpoint" in other.note
    assert other.view.title == "B: Ring with scale s 2, seed 3"
    assert settings(window)["Scale s"] == ("1", "2")
    assert not window.curves.is_empty


# Export


def test_curves_and_either_picture_are_exported_with_their_origin(compare, qtbot, tmp_path) -> None:
    window = compare("first")

    def export(card, name: str) -> Path:
        next(action for action in card.menu.actions() if action.text() == EXPORTS["png"]).trigger()
        field = window.findChild(QWidget, "export.path")
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, str(tmp_path / name))
        click(window, "export.save")
        qtbot.waitUntil(lambda: window.message.text() == f"Written to {tmp_path / name}", timeout=PATIENCE)
        qtbot.waitUntil(lambda: window.findChild(ExportDialog) is None, timeout=PATIENCE)
        return tmp_path / name

    with Image.open(export(window.curves, "curves.png")) as image:
        identity = json.loads(image.text["identity"])
    assert (identity["A"]["run"], identity["B"]["run"], identity["view"]) == ("first", "second", "curves")
    with Image.open(export(window.pictures.cards[1], "b.png")) as image:
        identity = json.loads(image.text["identity"])
    assert (identity["run"], identity["step"], identity["view"]) == ("second", 12, "cloud")
    texts = [action.text() for action in window.pictures.cards[0].menu.actions()]
    assert not {"Freeze this view", "Open in its own window", "Remove from the scene"} & set(texts)


# Room and end


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 700)])
def test_nothing_is_cut_or_overlaps(width, height, compare, theme, qtbot) -> None:
    window = compare("first", width, height)
    dark = window.grab().toImage().pixelColor(width - 4, height - 4)
    theme.set_mode("light")
    assert window.grab().toImage().pixelColor(width - 4, height - 4).lightness() > dark.lightness()
    for combo in (window.choosers.first, window.choosers.second):
        assert combo.shown_text() == combo.currentText()
    for label in window.settings.findChildren(QLabel):
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed, label.text()
    blocks = [window.choosers, window.settings, window.curves, *window.pictures.cards]
    boxes = [QRect(block.mapTo(window, QPoint()), block.size()) for block in blocks]
    assert not any(one.intersects(other) for place, one in enumerate(boxes) for other in boxes[:place])
    assert all(window.rect().contains(box) for box in boxes)
    for button in (*window.findChildren(QPushButton), *window.findChildren(QToolButton)):
        if button.isVisible():
            assert button.isEnabled(), button.accessibleName()
            assert button.accessibleName() or button.text()


def test_closing_ends_the_thread_while_it_reads(compare, qtbot, monkeypatch) -> None:
    window = compare("first")
    begun, release = threading.Event(), threading.Event()

    def slow(*_: object):
        begun.set()
        release.wait(10)
        raise OSError("late")

    monkeypatch.setattr(jobs, "read_pair", slow)
    click(window, "compare.swap")
    qtbot.waitUntil(begun.is_set, timeout=PATIENCE)
    thread = window._thread
    threading.Timer(0.1, release.set).start()
    window.close()
    assert not thread.isRunning()
    assert thread not in threads._running


def test_the_line_of_a_run_tells_preset_seed_data_step_and_time(runs) -> None:
    (glance,), _ = recent_runs(runs, 1, 0)
    text = run_text(glance, glance.when + 120)
    assert (
        text
        == "Ring with scale s 2, changed at step 5, seed 3 · Ring of 8 Gaussians, n 1000 · step 12 of 30, 2 min ago"
    )
