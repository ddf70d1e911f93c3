"""The main window: tabs of families, the page in sight, status, and every action by key and name."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Slot
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
from explorer.ui.actions import Act
from explorer.ui.bars import StatusBar, TopBar
from explorer.ui.card import Card
from explorer.ui.command_palette import CommandPalette
from explorer.ui.detached import DetachedCard
from explorer.ui.export_dialog import ExportDialog, copy_image
from explorer.ui.figure_form import ExportChoices
from explorer.ui.logo import logo_icon
from explorer.ui.overview import Overview
from explorer.ui.page import PageWidget
from explorer.ui.settings import SettingsDialog, settings
from explorer.ui.theme import Mode, Theme

__all__ = ["MainWindow"]

_TITLE = "Deep Generative Model Explorer"

# Keys that count only where the widget with the focus has no use for them: editors and buttons keep theirs.
_SINGLE_KEYS = {
    Qt.Key.Key_Space: "Train or pause",
    Qt.Key.Key_Period: "One step",
    Qt.Key.Key_Comma: "One phase of a step",
    Qt.Key.Key_L: "Live",
    Qt.Key.Key_E: "Explain",
    Qt.Key.Key_F: "Maximise the leading card",
}
_MODES = {Mode.SYSTEM: "System", Mode.LIGHT: "Light", Mode.DARK: "Dark", Mode.CONTRAST: "High contrast"}
_KEYS = {"Reset": "Ctrl+R", "Undo": "Ctrl+Z", "Redo": "Ctrl+Shift+Z", "Settings": "Ctrl+,", "Quit": "Ctrl+Q"}


class MainWindow(QMainWindow):
    """The window.

    Attributes:
        theme: Colours.
        pages: Pages made so far, by name.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme):
        super().__init__()
        self.theme = theme
        self.setObjectName("window")
        self.setWindowTitle(_TITLE)
        self.setWindowIcon(logo_icon())
        self.setMinimumSize(880, 600)
        self.pages: dict[str, PageWidget] = {}
        self._families = models.FAMILIES
        self._of_family = {family.id: next(iter(family.pages)) for family in self._families}
        self._choices = ExportChoices()
        self._undoer: PageWidget | None = None
        self._said: dict[str, str] = {}  # the last message of each page
        tabs = {"overview": "Overview", **{family.id: family.title for family in self._families}}
        self.top = TopBar(theme, tabs)
        self.stack = QStackedWidget()
        self.status = StatusBar(theme)
        self.overview = Overview(theme, self._families)
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
        family = next(family for family in self._families if name in family.pages)
        if name not in self.pages:
            page = PageWidget(self.theme, family, name)
            page.page_chosen.connect(self.show_page)
            page.message.connect(self._on_message)
            page.export_asked.connect(self._on_export)
            for card in page.cards.values():
                card.detach_asked.connect(self._on_detach)
            page.restore_state(settings())
            page.set_reduced_motion(bool(settings().value("reduced_motion", False, bool)))
            self.pages[name] = page
            self.stack.addWidget(page)
        self._of_family[family.id] = name
        self.top.show_tab(family.id)
        if self.pages[name] is not self.page:
            self.status.show_message(self._said.get(name, "Ready"))
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
        page = self.page
        acts: list[Act] = []
        if page is not None and page.draft.model is not None:
            acts += [
                Act("Train or pause", page.acts.train, "Run", "Space"),
                Act("One step", page.acts.step, "Run", "."),
                Act("One phase of a step", page.acts.substep, "Run", ","),
                Act("Reset", page.acts.reset, "Run", "Ctrl+R"),
                Act("Live", page.go_live, "Timeline", "L"),
                Act("Play the timeline", page.timeline.play, "Timeline"),
            ]
        if page is not None:
            acts += [
                Act("Explain", page.run_bar.explain_button.toggle, "View", "E"),
                Act("Maximise the leading card", self._maximise, "View", "F"),
                Act("Undo", page.draft.undo.undo, "Edit", "Ctrl+Z"),
                Act("Redo", page.draft.undo.redo, "Edit", "Ctrl+Shift+Z"),
            ]
            for preset in page.page.presets:
                acts.append(Act(preset.title, partial(page.draft.choose_preset, preset.title), "Preset"))
            for name, title in page.draft.datasets().items():
                acts.append(Act(title, partial(page.draft.choose_data, name), "Dataset"))
            for card in page.cards.values():
                acts.append(Act(f"Export {card.view.title}", partial(self._on_export, card, "pdf"), "Export"))
            for declared in page.draft.declared().values():
                acts.append(Act(declared.label, partial(page.side.focus_on, declared.name), "Set"))
        acts.append(Act("Overview", partial(self.show_tab, "overview"), "Go to", "Ctrl+1"))
        for place, family in enumerate(self._families, start=2):
            key = f"Ctrl+{place}" if place < 10 else ""
            acts.append(Act(family.title, partial(self.show_tab, family.id), "Go to", key))
            for name, found in family.pages.items():
                acts.append(Act(f"{family.title}: {found.title}", partial(self.show_page, name), "Go to"))
        for mode in Mode:
            acts.append(Act(f"{_MODES[mode]} theme", partial(self.set_mode, mode), "Theme"))
        acts.append(Act("Settings", self.show_settings, "Window", "Ctrl+,"))
        acts.append(Act("Quit", self._quit, "Window", "Ctrl+Q"))
        return acts

    def _add_keys(self) -> None:
        tabs = {family.title: f"Ctrl+{place}" for place, family in enumerate(self._families, start=2) if place < 10}
        for name, keys in {**_KEYS, "Overview": "Ctrl+1", **tabs}.items():
            action = QAction(name, self)
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
        self.run_act(self.sender().text())  # type: ignore[attr-defined]

    def run_act(self, title: str) -> None:
        """Does the act of a title, where there is one now."""
        for act in self.acts():
            if act.title == title:
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

    def _maximise(self) -> None:
        page = self.page
        if page is None:
            return
        focus: Any = QApplication.focusWidget()
        while focus is not None and not isinstance(focus, Card):
            focus = focus.parentWidget()
        hero = next((card for card in page.cards.values() if card.view.hero), next(iter(page.cards.values())))
        page.arrangement.toggle(page.arrangement.maximised or focus or hero)

    def _quit(self) -> None:
        self.close()

    # Cards

    @Slot(object, str)
    def _on_export(self, card: Card, kind: str) -> None:
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
        page = self.sender()
        undo = isinstance(page, PageWidget) and text.startswith("Reset.")
        self._undoer = page if undo and isinstance(page, PageWidget) else None
        if isinstance(page, PageWidget):
            self._said[page.name] = text
        self.status.show_message(text, "Undo reset" if undo else "")

    @Slot()
    def _on_undo_reset(self) -> None:
        if self._undoer is not None:
            self._undoer.acts.undo_reset()

    # From start to start

    def _restore(self) -> None:
        stored = settings()
        geometry = stored.value("geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        page = str(stored.value("page", ""))
        known = [name for family in self._families for name in family.pages]
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
