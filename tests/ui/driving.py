"""Drives the window as a person does: by its buttons, fields, keys and the mouse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from pointing import LEFT, point_at
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.card import Card
from explorer.ui.page import PageWidget
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.window.main_window import MainWindow
from models.protocol import Input

__all__ = ["PATIENCE", "Driver"]

PATIENCE = 20_000  # ms; reached only where something is broken


class Driver:
    """A window and hands to use it.

    Args:
        window: The window.
        qtbot: Of the test.
    """

    def __init__(self, window: MainWindow, qtbot: QtBot):
        self.window, self.qtbot = window, qtbot

    # What is there

    @property
    def page(self) -> PageWidget:
        """The page in sight."""
        page = self.window.page
        assert page is not None, "the overview is in sight"
        return page

    def find(self, name: str) -> QWidget:
        """The one widget of a name on the page in sight, or else in the window."""
        here: QWidget = self.window.page or self.window
        found = here.findChildren(QWidget, name) or self.window.findChildren(QWidget, name)
        assert len(found) == 1, f"{len(found)} widgets are called {name}"
        return found[0]

    def card(self, name: str) -> Card:
        """The card of a view."""
        return self.page.board.cards[name]

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        folder = self.page.shown.folder
        assert folder is not None, "no run is open"
        return folder

    def changes(self) -> list[dict[str, Any]]:
        """What the run notes of live changes."""
        path = self.folder / "changes.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def inputs(self) -> Inputs:
        """The inputs of the page's views."""
        return self.page.inputs

    def editor(self, kind: type[Input]) -> Any:
        """The editor of a kind of input."""
        return self.page.editors[kind]

    def actions(self) -> dict[str, QAction]:
        """What can be done now, by name."""
        return {action.objectName(): action for action in self.window.commands()}

    # Hands

    def trigger(self, action: str) -> None:
        """Triggers an action, as the command palette does."""
        self.actions()[action].trigger()

    def click(self, name: str) -> None:
        """Clicks a button once it is in sight: a page that was just opened may still be placing its controls."""
        self._open_controls(self.find(name))
        self.until(lambda: self.find(name).isVisible())
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isEnabled(), f"{name} is off"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def show_card(self, name: str) -> None:
        """Chooses a scene that has a card, by its key."""
        scenes = self.page.scenes
        card = self.card(name)
        for place, scene in enumerate(scenes.names, start=1):
            if card.isVisible():
                return
            self.trigger(f"scene.{place}")
            assert scenes.current == scene
        assert card.isVisible(), f"no scene has the card {name}"

    def offers_card(self, name: str) -> bool:
        """Whether a scene has a card, or it can be added to one."""
        scenes = self.page.scenes
        return name in scenes.layout.cards or name in scenes.addable

    def _open_controls(self, control: QWidget) -> None:
        """Shows the controls of the card that a control belongs to."""
        parent = control.parentWidget()
        while parent is not None and not isinstance(parent, Card):
            parent = parent.parentWidget()
        if parent is not None and not control.isVisible():
            parent.open_controls()

    def fill(self, name: str, text: str) -> None:
        """Types into a field, in place of what is there, and presses Enter."""
        field = self.find(name)
        self._open_controls(field)
        field.setFocus()
        field.selectAll()  # type: ignore[attr-defined]
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Presses a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def drag(self, widget: QWidget, start: QPoint, *way: QPoint) -> None:
        """Presses, moves and lets go."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
        for at in way:
            point_at(widget, at, LEFT)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=way[-1] if way else start)

    def choose_in_menu(self, menu: QMenu, text: str) -> None:
        """Chooses from a menu."""
        action = next(action for action in menu.actions() if action.text() == text)
        action.trigger()

    def pick(self, name: str, value: Any) -> None:
        """Chooses from a drop-down list with the keyboard."""
        combo = self.find(name)
        self._open_controls(combo)
        combo.setFocus()
        target, here = combo._values.index(value), combo.currentIndex()  # type: ignore[attr-defined]
        for _ in range(abs(target - here)):
            QTest.keyClick(combo, Qt.Key.Key_Down if target > here else Qt.Key.Key_Up)

    # Waiting

    def until(self, condition: Any) -> None:
        """Lets the window live until something holds."""
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def until_state(self, state: str) -> None:
        """Lets the window live until the page is in a state; one that has opened nothing yet is not static."""
        shown = self.page.shown
        self.until(lambda: shown.state == state and (state != "static" or shown.source is not None))

    def until_step(self, step: int) -> None:
        """Lets the window live until it shows a step or a later one, on all cards."""
        self.until(lambda: self.page.shown.step >= step and not self.page.feed.is_behind)

    def pause(self) -> int:
        """Pauses, waits until the window shows where, and returns that step."""
        self.click("train")
        self.until_state("paused")
        session = self.page.thread_.host.shown
        self.until(lambda: self.page.shown.step == session.step_count and not self.page.feed.is_behind)  # type: ignore[union-attr]
        return self.page.shown.step

    def train_small(self, **values: Any) -> None:
        """Begins a run of a small net on the digits, and waits for its first pictures."""
        self.page.draft.set_values({"hidden": 16, "layers": 1, "batch": 32, **values})
        self.click("train")
        self.until(lambda: self.page.shown.state in ("training", "done", "diverged"))  # it may be over already
        self.until_step(1)

    def eval_mode(self) -> None:
        """Waits until the page shows its untrained or bundled model."""
        self.until(lambda: self.page.board.cards and not any(c.is_empty for c in self._leading()))

    def _leading(self) -> list[Card]:
        return [card for card in self.page.board.scene.in_sight() if card.view.name != "curves"]

    def frame_of(self, name: str) -> Any:
        """What a card shows."""
        frame = self.card(name).display.frame
        assert frame is not None
        return frame

    def decoded(self) -> np.ndarray:
        """Pixels of the decoded picture."""
        return np.array(self.frame_of("decode").images)

    def leave(self) -> None:
        """Closes the window for good."""
        window, self.window = self.window, None  # type: ignore[assignment]
        self.qtbot = None  # type: ignore[assignment]
        theme = window.theme
        window.close()
        assert not [name for name, page in window.pages.items() if page.thread_.isRunning()], "a page goes on"
        window.deleteLater()
        theme.deleteLater()
        del window, theme
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
