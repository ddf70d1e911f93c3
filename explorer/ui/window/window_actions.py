"""Actions of the window itself: where to go, themes, settings, quit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from explorer.ui.controls import make_action
from explorer.ui.theme import Mode
from models import Family

__all__ = ["WindowActions"]

_MODES = {Mode.SYSTEM: "System", Mode.LIGHT: "Light", Mode.DARK: "Dark", Mode.CONTRAST: "High contrast"}


class WindowActions(QObject):
    """Actions that do not depend on the page in sight.

    Signals:
        tab_chosen: Id of a family, or "overview".
        page_chosen: Name of a page.
        mode_chosen: A theme.
        full_asked: Full screen, or the window again.
        settings_asked: The settings are to be opened.
        quit_asked: The window is to be closed.

    Args:
        families: In the order of their tabs.
    """

    tab_chosen = Signal(str)
    page_chosen = Signal(str)
    mode_chosen = Signal(object)
    full_asked = Signal()
    settings_asked = Signal()
    quit_asked = Signal()

    def __init__(self, families: Sequence[Family], parent: QObject | None = None):
        super().__init__(parent)
        self._families = families
        self._of_pages: dict[str, list[QAction]] = {}
        go = partial(make_action, self, group="Go to")
        self._tabs = [go("tab.overview", "Overview", self._on_tab, key="Ctrl+1", data="overview")]
        for place, family in enumerate(families, start=2):
            key = f"Ctrl+{place}" if place < 10 else ""
            self._tabs.append(go(f"tab.{family.id}", family.title, self._on_tab, key=key, data=family.id))
        self._others = []
        for mode in Mode:
            text = f"{_MODES[mode]} theme"
            self._others.append(make_action(self, f"theme.{mode}", text, self._on_mode, group="Theme", data=mode))
        add = partial(make_action, self, group="Window")
        self._others.append(add("full_screen", "Full screen", self.full_asked, key="F11"))
        self._others.append(add("settings", "Settings", self.settings_asked, key="Ctrl+,"))
        self._others.append(add("quit", "Quit", self.quit_asked, key="Ctrl+Q"))

    def actions(self) -> list[QAction]:
        """Those that can have a key: all but the actions of pages."""
        return [*self._tabs, *self._others]

    def commands(self) -> list[QAction]:
        """All of them, in the order of the palette; the titles of pages are known once these are imported."""
        if not self._of_pages:
            self._of_pages = {family.id: self._go_to_pages(family) for family in self._families}
        tabs = [each for tab in self._tabs for each in (tab, *self._of_pages.get(tab.data(), ()))]
        return [*tabs, *self._others]

    def _go_to_pages(self, family: Family) -> list[QAction]:
        """An action for each page of a family."""
        go = partial(make_action, self, group="Go to")
        return [
            go(f"page.{name}", f"{family.title}: {page.title}", self._on_page, data=name)
            for name, page in family.pages.items()
        ]

    def _action(self) -> QAction:
        action = self.sender()
        assert isinstance(action, QAction)
        return action

    @Slot()
    def _on_tab(self) -> None:
        self.tab_chosen.emit(self._action().data())

    @Slot()
    def _on_page(self) -> None:
        self.page_chosen.emit(self._action().data())

    @Slot()
    def _on_mode(self) -> None:
        self.mode_chosen.emit(Mode(self._action().data()))
