"""The main window: tabs of families, the page in sight, status, and every action by key and name."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from explorer.engine import ExplorerError, Run
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
from models import FAMILIES

__all__ = ["MainWindow"]

_TITLE = "Deep Generative Model Explorer"


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
        self._of_family = {family.id: next(iter(family.pages)) for family in FAMILIES}
        self._choices = ExportChoices()
        tabs = {"overview": "Overview", **{family.id: family.title for family in FAMILIES}}
        self.top = TopBar(theme, tabs)
        self.stack = QStackedWidget()
        self.status = StatusBar(theme)
        self.overview = Overview(theme)
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
            return
        self.show_page(self._of_family[name])

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Brings a page into sight, making it the first time."""
        family = next(family for family in FAMILIES if name in family.pages)
        if name not in self.pages:
            page = PageWidget(self.theme, family, name)
            page.page_chosen.connect(self.show_page)
            page.message.connect(self._on_message)
            page.export_asked.connect(self._on_export)
            for card in page.cards.values():
                card.detach_asked.connect(self._on_detach)
            self.pages[name] = page
            self.stack.addWidget(page)
        self._of_family[family.id] = name
        self.top.show_tab(family.id)
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
        for place, family in enumerate(FAMILIES, start=2):
            acts.append(
                Act(family.title, partial(self.show_tab, family.id), "Go to", f"Ctrl+{place}" if place < 10 else "")
            )
        for mode in Mode:
            acts.append(Act(f"{mode.name.title()} theme", partial(self.set_mode, mode), "Theme"))
        acts.append(Act("Settings", self.show_settings, "Window", "Ctrl+,"))
        acts.append(Act("Quit", self._quit, "Window", "Ctrl+Q"))
        return acts

    def _add_keys(self) -> None:
        # Single keys count only while no editor or button has the focus; see `_typed`.
        for keys, name in (
            ("Space", "Train or pause"),
            (".", "One step"),
            (",", "One phase of a step"),
            ("L", "Live"),
            ("E", "Explain"),
            ("F", "Maximise the leading card"),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setObjectName(name)
            shortcut.activated.connect(self._on_single_key)
        for keys, name in (
            ("Ctrl+R", "Reset"),
            ("Ctrl+Z", "Undo"),
            ("Ctrl+Shift+Z", "Redo"),
            ("Ctrl+,", "Settings"),
            ("Ctrl+Q", "Quit"),
            *((f"Ctrl+{place}", family.title) for place, family in enumerate(FAMILIES, start=2)),
            ("Ctrl+1", "Overview"),
        ):
            action = QAction(name, self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(self._on_key)
            self.addAction(action)
        palette = QAction("Commands", self)
        palette.setShortcut(QKeySequence("Ctrl+K"))
        palette.triggered.connect(self.show_palette)
        self.addAction(palette)

    @Slot()
    def _on_single_key(self) -> None:
        focus = QApplication.focusWidget()
        if not isinstance(focus, (QLineEdit, QPlainTextEdit)):
            if isinstance(focus, QPushButton) and self.sender().objectName() == "Train or pause":
                focus.click()
                return
            self.run_act(self.sender().objectName())

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
        palette = CommandPalette(self.acts(), self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open()
        palette.field.setFocus()

    @Slot()
    def show_settings(self) -> None:
        """Opens the settings."""
        dialog = SettingsDialog(self.theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

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
            copy_image(frame)
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
        window = DetachedCard(self.theme, card, self)
        window.show()

    @Slot(str)
    def _on_message(self, text: str) -> None:
        undo = "Undo reset" if text.startswith("Reset.") else ""
        self.status.show_message(text, undo)

    @Slot()
    def _on_undo_reset(self) -> None:
        if self.page is not None:
            self.page.acts.undo_reset()

    # From start to start

    def _restore(self) -> None:
        stored = settings()
        geometry = stored.value("geometry")
        if isinstance(geometry, QByteArray) and self.restoreGeometry(geometry):
            pass
        else:
            self.resize(1440, 900)
        page = str(stored.value("page", ""))
        known = {name for family in FAMILIES for name in family.pages}
        if page == "overview":
            self.show_tab("overview")
        else:
            self.show_page(page if page in known else FAMILIES[0].id if FAMILIES[0].id in known else next(iter(known)))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stops and saves every page before the window goes."""
        stored = settings()
        stored.setValue("geometry", self.saveGeometry())
        stored.setValue("page", self.page.name if self.page else "overview")
        for page in self.pages.values():
            page.save_state(stored)
            page.thread_.host.close()
        late = [name for name, page in self.pages.items() if not page.end(5000)]
        if late:
            self.status.show_message(f"{', '.join(late)} is still saving; the window closes when it has")
            event.ignore()
            QTimer.singleShot(500, self.close)
            return
        super().closeEvent(event)
