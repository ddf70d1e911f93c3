"""The main window: tabs of families, the page in sight, status, and every action by key and name."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
)

import models
from explorer.engine import ExplorerError, Run
from explorer.figures import FigureError
from explorer.ui.card import Card
from explorer.ui.export.dialog import ExportDialog, copy_image
from explorer.ui.export.form import ExportChoices
from explorer.ui.logo import logo_icon
from explorer.ui.overview import Overview
from explorer.ui.page import PageWidget
from explorer.ui.settings import SettingsDialog, settings
from explorer.ui.theme import Mode, Theme
from explorer.ui.window.actions import Act
from explorer.ui.window.bars import StatusBar, TopBar
from explorer.ui.window.commands import acts_of
from explorer.ui.window.detached import DetachedCard
from explorer.ui.window.palette import CommandPalette

__all__ = ["MainWindow"]

_TITLE = "Deep Generative Model Explorer"

# Keys that count only where the widget with the focus has no use for them: editors and buttons keep theirs.
_SINGLE_KEYS = {
    Qt.Key.Key_Space: "train",
    Qt.Key.Key_Period: "step",
    Qt.Key.Key_Comma: "phase",
    Qt.Key.Key_S: "slow",
    Qt.Key.Key_1: "player.1",
    Qt.Key.Key_2: "player.2",
    Qt.Key.Key_3: "player.3",
    Qt.Key.Key_L: "live",
    Qt.Key.Key_E: "explain",
    Qt.Key.Key_F: "maximise",
}
_KEYS = {"reset": "Ctrl+R", "undo": "Ctrl+Z", "redo": "Ctrl+Shift+Z", "settings": "Ctrl+,", "quit": "Ctrl+Q"}


class MainWindow(QMainWindow):
    """The window.

    Attributes:
        theme: Colours.
        families: In the order of their tabs.
        pages: Pages made so far, by name.

    Signals:
        closed: It is closed, and nothing of it goes on.

    Args:
        theme: Colours.
    """

    closed = Signal()

    def __init__(self, theme: Theme):
        super().__init__()
        self.theme = theme
        self.setObjectName("window")
        self.setWindowTitle(_TITLE)
        self.setWindowIcon(logo_icon())
        self.setMinimumSize(880, 600)
        self.pages: dict[str, PageWidget] = {}
        self.families = models.FAMILIES
        self._of_family = {family.id: next(iter(family.pages)) for family in self.families}
        self._choices = ExportChoices()
        self._said: dict[str, tuple[str, str]] = {}  # the last message of each page, and what its button does
        tabs = {"overview": "Overview", **{family.id: family.title for family in self.families}}
        self.top = TopBar(theme, tabs)
        self.stack = QStackedWidget()
        self.status = StatusBar(theme)
        self.overview = Overview(theme, self.families)
        self.stack.addWidget(self.overview)
        body = QFrame()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top, self.stack, self.status):
            column.addWidget(widget, 1 if widget is self.stack else 0)
        self.setCentralWidget(body)
        self._connect()
        self._add_keys()
        self._restore()
        body.setFocus()

    def _connect(self) -> None:
        self.top.tab_chosen.connect(self.show_tab)
        self.top.search.connect(self.show_palette)
        self.top.theme_asked.connect(self.toggle_theme)
        self.top.settings_asked.connect(self.show_settings)
        self.overview.open_family.connect(self.show_tab)
        self.overview.open_run.connect(self.open_run)
        self.status.act_asked.connect(self._on_undo_reset)

    # Pages

    @Slot(str)
    def show_tab(self, name: str) -> None:
        """Brings a family, or the overview, into sight."""
        if name == "overview":
            self.top.show_tab(name)
            self.stack.setCurrentWidget(self.overview)
            self.overview.refresh()
            self.status.show_message("Ready")
            return
        self.show_page(self._of_family[name])

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Brings a page into sight, making it the first time."""
        family = next(family for family in self.families if name in family.pages)
        if name not in self.pages:
            page = PageWidget(self.theme, family, name, self.stack)
            page.page_chosen.connect(self.show_page)
            page.message.connect(self._on_message)
            page.undo_offered.connect(self._on_undo_offered)
            page.export_asked.connect(self.export)
            for card in page.cards.values():
                card.detach_asked.connect(self._on_detach)
            page.restore_state(settings())
            page.set_reduced_motion(bool(settings().value("reduced_motion", False, bool)))
            self.pages[name] = page
            self.stack.addWidget(page)
        self._of_family[family.id] = name
        self.top.show_tab(family.id)
        if self.pages[name] is not self.page:
            self.status.show_message(*self._said.get(name, ("Ready", "")))
        self.stack.setCurrentWidget(self.pages[name])

    @property
    def page(self) -> PageWidget | None:
        """The page in sight, or None where it is the overview."""
        here = self.stack.currentWidget()
        return here if isinstance(here, PageWidget) else None

    @Slot(object)
    def open_run(self, folder: Path) -> None:
        """Opens a run on its page."""
        try:
            run = Run(folder)
        except ExplorerError as error:
            self.status.show_message(str(error))
            return
        self.show_page(run.setup.page)
        self.pages[run.setup.page].acts.open_run(folder)

    # Keys and commands

    def acts(self) -> list[Act]:
        """Everything that can be done here."""
        return acts_of(self, self.page)

    def _add_keys(self) -> None:
        places = enumerate(("overview", *(family.id for family in self.families)), start=1)
        tabs = {f"tab.{tab}": f"Ctrl+{place}" for place, tab in places if place < 10}
        for name, keys in {**_KEYS, **tabs}.items():
            action = QAction(self)
            action.setData(name)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(self._on_key)
            self.addAction(action)
        palette = QAction("Commands", self)
        palette.setShortcut(QKeySequence("Ctrl+K"))
        palette.triggered.connect(self.show_palette)
        self.addAction(palette)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys for which the widget with the focus had no use."""
        page, key = self.page, Qt.Key(event.key())
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if page is not None and key == Qt.Key.Key_Escape and page.arrangement.maximised is not None:
            page.arrangement.restore()
        elif page is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and page.timeline.isVisible():
            page.timeline.track.keyPressEvent(event)
        elif key in _SINGLE_KEYS and plain:
            if not event.isAutoRepeat() or key == Qt.Key.Key_Period:
                self.run_act(_SINGLE_KEYS[key])
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_key(self) -> None:
        self.run_act(self.sender().data())  # type: ignore[attr-defined]

    def run_act(self, name: str) -> None:
        """Does the act of an id, where there is one now."""
        for act in self.acts():
            if act.id == name:
                act.run()
                return

    @Slot()
    def show_palette(self) -> None:
        """Opens the command palette."""
        palette = CommandPalette(self.acts(), self.theme.tokens, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open()
        palette.field.setFocus()

    @Slot()
    def show_settings(self) -> None:
        """Opens the settings."""
        dialog = SettingsDialog(self.theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.motion_chosen.connect(self._on_motion)
        dialog.open()

    @Slot(bool)
    def _on_motion(self, reduced: bool) -> None:
        for page in self.pages.values():
            page.set_reduced_motion(reduced)

    @Slot()
    def toggle_theme(self) -> None:
        """Switches between dark and light."""
        self.set_mode(Mode.LIGHT if self.theme.tokens.is_dark else Mode.DARK)

    def set_mode(self, mode: Mode) -> None:
        """Takes a theme and remembers it."""
        self.theme.set_mode(mode)
        settings().setValue("theme", str(mode))

    def maximise(self) -> None:
        """Lets the card with the focus, or the leading one, fill the page, or puts it back."""
        page = self.page
        if page is None:
            return
        focus: Any = QApplication.focusWidget()
        while focus is not None and not isinstance(focus, Card):
            focus = focus.parentWidget()
        hero = next((card for card in page.cards.values() if card.view.lead), next(iter(page.cards.values())))
        page.arrangement.toggle(page.arrangement.maximised or focus or hero)

    # Cards

    @Slot(object, str)
    def export(self, card: Card, kind: str) -> None:
        """Opens the export of a card, or copies its picture where the kind is "copy"."""
        page, frame = self.sender(), card.display.frame
        if not isinstance(page, PageWidget):
            page = self.page
        if frame is None or page is None:
            self.status.show_message(f"{card.view.title} shows nothing yet")
            return
        if kind == "copy":
            try:
                copy_image(frame)
            except FigureError as error:
                self.status.show_message(str(error))
            else:
                self.status.show_message(f"{card.view.title} is on the clipboard")
            return
        name, choices = f"{page.name}-{card.view.name}", dataclasses.replace(self._choices, format=kind)
        dialog = ExportDialog(self.theme, frame, page.identity(card), name, choices, card.view.title, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self._on_saved)
        dialog.open()

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self._choices = self.sender().choices  # type: ignore[attr-defined]
        self.status.show_message(f"Written to {path}")

    @Slot()
    def _on_detach(self) -> None:
        card = self.sender()
        assert isinstance(card, Card)
        page = next(page for page in self.pages.values() if card in page.cards.values())
        DetachedCard(self.theme, page, card, self).show()

    @Slot(str)
    def _on_message(self, text: str) -> None:
        self._say(self.sender(), text)

    @Slot(str)
    def _on_undo_offered(self, text: str) -> None:
        self._say(self.sender(), text, "Undo reset")

    def _say(self, page: object, text: str, act: str = "") -> None:
        if isinstance(page, PageWidget):
            self._said[page.name] = (text, act)
            if page is not self.page and self.page is not None:
                return
        self.status.show_message(text, act)

    @Slot()
    def _on_undo_reset(self) -> None:
        if self.page is not None:
            self.page.acts.undo_reset()

    # From start to start

    def _restore(self) -> None:
        stored = settings()
        geometry = stored.value("geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        for family in self.families:
            last = str(stored.value(f"family/{family.id}", ""))
            if last in family.pages:
                self._of_family[family.id] = last
        page = str(stored.value("page", ""))
        known = [name for family in self.families for name in family.pages]
        if page == "overview":
            self.show_tab("overview")
        else:
            self.show_page(page if page in known else known[0])

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stops and saves every page before the window goes."""
        for child in (*self.findChildren(QDialog), *self.findChildren(DetachedCard)):
            child.close()
        stored = settings()
        stored.setValue("geometry", self.saveGeometry())
        stored.setValue("page", self.page.name if self.page else "overview")
        for family, name in self._of_family.items():
            stored.setValue(f"family/{family}", name)
        for page in self.pages.values():
            page.save_state(stored)
            page.thread_.host.close()
        late = [name for name, page in self.pages.items() if not page.end(5000)]
        self.overview.end()
        if late:
            self.status.show_message(f"{', '.join(late)} is still saving; the window closes when it has")
            event.ignore()
            QTimer.singleShot(500, self.close)
            return
        super().closeEvent(event)
        self.closed.emit()
