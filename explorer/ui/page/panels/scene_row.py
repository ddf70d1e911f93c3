"""The row of scenes: their names with their keys, cards to add, and commands for the arrangement."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QInputDialog, QPushButton, QWidget

from explorer.engine import BadInput
from explorer.ui.controls import Button, TabRow, make_action, menu
from explorer.ui.page.state.scenes import Scenes
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme, Tokens, color, mono_font, ui_font

__all__ = ["SceneRow"]

_KEYS = 9  # scenes with a key


class SceneRow(QFrame):
    """Chooses the scene. So do the digit keys; the menu of a saved scene deletes it.

    Signals:
        said: A sentence for the status bar.

    Args:
        theme: Colours.
        scenes: The scenes of the page.
        shown: What the page shows; has the titles of the views.
    """

    said = Signal(str)

    def __init__(self, theme: Theme, scenes: Scenes, shown: Shown, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme, self._scenes, self._shown = theme, scenes, shown
        self.setObjectName("scenes")
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(44)
        self._track = QFrame()
        self._track.setProperty("track", "true")
        self._tabs = TabRow(theme, "scenes")
        inside = QHBoxLayout(self._track)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self._tabs)
        self._buttons: list[QPushButton] = []
        self.add_button = Button(theme, "Add a card", "plus", "ghost")
        self.add_button.setObjectName("scene_add")
        self._menu = menu(self.add_button)
        self._menu.aboutToShow.connect(self._on_about_to_show)
        self.add_button.setMenu(self._menu)
        self.save_button = Button(theme, "Save as a scene", "copy", "ghost")
        self.save_button.setObjectName("scene_save")
        self.save_button.clicked.connect(self._on_save)
        self.reset_button = Button(theme, "Reset layout", "layout", "ghost")
        self.reset_button.setObjectName("scene_reset")
        self.reset_button.clicked.connect(scenes.reset)
        for button in (self.add_button, self.save_button, self.reset_button):
            button.setToolTip(button.accessibleName())
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self._track, 1)
        for button in (self.add_button, self.save_button, self.reset_button):
            row.addWidget(button)
        self._actions = [
            make_action(self, f"scene.{place}", "", self._on_key, group="Scenes", key=str(place), data=place)
            for place in range(1, _KEYS + 1)
        ]
        self._save = make_action(self, "scene.save", "Save as a scene…", self._on_save, group="Scenes")
        self._reset = make_action(self, "scene.reset", "Reset layout", scenes.reset, group="Scenes")
        theme.changed.connect(self._on_theme_changed)
        scenes.listed.connect(self.refresh)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves out the words of the commands where the names of the scenes need their room."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        words = {self.add_button: "Add a card", self.save_button: "Save as a scene", self.reset_button: "Reset layout"}
        for button, text in words.items():
            button.setText(text)
        commands = sum(button.sizeHint().width() for button in words if not button.isHidden())
        if self._tabs.natural_width() + commands + 40 > self.width():
            for button in words:
                button.setText("")

    def actions(self) -> list[QAction]:
        """One for each scene with a key, saving and resetting."""
        return [*self._actions, self._save, self._reset]

    @Slot()
    def refresh(self) -> None:
        """Shows the scenes that there are, and which is chosen."""
        names = self._scenes.names
        if [button.text() for button in self._buttons] != list(names):
            self._make_buttons(names)
        for button in self._buttons:
            button.setChecked(button.text() == self._scenes.current)
        for action, name in zip(self._actions, (*names, *[""] * _KEYS), strict=False):
            action.setText(f"Scene: {name}")
            action.setVisible(bool(name))
        self.reset_button.setVisible(self._scenes.is_rearranged)
        self._reset.setVisible(self._scenes.is_rearranged)
        self.add_button.setEnabled(bool(self._scenes.addable))
        self._fold()
        self._tabs.arrange()

    def _make_buttons(self, names: tuple[str, ...]) -> None:
        self._tabs.clear()
        self._buttons = []
        for place, name in enumerate(names, start=1):
            button = QPushButton(name)
            button.setObjectName(f"scene.{name}")
            button.setProperty("tab", "true")
            button.setFont(ui_font(13, 600))
            button.setCheckable(True)
            button.setAccessibleName(name)
            key = f" ({place})" if place <= _KEYS else ""
            button.setToolTip(f"{self._scenes.question(name) or name}{key}")
            button.setIconSize(QSize(18, 18))
            button.setProperty("place", place)
            button.clicked.connect(self._on_clicked)
            if self._scenes.is_own(name):
                button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                button.customContextMenuRequested.connect(self._on_menu_asked)
                button.setToolTip(f"{name}{key}; right-click to delete it")
            self._buttons.append(button)
            self._tabs.add(button)
        self._tint(self._theme.tokens)

    def _tint(self, tokens: Tokens) -> None:
        for button in self._buttons:
            place = button.property("place")
            button.setIcon(_badge(str(place), tokens) if place <= _KEYS else QIcon())

    @Slot(object)
    def _on_theme_changed(self, tokens: Tokens) -> None:
        self._tint(tokens)

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        assert isinstance(button, QPushButton)
        self._scenes.choose(button.text())
        self.refresh()  # a click on the chosen scene leaves it checked

    @Slot()
    def _on_key(self) -> None:
        place = _data(self.sender())
        if place <= len(self._scenes.names):
            self._scenes.choose(self._scenes.names[place - 1])

    @Slot()
    def _on_about_to_show(self) -> None:
        self._menu.clear()
        for name in self._scenes.addable:
            view = self._shown.views.get(name)
            action = self._menu.addAction("Loss" if view is None else view.title)
            action.setData(name)
            action.triggered.connect(self._on_add)

    @Slot()
    def _on_add(self) -> None:
        self._scenes.add(_data(self.sender()))

    @Slot()
    def _on_save(self) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Save as a scene")
        dialog.setLabelText("Name of the scene:")
        dialog.textValueSelected.connect(self.save_as)
        dialog.open()

    @Slot(str)
    def save_as(self, name: str) -> None:
        """Saves the cards as they stand under a name; tells what is wrong with it."""
        try:
            self._scenes.save(name)
            self.said.emit(f"Saved the scene {name.strip()}; it will be there at the next start")
        except BadInput as error:
            self.said.emit(str(error))

    @Slot(QPoint)
    def _on_menu_asked(self, at: QPoint) -> None:
        button = self.sender()
        assert isinstance(button, QPushButton)
        popup = menu(button)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = popup.addAction(f"Delete the scene {button.text()}")
        action.setData(button.text())
        action.triggered.connect(self._on_delete)
        popup.popup(button.mapToGlobal(at))

    @Slot()
    def _on_delete(self) -> None:
        self._scenes.delete(_data(self.sender()))


def _data(action: QObject | None) -> Any:
    assert isinstance(action, QAction)
    return action.data()


def _badge(text: str, tokens: Tokens) -> QIcon:
    """A key as an icon."""
    pixmap = QPixmap(36, 36)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(color(tokens.line2))
    painter.setBrush(color(tokens.bg3))
    box = QRectF(0.5, 0.5, 17, 17)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(color(tokens.text2))
    painter.setFont(mono_font(11))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return QIcon(pixmap)
