"""The main window: tabs of families, the page in sight, the status bar, and all actions by key and by name.

Longer than other files by the commands that pages hand up to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QKeyCombination, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
)

import models
from explorer.engine import ExplorerError, Run
from explorer.ui.card import Card
from explorer.ui.compare import CompareWindow
from explorer.ui.controls import make_action
from explorer.ui.export.exports import Exports
from explorer.ui.logo import logo_icon
from explorer.ui.overview import Overview
from explorer.ui.own_data import OwnDataDialog, OwnDataOpening
from explorer.ui.page import PageWidget
from explorer.ui.page.state.shown import PageState
from explorer.ui.settings import SettingsDialog, settings, settings_problem, stored_switch
from explorer.ui.theme import Mode, Theme
from explorer.ui.window.detached import DetachedCard
from explorer.ui.window.fitting import ScreenFit
from explorer.ui.window.palette import CommandPalette
from explorer.ui.window.status_bar import StatusBar
from explorer.ui.window.top_bar import TopBar
from explorer.ui.window.window_actions import WindowActions

__all__ = ["MainWindow"]

_TITLE = "Deep Generative Model Explorer"

_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


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
        theme.reduced_motion = stored_switch(settings(), "reduced_motion", False)
        self.setObjectName("window")
        self.setWindowTitle(_TITLE)
        self.setWindowIcon(logo_icon())
        self.setMinimumSize(880, 600)
        self.pages: dict[str, PageWidget] = {}
        self.families = models.FAMILIES
        self._of_family = {family.id: next(iter(family.pages)) for family in self.families}
        self._exports = Exports(theme, self)
        self._messages: dict[str, tuple[str, str]] = {}  # the last message of each page, and the name of its action
        self._own = OwnDataOpening(self)
        self._overview: Overview | None = None
        tabs = {"overview": "Overview", **{family.id: family.title for family in self.families}}
        self.top = TopBar(theme, tabs)
        self.stack = QStackedWidget()
        self.status = StatusBar(theme)
        body = QFrame()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top, self.stack, self.status):
            column.addWidget(widget, 1 if widget is self.stack else 0)
        self.setCentralWidget(body)
        self._connect()
        self._add_actions()
        self._restore()
        body.setFocus()

    def _connect(self) -> None:
        self.top.tab_chosen.connect(self.show_tab)
        self.top.search.connect(self.show_palette)
        self.top.theme_asked.connect(self.toggle_theme)
        self.top.settings_asked.connect(self.show_settings)
        self.status.action_asked.connect(self._on_undo_reset)
        self._exports.said.connect(self.status.show_message)
        self._own.chosen.connect(self.show_own_data)
        self._own.refused.connect(self.status.show_message)

    # Pages

    @property
    def overview(self) -> Overview:
        """The overview; its first use makes it, which imports the pages of all families."""
        if self._overview is None:
            overview = self._overview = Overview(self.theme, self.families)
            overview.trained = self._trained
            overview.open_family.connect(self.show_tab)
            overview.open_run.connect(self.open_run)
            overview.compare_run.connect(self.compare_runs)
            overview.open_page.connect(self.show_page_for)
            self.stack.addWidget(overview)
        return self._overview

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
            page.compare_asked.connect(self._on_compare_asked)
            page.file_asked.connect(self._own.open_file)
            page.folder_asked.connect(self._own.open_folder)
            page.board.export_asked.connect(self._on_export)
            page.board.detach_asked.connect(self._on_detach)
            page.restore_state(settings())
            page.set_reduced_motion(stored_switch(settings(), "reduced_motion", False))
            self.pages[name] = page
            self.stack.addWidget(page)
        self._of_family[family.id] = name
        self.top.show_tab(family.id)
        if self.pages[name] is not self.page:
            self.status.show_message(*self._messages.get(name, ("Ready", "")))
        self.stack.setCurrentWidget(self.pages[name])

    @Slot(str, str, str)
    def show_page_for(self, name: str, preset: str, data: str) -> None:
        """Brings a page into sight with data of a kind; see `Draft.choose_kind`."""
        self.show_page(name)
        self.pages[name].draft.choose_kind(preset, data)

    @property
    def page(self) -> PageWidget | None:
        """The page in sight, or None where it is the overview."""
        here = self.stack.currentWidget()
        return here if isinstance(here, PageWidget) else None

    def _trained(self) -> dict[Path, int]:
        """Folders of the runs in training, with the steps done."""
        shown = [page.shown for page in self.pages.values() if page.shown.state is PageState.TRAINING]
        return {each.folder: each.step for each in shown if each.folder is not None}

    @Slot(object)
    def open_run(self, folder: Path) -> None:
        """Opens a run on its page."""
        try:
            run = Run(folder)
        except ExplorerError as error:
            self.status.show_message(str(error))
            return
        self.show_page(run.setup.page)
        self.pages[run.setup.page].runner.open_run(folder)

    @Slot(str, object)
    def compare_runs(self, page: str, first: Path | None) -> None:
        """Opens a window with two runs of a page, a given one or the newest first, or says that there are too few."""
        CompareWindow(self.theme, page, first, self).refused.connect(self.status.show_message)

    # Actions

    def commands(self) -> list[QAction]:
        """Every action that can be triggered now: those of the page in sight, then those of the window."""
        return self._triggerable(self._actions.commands())

    def _triggerable(self, of_window: Sequence[QAction]) -> list[QAction]:
        of_page = () if self.page is None else self.page.actions()
        actions = [*of_page, *of_window, *self._own.actions()]
        return [action for action in actions if action.isVisible() and action.isEnabled()]

    def _add_actions(self) -> None:
        self._actions = WindowActions(self.families, self)
        self._actions.tab_chosen.connect(self.show_tab)
        self._actions.page_chosen.connect(self.show_page)
        self._actions.mode_chosen.connect(self.set_mode)
        self._actions.full_asked.connect(self.toggle_full_screen)
        self._actions.settings_asked.connect(self.show_settings)
        self._actions.quit_asked.connect(self.close)
        self.addActions([*self._actions.actions(), *self._own.actions()])
        self.addAction(make_action(self, "commands", "Commands", self.show_palette, key="Ctrl+K"))

    def _action_of(self, event: QKeyEvent) -> QAction | None:
        """The action of a key that is pressed without Ctrl, Alt or Meta, or None."""
        if event.modifiers() & _MODIFIERS:
            return None
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        keys = QKeySequence(QKeyCombination(shift, Qt.Key(event.key())))
        keyed = self._triggerable(self._actions.actions())
        return next((action for action in keyed if action.shortcut() == keys), None)

    def event(self, event: QEvent) -> bool:
        """Keeps Qt from taking single keys as shortcuts: the widget with the focus gets them first.

        Without this, the space bar would train where it should press the button with the focus. A single key that no
        widget uses arrives at `keyPressEvent`.
        """
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if self._action_of(event) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Triggers the action of a single key for which the widget with the focus has no use."""
        action = self._action_of(event)
        if action is None:
            super().keyPressEvent(event)
        elif action.autoRepeat() or not event.isAutoRepeat():
            action.trigger()

    @Slot()
    def show_palette(self) -> None:
        """Opens the command palette."""
        palette = CommandPalette(self.commands(), self.theme.tokens, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open()
        palette.field.setFocus()

    @Slot()
    def toggle_full_screen(self) -> None:
        """Fills the screen, or goes back to the window as it was."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def show_settings(self) -> None:
        """Opens the settings."""
        dialog = SettingsDialog(self.theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.motion_chosen.connect(self._on_motion)
        dialog.open()

    @Slot(bool)
    def _on_motion(self, reduced: bool) -> None:
        self.theme.reduced_motion = reduced
        for page in self.pages.values():
            page.set_reduced_motion(reduced)

    @Slot()
    def toggle_theme(self) -> None:
        """Switches between dark and light."""
        self.set_mode(Mode.LIGHT if self.theme.tokens.is_dark else Mode.DARK)

    @Slot(object)
    def set_mode(self, mode: Mode) -> None:
        """Takes a theme and remembers it."""
        self.theme.set_mode(mode)
        settings().setValue("theme", str(mode))

    @Slot(str)
    def show_own_data(self, path: str) -> None:
        """Opens the dialog in which a file or folder is looked at before the page in sight uses it."""
        page = self.page
        dialog = OwnDataDialog(self.theme, path, None if page is None else page.page_class, self._own.thread_, self)
        if page is not None:
            dialog.accepted_source.connect(page.draft.choose_own)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accepts files that are dragged over the window."""
        self._own.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens a file or folder that is dropped."""
        self._own.drop(event)

    # What pages ask for

    @Slot(object, str)
    def _on_export(self, card: Card, kind: str) -> None:
        page, view, display = self._page_of(card), card.view, card.display
        name, identity = f"{page.name}-{view.name}", page.identity(card)
        self._exports.export(display.for_figure(), kind, name, identity, view.title, display.in_view())

    @Slot(object)
    def _on_detach(self, card: Card) -> None:
        page = self._page_of(card)
        DetachedCard(self.theme, page.board, card, page.page_class.title, self).show()

    @Slot()
    def _on_compare_asked(self) -> None:
        page = self.sender()
        assert isinstance(page, PageWidget)
        self.compare_runs(page.name, page.shown.folder)

    def _page_of(self, card: Card) -> PageWidget:
        return next(page for page in self.pages.values() if page.board.isAncestorOf(card))

    @Slot(str)
    def _on_message(self, text: str) -> None:
        self._say(self.sender(), text)

    @Slot(str)
    def _on_undo_offered(self, text: str) -> None:
        self._say(self.sender(), text, "Undo reset")

    def _say(self, page: object, text: str, action: str = "") -> None:
        if isinstance(page, PageWidget):
            self._messages[page.name] = (text, action)
            if page is not self.page and self.page is not None:
                return
        self.status.show_message(text, action)

    @Slot()
    def _on_undo_reset(self) -> None:
        if self.page is not None:
            self.page.runner.undo_reset()

    # Between sessions of the application

    def _restore(self) -> None:
        stored = settings()
        geometry = stored.value("geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        ScreenFit(self)
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
        problem = settings_problem()
        if problem:
            self._say(self.page, problem)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stops and saves every page before the window goes."""
        for kind in (QDialog, DetachedCard, CompareWindow):
            for child in self.findChildren(kind):
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
        if not self._own.thread_.end(5000):
            late.append("the reading of own data")
        if self._overview is not None:
            self._overview.end()
        if late:
            self.status.show_message(f"{', '.join(late)} is still saving; the window closes when it has")
            event.ignore()
            QTimer.singleShot(500, self.close)
            return
        super().closeEvent(event)
        self.closed.emit()
